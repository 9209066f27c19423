use candor_kernel::Day;

use super::*;
use crate::rules::plan::tests::some_plan;
use crate::rules::spec::{DimensionSpec, Parts, Spread};

fn edition(change: impl FnOnce(&mut Plan), shown: &[Option<i64>]) -> Edition {
    let mut plan = some_plan();
    plan.spec.periods = vec![Period::Week];
    change(&mut plan);
    let span = Period::Week.of(Day::parse("2026-11-18").expect("a day"));
    let question = plan.question(span);
    let cells = question.check().expect("within limits");
    assert_eq!(cells, shown.len());
    let budget = plan.budget(span, cells);
    let value = |people: &Option<i64>| people.filter(|_| budget.value.is_some()).map(|n| n * 10);
    let whole = |people: &Option<i64>| match plan.spec.measure {
        MeasureSpec::Ratio(_) => people.map(|n| n * 20),
        _ => None,
    };
    let shown: Vec<_> = shown
        .iter()
        .map(|people| Shown { people: *people, value: value(people), whole: whole(people) })
        .collect();
    let now = Day::parse("2026-11-23").expect("a day").start();
    Edition::of(
        Making { plan: &plan, version: 3, request: 12, span, now },
        &question,
        &budget,
        &shown,
    )
}

fn by_os(plan: &mut Plan) {
    let values = vec!["Linux".to_owned(), "Say \"ah\", please".to_owned()];
    plan.spec.dimensions = vec![DimensionSpec { by: "os".into(), values }];
}

fn started(plan: &Plan) -> super::super::spec::ValueSpec {
    plan.spec.measure.values()[0].clone()
}

#[test]
fn an_edition_says_everything_that_it_is() {
    let text = edition(by_os, &[Some(120), None, Some(31)]).text();
    let terms = hex(&{
        let mut plan = some_plan();
        plan.spec.periods = vec![Period::Week];
        by_os(&mut plan);
        plan.terms(3)
    });
    let expected = format!(
        r#"{{"report":"starts","version":3,"question":"How many people start it?","product":"sample","ping":"bundle","measure":{{"people":"app.started"}},"period":"week","start":"2026-11-16","end":"2026-11-22","unit":"client-week","preset":"normal","epsilon_millionths":1000000,"k":20,"threshold":20,"error_95":{{"people":3,"value":null}},"terms":"{terms}","request":12,"made_at":"2026-11-23T00:00:00Z","axes":[{{"name":"os","values":["Linux","Say \"ah\", please","other"]}}],"cells":[{{"at":["Linux"],"people":120,"value":null}},{{"at":["Say \"ah\", please"],"people":null,"value":null}},{{"at":["other"],"people":31,"value":null}}]}}"#
    );
    assert_eq!(text, expected);
    assert_eq!(serde_json::from_str::<Edition>(&text).expect("its own text").text(), text);
}

#[test]
fn a_table_has_the_errors_beside_the_numbers_and_nothing_for_few() {
    let csv = edition(by_os, &[Some(120), None, Some(31)]).csv();
    assert_eq!(
        csv,
        "os,people,error_95_people\r\nLinux,120,3\r\n\"Say \"\"ah\"\", please\",,3\r\nother,31,3\r\n"
    );
    let ratio = |plan: &mut Plan| {
        plan.spec.bounds.value = Some(5);
        let (part, whole) = (started(plan), started(plan));
        plan.spec.measure = MeasureSpec::Ratio(Parts { part, whole });
    };
    assert_eq!(
        edition(ratio, &[Some(50)]).csv(),
        "people,error_95_people,value,error_95_value,whole\r\n50,6,500,60,1000\r\n"
    );
}

#[test]
fn each_step_of_a_funnel_has_its_own_marks() {
    let funnel = |plan: &mut Plan| {
        plan.spec.measure = MeasureSpec::Funnel(vec![started(plan); 3]);
    };
    let edition = edition(funnel, &[Some(90), Some(50), None]);
    let marks: Vec<_> = (0..3).map(|cell| edition.marks(cell).error_95_people).collect();
    assert_eq!(marks, [5, 5, 3], "of three noises, two, one");
    assert_eq!(edition.axes[0].values[1], "2. app.started");
    assert_eq!(edition.cells[1].at, ["2. app.started"]);
}

#[test]
fn percentiles_come_from_shown_buckets() {
    let spread = |plan: &mut Plan| {
        let of = started(plan);
        plan.spec.measure = MeasureSpec::Distribution(Spread { of, edges: vec![1, 10, 100] });
    };
    let one = edition(spread, &[Some(30), None, Some(60), Some(10)]);
    let found = |percent| one.percentile(0, percent);
    assert_eq!(one.axes[0].values, ["below 1", "1 to 9", "10 to 99", "100 and more"]);
    assert_eq!((found(30), found(31)), (Some("below 1"), Some("10 to 99")));
    assert_eq!((found(90), found(91)), (Some("10 to 99"), Some("100 and more")));
    assert_eq!(edition(spread, &[None; 4]).percentile(0, 50), None);
    assert_eq!(edition(|_| (), &[Some(30)]).percentile(0, 50), None, "no distribution");
}
