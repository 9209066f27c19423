//! The whole path on the command line: declare, review, send, look, report, withdraw.

use candor::real::RealClock;
use candor_database::Engine;
use candor_kernel::Clock;
use candor_reports::rules::Period;
use candor_testing::SeededDice;

use crate::home::{Home, Running, SERVICES};
use crate::sample;

const REPORT: &str = "
report: people
product: sample
ping: sample-bundle
question: How many start it in a week?
measure: {people: sample.app.started}
periods: [week]
";

#[tokio::test]
async fn from_definitions_to_a_withdrawn_review_on_sqlite() {
    check(Engine::Sqlite).await;
}

#[tokio::test]
async fn from_definitions_to_a_withdrawn_review_on_postgres() {
    check(Engine::Postgres).await;
}

async fn check(engine: Engine) {
    let home = Home::on(engine, SERVICES).await.accepted();
    let running = home.serve_ready().await;
    let dice = SeededDice::new(6);
    let ping = async || {
        let document = sample::document(&dice);
        let sent = sample::send(&running.client, &running.url, &document).await;
        (document, sent.expect("the server answers"))
    };
    let (_, (status, body)) = ping().await;
    assert_eq!((status, body.contains("unknown-app")), (404, true), "{body}");

    let request = reviewed(&home);
    let (document, (status, body)) = ping().await;
    assert_eq!(status, 200, "{body}");
    shows_only_what_is_declared(&home, &document);
    reports(&home, &running).await;
    home.ask("promises check @ --run", &[]).fine();

    home.ask(&format!("review @ withdraw {request} --by"), &["Sam Steward"]).fine();
    let (_, (status, body)) = ping().await;
    assert_eq!((status, body.contains("\"unreviewed\"")), (404, true), "{body}");
    let pings = home.json("pings @ --by Tess --reason what-was-kept --json", &[]);
    assert_eq!(pings.as_array().map(Vec::len), Some(1), "what was allowed then is still there");
    assert_eq!(running.stop().code, Some(0));
}

/// Pushes, looks at the request, and decides it; returns its number.
fn reviewed(home: &Home) -> i64 {
    let pushed = sample::push(home, "@").fine();
    let pushed: serde_json::Value = serde_json::from_str(&pushed).expect("it is JSON");
    let request = pushed["request"].as_i64().expect("a request was opened");
    let again = sample::push(home, "@").fine();
    let again: serde_json::Value = serde_json::from_str(&again).expect("it is JSON");
    assert_eq!(again["request"], pushed["request"], "the same files open nothing new");
    let list = home.ask("review @ list", &[]).fine();
    let line = list.lines().find(|line| line.trim_start().starts_with(&request.to_string()));
    assert!(line.is_some_and(|line| line.contains("  open  ")), "{list}");
    let shown = home.ask(&format!("review @ show {request}"), &[]).fine();
    assert!(shown.contains("asked by Robin Requester at "), "{shown}");
    assert!(shown.contains("  sample/metric/sample.app.theme ("), "{shown}");

    let grant = format!("review @ grant {request} --by");
    home.ask(&grant, &[" robin requester "]).failed(18, &["requester and steward are two people"]);
    let granted = home.ask(&grant, &["Sam Steward", "--note", "Lean."]).fine();
    assert!(granted.contains(&format!("Request {request} is granted; r")), "{granted}");
    home.ask(&grant, &["Sam Steward"]).failed(18, &["The request is granted, not open."]);
    request
}

fn shows_only_what_is_declared(home: &Home, document: &str) {
    let found =
        home.json("pings @ --by Tess --reason what-was-kept --json --document", &[document]);
    let payload = serde_json::to_string_pretty(&found[0]["payload"]).expect("it is JSON");
    // On both engines the same.
    insta::allow_duplicates! {
        insta::assert_snapshot!(payload, @r#"
        {
          "client_info": {
            "app_build": "20260821",
            "app_display_version": "1.2.3",
            "architecture": "x86_64",
            "os": "Linux",
            "os_version": "Unknown",
            "telemetry_sdk_build": "71.0.0"
          },
          "metrics": {
            "boolean": {
              "sample.app.enabled_flag": true
            },
            "counter": {
              "sample.app.started": 2
            },
            "datetime": {
              "sample.app.install_date": "2026-11-21+00:00"
            },
            "labeled_counter": {
              "sample.app.errors": {
                "__other__": 1,
                "network": 3
              }
            },
            "memory_distribution": {
              "sample.app.heap": {
                "sum": 2097152,
                "values": {
                  "2097151": 1
                }
              }
            },
            "quantity": {
              "sample.app.tabs": 7
            },
            "string": {
              "sample.app.theme": "dark"
            },
            "string_list": {
              "sample.app.addon_kinds": [
                "blocker",
                "theme"
              ]
            },
            "timespan": {
              "sample.app.startup": {
                "time_unit": "millisecond",
                "value": 16
              }
            },
            "timing_distribution": {
              "sample.app.load_time": {
                "sum": 45188890,
                "values": {
                  "16777216": 2,
                  "9975792": 1
                }
              }
            }
          },
          "ping_info": {
            "reason": "manual",
            "seq": 0
          }
        }
        "#);
    }
}

async fn reports(home: &Home, running: &Running) {
    // A week that has ended: of nobody, noise of scale 1 shows 20 once in 10^8 times.
    let week = Period::Week.of(RealClock.now().day().plus(-8));
    let file = home.argument("report.yaml");
    std::fs::write(&file, REPORT).expect("the folder is ours");
    let tried = home.ask("report try --people 400", &[&file]).fine();
    assert!(tried.contains("With 400 invented people") && tried.contains(": about "), "{tried}");
    let asked = home.json("report @ ask --json --by", &["Robin Requester", &file]);
    let request = asked["request"].as_i64().expect("a request was opened");
    let ended = format!("week/{}", week.start);
    let run = |period: &str| home.ask("report @ run people --period", &[period]);
    run(&ended).failed(18, &["No review has granted this report"]);
    assert_eq!(running.get("/reports/people").await.0, 404, "to the public it is not there yet");
    let grant = format!("review @ grant {request} --by");
    home.ask(&grant, &["Robin Requester"]).failed(18, &["two people"]);
    home.ask(&grant, &["Sam Steward"]).fine();
    assert_eq!(run(&ended).fine(), format!("{week}: too few people to tell\n"));
    run("week/2100-01-04").failed(18, &["after its period has ended"]);
    run("yesterday").failed(18, &["written yyyy-mm-dd"]);
    let shown = home.ask("report @ show people", &[]).fine();
    assert!(shown.contains("How many start it") && shown.contains(&week.to_string()), "{shown}");
    let (status, page) = running.get("/reports/people").await;
    assert!(status == 200 && page.contains("How many start it"), "{status} {page}");
    let short = "report @ ask days --product sample --ping sample-bundle \
                 --metric sample.app.started --question";
    home.ask(short, &["How many start it on a day?", "--by", "Robin & Co"]).fine();
    let end = home.ask("report @ withdraw people --note", &["Enough."]).fine();
    assert!(end.contains("people makes no edition any more"), "{end}");
    assert!(home.ask("report @ show people", &[]).fine().contains("Withdrawn: Enough."));
}
