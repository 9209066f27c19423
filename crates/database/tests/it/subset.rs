//! The house subset: each line of `docs/sql.md` names one of these tests.

use candor_database::{Database, DatabaseError, Engine, Work};
use candor_testing::on_both_empty;

use crate::run;

const TABLE: &str = "CREATE TABLE thing (id BYTEA PRIMARY KEY, name CTEXT UNIQUE, at_us BIGINT, \
    day BIGINT, flag BIGINT NOT NULL DEFAULT 0, share DOUBLE PRECISION);";

/// Runs one statement with bound values that gives rows of one type.
macro_rules! rows {
    ($db:expr, $row:ty, $sql:expr $(, $value:expr)*) => {
        rows::<$row>($db, sqlx::query_as($sql)$(.bind($value))*).await
    };
}

type Query<R> = sqlx::query::QueryAs<'static, sqlx::Any, R, sqlx::any::AnyArguments>;

/// In a transaction, so that statements that write may give rows too.
async fn rows<R>(db: &Database, query: Query<R>) -> Result<Vec<R>, DatabaseError>
where
    R: for<'r> sqlx::FromRow<'r, sqlx::any::AnyRow> + Send + Unpin + 'static,
{
    let mut query = Some(query);
    db.transact(|tx| -> Work<'_, Vec<R>, DatabaseError> {
        let query = query.take().expect("nothing else disturbs it");
        Box::pin(async move { Ok(query.fetch_all(&mut **tx).await?) })
    })
    .await
}

async fn on_thing(test: impl AsyncFn(&Database)) {
    on_both_empty(async |fresh| {
        run(&fresh.db, TABLE).await.expect("a fresh database takes it");
        test(&fresh.db).await;
    })
    .await;
}

#[tokio::test]
async fn values_come_back_as_they_went_in() {
    type Row = (Vec<u8>, String, i64, i64, i64, f64);
    on_thing(async |db| {
        let (id, text) = (vec![0, 255, 39], "Zoë \u{1F600} 'x' \\ %\n");
        let sql = "INSERT INTO thing (id, name, at_us, day, flag, share) \
                   VALUES ($1, $2, $3, $4, $5, $6) RETURNING id, name, at_us, day, flag, share";
        let share = 0.1 + 0.2;
        let back = rows!(db, Row, sql, id.clone(), text, i64::MAX, i64::MIN, 1_i64, share)
            .expect("it goes in");
        assert_eq!(back, [(id, text.to_owned(), i64::MAX, i64::MIN, 1, share)]);
    })
    .await;
}

#[tokio::test]
async fn nothing_has_a_type() {
    type Row = (Option<String>, Option<i64>, Option<f64>, i64);
    on_thing(async |db| {
        let sql = "INSERT INTO thing (id, name, at_us, share) VALUES ($1, $2, $3, $4) \
                   RETURNING name, at_us, share, flag";
        let back = rows!(db, Row, sql, vec![1_u8], None::<String>, None::<i64>, None::<f64>);
        assert_eq!(back.expect("it goes in"), [(None, None, None, 0)]);
    })
    .await;
}

#[tokio::test]
async fn numbers_may_stand_more_than_once_and_in_any_order() {
    on_thing(async |db| {
        let sql = "SELECT CAST($2 AS BIGINT) + CAST($1 AS BIGINT) * CAST($2 AS BIGINT)";
        assert_eq!(rows!(db, (i64,), sql, 3_i64, 10_i64).expect("it adds"), [(40,)]);
    })
    .await;
}

#[tokio::test]
async fn sums_and_means_are_cast() {
    on_thing(async |db| {
        for (id, day) in [(1_u8, 1_i64), (2, 2)] {
            let sql = "INSERT INTO thing (id, day) VALUES ($1, $2) RETURNING day";
            rows!(db, (i64,), sql, vec![id], day).expect("it goes in");
        }
        let sql = "SELECT COUNT(*), CAST(SUM(day) AS BIGINT), CAST(AVG(day) AS DOUBLE PRECISION), \
                   CAST(SUM(at_us) AS BIGINT) FROM thing";
        let back = rows!(db, (i64, i64, f64, Option<i64>), sql).expect("it counts");
        assert_eq!(back, [(2, 3, 1.5, None)]);
    })
    .await;
}

#[tokio::test]
async fn claims_become_numbers_through_case() {
    on_thing(async |db| {
        let sql = "SELECT CASE WHEN EXISTS (SELECT 1 FROM thing) THEN 1 ELSE 0 END";
        assert_eq!(rows!(db, (i64,), sql).expect("it answers"), [(0,)]);
        rows!(db, (i64,), "INSERT INTO thing (id) VALUES ($1) RETURNING flag", vec![1_u8])
            .expect("in");
        assert_eq!(rows!(db, (i64,), sql).expect("it answers"), [(1,)]);
    })
    .await;
}

