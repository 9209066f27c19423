//! C01, C04, C13, C20, S27, S36 and B13: whatever is in force says why, what for, how much and who, and the notice
//! passes it on.

use candor_kernel::Fault;
use candor_tests::{CAPTURED, CAPTURED_PATH, METRICS, PINGS, PRODUCT, World, in_both_worlds};
use serde_json::json;

#[tokio::test]
async fn c01_c04_c13_c20_s27_s36_b13_hold_and_say_what_was_measured() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        world.check_all().await;
        for (id, part) in [
            ("C01", "state a reason; trial data with an empty reason"),
            ("C04", "name who designed, approved and built"),
            ("S27", "say what people get from them"),
            ("S36", "what they are, why they are taken, and what people get"),
            ("C13", "examples get their category"),
            ("C20", "tells of all 16 data of products"),
            ("B13", "records about people count as personal"),
        ] {
            let (state, fact) = world.promise(id).await;
            assert_eq!(state, "kept", "{id}: {fact}");
            assert!(fact.contains(part), "{id}: {fact}");
        }
        let notice = world.get("/notice").await.body;
        for part in [
            "<p>Why: To see which parts of the sample are used.</p>",
            "<p>What you get from it: What is used gets mended first.</p>",
            "<p>From whom: Everybody who runs it.</p>",
            "What you get: What one product learns is not mixed with another",
        ] {
            assert!(notice.contains(part), "{part} in {notice}");
        }
    })
    .await;
}

#[tokio::test]
async fn c01_breaks_when_poor_reasons_pass() {
    breaks("C01", Fault::PassPoorReasons, "Trial data with an empty reason came into force").await;
}

#[tokio::test]
async fn c04_breaks_when_nobody_need_answer() {
    breaks("C04", Fault::NeedNobody, "nobody named for building it came into force").await;
}

#[tokio::test]
async fn s27_breaks_when_benefits_may_be_left_out() {
    breaks("S27", Fault::SkipBenefits, "Trial data without a benefit came into force").await;
}

#[tokio::test]
async fn s36_breaks_when_the_notice_leaves_benefits_out() {
    breaks("S36", Fault::MuteBenefits, "The notice does not say of ").await;
}

#[tokio::test]
async fn c13_breaks_when_a_ping_is_rated_by_its_parts() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        assert!(world.faults.set(Fault::RateParts, true));
        world.check_all().await;
        let (state, fact) = world.promise("C13").await;
        assert_eq!(state, "broken", "{fact}");
        assert!(fact.contains("is rated stored content, which is highly sensitive"), "{fact}");
        assert!(world.faults.set(Fault::RateParts, false));
        world.check_all().await;
        assert_eq!(world.promise("C13").await.0, "kept");
    })
    .await;
}

#[tokio::test]
async fn c20_breaks_when_the_dictionary_is_not_written_anew() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        assert_eq!(world.get("/api/dictionary?product=sample").await.status, 200);
        assert!(world.faults.set(Fault::FreezeDictionary, true));
        let pushed = world.push(&METRICS.replace("description: ", "description: Newly, ")).await;
        assert_eq!(pushed["asked"], json!([]), "a description needs no review");
        world.check_all().await;
        let (state, fact) = world.promise("C20").await;
        assert_eq!(state, "broken", "{fact}");
        assert!(fact.contains("The dictionary does not say of sample/"), "{fact}");
        assert!(world.faults.set(Fault::FreezeDictionary, false));
        world.check_all().await;
        assert_eq!(world.promise("C20").await.0, "kept");
    })
    .await;
}

#[tokio::test]
async fn b13_breaks_when_columns_are_mixed() {
    breaks("B13", Fault::MixColumns, "A trial table was accepted that marks a column").await;
}

