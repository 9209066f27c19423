use candor_inventory::glean::Expires;
use candor_inventory::in_force::{App, Channel};
use candor_kernel::{AppId, DatumId, Day, PingName};
use candor_preference::Offer;

use super::*;

pub(crate) const SPEC: &str = "report: starts\nproduct: sample\nping: bundle\n\
                               question: How many people start it?\nmeasure: {people: app.started}";

/// A plan to change in tests of other rules.
pub(crate) fn some_plan() -> Plan {
    Plan::of(Spec::read(SPEC).expect("a spec"), &in_force()).expect("possible")
}

fn metric(name: &str, kind: MetricKind, category: Category) -> (MetricId, MetricTerms) {
    let labels = kind.of_label().map(|_| ["disk", "net"].map(str::to_owned).into());
    let terms = MetricTerms {
        datum: DatumId::parse("sample/metric/some").expect("an id"),
        kind,
        description: "".into(),
        purpose: None,
        category,
        standing: Ok(()),
        terms: candor_inventory::glean::Terms([0; 32]),
        until: None,
        offer: Offer::On,
        secondary_id: false,
        expires: Expires::Never,
        labels,
        extra_keys: BTreeMap::new(),
    };
    (MetricId::parse(name).expect("an id"), terms)
}

fn ping(client: bool) -> PingTerms {
    let datum = || DatumId::parse("sample/ping/bundle").expect("an id");
    PingTerms {
        datum: datum(),
        client_id: client.then(datum),
        description: "".into(),
        purpose: None,
        info_sections: client,
        reasons: std::collections::BTreeSet::new(),
        standing: Ok(()),
        terms: candor_inventory::glean::Terms([0; 32]),
        until: None,
        metrics: [
            metric("app.started", MetricKind::Counter, Category::Technical),
            metric("app.errors", MetricKind::LabeledCounter, Category::Technical),
            metric("app.theme", MetricKind::String, Category::Interaction),
            metric("app.load", MetricKind::TimingDistribution, Category::Technical),
            metric("app.opened", MetricKind::Event, Category::Interaction),
            metric("app.notes", MetricKind::Quantity, Category::StoredContent),
            metric("app.place", MetricKind::String, Category::HighlySensitive),
        ]
        .into(),
    }
}

fn in_force() -> InForce {
    let name = |text| PingName::parse(text).expect("a name");
    let app = App {
        product: candor_kernel::ProductId::parse("sample").expect("an id"),
        title: "Sample".into(),
        contact: "".into(),
        answerable: None,
        readable: true,
        channel: Channel::Release,
        pings: [(name("bundle"), ping(true)), (name("nameless"), ping(false))].into(),
    };
    let apps = [(AppId::parse("sample-app").expect("an id"), app)].into();
    InForce { apps, ..InForce::nothing() }
}

fn plan(changed: &[(&str, &str)], more: &str) -> Result<Plan, String> {
    let mut text = format!("{SPEC}\n{more}");
    for (from, to) in changed {
        text = text.replace(from, to);
    }
    Plan::of(Spec::read(&text).expect("a spec"), &in_force())
}