#[tokio::test]
async fn on_conflict_updates_or_does_nothing() {
    on_thing(async |db| {
        let upsert = "INSERT INTO thing (id, day) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE \
                      SET day = excluded.day WHERE thing.day < excluded.day RETURNING day";
        for (day, expected) in [(5_i64, vec![(5,)]), (7, vec![(7,)]), (6, vec![])] {
            assert_eq!(rows!(db, (i64,), upsert, vec![1_u8], day).expect("it goes in"), expected);
        }
        let ignore =
            "INSERT INTO thing (id, day) VALUES ($1, 9) ON CONFLICT (id) DO NOTHING RETURNING day";
        assert_eq!(rows!(db, (i64,), ignore, vec![1_u8]).expect("it passes"), []);
    })
    .await;
}

#[tokio::test]
async fn changed_rows_come_back() {
    on_thing(async |db| {
        let insert = "INSERT INTO thing (id, day) VALUES ($1, $2) RETURNING id, day";
        rows!(db, (Vec<u8>, i64), insert, vec![1_u8], 1_i64).expect("it goes in");
        let update = "UPDATE thing SET day = day + 1 WHERE day = $1 RETURNING day";
        assert_eq!(rows!(db, (i64,), update, 1_i64).expect("it changes"), [(2,)]);
        let delete = "DELETE FROM thing WHERE day = $1 RETURNING id";
        assert_eq!(rows!(db, (Vec<u8>,), delete, 2_i64).expect("it goes"), [(vec![1],)]);
    })
    .await;
}

#[tokio::test]
async fn text_is_ordered_and_compared_by_bytes() {
    on_thing(async |db| {
        for (id, name) in ["b", "B", "a", "\u{e9}", "_", "10", "9", "A"].into_iter().enumerate() {
            let sql = "INSERT INTO thing (id, name) VALUES ($1, $2) RETURNING name";
            rows!(db, (String,), sql, vec![u8::try_from(id).expect("small")], name).expect("in");
        }
        let ordered =
            rows!(db, (String,), "SELECT name FROM thing ORDER BY name").expect("it orders");
        let ordered: Vec<_> = ordered.into_iter().map(|(name,)| name).collect();
        assert_eq!(ordered, ["10", "9", "A", "B", "_", "a", "b", "\u{e9}"]);
        let sql = "SELECT COUNT(*), MAX(name) FROM thing WHERE name >= $1 AND name < $2";
        assert_eq!(
            rows!(db, (i64, String), sql, "A", "b").expect("it compares"),
            [(4, "a".into())]
        );
        let sql = "SELECT COUNT(*) FROM thing WHERE name = $1";
        assert_eq!(rows!(db, (i64,), sql, "e\u{301}").expect("it compares"), [(0,)], "no folding");
    })
    .await;
}

#[tokio::test]
async fn a_beginning_is_found_without_like() {
    on_thing(async |db| {
        for (id, name) in [(1_u8, "a%b"), (2, "A%b"), (3, "axb")] {
            let sql = "INSERT INTO thing (id, name) VALUES ($1, $2) RETURNING name";
            rows!(db, (String,), sql, vec![id], name).expect("it goes in");
        }
        let sql = "SELECT name FROM thing WHERE SUBSTR(name, 1, LENGTH($1)) = $1";
        assert_eq!(rows!(db, (String,), sql, "a%").expect("it finds"), [("a%b".into(),)]);
        let like = "SELECT COUNT(*) FROM thing WHERE name LIKE 'a%'";
        let (found,) = rows!(db, (i64,), like).expect("it finds")[0];
        let expected = if db.engine() == Engine::Sqlite { 3 } else { 2 };
        assert_eq!(found, expected, "LIKE is not the same on both, so it is not used");
    })
    .await;
}

