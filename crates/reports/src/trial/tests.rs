use candor_kernel::Day;
use candor_segments::tally::{By, Dimension};

use super::*;

const HEAD: &str = "report: r\nproduct: p\nping: q\nquestion: How many people are there?\n";

fn edition(rest: &str, people: u64) -> Edition {
    let spec = Spec::read(&format!("{HEAD}{rest}")).expect("a spec");
    let now = Day::parse("2026-11-25").expect("a day").start();
    editions(spec, people, now).expect("can be tried").remove(0)
}

#[test]
fn invented_people_stand_where_the_rule_says() {
    let spec = Spec::read(&format!(
        "{HEAD}measure: {{people: any}}\ndimensions: [{{by: os, values: [a, b]}}, {{by: locale, values: [c]}}]"
    ));
    let plan = assumed(spec.expect("a spec"));
    let question = plan.question(Period::Day.of(Day::from_number(20_000)));
    assert!(
        matches!(&question.dimensions[0], Dimension { by: By::Info(field), .. } if field == "os")
    );
    let cells = invented(&question, 16_000).expect("within limits").cells;
    // a, b, other by halves; so is the second list, whatever the first says.
    for (cell, expected) in cells.iter().zip([4000, 4000, 2000, 2000, 2000, 2000]) {
        let found = cell.contributors;
        assert!(found.abs_diff(expected) < expected / 5, "{found}, not about {expected}");
    }
}

#[test]
fn every_measure_can_be_tried() {
    let week = "\nperiods: [week]";
    let funnel = edition(&format!("measure: {{funnel: [a.b, a.c, a.d]}}{week}"), 8000);
    let people: Vec<_> = funnel.cells.iter().map(|cell| cell.people.expect("many")).collect();
    for (found, expected) in people.iter().zip([8000, 4000, 2000]) {
        assert!(found.abs_diff(expected) < 60, "{people:?}");
    }
    let spread = format!("measure: {{distribution: {{of: a.b, edges: [1, 10]}}}}{week}");
    let spread = edition(&spread, 9000);
    assert_eq!(spread.axes[0].values, ["below 1", "1 to 9", "10 and more"]);
    assert!(spread.cells.iter().all(|cell| cell.people.is_some_and(|n| n.abs_diff(3000) < 60)));
    let ratio =
        format!("measure: {{ratio: {{part: a.b, whole: a.c}}}}\nbounds: {{value: 1}}{week}");
    let cell = &edition(&ratio, 10_000).cells[0];
    assert!(cell.value.is_some_and(|n| n.abs_diff(1000) < 200), "{cell:?}");
    assert!(cell.whole.is_some_and(|n| n.abs_diff(10_000) < 200), "{cell:?}");
    let sum = edition(&format!("measure: {{sum: a.b}}\nbounds: {{value: 9}}{week}"), 3000);
    assert!(sum.cells[0].value.is_some_and(|n| n.abs_diff(6000) < 1200), "{sum:?}");
}

#[test]
fn a_handful_of_people_is_too_few_to_tell() {
    let few = edition("measure: {people: any}", 1);
    // 1 with noise of scale 7 reaches 45 once in a thousand times at most.
    assert_eq!(few.threshold, 45);
    assert_eq!((few.start.as_str(), few.version), ("2026-11-24", 0));
    assert!(few.cells[0].people.is_none_or(|people| people >= 45));
}
