use candor_database::{Database, DatabaseError, Engine, Tx, Work};
use candor_testing::{TestDatabase, on_both_empty};
use tokio::sync::Barrier;

use crate::{number, run};

const COUNT: &str = "SELECT n FROM counter";

async fn counter(db: &Database) {
    run(db, "CREATE TABLE counter (n BIGINT NOT NULL); INSERT INTO counter (n) VALUES (0);")
        .await
        .expect("a fresh database takes it");
}

/// Reads and writes back: loses counts unless transactions keep apart.
async fn read(tx: &mut Tx<'_>) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(COUNT).fetch_one(&mut **tx).await
}

async fn write(tx: &mut Tx<'_>, n: i64) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE counter SET n = $1").bind(n).execute(&mut **tx).await.map(drop)
}

/// A store's own error, which hides the engine's behind two layers.
#[derive(Debug, thiserror::Error)]
enum StoreError {
    #[error("the counter is full")]
    Full,
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
}

#[tokio::test]
async fn a_named_refusal_rolls_back() {
    on_both_empty(async |test| {
        counter(&test.db).await;
        let refused = test
            .db
            .transact(|tx| -> Work<'_, (), StoreError> {
                Box::pin(async move {
                    write(tx, 9).await?;
                    Err(StoreError::Full)
                })
            })
            .await;
        assert!(matches!(refused, Err(StoreError::Full)));
        assert_eq!(number(&test.db, COUNT).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn competing_transactions_lose_nothing() {
    on_both_empty(async |test| {
        counter(&test.db).await;
        let other = Database::open(&test.url).await.expect("it opens twice");
        let mut tasks = Vec::new();
        for db in [&test.db, &other, &test.db, &other] {
            let db = db.clone();
            tasks.push(tokio::spawn(async move {
                for _ in 0..10 {
                    db.transact(|tx| -> Work<'_, (), StoreError> {
                        Box::pin(async move {
                            let n = read(tx).await?;
                            Ok(write(tx, n + 1).await?)
                        })
                    })
                    .await
                    .expect("a disturbed transaction is tried again");
                }
            }));
        }
        for task in tasks {
            task.await.expect("it does not panic");
        }
        assert_eq!(number(&test.db, COUNT).await, 40);
        other.close().await;
    })
    .await;
}

/// Both read before either writes, so one of them must be disturbed, in each shape of error.
#[tokio::test]
async fn the_disturbed_one_runs_again() {
    let test = TestDatabase::open(Engine::Postgres).await;
    counter(&test.db).await;
    let meet = Barrier::new(2);
    let add = async |by: i64, plain: bool| {
        let mut first = true;
        let meet = &meet;
        test.db
            .transact(|tx| -> Work<'_, i64, StoreError> {
                let waits = std::mem::take(&mut first);
                Box::pin(async move {
                    let n = read(tx).await?;
                    if waits {
                        meet.wait().await;
                    }
                    let written = write(tx, n + by).await;
                    if plain {
                        written?;
                    } else {
                        written.map_err(DatabaseError::from)?;
                    }
                    Ok(i64::from(!waits))
                })
            })
            .await
            .expect("the second try succeeds")
    };
    for (one, two) in [(true, true), (false, false)] {
        let (left, right) = tokio::join!(add(1, one), add(10, two));
        assert_eq!(left + right, 1, "one of them ran twice");
    }
    assert_eq!(number(&test.db, COUNT).await, 22);
}

#[tokio::test]
async fn tries_come_to_an_end() {
    on_both_empty(async |test| {
        counter(&test.db).await;
        let other = Database::open(&test.url).await.expect("it opens twice");
        let impatient = match test.db.engine() {
            Engine::Sqlite => "PRAGMA busy_timeout = 1",
            Engine::Postgres => "UPDATE counter SET n = 1", // wins against what read before
        };
        if test.db.engine() == Engine::Sqlite {
            run(&other, impatient).await.expect("it has one write connection");
        }
        let tries = std::sync::atomic::AtomicUsize::new(0);
        let conflict = test
            .db
            .transact(|tx| -> Work<'_, DatabaseError, DatabaseError> {
                let (other, tries) = (&other, &tries);
                Box::pin(async move {
                    tries.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                    if other.engine() == Engine::Sqlite {
                        // Locked from the beginning, before the first statement.
                        return Ok(run(other, "DELETE FROM counter")
                            .await
                            .expect_err("it is locked"));
                    }
                    let n = read(tx).await?;
                    run(other, impatient).await?;
                    write(tx, n + 1).await?;
                    Ok(DatabaseError::ReadOnly)
                })
            })
            .await;
        let conflict = conflict.unwrap_or_else(|error| error);
        assert!(matches!(conflict, DatabaseError::Conflict { tries: 8, .. }), "{conflict:?}");
        if test.db.engine() == Engine::Postgres {
            assert_eq!(tries.into_inner(), 8);
        }
        other.close().await;
    })
    .await;
}