/// The fault turns the sentence red and stops the collection; mended, both come back.
async fn breaks(id: &str, fault: Fault, evidence: &str) {
    in_both_worlds(async |world| {
        world.with_sample().await;
        assert!(world.faults.set(fault, true));
        world.check_all().await;
        let (state, fact) = world.promise(id).await;
        assert_eq!(state, "broken", "{fact}");
        assert!(fact.contains(evidence), "{fact}");
        assert_eq!(world.post_captured().await.status, 503);
        assert!(world.faults.set(fault, false));
        world.check_all().await;
        assert_eq!(world.promise(id).await.0, "kept");
        assert_eq!(world.post_captured().await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn what_nobody_explained_is_not_in_force_whoever_granted_it() {
    in_both_worlds(async |world| {
        world.accept().await;
        let pushed = push(world, json!([["metrics.yaml", METRICS], ["pings.yaml", PINGS]])).await;
        assert_eq!(pushed.status, 200, "{}", pushed.body);
        world.decide(pushed.json()["request"].as_i64().expect("a request"), "granted").await;
        let refused = world.post_captured().await;
        assert_eq!((refused.status, &refused.json()["slug"]), (404, &json!("unreviewed")));
        // Said afterwards, it is another question, and asked anew.
        let explained =
            json!([["metrics.yaml", METRICS], ["pings.yaml", PINGS], ["product.yaml", PRODUCT]]);
        let pushed = push(world, explained).await.json();
        assert_ne!(pushed["asked"], json!([]));
        assert_eq!(world.post_captured().await.status, 404);
        world.decide(pushed["request"].as_i64().expect("a request"), "granted").await;
        assert_eq!(world.post_captured().await.status, 200);
        let poor =
            PRODUCT.replace("To see which parts of the sample are used.", "It may be useful.");
        assert_ne!(poor, PRODUCT);
        let refused = push(world, json!([["metrics.yaml", METRICS], ["product.yaml", poor]])).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
        assert!(refused.body.contains("product.yaml:3"), "{}", refused.body);
    })
    .await;
}

async fn push(world: &World, files: serde_json::Value) -> candor_tests::Reply {
    let body = json!({
        "product": "sample", "title": "Sample", "contact": "sample@example.org",
        "apps": [["org-example-sample", "beta"]], "requester": "Robin", "files": files,
    });
    world.admin("/api/admin/definitions", &body).await
}

#[tokio::test]
async fn c01_breaks_when_what_nobody_reads_stays() {
    breaks("C01", Fault::KeepUnread, "Trial data that no report reads are still in force").await;
}

#[tokio::test]
async fn what_no_report_reads_ends_by_itself_and_what_one_reads_goes_on() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        let asked = world.ask_report().await;
        let theme = async || {
            let path = "/api/dictionary/sample/metric/sample.app.theme";
            let datum = world.get(path).await.json();
            (datum["state"].clone(), datum["ends"].clone())
        };
        assert_eq!(theme().await, (json!("in_force"), json!("2027-02-19")), "ninety days on");
        world.pass(std::time::Duration::from_secs(89 * 86_400)).await;
        assert_eq!(world.post_captured().await.status, 200, "it may still wait for a reader");
        world.pass(std::time::Duration::from_secs(86_400)).await;
        let refused = world.post_captured().await;
        assert_eq!((refused.status, &refused.json()["slug"]), (404, &json!("unread")));
        assert_eq!(theme().await.0, "expired");
        // A report that was only asked for reads nothing yet.
        world.decide(asked, "granted").await;
        world.server.refresh(world.now()).await;
        let other = CAPTURED_PATH.replace("eaee1704", "eaee1705");
        let taken = world.post(&other, &[("content-encoding", "gzip")], CAPTURED).await;
        assert_eq!((taken.status, &taken.json()["result"]), (200, &json!("accepted")));
        assert_eq!(theme().await.0, "expired", "the report reads another metric");
        let kept = world.stored().await;
        let newest = kept.iter().max_by_key(|ping| ping["day"].to_string()).expect("a ping");
        assert_eq!(newest["payload"]["metrics"]["counter"]["sample.app.started"], 2);
        assert_eq!(newest["payload"]["metrics"]["string"], json!(null));
    })
    .await;
}
