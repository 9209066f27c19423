//! H13, H14, B18 and the attacks of S08: what leaves is an edition as it was kept, and it tells of nobody.

use std::time::Duration;

use candor_kernel::Fault;
use candor_tests::{World, in_both_worlds};
use serde_json::json;

const WEEK: Duration = Duration::from_secs(7 * 86_400);

/// A report with the edition of a week in which nobody sent anything.
async fn with_edition(world: &World) {
    world.with_sample().await;
    let body = json!({
        "report": "starters",
        "product": "sample",
        "ping": "sample-bundle",
        "measure": { "people": "sample.app.started" },
        "question": "How many people start it?",
        "periods": ["week"],
    });
    let reply = world.admin("/api/admin/reports?requester=Robin", &body).await;
    world.decide(reply.json()["request"].as_i64().expect("a request"), "granted").await;
    world.pass(WEEK).await;
    assert_eq!(run(world, "week/2026-11-16").await, 200);
}

async fn run(world: &World, period: &str) -> u16 {
    let path = "/api/admin/reports/starters/editions";
    world.admin(path, &json!({ "period": period })).await.status
}

async fn found(world: &World, id: &str) -> (String, String) {
    world.check_all().await;
    world.promise(id).await
}

#[tokio::test]
async fn h13_h14_b18_s08_hold_and_say_what_was_measured() {
    in_both_worlds(async |world| {
        with_edition(world).await;
        for (id, part) in [
            ("H14", "All 1 reports stand on /reports. Of 1 editions the document, the CSV and the"),
            ("H13", "are too few to tell"),
            ("B18", "hold neither its text nor its id nor the key"),
            ("B18", "All 1 editions stand in the ledger"),
            ("S08", "and 1 editions asked for again were the same"),
        ] {
            let (state, fact) = found(world, id).await;
            assert_eq!(state, "kept", "{id}: {fact}");
            assert!(fact.contains(part), "{id}: {fact}");
        }
    })
    .await;
}

#[tokio::test]
async fn h14_breaks_when_a_small_cell_is_shown() {
    breaks("H14", Fault::ShowSmallCells, "shows a cell below its threshold of 20").await;
}

#[tokio::test]
async fn h13_breaks_when_a_small_cell_is_shown() {
    breaks("H13", Fault::ShowSmallCells, "shows a cell below its threshold of 20").await;
}

#[tokio::test]
async fn b18_breaks_when_editions_have_no_threshold() {
    breaks("B18", Fault::SkipThreshold, "shows a cell in which one person stands alone").await;
}

#[tokio::test]
async fn b18_breaks_when_single_pings_are_public() {
    let evidence = "A single ping that was planted can be read by anybody at /api/raw-reads";
    breaks("B18", Fault::ShowPings, evidence).await;
}

#[tokio::test]
async fn s08_breaks_when_editions_have_no_noise() {
    breaks("S08", Fault::SkipNoise, "was made without noise").await;
}

#[tokio::test]
async fn h14_breaks_when_an_edition_was_changed() {
    in_both_worlds(async |world| {
        with_edition(world).await;
        alter(world, "UPDATE edition SET document = document || ' '").await;
        let (state, fact) = found(world, "H14").await;
        assert_eq!(state, "broken", "{fact}");
        assert!(fact.contains("gives out another document than was kept"), "{fact}");
        alter(world, "UPDATE edition SET document = TRIM(document)").await;
        assert_eq!(found(world, "H14").await.0, "kept");
    })
    .await;
}

#[tokio::test]
async fn b18_breaks_when_nobody_measured_what_an_edition_gives_away() {
    in_both_worlds(async |world| {
        with_edition(world).await;
        alter(world, "DELETE FROM privacy_ledger").await;
        let (state, fact) = found(world, "B18").await;
        assert_eq!(state, "broken", "{fact}");
        assert!(fact.contains("Of 1 editions 1 were kept without an entry"), "{fact}");
    })
    .await;
}

/// The fault turns the sentence red, and no edition is made; mended, the next one is.
async fn breaks(id: &str, fault: Fault, evidence: &str) {
    in_both_worlds(async |world| {
        with_edition(world).await;
        world.pass(WEEK).await;
        assert!(world.faults.set(fault, true));
        let (state, fact) = found(world, id).await;
        assert_eq!(state, "broken", "{fact}");
        assert!(fact.contains(evidence), "{fact}");
        assert!(world.get(&format!("/promises/{id}")).await.body.contains(evidence));
        assert!(world.get("/reports").await.body.contains("No new numbers for now"));
        assert_eq!(run(world, "week/2026-11-23").await, 503);
        // H13 stops pings as well; what only concerns numbers does not.
        let pings = if fault == Fault::ShowSmallCells { 503 } else { 200 };
        assert_eq!(world.post_captured().await.status, pings);
        assert!(world.faults.set(fault, false));
        world.pass(Duration::from_secs(10)).await;
        assert_eq!(world.promise(id).await.0, "kept", "mended, and checked again by itself");
        assert_eq!(run(world, "week/2026-11-23").await, 200);
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
