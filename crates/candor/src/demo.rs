//! `--demo`: two products with reviews, some weeks of invented people, and reports. Everything goes
//! the way real data goes; only the people are made up.

use std::collections::BTreeSet;

use candor_inventory::Channel;
use candor_kernel::{AppId, Day, Dice, DocumentId, PersonName, ProductId, Timestamp};
use candor_preference::Signals;
use candor_reports::ReportError;
use candor_reports::rules::{Period, Span, Spec};
use candor_review::registry::Push;
use candor_review::rules::{Decision, Outcome};
use candor_review::store::Registration;
use candor_telemetry::{From, Submission};
use serde_json::json;

use crate::{Failure, Server};

mod garden;

const FILES: [(&str, &str); 3] = [
    ("metrics.yaml", include_str!("../demo/metrics.yaml")),
    ("pings.yaml", include_str!("../demo/pings.yaml")),
    ("product.yaml", include_str!("../demo/product.yaml")),
];
const REPORT: &str = include_str!("../demo/report.yaml");
const DAYS: i64 = 13;

/// Fills a new demonstration; one that has its product already is left as it is.
pub async fn fill(server: &Server) -> Result<(), Failure> {
    let now = server.options.clock.now();
    let person = |name| PersonName::parse(name).expect("an invented name is a name");
    server.registry.accept_own(person("Olive Owner"), now).await.map_err(failed)?;
    let product = ProductId::parse("sample").expect("it is an id");
    if server.registry.in_force().borrow().apps.values().any(|app| app.product == product) {
        return Ok(());
    }
    let registration = Registration {
        product,
        title: "Sample, an invented notebook".to_owned(),
        contact: "sample@example.org".to_owned(),
        apps: vec![(id("org-example-sample"), Channel::PreRelease)],
    };
    let requester = person("Robin Requester");
    let note = "Lean, documented, and nothing in it needs an aggregate instead.";
    propose(server, &registration, &FILES, &requester, note).await?;
    garden::register(server, &requester).await?;
    for back in (1..=DAYS).rev() {
        invent_day(server, now.day().plus(-back)).await?;
    }
    reports(server, &requester).await
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::other(format!("demonstration: {error}"))
}

fn id(app: &str) -> AppId {
    AppId::parse(app).expect("it is an id")
}

/// Proposes a product's files and has them granted.
async fn propose(
    server: &Server,
    registration: &Registration,
    files: &[(&str, &str)],
    requester: &PersonName,
    note: &str,
) -> Result<(), Failure> {
    let files: Vec<_> =
        files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let push = Push::of(registration, &files, requester);
    let pushed = server.registry.push(push, server.options.clock.now()).await;
    grant(server, pushed.map_err(failed)?.request, note).await
}

async fn grant(server: &Server, request: Option<i64>, note: &str) -> Result<(), Failure> {
    let now = server.options.clock.now();
    let decision = Decision {
        outcome: Outcome::Granted,
        steward: PersonName::parse("Sam Steward").expect("it is a name"),
        note: note.to_owned(),
        expires: now.day().plus(365),
        except: BTreeSet::new(),
    };
    let Some(request) = request else { return Ok(()) };
    server.registry.decide(request, &decision, now).await.map(|_| ()).map_err(failed)
}

async fn reports(server: &Server, requester: &PersonName) -> Result<(), Failure> {
    let Some(reports) = &server.reports else { return Ok(()) };
    let now = server.options.clock.now();
    let days = ask(server, REPORT, requester, "One number a day, of everybody together.").await?;
    let of_garden = garden::ask(server, requester).await?;
    server.registry.refresh(now).await.map_err(failed)?;
    // The promises are checked before the first edition, as on every server.
    server.notices.keep_current(now).await?;
    server.runner.run_all(now).await;
    if let Err(paused) = reports.may_publish(now) {
        // A build that does not know its source, for example: the demonstration shows just that.
        tracing::warn!(%paused, "no editions of invented data");
        return Ok(());
    }
    for back in (1..=DAYS).rev() {
        publish(server, &days, Period::Day.of(now.day().plus(-back)), now).await?;
    }
    garden::publish_all(server, &of_garden).await?;
    // What is over its time goes at once, and not some minute later.
    server.housekeep(now).await?;
    Ok(())
}

