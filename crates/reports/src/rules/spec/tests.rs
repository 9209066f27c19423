use super::*;

const HEAD: &str =
    "report: starts\nproduct: sample\nping: sample-bundle\nquestion: How many start it?\n";

fn read(rest: &str) -> Result<Spec, String> {
    Spec::read(&format!("{HEAD}{rest}"))
}

#[test]
fn every_measure_can_be_written() {
    let value = |metric: &str, label: Option<&str>| ValueSpec {
        metric: MetricId::parse(metric).expect("an id"),
        label: label.map(str::to_owned),
    };
    let a = || value("app.started", None);
    let parts = Parts { part: value("app.errors", Some("disk")), whole: a() };
    for (written, measure) in [
        ("{people: any}", MeasureSpec::People(Counted::Any)),
        ("{people: app.started}", MeasureSpec::People(Counted::Value(a()))),
        ("{pings: any}", MeasureSpec::Pings(Counted::Any)),
        ("{sum: app.started}", MeasureSpec::Sum(a())),
        (
            "{funnel: [app.started, app.saved]}",
            MeasureSpec::Funnel(vec![a(), value("app.saved", None)]),
        ),
        (
            "{distribution: {of: app.started, edges: [1, 10]}}",
            MeasureSpec::Distribution(Spread { of: a(), edges: vec![1, 10] }),
        ),
        (
            "{ratio: {part: {metric: app.errors, label: disk}, whole: app.started}}",
            MeasureSpec::Ratio(parts),
        ),
    ] {
        let spec = read(&format!("measure: {written}")).expect(written);
        assert_eq!(spec.measure, measure, "{written}");
        assert_eq!(Spec::read(&spec.text()).as_ref(), Ok(&spec), "JSON says the same");
        assert_eq!((spec.periods.as_slice(), spec.preset), ([Period::Day].as_slice(), None));
        assert_eq!(spec.bounds, BoundsSpec { cells: 1, value: None });
    }
}

#[test]
fn everything_else_can_be_written_too() {
    let spec = read(
        "measure: {sum: app.started}\ndimensions:\n  - {by: os, values: [Linux]}\n\
         periods: [week, month]\npreset: small_group\nbounds: {cells: 2, value: 50}",
    )
    .expect("a spec");
    assert_eq!(spec.dimensions[0].by, "os");
    assert_eq!(spec.periods, [Period::Week, Period::Month]);
    assert_eq!(spec.preset, Some(Preset::SmallGroup));
    assert_eq!(spec.bounds, BoundsSpec { cells: 2, value: Some(50) });
}

#[test]
fn what_is_wrong_is_said() {
    for (rest, part) in [
        ("", "measure"),
        ("measure: {people: any}\nepsilon: 9", "epsilon"),
        ("measure: {mean: app.started}", "mean"),
        ("measure: {people: App Started}", "is not a metric id"),
        ("measure: {sum: any}", "name a metric"),
        ("measure: {sum: {metric: a.b, label: c, weight: 2}}", "weight"),
        ("measure: {people: any}\nperiods: [quarter]", "longer than pings are kept"),
        ("measure: {people: any}\npreset: reckless", "reckless"),
        ("measure: {people: any}\nbounds: {cells: -1}", "invalid"),
    ] {
        let said = read(rest).expect_err(rest);
        assert!(
            said.starts_with("The spec cannot be read: ") && said.contains(part),
            "{rest}: {said}"
        );
    }
    assert!(Spec::read("{\"report\": 1}").is_err());
    assert!(Spec::read("").is_err());
}
