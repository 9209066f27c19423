//! S30: every column has an end, and data in transit is found in no file.

use std::time::Duration;

use candor_kernel::Fault;
use candor_tests::{World, in_both_worlds};

#[tokio::test]
async fn s30_holds_and_says_what_was_measured() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        world.check_all().await;
        let (state, fact) = world.promise("S30").await;
        assert_eq!(state, "kept", "{fact}");
        assert!(fact.contains("found in no file") && fact.contains("declared fields have an end"));
        assert_eq!(world.stored().await.len(), 0, "the check removes its own ping");
    })
    .await;
}

#[tokio::test]
async fn s30_breaks_when_the_edge_keeps_what_nobody_declared() {
    breaks_and_mends(Fault::KeepUndeclared, "found in the file 2026-11-21.db").await;
}

#[tokio::test]
async fn s30_breaks_when_the_sweeper_sweeps_nothing() {
    breaks_and_mends(Fault::SweepNothing, "The table check_result holds a row").await;
}

#[tokio::test]
async fn s30_breaks_when_a_column_appears_that_nobody_declared() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        alter(world, "ALTER TABLE product ADD COLUMN nickname TEXT").await;
        world.check_all().await;
        let (state, fact) = world.promise("S30").await;
        assert_eq!(state, "broken");
        assert!(fact.contains("product.nickname"), "{fact}");
        alter(world, "ALTER TABLE product DROP COLUMN nickname").await;
        world.check_all().await;
        assert_eq!(world.promise("S30").await.0, "kept");
    })
    .await;
}

/// With the fault: broken, evidence on the page, pings wait, editions pause. Without: all is well.
async fn breaks_and_mends(fault: Fault, evidence: &str) {
    in_both_worlds(async |world| {
        world.with_sample().await;
        assert_eq!(world.post_captured().await.status, 200);
        assert!(world.faults.set(fault, true));
        world.check_all().await;
        let (state, fact) = world.promise("S30").await;
        assert_eq!(state, "broken", "{fact}");
        assert!(fact.contains(evidence), "{fact}");

        let page = world.get("/notice").await.body;
        assert!(page.contains("does not hold") && page.contains(evidence));
        let reply = world.post_captured().await;
        assert_eq!((reply.status, &reply.json()["slug"]), (503, &"promise-not-held".into()));
        assert!(world.get("/reports").await.body.contains("No new numbers for now"));
        let week = Duration::from_secs(7 * 86_400 + 1);
        world.pass(week).await;
        assert_eq!(world.post_captured().await.status, 403, "nobody waits longer than a week");

        assert!(world.faults.set(fault, false));
        world.pass(Duration::from_secs(10)).await;
        assert_eq!(world.promise("S30").await.0, "kept", "mended, and checked again by itself");
        assert_eq!(world.post_captured().await.status, 200);
    })
    .await;
}

async fn alter(world: &World, sql: &'static str) {
    let altered = world.server.db.transact(|tx| {
        Box::pin(async move {
            sqlx::query(sql).execute(&mut **tx).await?;
            Ok::<_, candor_database::DatabaseError>(())
        })
    });
    altered.await.expect("altered");
}
