//! H21: a notice is dated; its earlier versions and their differences stay readable.

use std::time::Duration;

use candor_kernel::Fault;
use candor_tests::{METRICS, World, in_both_worlds};

#[tokio::test]
async fn h21_holds_over_changes_that_stay_readable() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        world.pass(Duration::from_secs(86_400)).await;
        let reworded = METRICS.replace(
            "How often the sample application was started.",
            "How many starts there were.",
        );
        world.push(&reworded).await;
        world.pass(Duration::from_secs(10)).await;
        world.check_all().await;
        let (state, fact) = world.promise("H21").await;
        assert_eq!(state, "kept", "{fact}");

        let newest = newest(world).await;
        assert!(newest > 1);
        let page = world.get(&format!("/notice/versions/{newest}")).await.body;
        assert!(page.contains("2026-11-22"), "{page}");
        let line = |mark: &str, words: &str| {
            page.lines().any(|line| line.contains(&format!("<{mark}>")) && line.contains(words))
        };
        assert!(line("ins", "How many starts there were"));
        assert!(line("del", "How often the sample application was started"));
        let before = world.get(&format!("/notice/versions/{}", newest - 1)).await;
        assert!(before.body.contains("How often the sample application was started"));
        assert_eq!(world.get(&format!("/notice/versions/{}", newest + 1)).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn h21_breaks_when_a_change_is_not_kept() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        assert!(world.faults.set(Fault::ForgetNotices, true));
        world.check_all().await;
        let (state, fact) = world.promise("H21").await;
        assert_eq!(state, "broken");
        assert!(fact.contains("the change was not dated and kept"), "{fact}");
        assert_eq!(world.post_captured().await.status, 503, "and the collection stops");
        assert!(world.faults.set(Fault::ForgetNotices, false));
        world.check_all().await;
        assert_eq!(world.promise("H21").await.0, "kept");
    })
    .await;
}

#[tokio::test]
async fn h21_breaks_when_an_earlier_version_is_rewritten() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        let forged = world.server.db.transact(|tx| {
            Box::pin(async move {
                sqlx::query(
                    "UPDATE notice_version SET text = $1 WHERE notice = 'server' AND number = 1",
                )
                .bind("We never promised anything.")
                .execute(&mut **tx)
                .await?;
                Ok::<_, candor_database::DatabaseError>(())
            })
        });
        forged.await.expect("forged");
        assert!(newest(world).await > 1, "the first version is an earlier one");
        world.check_all().await;
        let (state, fact) = world.promise("H21").await;
        assert_eq!(
            (state.as_str(), fact.as_str()),
            ("broken", "Version 1 no longer reads as it did.")
        );
    })
    .await;
}

async fn newest(world: &World) -> i64 {
    world.server.notices.newest().await.expect("readable").expect("a version").number
}

#[tokio::test]
async fn what_checks_found_before_stays_readable_with_its_evidence() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        assert!(world.faults.set(Fault::ForgetNotices, true));
        world.check_all().await;
        world.clock.advance(Duration::from_secs(60));
        assert!(world.faults.set(Fault::ForgetNotices, false));
        world.check_all().await;
        let results = world.get("/api/promises/H21").await.json();
        let states: Vec<_> = (0..2).map(|at| results[at]["state"].clone()).collect();
        assert_eq!(states, ["kept", "broken"], "{results}");
        assert!(results[1]["fact"].as_str().is_some_and(|fact| fact.len() > 20), "{results}");
        assert!(!results[1]["build"].as_str().unwrap_or_default().is_empty(), "{results}");
        let page = world.get("/promises/H21").await.body;
        assert!(page.contains("What it found before"), "{page}");
        assert_eq!(world.get("/api/promises/X99").await.status, 404);
    })
    .await;
}