#[test]
fn what_cannot_be_asked_is_refused_with_a_sentence() {
    let measure = |to| [("{people: app.started}", to)];
    for (changed, more, part) in [
        (vec![("How many people start it?", "Why?")], "", "write it out"),
        (vec![("ping: bundle", "ping: nothing")], "", "declares no ping nothing"),
        (vec![("product: sample", "product: other")], "", "declares no ping bundle"),
        (vec![("app.started", "app.stopped")], "", "declares no metric app.stopped"),
        (vec![("ping: bundle", "ping: nameless")], "", "carries no client id"),
        (measure("{pings: any}").into(), "", "people can be counted"),
        (measure("{people: app.place}").into(), "", "never published"),
        (measure("{sum: app.theme}").into(), "bounds: {value: 2}", "holds no number"),
        (measure("{sum: app.started}").into(), "", "how much one person may add"),
        (measure("{people: {metric: app.started, label: x}}").into(), "", "has no labels"),
        (measure("{people: {metric: app.errors, label: x}}").into(), "", "no label \"x\""),
        (measure("{funnel: [app.started]}").into(), "", "two to 5 steps"),
        (vec![], "periods: []", "names its periods"),
        (vec![], "periods: [day, day]", "each once"),
        (vec![], "dimensions: [{by: country, values: [a]}]", "is no dimension"),
        (vec![], "dimensions: [{by: app, values: [other-app]}]", "no registered application"),
        (vec![], "dimensions: [{by: app.load, values: [a]}]", "only strings and booleans"),
        (vec![], "dimensions: [{by: app.place, values: [a]}]", "never published"),
        (vec![], "dimensions: [{by: os, values: []}]", "named once each"),
        (vec![], "dimensions: [{by: label, values: [disk]}]", "Labels can be told apart"),
        (
            measure("{people: app.errors}").into(),
            "dimensions: [{by: label, values: [x]}]",
            "no label",
        ),
        (measure("{people: app.notes}").into(), "preset: normal", "`careful` there"),
        (vec![], "bounds: {cells: 1000}", "1 to 100 cells"),
    ] {
        let said = plan(&changed, more).expect_err(part);
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn stored_content_is_published_carefully_and_has_a_smaller_budget() {
    let notes = plan(&[("app.started", "app.notes")], "").expect("possible");
    assert_eq!(notes.preset, Preset::Careful);
    assert_eq!(notes.groups(), [("app.notes".to_owned(), Category::StoredContent)]);
    assert_eq!(some_plan().preset, Preset::Normal);
    // A dimension is read too.
    let by_theme = plan(&[], "dimensions: [{by: app.theme, values: [dark]}]").expect("possible");
    assert_eq!(by_theme.groups().len(), 2);
    let any = plan(&[("people: app.started", "people: any")], "").expect("possible");
    assert_eq!(any.groups(), [("ping/bundle".to_owned(), Category::Technical)]);
}

#[test]
fn plans_become_questions() {
    let week = Period::Week.of(Day::parse("2026-11-18").expect("a day"));
    let more = "bounds: {cells: 2, value: 7}\ndimensions: [{by: os, values: [Linux]}, \
                {by: label, values: [disk]}, {by: app, values: [sample-app]}]";
    let question = plan(&[("{people: app.started}", "{sum: app.errors}")], more)
        .expect("possible")
        .question(week);
    assert_eq!(question.check(), Ok(8));
    assert_eq!((question.first, question.last), (week.start, week.last()));
    assert_eq!(question.bounds, Bounds { cells_max: 2, value_max: 7 });
    let by: Vec<_> = question.dimensions.iter().map(|one| one.by.clone()).collect();
    assert_eq!(by, [By::Info("os".into()), By::Label, By::App]);
    let funnel = plan(&[("{people: app.started}", "{funnel: [app.started, app.opened]}")], "");
    let Measure::Funnel(steps) = funnel.expect("possible").question(week).measure else {
        panic!("a funnel")
    };
    assert_eq!(steps[1], Value::Event(MetricId::parse("app.opened").expect("an id")));
    let pings = [("ping: bundle", "ping: nameless"), ("people: app.started", "pings: any")];
    assert_eq!(plan(&pings, "").expect("possible").question(week).unit, Unit::Ping);
}

#[test]
fn everything_that_decides_the_numbers_is_in_the_terms() {
    let terms =
        |changed: &[(&str, &str)], more: &str| plan(changed, more).expect("possible").terms(1);
    let plain = terms(&[], "");
    assert_eq!(plain, terms(&[], "periods: [day]\nbounds: {cells: 1}"), "what is not said");
    let mut all = vec![
        plain,
        some_plan().terms(2),
        terms(&[("How many", "About how many")], ""),
        terms(&[("people: app.started", "people: app.theme")], ""),
        terms(&[("people: app.started", "people: any")], ""),
        terms(&[], "periods: [week]"),
        terms(&[], "preset: small_group"),
        terms(&[], "bounds: {cells: 2}"),
        terms(&[], "dimensions: [{by: os, values: [Linux]}]"),
        terms(&[], "dimensions: [{by: os, values: [Linux, Windows]}]"),
    ];
    let mut other_type = some_plan();
    let read = other_type.metrics.values_mut().next().expect("one");
    read.kind = MetricKind::Quantity;
    all.push(other_type.terms(1));
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 11);
    let again: Plan = serde_json::from_str(&some_plan().text()).expect("its own text");
    assert_eq!(again, some_plan());
}
