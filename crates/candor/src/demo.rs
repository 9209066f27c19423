//! `--demo`: a product with reviews, two weeks of invented people, and a report. Everything goes
//! the way real data goes; only the people are made up.

use std::collections::BTreeSet;

use candor_inventory::Channel;
use candor_kernel::{AppId, Day, Dice, DocumentId, PersonName, ProductId};
use candor_preference::Signals;
use candor_reports::ReportError;
use candor_reports::rules::{Period, Spec};
use candor_review::registry::Push;
use candor_review::rules::{Decision, Outcome};
use candor_review::store::Registration;
use candor_telemetry::{From, Submission};
use serde_json::json;

use crate::{Failure, Server};

const METRICS: &str = include_str!("../demo/metrics.yaml");
const PINGS: &str = include_str!("../demo/pings.yaml");
const PRODUCT: &str = include_str!("../demo/product.yaml");
const REPORT: &str = include_str!("../demo/report.yaml");
const DAYS: i64 = 13;

/// Fills a new demonstration; one that has its product already is left as it is.
pub async fn fill(server: &Server) -> Result<(), Failure> {
    let now = server.options.clock.now();
    let failed = |error: &dyn std::fmt::Display| Failure::other(format!("demonstration: {error}"));
    let person = |name| PersonName::parse(name).expect("an invented name is a name");
    server.registry.accept_own(person("Olive Owner"), now).await.map_err(|e| failed(&e))?;
    let product = ProductId::parse("sample").expect("it is an id");
    if server.registry.in_force().borrow().apps.values().any(|app| app.product == product) {
        return Ok(());
    }
    let registration = Registration {
        product: product.clone(),
        title: "Sample, an invented notebook".to_owned(),
        contact: "sample@example.org".to_owned(),
        apps: vec![(AppId::parse("org-example-sample").expect("it is an id"), Channel::PreRelease)],
    };
    let files = [("metrics.yaml", METRICS), ("pings.yaml", PINGS), ("product.yaml", PRODUCT)];
    let files = files.map(|(name, text)| (name.to_owned(), text.to_owned()));
    let requester = person("Robin Requester");
    let pushed = server.registry.push(Push::of(&registration, &files, &requester), now).await;
    let request = pushed.map_err(|e| failed(&e))?.request;
    grant(server, request, "Lean, documented, and nothing in it needs an aggregate instead.")
        .await?;
    for back in (1..=DAYS).rev() {
        invent_day(server, now.day().plus(-back)).await?;
    }
    report(server, requester).await
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
    let decided = server.registry.decide(request, &decision, now).await;
    decided.map(|_| ()).map_err(|error| Failure::other(format!("demonstration: {error}")))
}

async fn report(server: &Server, requester: PersonName) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::other(format!("demonstration: {error}"));
    let Some(reports) = &server.reports else { return Ok(()) };
    let now = server.options.clock.now();
    let spec = Spec::read(REPORT).map_err(|e| failed(&e))?;
    let name = spec.report.clone();
    let proposed = reports.propose(spec, requester, now).await.map_err(|e| failed(&e))?;
    let request = proposed.request;
    grant(server, Some(request), "One number a day, of everybody together.").await?;
    server.registry.refresh(now).await.map_err(|e| failed(&e))?;
    // The promises are checked before the first edition, as on every server.
    server.notices.keep_current(now).await?;
    server.runner.run_all(now).await;
    if let Err(paused) = reports.may_publish(now) {
        // A build that does not know its source, for example: the demonstration shows just that.
        tracing::warn!(%paused, "no editions of invented data");
        return Ok(());
    }
    for back in (1..=DAYS).rev() {
        let day = Period::Day.of(now.day().plus(-back));
        match reports.run(&name, day, now).await {
            // Before three in the morning yesterday's is not due yet.
            Ok(_) | Err(ReportError::NotTheTime) => {}
            Err(error) => return Err(failed(&error)),
        }
    }
    Ok(())
}

/// One day: weekdays are busier than weekends, and the third day nearly everybody was away.
async fn invent_day(server: &Server, day: Day) -> Result<(), Failure> {
    let Some(ingest) = &server.ingest else { return Ok(()) };
    let weekday = (day.number() + 3).rem_euclid(7);
    let quiet = day.number().rem_euclid(10) == 3;
    let people = match (quiet, weekday) {
        (true, _) => 6,
        (false, 5 | 6) => 70,
        (false, other) => 130 + 4 * other,
    };
    let mut sending = tokio::task::JoinSet::new();
    let mut sent = BTreeSet::new();
    for person in 0..people {
        let document = uuid(server.options.dice.as_ref());
        sent.insert(document.clone());
        let (ingest, body) = (ingest.clone(), ping(person));
        sending.spawn(async move {
            let submission = Submission {
                path: ["org-example-sample", "sample-bundle", "1", &document],
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
