use std::collections::BTreeMap;

use candor_database::{Correction, Database, DeclaredHolder, Holder, HolderError, Value, Work};
use candor_preference::Erasure;
use candor_testing::on_both;

use crate::{DIARY_TABLES, declared, number, run};

async fn diary(db: &Database) -> DeclaredHolder {
    run(db, DIARY_TABLES).await.expect("a fresh database takes them");
    for insert in [
        "INSERT INTO diary (who, day, line, mood) VALUES ('ann', 3, 'rain', 0.5)",
        "INSERT INTO diary (who, day, line) VALUES ('ann', 2, 'sun'), ('bo', 1, 'rain')",
        "INSERT INTO visit (who, at_us) VALUES ('ann', 5)",
        "INSERT INTO tally (day) VALUES (1)",
    ] {
        run(db, insert).await.expect("a row goes in");
    }
    DeclaredHolder::new(&declared()).expect("the names are plain")
}

fn counts(list: &[(&str, u64)]) -> BTreeMap<String, u64> {
    list.iter().map(|(record, count)| ((*record).to_owned(), *count)).collect()
}

async fn list(db: &Database, holder: &DeclaredHolder, person: &str) -> BTreeMap<String, u64> {
    db.transact(|tx| holder.list(tx, person)).await.expect("it lists")
}

#[tokio::test]
async fn a_person_sees_what_is_held_and_nothing_of_others() {
    on_both(async |test| {
        let holder = diary(&test.db).await;
        assert_eq!(list(&test.db, &holder, "ann").await, counts(&[("diary", 2), ("visit", 1)]));
        assert_eq!(list(&test.db, &holder, "nobody' OR '1'='1").await, counts(&[]));
        let export = test.db.transact(|tx| holder.export(tx, "ann")).await.expect("it exports");
        assert_eq!(export.keys().collect::<Vec<_>>(), ["diary", "visit"]);
        let first = &export["diary"][0];
        assert!(first["line"] == Value::Text("sun".into()) || first["day"] == Value::Integer(2));
        assert!(export["diary"].iter().any(|row| row["mood"] == Value::Real(0.5)));
        assert!(export["diary"].iter().all(|row| row["who"] == Value::Text("ann".into())));
        assert!(export["diary"].iter().all(|row| row["ink"] == Value::Null && row.len() == 5));
    })
    .await;
}

#[tokio::test]
async fn only_what_was_given_can_be_corrected() {
    on_both(async |test| {
        let holder = diary(&test.db).await;
        let db = &test.db;
        let correct = async |record: &str, field: &str, from: &str, to: &str| {
            let [record, field, from, to] = [record, field, from, to].map(str::to_owned);
            let correction = &Correction { record, field, from, to };
            db.transact(|tx| holder.correct(tx, "ann", correction)).await
        };
        assert_eq!(correct("diary", "line", "rain", "snow").await.expect("it was given"), 1);
        assert_eq!(correct("diary", "line", "rain", "hail").await.expect("it was given"), 0);
        assert_eq!(number(db, "SELECT COUNT(*) FROM diary WHERE line = 'rain'").await, 1);
        for (record, field) in [
            ("diary", "who"),
            ("diary", "mood"),
            ("visit", "at_us"),
            ("tally", "day"),
            ("job", "state"),
            ("absent", "day"),
            ("diary; DROP TABLE diary", "line"),
            ("diary", "line = 'x' --"),
        ] {
            let refused = correct(record, field, "a", "b").await;
            assert!(matches!(refused, Err(HolderError::NotCorrectable)), "{record}.{field}");
        }
        assert!(correct("diary", "line", "snow", "a\0b").await.is_err());
    })
    .await;
}

#[expect(clippy::disallowed_methods, reason = "the test is the erasing job")]
#[tokio::test]
async fn erasure_takes_all_of_one_person() {
    on_both(async |test| {
        let holder = &diary(&test.db).await;
        let erased = test
            .db
            .transact(|tx| -> Work<'_, _, HolderError> {
                Box::pin(async move { holder.erase(tx, "ann", Erasure::claim()).await })
            })
            .await;
        assert_eq!(erased.expect("it erases"), counts(&[("diary", 2), ("visit", 1)]));
        assert!(test.db.checkpoint().await.expect("it runs"));
        assert_eq!(list(&test.db, holder, "ann").await, counts(&[]));
        assert_eq!(list(&test.db, holder, "bo").await, counts(&[("diary", 1)]));
        assert_eq!(number(&test.db, "SELECT COUNT(*) FROM tally").await, 1);
    })
    .await;
}

#[expect(clippy::disallowed_methods, reason = "the test is the erasing job")]
#[tokio::test]
async fn rows_that_hang_on_an_erased_row_go_with_it() {
    on_both(async |test| {
        run(
            &test.db,
            "CREATE TABLE diary (who CTEXT NOT NULL, day BIGINT PRIMARY KEY);
             CREATE TABLE page (day BIGINT NOT NULL REFERENCES diary (day) ON DELETE CASCADE);
             INSERT INTO diary (who, day) VALUES ('ann', 1), ('bo', 2);
             INSERT INTO page (day) VALUES (1), (1), (2);",
        )
        .await
        .expect("a fresh database takes it");
        let holder = &DeclaredHolder::new(&declared()).expect("the names are plain");
        test.db
            .transact(|tx| holder.erase(tx, "ann", Erasure::claim()))
            .await
            .expect("nothing holds it back");
        assert_eq!(number(&test.db, "SELECT COUNT(*) FROM page").await, 1);
    })
    .await;
}
