use std::time::Duration;

use candor_database::jobs::{self, Job, State};
use candor_database::{Database, DatabaseError};
use candor_kernel::Timestamp;
use candor_testing::on_both;

use crate::noon;

const MINUTE: Duration = Duration::from_secs(60);

async fn enqueue(db: &Database, subject: &str, now: Timestamp) -> bool {
    db.transact(|tx| Box::pin(jobs::enqueue(tx, "erase", subject, now))).await.expect("it answers")
}

async fn claim(db: &Database, now: Timestamp) -> Option<Job> {
    db.transact(|tx| Box::pin(jobs::claim(tx, "erase", now, MINUTE))).await.expect("it answers")
}

async fn fail(db: &Database, job: &Job, now: Timestamp) -> Result<State, DatabaseError> {
    db.transact(|tx| Box::pin(jobs::fail(tx, job, "The disk is full.", now))).await
}

async fn step(db: &Database, job: &Job, now: Timestamp) -> Result<(), DatabaseError> {
    db.transact(|tx| Box::pin(jobs::step(tx, job, "rows", now, MINUTE))).await
}

async fn complete(db: &Database, job: &Job, now: Timestamp) -> Result<(), DatabaseError> {
    db.transact(|tx| Box::pin(jobs::complete(tx, job, now))).await
}

async fn state(db: &Database) -> State {
    let mut reader = db.reader().acquire().await.expect("it reads");
    let progress = jobs::progress(&mut reader, "erase", "ann").await.expect("it reads");
    progress.expect("it is known").state
}

#[tokio::test]
async fn the_same_work_is_not_begun_twice() {
    on_both(async |test| {
        let (db, now) = (&test.db, noon());
        assert!(enqueue(db, "ann", now).await);
        assert!(!enqueue(db, "ann", now).await, "it waits");
        let job = claim(db, now).await.expect("it is due");
        assert!(!enqueue(db, "ann", now).await, "it runs");
        assert_eq!(claim(db, now).await, None);
        complete(db, &job, now).await.expect("it is ours");
        assert_eq!(state(db).await, State::Done);
        assert!(enqueue(db, "ann", now).await, "what has ended can be wanted again");
    })
    .await;
}

#[tokio::test]
async fn a_job_goes_on_at_its_step_when_its_process_died() {
    on_both(async |test| {
        let (db, now) = (&test.db, noon());
        enqueue(db, "ann", now).await;
        let first = claim(db, now).await.expect("it is due");
        step(db, &first, now.plus(MINUTE / 2)).await.expect("it is ours");
        assert_eq!(claim(db, now.plus(MINUTE)).await, None, "the step held it for longer");
        let later = now.plus(MINUTE * 2);
        let second = claim(db, later).await.expect("its lease is over");
        assert_eq!((second.step.as_str(), second.attempts), ("rows", 2));
        for refused in [
            step(db, &first, later).await,
            complete(db, &first, later).await,
            fail(db, &first, later).await.map(drop),
        ] {
            assert!(matches!(refused, Err(DatabaseError::Fenced { .. })), "{refused:?}");
        }
        complete(db, &second, later).await.expect("it is ours");
        assert!(complete(db, &second, later).await.is_err(), "it is done already");
    })
    .await;
}

#[tokio::test]
async fn a_failed_try_waits_and_the_twentieth_gives_up() {
    on_both(async |test| {
        let (db, mut now) = (&test.db, noon());
        enqueue(db, "ann", now).await;
        for attempt in 1..=20 {
            let job = claim(db, now).await.expect("it is due");
            assert_eq!(job.attempts, attempt);
            let state = fail(db, &job, now).await.expect("it is ours");
            assert_eq!(state == State::GivenUp, attempt == 20);
            assert_eq!(claim(db, now).await, None, "it waits first");
            now = now.plus(MINUTE * 60 * 6);
        }
        assert_eq!(state(db).await, State::GivenUp);
        assert_eq!(claim(db, now).await, None);
        assert!(enqueue(db, "ann", now).await, "the operator mended the cause");
        assert_eq!(claim(db, now).await.map(|job| job.attempts), Some(1));
    })
    .await;
}

#[tokio::test]
async fn a_job_whose_process_always_dies_is_given_up() {
    on_both(async |test| {
        let (db, mut now) = (&test.db, noon());
        enqueue(db, "ann", now).await;
        for _ in 0..20 {
            claim(db, now).await.expect("it is due");
            now = now.plus(MINUTE);
        }
        assert_eq!(claim(db, now).await, None);
        assert_eq!(state(db).await, State::GivenUp);
    })
    .await;
}

#[tokio::test]
async fn the_one_that_waits_for_longest_comes_first() {
    on_both(async |test| {
        let (db, now) = (&test.db, noon());
        enqueue(db, "cy", now.plus(MINUTE)).await;
        enqueue(db, "bo", now).await;
        enqueue(db, "ann", now).await;
        let later = now.plus(MINUTE * 10);
        for subject in ["ann", "bo", "cy"] {
            assert_eq!(claim(db, later).await.expect("it is due").subject, subject);
        }
    })
    .await;
}

#[tokio::test]
async fn a_clock_that_went_back_stops_nothing_and_does_nothing_twice() {
    on_both(async |test| {
        let (db, now) = (&test.db, noon());
        let ahead = now.plus(MINUTE * 60 * 24);
        enqueue(db, "ann", ahead).await;
        let first = claim(db, ahead).await.expect("it is due");
        assert_eq!(claim(db, ahead.plus(MINUTE / 2)).await, None);
        // A day back, its lease would hold for a day: it counts as over, and its holder is refused.
        let second = claim(db, now).await.expect("nobody can hold it for that long");
        assert!(matches!(complete(db, &first, now).await, Err(DatabaseError::Fenced { .. })));
        complete(db, &second, now).await.expect("it is ours");
        enqueue(db, "ann", ahead).await;
        assert!(claim(db, now).await.is_some(), "nothing waits for a day");
    })
    .await;
}
