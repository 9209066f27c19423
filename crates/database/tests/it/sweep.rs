use std::time::Duration;

use candor_database::{Database, Engine, Overdue, Sweeper, Swept};
use candor_kernel::{Fault, Faults, Timestamp};
use candor_preference::Maintenance;
use candor_testing::{TestDatabase, on_both};

use crate::{DIARY_TABLES, declared, noon, number, run};

async fn sweeper(db: &Database, faults: Faults) -> Sweeper {
    run(db, DIARY_TABLES).await.expect("a fresh database takes them");
    run(
        db,
        "INSERT INTO diary (who, day) VALUES ('a', 20471), ('a', 20470), ('b', 20400), ('b', NULL)",
    )
    .await
    .expect("rows go in");
    run(db, "INSERT INTO tally (day) VALUES (0)").await.expect("a row goes in");
    Sweeper::new(db.clone(), &declared(), faults).expect("the names are plain")
}

#[expect(clippy::disallowed_methods, reason = "the test is the scheduler of the sweeper")]
async fn tick(sweeper: &Sweeper, now: Timestamp) -> Vec<Swept> {
    sweeper.tick(now, Maintenance::claim()).await.expect("it sweeps")
}

#[tokio::test]
async fn rows_over_their_time_go_and_others_stay() {
    on_both(async |test| {
        let sweeper = sweeper(&test.db, Faults::none()).await;
        let overdue = sweeper.oldest(noon()).await.expect("it looks");
        assert_eq!(overdue, [Overdue { table: "diary".into(), days_over: 70 }]);
        assert_eq!(tick(&sweeper, noon()).await, [Swept { table: "diary".into(), rows: 2 }]);
        assert_eq!(number(&test.db, "SELECT COUNT(*) FROM diary").await, 2);
        assert_eq!(number(&test.db, "SELECT COUNT(*) FROM tally").await, 1);
        assert_eq!(sweeper.oldest(noon()).await.expect("it looks"), []);
        assert_eq!(tick(&sweeper, noon()).await, []);
    })
    .await;
}

#[tokio::test]
async fn micros_end_to_the_microsecond() {
    on_both(async |test| {
        let sweeper = sweeper(&test.db, Faults::none()).await;
        let from = noon();
        let insert = format!("INSERT INTO visit (who, at_us) VALUES ('a', {})", from.micros());
        run(&test.db, insert.leak()).await.expect("a row goes in");
        tick(&sweeper, from).await;
        let end = from.plus(Duration::from_secs(2 * 86_400));
        let before = Timestamp::from_micros(end.micros() - 1);
        let swept = tick(&sweeper, before).await;
        assert!(swept.iter().all(|swept| swept.table != "visit"), "{swept:?}");
        assert_eq!(tick(&sweeper, end).await, [Swept { table: "visit".into(), rows: 1 }]);
    })
    .await;
}

#[tokio::test]
async fn a_clock_that_went_back_removes_nothing_early() {
    on_both(async |test| {
        let sweeper = sweeper(&test.db, Faults::none()).await;
        let past = Timestamp::from_micros(noon().micros() - 400 * 86_400_000_000);
        assert_eq!(tick(&sweeper, past).await, []);
        assert_eq!(sweeper.oldest(past).await.expect("it looks"), []);
    })
    .await;
}

#[tokio::test]
async fn the_fault_removes_nothing_and_shows() {
    on_both(async |test| {
        let faults = Faults::for_demonstration();
        let sweeper = sweeper(&test.db, faults.clone()).await;
        assert!(faults.set(Fault::SweepNothing, true));
        assert_eq!(tick(&sweeper, noon()).await, []);
        assert_eq!(sweeper.oldest(noon()).await.expect("it looks").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn more_rows_than_one_batch_go() {
    on_both(async |test| {
        let sweeper = sweeper(&test.db, Faults::none()).await;
        run(
            &test.db,
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) \
             INSERT INTO diary (who, day) SELECT 'c', 1 FROM n",
        )
        .await
        .expect("rows go in");
        assert_eq!(tick(&sweeper, noon()).await[0].rows, 2502);
    })
    .await;
}

/// After a plain DELETE the file and its log still hold the row.
#[tokio::test]
async fn no_copy_of_a_swept_row_is_left_in_the_files() {
    let test = TestDatabase::open(Engine::Sqlite).await;
    let sweeper = sweeper(&test.db, Faults::none()).await;
    run(&test.db, "INSERT INTO diary (who, day, line) VALUES ('a', 1, 'CANARY-7f3a')")
        .await
        .expect("a row goes in");
    let file = test.url.strip_prefix("sqlite:").expect("it is a file").to_owned();
    let found = || {
        [file.clone(), format!("{file}-wal")].iter().any(|file| {
            let bytes = std::fs::read(file).expect("it can be read");
            bytes.windows(11).any(|window| window == b"CANARY-7f3a")
        })
    };
    assert!(found(), "the scan can find it");
    tick(&sweeper, noon()).await;
    assert!(!found());
}