/// Asks for a report and has it granted.
async fn ask(
    server: &Server,
    text: &str,
    requester: &PersonName,
    note: &str,
) -> Result<Spec, Failure> {
    let spec = Spec::read(text).map_err(failed)?;
    let Some(reports) = &server.reports else { return Ok(spec) };
    let now = server.options.clock.now();
    let proposed = reports.propose(spec.clone(), requester.clone(), now).await.map_err(failed)?;
    grant(server, Some(proposed.request), note).await?;
    Ok(spec)
}

/// Makes an edition, as if it were a certain time.
async fn publish(server: &Server, spec: &Spec, span: Span, at: Timestamp) -> Result<(), Failure> {
    let Some(reports) = &server.reports else { return Ok(()) };
    match reports.run(&spec.report, span, at).await {
        // Before three in the morning yesterday's is not due yet.
        Ok(_) | Err(ReportError::NotTheTime) => Ok(()),
        Err(error) => Err(failed(error)),
    }
}

/// One day: weekdays are busier than weekends, and the third day nearly everybody was away.
async fn invent_day(server: &Server, day: Day) -> Result<(), Failure> {
    let weekday = (day.number() + 3).rem_euclid(7);
    let quiet = day.number().rem_euclid(10) == 3;
    let people = match (quiet, weekday) {
        (true, _) => 6,
        (false, 5 | 6) => 70,
        (false, other) => 130 + 4 * other,
    };
    send(server, ["org-example-sample", "sample-bundle"], (0..people).map(ping), day).await
}

/// Sends pings of a day, as if each came from a program.
async fn send(
    server: &Server,
    [app, name]: [&'static str; 2],
    bodies: impl Iterator<Item = String>,
    day: Day,
) -> Result<(), Failure> {
    let Some(ingest) = &server.ingest else { return Ok(()) };
    let mut sending = tokio::task::JoinSet::new();
    for body in bodies {
        let document = uuid(server.options.dice.as_ref());
        let ingest = ingest.clone();
        sending.spawn(async move {
            let submission = Submission {
                path: [app, name, "1", &document],
                encoding: None,
                signals: Signals::default(),
                body: body.as_bytes(),
            };
            ingest.accept(submission, From::Inside, day.start()).await
        });
        if sending.len() >= 64 {
            take(sending.join_next().await)?;
        }
    }
    while let Some(done) = sending.join_next().await {
        take(Some(done))?;
    }
    Ok(())
}

type Done = Result<
    Result<candor_telemetry::Accepted, candor_telemetry::rules::Refusal>,
    tokio::task::JoinError,
>;

fn take(done: Option<Done>) -> Result<(), Failure> {
    match done {
        Some(Ok(Err(refusal))) => {
            Err(Failure::other(format!("demonstration: {}", refusal.sentence())))
        }
        _ => Ok(()),
    }
}

/// The same person has the same client id on every day.
fn ping(person: i64) -> String {
    json!({
        "client_info": {
            "client_id": format!("00000000-0000-4000-8000-{person:012x}"),
            "app_build": "20260821",
            "app_display_version": "1.2.3",
            "architecture": "x86_64",
            "os": "Linux",
            "os_version": "6.1",
            "telemetry_sdk_build": "71.0.0",
        },
        "ping_info": { "seq": person, "reason": "manual" },
        "metrics": {
            "counter": { "sample.app.started": 1 + person % 4 },
            "string": { "sample.app.theme": if person % 3 == 0 { "dark" } else { "light" } },
        },
    })
    .to_string()
}

fn uuid(dice: &dyn Dice) -> String {
    let mut bytes = [0; 16];
    dice.fill(&mut bytes);
    DocumentId(bytes).to_string()
}
