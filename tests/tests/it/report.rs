//! From stored pings to a number on a page.

use std::time::Duration;

use candor_tests::{World, in_both_worlds};
use serde_json::{Value, json};

const REPORT: &str = "starters";
const WEEK: Duration = Duration::from_secs(7 * 86_400);

#[tokio::test]
async fn people_of_a_week_become_a_number_and_few_become_none() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        send_people(world, 60).await;
        world.pass(WEEK).await;
        send_people(world, 3).await;
        world.pass(WEEK).await;
        ask_and_grant(world, "[week]").await;
        // Noise of scale 1: beyond 40 in either direction once in 10^17 runs; 17 above 3, and the
        // few are shown, once in 10^7.
        let many = run(world, "week/2026-11-16").await;
        let people = many["cells"][0]["people"].as_i64().expect("enough people");
        assert!((20..=100).contains(&people), "{people}");
        assert_eq!(run(world, "week/2026-11-16").await, many, "made once");
        let people_of = async |week| run(world, week).await["cells"][0]["people"].clone();
        assert_eq!(people_of("week/2026-11-23").await, Value::Null);
        assert_eq!(people_of("week/2026-11-09").await, Value::Null, "none looks like few");

        let page = world.get("/reports/starters").await;
        assert_eq!(page.status, 200);
        assert!(page.body.contains(&format!("about {people}")), "{}", page.body);
        assert!(page.body.contains("too few"));
        assert!(world.get("/reports").await.body.contains("too few people to tell"));
        let json = world.get("/api/reports/starters").await.json();
        assert_eq!(json["editions"][1]["people"], people);
    })
    .await;
}

#[tokio::test]
async fn an_edition_is_the_same_bytes_wherever_it_is_read() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        world.pass(WEEK).await;
        ask_and_grant(world, "[week]").await;
        let made = run_reply(world, "week/2026-11-16").await;
        let path = "/api/reports/starters/week/2026-11-16";
        let read = world.get(path).await;
        assert_eq!((read.status, &read.body), (200, &made.body));
        let json = world.get("/api/reports/starters").await.json();
        let line = &json["editions"][0];
        let sha256 = line["sha256"].as_str().expect("a hash");
        assert_eq!(read.headers["etag"], format!("\"{sha256}\""));
        assert_eq!(line["path"], format!("{path}?version=1"));
        assert_eq!(world.get(line["path"].as_str().expect("a path")).await.body, made.body);
        assert_eq!(world.get(&format!("{path}?version=2")).await.status, 404);
        let csv = world.get(&format!("{path}.csv")).await;
        assert_eq!((csv.status, csv.body.as_str()), (200, "people,error_95_people\r\n,3\r\n"));
        assert_eq!(world.get("/api/reports/starters/week/2026-11-17").await.status, 400);
        assert_eq!(world.get("/api/reports/starters/week/2026-11-23").await.status, 404);
        let ledger = world.get("/api/ledger").await.json();
        assert_eq!(
            ledger,
            json!([{
                "product": "sample", "week": "2026-11-16", "epsilon_millionths": 1_000_000,
                "budget_millionths": 8_000_000, "metrics": { "sample.app.started": 1_000_000 },
            }])
        );
    })
    .await;
}

#[tokio::test]
async fn a_withdrawn_report_says_so_and_keeps_its_numbers() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        world.pass(WEEK).await;
        ask_and_grant(world, "[week]").await;
        run(world, "week/2026-11-16").await;
        let path = format!("/api/admin/reports/{REPORT}/withdrawal");
        let reply = world.admin(&path, &json!({ "note": "It counted robots." })).await;
        assert_eq!((reply.status, &reply.json()["withdrawn"]), (200, &json!("It counted robots.")));
        let page = world.get("/reports/starters").await.body;
        assert!(page.contains("It counted robots."), "{page}");
        world.pass(WEEK).await;
        let refused = run_reply(world, "week/2026-11-23").await;
        assert_eq!((refused.status, &refused.json()["slug"]), (409, &json!("withdrawn")));
        assert_eq!(world.get("/api/reports/starters/week/2026-11-16").await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn an_edition_needs_a_grant_a_past_day_and_raw_data() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        let request = ask(world, "[day]").await;
        let shown = world.admin_get(&format!("/api/admin/reviews/{request}")).await.body;
        assert!(
            shown.contains("Version 1: people with sample.app.started; for each day"),
            "{shown}"
        );
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
        ask_and_grant(world, "[day]").await;
        for _ in 0..3 {
            world.pass(Duration::from_secs(86_400)).await;
            world.server.housekeep(world.now()).await.expect("done");
        }
        let json = world.get("/api/reports/starters").await.json();
        let days: Vec<_> = json["editions"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|e| e["start"].clone())
            .collect();
        assert_eq!(days, ["2026-11-21", "2026-11-22", "2026-11-23"]);
        // Nobody had sent anything, which the operator hears and the public does not.
        let metrics = world.metrics().await;
        assert!(metrics.contains("candor_report_alarms{trouble=\"empty\"} 3"), "{metrics}");
        assert!(metrics.contains("candor_report_alarms{trouble=\"missing\"} 0"), "{metrics}");
    })
    .await;
}

#[tokio::test]
async fn reports_of_what_cannot_be_counted_are_refused() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        for (ping, measure, part) in [
            ("nothing", "{people: sample.app.started}", "declares no ping"),
            ("sample-bundle", "{people: sample.app.nothing}", "declares no metric"),
            ("anonymous-info", "{people: sample.app.started}", "carries no client id"),
            ("sample-bundle", "{sum: sample.app.started}", "how much one person may add"),
            ("sample-bundle", "{guess: sample.app.started}", "guess"),
        ] {
            let reply = propose(world, &proposal(ping, measure, "[day]")).await;
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

/// A spec as people write it.
fn proposal(ping: &str, measure: &str, periods: &str) -> String {
    format!(
        "report: {REPORT}\nproduct: sample\nping: {ping}\nmeasure: {measure}\n\
         question: How many people start it?\nperiods: {periods}\n"
    )
}

async fn propose(world: &World, spec: &str) -> candor_tests::Reply {
    world.admin_text("/api/admin/reports?requester=Robin", spec).await
}

async fn ask(world: &World, periods: &str) -> i64 {
    let spec = proposal("sample-bundle", "{people: sample.app.started}", periods);
    let reply = propose(world, &spec).await;
    reply.json()["request"].as_i64().expect("a request")
}

async fn ask_and_grant(world: &World, periods: &str) {
    let request = ask(world, periods).await;
    world.decide(request, "granted").await;
}

async fn run_reply(world: &World, period: &str) -> candor_tests::Reply {
    let path = format!("/api/admin/reports/{REPORT}/editions");
    world.admin(&path, &json!({ "period": period })).await
}

async fn run(world: &World, period: &str) -> Value {
    let reply = run_reply(world, period).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()
}
