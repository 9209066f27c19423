//! From stored pings to a number on a page.

use std::time::Duration;

use candor_tests::{World, in_both_worlds};
use serde_json::{Value, json};

const REPORT: &str = "starters";

#[tokio::test]
async fn people_of_a_day_become_a_number_and_few_become_none() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        send_people(world, 60).await;
        world.pass(Duration::from_secs(86_400)).await;
        send_people(world, 3).await;
        world.pass(Duration::from_secs(86_400)).await;
        ask_and_grant(world).await;
        // 60 people with noise of scale 1: beyond 40 in either direction once in 10^17 runs.
        let many = run(world, "2026-11-21").await;
        let people = many["people"].as_i64().expect("enough people");
        assert!((20..=100).contains(&people), "{people}");
        assert_eq!(run(world, "2026-11-21").await, many, "made once");
        assert_eq!(run(world, "2026-11-22").await["people"], Value::Null);
        assert_eq!(run(world, "2026-11-20").await["people"], Value::Null, "none looks like few");

        let page = world.get("/reports/starters").await;
        assert_eq!(page.status, 200);
        assert!(page.body.contains(&format!("about {people}")), "{}", page.body);
        assert!(page.body.contains("too few"));
        let json = world.get("/api/reports/starters").await.json();
        assert_eq!(json["editions"][1]["people"], people);
    })
    .await;
}

#[tokio::test]
async fn an_edition_needs_a_grant_a_past_day_and_raw_data() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        let request = ask(world).await;
        world.pass(Duration::from_secs(86_400)).await;
        let slug = async |day: &str| {
            let reply = run_reply(world, day).await;
            (reply.status, reply.json()["slug"].as_str().unwrap_or_default().to_owned())
        };
        assert_eq!(slug("2026-11-21").await, (409, "unreviewed".to_owned()));
        assert_eq!(world.get("/reports/starters").await.status, 404, "not public before its grant");
        world.decide(request, "granted").await;
        assert_eq!(
            slug("2026-11-22").await,
            (409, "not-the-time".to_owned()),
            "today has not ended"
        );
        assert_eq!(slug("2026-10-01").await, (409, "not-the-time".to_owned()), "too long ago");
        assert_eq!(run_reply(world, "2026-11-21").await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn editions_come_by_themselves() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        ask_and_grant(world).await;
        for _ in 0..3 {
            world.pass(Duration::from_secs(86_400)).await;
            world.server.housekeep(world.now()).await.expect("done");
        }
        let json = world.get("/api/reports/starters").await.json();
        let days: Vec<_> = json["editions"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|e| e["period"].clone())
            .collect();
        assert_eq!(days, ["2026-11-21", "2026-11-22", "2026-11-23"]);
    })
    .await;
}

#[tokio::test]
async fn reports_of_what_cannot_be_counted_are_refused() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        for (ping, metric, part) in [
            ("nothing", "sample.app.started", "declares no ping"),
            ("sample-bundle", "sample.app.nothing", "declares no metric"),
            ("anonymous-info", "sample.app.started", "carries no client id"),
        ] {
            let reply = world.admin("/api/admin/reports", &proposal(ping, metric)).await;
            assert_eq!(reply.status, 422);
            assert!(reply.body.contains(part), "{}", reply.body);
        }
    })
    .await;
}

async fn send_people(world: &World, people: usize) {
    for person in 0..people {
        let day = world.now().day().number();
        let path = format!(
            "/submit/org-example-sample/sample-bundle/1/{day:08x}-0000-4000-8000-{person:012x}"
        );
        let body = json!({
            "client_info": { "client_id": format!("00000000-0000-4000-8000-{person:012x}") },
            "metrics": { "counter": { "sample.app.started": 1 } },
        });
        let reply = world.post(&path, &[], body.to_string().as_bytes()).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
}

fn proposal(ping: &str, metric: &str) -> Value {
    json!({
        "report": REPORT, "product": "sample", "ping": ping, "metric": metric,
        "question": "How many people start it on a day?", "requester": "Robin",
    })
}

async fn ask(world: &World) -> i64 {
    let body = proposal("sample-bundle", "sample.app.started");
    let reply = world.admin("/api/admin/reports", &body).await;
    reply.json()["request"].as_i64().expect("a request")
}

async fn ask_and_grant(world: &World) {
    let request = ask(world).await;
    world.decide(request, "granted").await;
}

async fn run_reply(world: &World, day: &str) -> candor_tests::Reply {
    let path = format!("/api/admin/reports/{REPORT}/editions");
    world.admin(&path, &json!({ "period": day })).await
}

async fn run(world: &World, day: &str) -> Value {
    let reply = run_reply(world, day).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()
}
