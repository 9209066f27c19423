use candor_database::{Database, DatabaseError, Migration, services};
use candor_testing::{on_both, on_both_empty};

use crate::{declared, noon, number, run};

const CORE: Migration = Migration {
    name: "0001_core",
    text: "-- service: core\nCREATE TABLE a (x BIGINT);\nINSERT INTO a (x) VALUES (1);\n",
};
const CALLS: Migration =
    Migration { name: "0002_calls", text: "-- service: calls\nCREATE TABLE room (x BIGINT);\n" };
const BROKEN: Migration = Migration {
    name: "0003_broken",
    text: "-- service: core\nCREATE TABLE half (x BIGINT);\nCREATE TABEL rest (x BIGINT);\n",
};

async fn exists(db: &Database, sql: &'static str) -> bool {
    sqlx::query(sql).fetch_optional(db.reader()).await.is_ok()
}

#[tokio::test]
async fn the_whole_history_applies_once() {
    on_both(async |test| {
        let before = number(&test.db, "SELECT COUNT(*) FROM schema_history").await;
        assert!(before > 0);
        let all: Vec<_> = services().into_iter().collect();
        test.db.migrate(&all, noon()).await.expect("it is up to date");
        assert_eq!(number(&test.db, "SELECT COUNT(*) FROM schema_history").await, before);
    })
    .await;
}

#[tokio::test]
async fn a_service_that_is_off_makes_no_table() {
    on_both_empty(async |test| {
        let known = [CORE, CALLS];
        test.db.migrate_to(&known, &[], noon()).await.expect("core applies");
        assert!(exists(&test.db, "SELECT x FROM a").await);
        assert!(!exists(&test.db, "SELECT x FROM room").await);
        test.db.migrate_to(&known, &["calls"], noon()).await.expect("it is turned on later");
        assert!(exists(&test.db, "SELECT x FROM room").await);
    })
    .await;
}

#[tokio::test]
async fn a_migration_that_fails_leaves_nothing() {
    on_both_empty(async |test| {
        let failed = test.db.migrate_to(&[CORE, BROKEN], &[], noon()).await;
        assert!(matches!(failed, Err(DatabaseError::Query(_))), "{failed:?}");
        assert!(!exists(&test.db, "SELECT x FROM a").await);
        assert!(!exists(&test.db, "SELECT x FROM half").await);
        test.db.migrate_to(&[CORE], &[], noon()).await.expect("it can be tried again");
    })
    .await;
}

#[tokio::test]
async fn a_changed_migration_is_refused() {
    on_both_empty(async |test| {
        test.db.migrate_to(&[CORE], &[], noon()).await.expect("core applies");
        let edited = Migration { text: "-- service: core\nCREATE TABLE a (y BIGINT);\n", ..CORE };
        let refused = test.db.migrate_to(&[edited], &[], noon()).await;
        assert!(matches!(refused, Err(DatabaseError::ChangedMigration { .. })), "{refused:?}");
        assert!(!test.db.read_only());
    })
    .await;
}

#[tokio::test]
async fn a_newer_schema_is_read_and_not_written() {
    on_both_empty(async |test| {
        test.db.migrate_to(&[CORE, CALLS], &["calls"], noon()).await.expect("the newer build");
        let older = Database::open(&test.url).await.expect("it opens");
        let refused = older.migrate_to(&[CORE], &[], noon()).await;
        assert!(
            matches!(refused, Err(DatabaseError::NewerSchema { found: 2, known: 1 })),
            "{refused:?}"
        );
        assert!(older.read_only());
        assert_eq!(number(&older, "SELECT x FROM a").await, 1);
        let refused = run(&older, "DELETE FROM a").await;
        assert!(matches!(refused, Err(DatabaseError::ReadOnly)), "{refused:?}");
        // What is undeclared here is declared by the newer build.
        older.audit(&[]).await.expect("it is not this build's to judge");
        assert!(matches!(test.db.audit(&declared()).await, Err(DatabaseError::Undeclared(_))));
        older.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn starts_at_the_same_time_wait_for_each_other() {
    on_both_empty(async |test| {
        let mut starts = Vec::new();
        for _ in 0..4 {
            let url = test.url.clone();
            starts.push(tokio::spawn(async move {
                let db = Database::open(&url).await?;
                let migrated = db.migrate_to(&[CORE, CALLS], &["calls"], noon()).await;
                db.close().await;
                migrated
            }));
        }
        for start in starts {
            start.await.expect("it does not panic").expect("each start succeeds");
        }
        assert_eq!(number(&test.db, "SELECT COUNT(*) FROM a").await, 1);
    })
    .await;
}
