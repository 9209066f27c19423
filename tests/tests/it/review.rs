//! A review switches collection on and off.

use std::time::Duration;

use candor_tests::{METRICS, in_both_worlds};
use serde_json::json;

#[tokio::test]
async fn collection_begins_with_a_grant_and_ends_with_its_withdrawal() {
    in_both_worlds(async |world| {
        world.accept().await;
        let pushed = world.push(METRICS).await;
        let slug = |reply: candor_tests::Reply| reply.json()["slug"].as_str().map(str::to_owned);
        assert_eq!(slug(world.post_captured().await).as_deref(), Some("unreviewed"));
        let request = pushed["request"].as_i64().expect("a request");
        world.decide(request, "granted").await;
        assert_eq!(world.post_captured().await.status, 200);
        world.decide(request, "withdrawn").await;
        assert_eq!(slug(world.post_captured().await).as_deref(), Some("unreviewed"));
    })
    .await;
}

#[tokio::test]
async fn a_grant_ends_on_its_day_without_anybody_doing_anything() {
    in_both_worlds(async |world| {
        world.accept().await;
        let request = world.push(METRICS).await["request"].as_i64().expect("a request");
        let path = format!("/api/admin/reviews/{request}/decision");
        let body = json!({ "outcome": "granted", "steward": "Sam", "expires": "2026-11-23" });
        assert_eq!(world.admin(&path, &body).await.status, 200);
        world.pass(Duration::from_secs(86_400)).await;
        assert_eq!(world.post_captured().await.status, 200);
        world.pass(Duration::from_secs(86_400)).await;
        let reply = world.post_captured().await;
        assert_eq!((reply.status, reply.json()["slug"].as_str()), (404, Some("expired")));
    })
    .await;
}

#[tokio::test]
async fn whoever_asks_does_not_decide() {
    in_both_worlds(async |world| {
        world.accept().await;
        let request = world.push(METRICS).await["request"].as_i64().expect("a request");
        let path = format!("/api/admin/reviews/{request}/decision");
        let reply = world.admin(&path, &json!({ "outcome": "granted", "steward": "Robin" })).await;
        assert_eq!((reply.status, reply.json()["slug"].as_str()), (409, Some("decision-refused")));
        assert_eq!(world.post_captured().await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn a_metric_that_changed_is_dropped_until_it_is_reviewed_again() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        let same = world.push(METRICS).await;
        assert_eq!(same["request"], json!(null), "the same files ask for nothing");
        let changed = METRICS.replace(
            "    data_sensitivity: [technical]\n    send_in_pings: [metrics, sample-bundle]",
            "    data_sensitivity: [interaction]\n    send_in_pings: [metrics, sample-bundle]",
        );
        assert_ne!(changed, METRICS);
        let pushed = world.push(&changed).await;
        let asked: Vec<_> = pushed["asked"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|i| i["datum"].clone())
            .collect();
        assert_eq!(asked, [json!("sample/metric/sample.app.started")]);
        let dropped = world.post_captured().await.json()["dropped"].clone();
        assert_eq!(dropped["unreviewed"], 1);
        let kept = &world.stored().await[0]["payload"]["metrics"];
        assert!(kept["counter"].is_null() && kept["quantity"]["sample.app.tabs"] == 7);
    })
    .await;
}

#[tokio::test]
async fn definitions_with_problems_change_nothing() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        let body = json!({
            "product": "sample", "title": "Sample", "contact": "", "requester": "Robin",
            "apps": [["org-example-sample", "beta"]],
            "files": [["metrics.yaml", METRICS.replace("type: boolean", "type: abacus")]],
        });
        let reply = world.admin("/api/admin/definitions", &body).await;
        let problem = reply.json();
        assert_eq!((reply.status, problem["slug"].as_str()), (422, Some("definitions-refused")));
        assert!(problem["detail"].as_str().expect("text").contains("enabled_flag has the type"));
        assert_eq!(world.post_captured().await.status, 200);
        let taken = json!({
            "product": "other", "title": "Other", "contact": "", "requester": "Robin",
            "apps": [["org-example-sample", "beta"]], "files": [["metrics.yaml", METRICS]],
        });
        assert_eq!(world.admin("/api/admin/definitions", &taken).await.status, 409);
        let own = json!({
            "product": "candor-probe", "title": "x", "contact": "", "requester": "Robin",
            "apps": [["candor-probe", "beta"]], "files": [["metrics.yaml", METRICS]],
        });
        assert_eq!(world.admin("/api/admin/definitions", &own).await.status, 409);
    })
    .await;
}
