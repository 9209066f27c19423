use std::time::Duration;

use candor_database::lease::{self, Lease};
use candor_database::{Database, DatabaseError};
use candor_kernel::Timestamp;
use candor_testing::on_both;

use crate::noon;

const MINUTE: Duration = Duration::from_secs(60);

async fn acquire(db: &Database, holder: &str, now: Timestamp) -> Option<Lease> {
    db.transact(|tx| Box::pin(lease::acquire(tx, "sweeper", holder, now, MINUTE)))
        .await
        .expect("it answers")
}

async fn renew(db: &Database, held: &Lease, now: Timestamp) -> Result<(), DatabaseError> {
    db.transact(|tx| Box::pin(lease::renew(tx, held, now, MINUTE))).await
}

#[tokio::test]
async fn one_holds_it_until_it_is_over() {
    on_both(async |test| {
        let (db, start) = (&test.db, noon());
        let ann = acquire(db, "ann", start).await.expect("it is free");
        assert_eq!(acquire(db, "bo", start.plus(MINUTE / 2)).await, None);
        renew(db, &ann, start.plus(MINUTE / 2)).await.expect("it is held");
        assert_eq!(acquire(db, "bo", start.plus(MINUTE)).await, None);
        // Late, and nobody was there in the meantime.
        renew(db, &ann, start.plus(MINUTE * 5)).await.expect("nobody took it");
    })
    .await;
}

#[tokio::test]
async fn the_old_holder_is_refused_after_a_takeover() {
    on_both(async |test| {
        let (db, start) = (&test.db, noon());
        let ann = acquire(db, "ann", start).await.expect("it is free");
        let bo = acquire(db, "bo", start.plus(MINUTE)).await.expect("it is over");
        assert!(bo.fence() > ann.fence());
        let refused = [
            renew(db, &ann, start.plus(MINUTE)).await,
            db.transact(|tx| Box::pin(lease::guard(tx, &ann))).await,
            db.transact(|tx| Box::pin(lease::release(tx, &ann))).await,
        ];
        for refused in refused {
            assert!(matches!(refused, Err(DatabaseError::Fenced { .. })), "{refused:?}");
        }
        db.transact(|tx| Box::pin(lease::guard(tx, &bo))).await.expect("it is held");
    })
    .await;
}

#[tokio::test]
async fn a_lease_given_back_is_free_at_once() {
    on_both(async |test| {
        let (db, start) = (&test.db, noon());
        let ann = acquire(db, "ann", start).await.expect("it is free");
        db.transact(|tx| Box::pin(lease::release(tx, &ann))).await.expect("it is held");
        assert!(matches!(renew(db, &ann, start).await, Err(DatabaseError::Fenced { .. })));
        assert!(acquire(db, "bo", start).await.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_clock_that_went_back_stops_nothing() {
    on_both(async |test| {
        let (db, start) = (&test.db, noon());
        acquire(db, "ann", start.plus(MINUTE * 60 * 24)).await.expect("it is free");
        assert!(acquire(db, "bo", start).await.is_some(), "a day ahead is no lease of a minute");
    })
    .await;
}