#[tokio::test]
async fn pages_take_bound_limits_and_say_where_nothing_stands() {
    on_thing(async |db| {
        for (id, day) in [(1_u8, Some(3_i64)), (2, None), (3, Some(1)), (4, Some(2))] {
            let sql = "INSERT INTO thing (id, day) VALUES ($1, $2) RETURNING flag";
            rows!(db, (i64,), sql, vec![id], day).expect("it goes in");
        }
        let sql = "SELECT id FROM thing ORDER BY day ASC NULLS LAST, id LIMIT $1 OFFSET $2";
        let page = rows!(db, (Vec<u8>,), sql, 2_i64, 2_i64).expect("it reads");
        assert_eq!(page, [(vec![1],), (vec![2],)]);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_compared_with_is_distinct_from() {
    on_thing(async |db| {
        let insert = "INSERT INTO thing (id, day) VALUES ($1, NULL) RETURNING flag";
        rows!(db, (i64,), insert, vec![1_u8]).expect("it goes in");
        let sql = "SELECT COUNT(*) FROM thing WHERE day IS NOT DISTINCT FROM $1";
        assert_eq!(rows!(db, (i64,), sql, None::<i64>).expect("it compares"), [(1,)]);
        assert_eq!(rows!(db, (i64,), sql, Some(1_i64)).expect("it compares"), [(0,)]);
    })
    .await;
}

#[tokio::test]
async fn a_zero_character_is_kept_out_by_the_program() {
    on_thing(async |db| {
        assert!(matches!(candor_database::without_nul("a\0b"), Err(DatabaseError::Nul)));
        let sql = "INSERT INTO thing (id, name) VALUES ($1, $2) RETURNING LENGTH(name)";
        let back = rows!(db, (i64,), sql, vec![1_u8], "a\0b");
        match db.engine() {
            Engine::Sqlite => assert_eq!(back.expect("SQLite takes it"), [(1,)], "and cuts it"),
            Engine::Postgres => assert!(back.is_err(), "PostgreSQL refuses it"),
        }
    })
    .await;
}

#[tokio::test]
async fn whole_numbers_divide_alike_and_zero_is_kept_out() {
    on_thing(async |db| {
        let sql = "SELECT CAST($1 AS BIGINT) / NULLIF(CAST($2 AS BIGINT), 0)";
        for (a, b, expected) in [(7_i64, 2_i64, Some(3)), (-7, 2, Some(-3)), (7, 0, None)] {
            assert_eq!(rows!(db, (Option<i64>,), sql, a, b).expect("it divides"), [(expected,)]);
        }
    })
    .await;
}

#[tokio::test]
async fn lengths_and_pieces_count_characters() {
    on_thing(async |db| {
        let sql = "SELECT LENGTH($1), SUBSTR($1, 2, 1), UPPER('abc') || LOWER('ABC'), REPLACE($1, 'a', 'b')";
        let back = rows!(db, (i64, String, String, String), sql, "a\u{e9}\u{1F600}");
        let expected = (3, "\u{e9}".into(), "ABCabc".into(), "b\u{e9}\u{1F600}".into());
        assert_eq!(back.expect("it counts"), [expected]);
    })
    .await;
}

#[tokio::test]
async fn the_larger_of_two_is_found_with_case() {
    on_thing(async |db| {
        let sql = "SELECT CASE WHEN CAST($1 AS BIGINT) > CAST($2 AS BIGINT) \
                   THEN CAST($1 AS BIGINT) ELSE CAST($2 AS BIGINT) END";
        assert_eq!(rows!(db, (i64,), sql, 3_i64, 4_i64).expect("it compares"), [(4,)]);
    })
    .await;
}

#[tokio::test]
async fn a_broken_rule_is_told_alike() {
    on_thing(async |db| {
        let sql = "INSERT INTO thing (id, flag) VALUES ($1, $2) RETURNING flag";
        rows!(db, (i64,), sql, vec![1_u8], 0_i64).expect("it goes in");
        let kind = |error: DatabaseError| match error {
            DatabaseError::Query(sqlx::Error::Database(inner)) => inner.kind(),
            other => panic!("{other}"),
        };
        let double = rows!(db, (i64,), sql, vec![1_u8], 0_i64).expect_err("it is there");
        assert_eq!(kind(double), sqlx::error::ErrorKind::UniqueViolation);
        let empty = rows!(db, (i64,), sql, vec![2_u8], None::<i64>).expect_err("it is needed");
        assert_eq!(kind(empty), sqlx::error::ErrorKind::NotNullViolation);
    })
    .await;
}

#[tokio::test]
async fn an_added_column_takes_its_default() {
    on_thing(async |db| {
        run(db, "INSERT INTO thing (id, name) VALUES ('x', 'old')").await.expect("it goes in");
        let added = "ALTER TABLE thing ADD COLUMN how CTEXT NOT NULL DEFAULT 'new'; \
                     ALTER TABLE thing ADD COLUMN rev CTEXT;";
        run(db, added).await.expect("it is added");
        let back = rows!(db, (String, Option<String>), "SELECT how, rev FROM thing");
        assert_eq!(back.expect("it reads"), [("new".to_owned(), None)]);
    })
    .await;
}

#[tokio::test]
async fn a_dropped_column_is_gone_and_the_rest_stays() {
    on_thing(async |db| {
        run(db, "ALTER TABLE thing ADD COLUMN rev CTEXT").await.expect("it is added");
        run(db, "INSERT INTO thing (id, name, rev) VALUES ('x', 'kept', 'r')").await.expect("in");
        run(db, "ALTER TABLE thing DROP COLUMN rev").await.expect("it is dropped");
        assert!(run(db, "UPDATE thing SET rev = 'r'").await.is_err(), "it is gone");
        let back = rows!(db, (String,), "SELECT name FROM thing");
        assert_eq!(back.expect("it reads"), [("kept".to_owned(),)]);
    })
    .await;
}

#[tokio::test]
async fn many_rows_go_in_with_one_statement() {
    on_thing(async |db| {
        let text =
            format!("INSERT INTO thing (id, day) VALUES {}", candor_database::places(500, 2));
        let mut query = sqlx::query_as(sqlx::AssertSqlSafe(text + " RETURNING day"));
        for row in 0..500_i64 {
            query = query.bind(row.to_be_bytes().to_vec()).bind(row);
        }
        let back = rows::<(i64,)>(db, query).await.expect("it goes in");
        assert_eq!((back.len(), back[499]), (500, (499,)));
    })
    .await;
}
