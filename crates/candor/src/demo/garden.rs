//! A small organisation: a garden club of sixty members, who see useful numbers by the week and by
//! four weeks. They are asked about as anybody is, with the small preset.

use candor_inventory::Channel;
use candor_kernel::{Day, PersonName, ProductId};
use candor_reports::rules::{Period, Spec};
use candor_review::store::Registration;
use serde_json::json;

use super::{id, propose, publish, send};
use crate::{Failure, Server};

const FILES: [(&str, &str); 3] = [
    ("metrics.yaml", include_str!("../../demo/garden/metrics.yaml")),
    ("pings.yaml", include_str!("../../demo/garden/pings.yaml")),
    ("product.yaml", include_str!("../../demo/garden/product.yaml")),
];
const REPORTS: [&str; 4] = [
    include_str!("../../demo/garden/people.yaml"),
    include_str!("../../demo/garden/events.yaml"),
    include_str!("../../demo/garden/funnel.yaml"),
    include_str!("../../demo/garden/versions.yaml"),
];
const APP: &str = "org-example-garden";
const MEMBERS: i64 = 60;

/// Registers the club's planner and has it granted.
pub(super) async fn register(server: &Server, requester: &PersonName) -> Result<(), Failure> {
    let registration = Registration {
        product: ProductId::parse("garden").expect("it is an id"),
        title: "Garden, the planner of an invented club of sixty".to_owned(),
        contact: "garden@example.org".to_owned(),
        apps: vec![(id(APP), Channel::Release)],
    };
    let note =
        "A club that wants to know whether its planner helps; nothing in it is about a person.";
    propose(server, &registration, &FILES, requester, note).await
}

/// Asks for the club's reports.
pub(super) async fn ask(server: &Server, requester: &PersonName) -> Result<Vec<Spec>, Failure> {
    let mut asked = Vec::new();
    for text in REPORTS {
        let note = "Closed lists, the small preset, four weeks where a week has too few.";
        asked.push(super::ask(server, text, requester, note).await?);
    }
    Ok(asked)
}

/// Sends what members did since the four weeks before these began, and makes every edition at the
/// time at which it was due: the first pings of them are over their time today.
pub(super) async fn publish_all(server: &Server, reports: &[Spec]) -> Result<(), Failure> {
    let today = server.options.clock.now().day();
    let first = Period::Month.of(today.plus(-Period::Month.days())).start;
    for day in (0..).map(|offset| first.plus(offset)).take_while(|day| *day < today) {
        // Half of them on Tuesday, half on Friday: fewer days to count.
        let weekday = (day.number() + 3).rem_euclid(7);
        let members = (0..MEMBERS).filter(|member| weekday == 1 + 3 * (member % 2));
        send(server, [APP, "garden-week"], members.map(|member| ping(member, day)), day).await?;
    }
    for spec in reports {
        for period in &spec.periods {
            let spans = std::iter::successors(Some(period.of(first)), |span| Some(span.next()));
            for span in spans.take_while(|span| span.due() <= server.options.clock.now()) {
                publish(server, spec, span, span.due()).await?;
            }
        }
    }
    Ok(())
}

/// A member sends once a week. Some are away in some weeks; most have the newest version.
fn ping(member: i64, day: Day) -> String {
    let week = candor_reports::rules::week(day);
    let version = match member {
        0..4 => "2.0",
        4..19 => "2.1",
        _ => "2.2",
    };
    let busy = (member * 7 + week * 3).rem_euclid(10);
    let watered = (0..busy)
        .map(|at| json!({"timestamp": at * 1000, "category": "garden.bed", "name": "watered"}));
    let mut counters = json!({"garden.app.opened": 1 + busy});
    let comes = member % 10;
    let steps = [
        ("garden.plan.opened", comes > 0),
        ("garden.plan.drawn", comes > 3),
        ("garden.plan.shared", comes > 6),
    ];
    for (step, _) in steps.iter().filter(|(_, reached)| *reached) {
        counters[step] = json!(1);
    }
    json!({
        "client_info": {
            "client_id": format!("00000000-0000-4000-9000-{member:012x}"),
            "app_build": "20260901",
            "app_display_version": version,
            "architecture": "aarch64",
            "os": "Android",
            "os_version": "16",
            "telemetry_sdk_build": "71.0.0",
        },
        "ping_info": { "seq": week, "reason": "scheduled" },
        "metrics": { "counter": counters },
        "events": watered.collect::<Vec<_>>(),
    })
    .to_string()
}
