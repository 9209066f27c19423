//! Those who send: the same ping again, and what can be told from time and size.

use candor_reports::rules::{Edition, Making, Plan, Spec};
use candor_segments::tally::{Bounder, Said};
use candor_testing::on_both;

use super::*;
use crate::house::{House, at, day, id, in_force, spec};

/// 11: duplicates and replay. Landing takes a document once (`candor-segments`:
/// `a_row_is_kept_once_and_read_back`); and where one client sends as many different ones as it
/// likes, they are one person's.
#[test]
fn one_client_is_one_however_much_it_sends() {
    let counted = |unit| {
        let question = Question { unit, ..people() };
        let mut bounder = Bounder::new(&question).expect("within limits");
        bounder.unit(&[7; 16]);
        for ping in 0..1000_u128 {
            if unit == Unit::Ping {
                bounder.unit(&ping.to_be_bytes());
            }
            bounder.ping(0, Said::Numbers(&[]));
        }
        publish(Preset::Normal, &question, &bounder.finish(), ALL)[0].people
    };
    // One and noise of scale 1 reaches 20 once in 10^8 times.
    assert_eq!(counted(Unit::Client), None);
    let inflated = counted(Unit::Ping);
    assert!(inflated.is_some_and(|pings| pings > 900), "without the bound it counts a thousand");
}

/// 12: side channels. The time of making is fixed, every cell of a closed list is there and gets
/// noise whoever is in it, and a document's length says no more than its numbers do.
#[tokio::test]
async fn time_and_size_say_nothing_that_the_numbers_do_not() {
    on_both(async |fresh| {
        let house = House::new(&fresh.db, 0);
        house.ask("starts", "periods: [day]").await.expect("possible");
        let span = Period::Day.of(day("2026-11-18"));
        for (hour, made) in [(0, false), (1, false), (2, false), (3, true)] {
            let report = id("starts");
            let result = house.reports.run(&report, span, at("2026-11-19", hour)).await;
            assert_eq!(result.is_ok(), made, "{hour}");
        }
    })
    .await;
    let length = |people_there: u64, defences| document(people_there, defences).text().len();
    assert_eq!(length(0, NOISELESS), length(3, NOISELESS), "none and few are as long");
    let nothing = Defences { threshold: false, ..NOISELESS };
    assert_ne!(length(0, nothing), length(1_000, nothing), "without a threshold they are not");
    assert_eq!(document(0, ALL).cells.len(), 40, "empty cells are there");
    let budget = Budget::of(Preset::Normal, 1, Period::Week, &people(), 1);
    let noise = noise::draw(&budget, 40, 0).expect("a scale");
    assert_eq!(noise.people.len(), 40, "and each has noise");
}

/// So that two documents differ by what is hidden and by nothing else.
const NOISELESS: Defences = Defences { noise: false, threshold: true };

fn document(people_there: u64, defences: Defences) -> Edition {
    let values: Vec<_> = (0..39).map(|n| format!("system-{n}")).collect();
    let more = format!("dimensions: [{{by: os, values: [{}]}}]", values.join(", "));
    let spec: Spec = spec("starts", &more);
    let plan = Plan::of(spec, &in_force()).expect("possible");
    let span = Period::Week.of(day("2026-11-18"));
    let question = plan.question(span);
    let cells = question.check().expect("within limits");
    let shown = publish(Preset::Normal, &question, &tally(&vec![people_there; cells]), defences);
    let making = Making { plan: &plan, version: 1, request: 1, span, now: span.due() };
    Edition::of(making, &question, &plan.budget(span, cells), &shown)
}
