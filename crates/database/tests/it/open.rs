use candor_database::{Database, DatabaseError, Engine, Work};
use candor_testing::{TestDatabase, on_both};
use tokio::net::TcpListener;

use crate::{number, run};

#[tokio::test]
async fn the_reader_cannot_write() {
    on_both(async |test| {
        let write = "DELETE FROM lease";
        let refused = sqlx::query(write).execute(test.db.reader()).await;
        assert!(refused.is_err(), "{:?}", test.db.engine());
        run(&test.db, write).await.expect("the writer can");
    })
    .await;
}

#[tokio::test]
async fn sqlite_keeps_its_promises_on_every_connection() {
    let test = TestDatabase::open(Engine::Sqlite).await;
    let db = &test.db;
    let answer = |sql: &'static str| {
        db.transact(move |tx| -> Work<'_, String, DatabaseError> {
            Box::pin(async move { Ok(sqlx::query_scalar(sql).fetch_one(&mut **tx).await?) })
        })
    };
    for (pragma, expected) in [
        ("SELECT CAST(journal_mode AS TEXT) FROM pragma_journal_mode", "wal"),
        ("SELECT CAST(synchronous AS TEXT) FROM pragma_synchronous", "2"),
        ("SELECT CAST(secure_delete AS TEXT) FROM pragma_secure_delete", "1"),
        ("SELECT CAST(foreign_keys AS TEXT) FROM pragma_foreign_keys", "1"),
    ] {
        assert_eq!(answer(pragma).await.expect("it answers"), expected, "{pragma}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_file_is_for_this_user_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ü b#c%20.db");
    let db = Database::open(&format!("sqlite:{}", path.display())).await.expect("it is made");
    run(&db, "CREATE TABLE t (x BIGINT)").await.expect("it can be written");
    for file in [path.clone(), folder.path().join("ü b#c%20.db-wal")] {
        let mode = std::fs::metadata(&file).expect("it exists").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
    db.close().await;
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("plain");
    std::fs::write(&file, "this is a plain file and no database, however long one looks at it")
        .expect("it can be written");
    for place in [folder.path().join("none/candor.db"), file.join("candor.db")] {
        let error = Database::open(&format!("sqlite:{}", place.display())).await.err();
        let sentence = error.expect("nothing can be made there").to_string();
        assert!(sentence.contains(&place.display().to_string()), "{sentence}");
        assert!(sentence.contains("Check that its folder exists"), "{sentence}");
    }
    let error = Database::open(&format!("sqlite:{}", folder.path().display())).await.err();
    assert!(matches!(error, Some(DatabaseError::Unwritable { .. })), "{error:?}");
    let error = Database::open(&format!("sqlite:{}", file.display())).await.err();
    assert!(matches!(error, Some(DatabaseError::Unsuitable(_))), "{error:?}");
}

#[tokio::test]
async fn an_address_that_makes_no_sense_is_refused_without_its_password() {
    for address in [
        "mysql://ann:hunter2@localhost/x",
        "hunter2",
        "sqlite:",
        "sqlite::memory:?hunter2",
        "postgres://ann:hunter2@localhost:port/x",
    ] {
        let error = Database::open(address).await.err().expect("it is refused");
        assert!(matches!(error, DatabaseError::Unsuitable(_)), "{address}: {error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[tokio::test]
async fn an_engine_that_refuses_or_does_not_answer_is_away() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("it has one").port();
    let address = format!("postgres://a@127.0.0.1:{port}/a");
    let away = async |reason: &str| {
        let error = Database::open(&address).await.err().expect("nobody answers");
        let sentence = error.to_string();
        assert!(matches!(error, DatabaseError::Away { .. }), "{sentence}");
        assert!(sentence.contains(reason) && sentence.contains("--database"), "{sentence}");
    };
    // The listener accepts and says nothing; the paused clock runs to the end of the wait at once.
    tokio::time::pause();
    away("no answer within 5 s").await;
    tokio::time::resume();
    drop(listener);
    away("refused").await;
}

#[tokio::test]
async fn a_server_that_refuses_the_name_is_no_engine_that_is_away() {
    let test = TestDatabase::open(Engine::Postgres).await;
    let missing = test.url.replace("candor_test_", "candor_none_");
    let error = Database::open(&missing).await.err().expect("there is no such database");
    assert!(matches!(error, DatabaseError::Unsuitable(_)), "{error}");
    assert!(error.to_string().contains("Check the user"), "{error}");
}

#[tokio::test]
async fn a_lost_engine_is_away_and_comes_back_by_itself() {
    let test = TestDatabase::open(Engine::Postgres).await;
    let other = Database::open(&test.url).await.expect("it opens twice");
    let lost = test
        .db
        .transact(|tx| -> Work<'_, i64, DatabaseError> {
            let other = &other;
            Box::pin(async move {
                let one: i64 =
                    sqlx::query_scalar("SELECT CAST(1 AS BIGINT)").fetch_one(&mut **tx).await?;
                number(
                    other,
                    "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity \
                     WHERE datname = current_database() AND pid <> pg_backend_pid()",
                )
                .await;
                let two: i64 =
                    sqlx::query_scalar("SELECT CAST(2 AS BIGINT)").fetch_one(&mut **tx).await?;
                Ok(one + two)
            })
        })
        .await;
    assert!(matches!(lost, Err(DatabaseError::Away { .. })), "{lost:?}");
    assert_eq!(number(&test.db, "SELECT CAST(3 AS BIGINT)").await, 3);
    run(&test.db, "CREATE TABLE t (x BIGINT)").await.expect("writing works again");
}
