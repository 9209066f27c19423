//! S08: nothing is called unlinkable, since nothing has earned it yet.

use candor_kernel::Fault;
use candor_tests::{World, in_both_worlds};
use serde_json::json;

#[tokio::test]
async fn s08_holds_and_the_word_is_found_where_it_is_quoted() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        publish(world, "How many people start it?").await;
        world.check_all().await;
        let (state, fact) = world.promise("S08").await;
        assert_eq!(state, "kept", "{fact}");
        assert!(fact.contains("times where promises are quoted"), "{fact}");
        let notice = world.get("/notice").await.body;
        assert!(notice.contains("so far nothing bears that word"), "the promise itself says it");
    })
    .await;
}

#[tokio::test]
async fn s08_breaks_when_a_report_labels_its_numbers_and_only_reports_stop() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        publish(world, "How many people start it?").await;
        assert!(world.faults.set(Fault::LabelUnlinkable, true));
        world.check_all().await;
        let (state, fact) = world.promise("S08").await;
        assert_eq!(state, "broken");
        assert!(fact.contains("The page /reports/starters bears a label"), "{fact}");
        assert!(world.get("/reports").await.body.contains("No new numbers for now"));
        assert_eq!(world.post_captured().await.status, 200, "pings say nothing of the kind");

        assert!(world.faults.set(Fault::LabelUnlinkable, false));
        world.check_all().await;
        assert_eq!(world.promise("S08").await.0, "kept", "the evidence is no label itself");
    })
    .await;
}

#[tokio::test]
async fn s08_breaks_when_the_words_of_somebody_else_say_it() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        publish(world, "How many Anonymous people start it?").await;
        world.check_all().await;
        let (state, fact) = world.promise("S08").await;
        assert_eq!(state, "broken");
        assert!(fact.contains("\u{201c}anon\u{2026}\u{201d}"), "{fact}");
    })
    .await;
}

async fn publish(world: &World, question: &str) {
    let body = json!({
        "report": "starters",
        "product": "sample",
        "ping": "sample-bundle",
        "measure": { "people": "sample.app.started" },
        "question": question,
    });
    let reply = world.admin("/api/admin/reports?requester=Robin", &body).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    world.decide(reply.json()["request"].as_i64().expect("a request"), "granted").await;
    assert_eq!(world.get("/reports/starters").await.status, 200);
}
