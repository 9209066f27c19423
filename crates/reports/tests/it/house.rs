//! Reports with a store of their own, a source that a test fills, and a review that grants.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use candor_database::Database;
use candor_inventory::glean::{Expires, MetricKind, Terms};
use candor_inventory::in_force::{App, Channel};
use candor_inventory::{
    BoxFuture, Category, InForce, MetricTerms, PingTerms, PublishRequest, Publishing, Standing,
};
use candor_kernel::{
    AppId, DatumId, Day, Faults, MetricId, PersonName, PingName, ProductId, Timestamp,
};
use candor_preference::Offer;
use candor_reports::Reports;
use candor_reports::reports::{Alarms, Kept, Proposed, ReportError};
use candor_reports::rules::{Edition, Span, Spec};
use candor_segments::tally::{Bounder, Question, Said, Tally};
use candor_segments::{LandingError, MetricSource};
use tokio::sync::watch;

/// A house of reports, and what a test decides about it.
pub(crate) struct House {
    pub(crate) reports: Reports,
    pub(crate) source: Arc<People>,
    pub(crate) review: Arc<Review>,
    _state: watch::Sender<Arc<InForce>>,
    pub(crate) standing: watch::Sender<Arc<Standing>>,
}

/// So many people with the value 1, each in the first place of every list.
#[derive(Default)]
pub(crate) struct People(pub(crate) Mutex<u64>, pub(crate) Mutex<u64>);

/// A review that grants everything but what a test refuses.
#[derive(Default)]
pub(crate) struct Review {
    asked: Mutex<i64>,
    pub(crate) refused: Mutex<BTreeSet<[u8; 32]>>,
    pub(crate) terms: Mutex<Vec<[u8; 32]>>,
}

impl MetricSource for People {
    fn tally(&self, question: &Question) -> Result<Tally, LandingError> {
        *self.1.lock().expect("no test panics with it") += 1;
        let mut bounder = Bounder::new(question).expect("within limits");
        let values = vec![Some(1); question.measure.values().len()];
        for person in 0..*self.0.lock().expect("no test panics with it") {
            bounder.unit(&u128::from(person).to_be_bytes());
            bounder.ping(0, Said::Numbers(&values));
        }
        Ok(bounder.finish())
    }
}

impl Publishing for Review {
    fn ask(&self, request: PublishRequest, _: Timestamp) -> BoxFuture<'_, Result<i64, String>> {
        self.terms.lock().expect("no test panics with it").push(request.terms);
        let mut asked = self.asked.lock().expect("no test panics with it");
        *asked += 1;
        let number = *asked;
        Box::pin(async move { Ok(number) })
    }

    fn granted(&self, terms: [u8; 32], _: Day) -> BoxFuture<'_, Result<bool, String>> {
        let granted = !self.refused.lock().expect("no test panics with it").contains(&terms);
        Box::pin(async move { Ok(granted) })
    }
}

impl House {
    pub(crate) fn new(db: &Database, people: u64) -> Self {
        let (state, in_force) = watch::channel(Arc::new(in_force()));
        let (standing, stands) = watch::channel(Arc::default());
        let source = Arc::new(People(Mutex::new(people), Mutex::default()));
        let review = Arc::new(Review::default());
        let reports = Reports {
            db: db.clone(),
            source: Arc::clone(&source) as _,
            publishing: Arc::clone(&review) as _,
            in_force,
            standing: stands,
            raw_days: 30,
            alarms: Alarms::default(),
            faults: Faults::none(),
        };
        Self { reports, source, review, _state: state, standing }
    }

    /// Asks for a report of this name; more lines of its spec may follow.
    pub(crate) async fn ask(&self, report: &str, more: &str) -> Result<Proposed, ReportError> {
        let requester = PersonName::parse("Robin").expect("a name");
        self.reports.propose(spec(report, more), requester, at("2026-11-16", 12)).await
    }

    pub(crate) async fn run(&self, report: &str, span: Span) -> Result<Kept, ReportError> {
        let now = span.due().plus(Duration::from_secs(60));
        self.reports.run(&id(report), span, now).await
    }

    /// Makes an edition and reads it.
    pub(crate) async fn edition(&self, report: &str, span: Span) -> Edition {
        let kept = self.run(report, span).await.expect("made");
        serde_json::from_str(&kept.text).expect("an edition")
    }

    pub(crate) fn set_people(&self, people: u64) {
        *self.source.0.lock().expect("no test panics with it") = people;
    }
}

pub(crate) fn id(report: &str) -> candor_kernel::ReportId {
    candor_kernel::ReportId::parse(report).expect("an id")
}

pub(crate) fn day(text: &str) -> Day {
    Day::parse(text).expect("a day")
}

pub(crate) fn at(text: &str, hour: u64) -> Timestamp {
    day(text).start().plus(Duration::from_secs(hour * 3600))
}

/// A spec that counts people; `more` replaces the lines it names and adds the others.
pub(crate) fn spec(report: &str, more: &str) -> Spec {
    let mut lines = vec![
        format!("report: {report}"),
        "product: sample".to_owned(),
        "ping: bundle".to_owned(),
        "question: How many people start it?".to_owned(),
        "measure: {people: app.started}".to_owned(),
        "periods: [week]".to_owned(),
    ];
    for line in more.lines() {
        let (key, _) = line.split_once(':').expect("a line of a spec");
        lines.retain(|old| !old.starts_with(&format!("{key}:")));
        lines.push(line.to_owned());
    }
    Spec::read(&lines.join("\n")).expect("a spec")
}

fn metric(name: &str, kind: MetricKind, category: Category) -> (MetricId, MetricTerms) {
    let terms = MetricTerms {
        datum: DatumId::parse("sample/metric/some").expect("an id"),
        kind,
        description: "".into(),
        purpose: None,
        category,
        standing: Ok(()),
        terms: Terms([0; 32]),
        until: None,
        offer: Offer::On,
        secondary_id: false,
        expires: Expires::Never,
        labels: None,
        extra_keys: BTreeMap::new(),
    };
    (MetricId::parse(name).expect("an id"), terms)
}

pub(crate) fn in_force() -> InForce {
    let datum = || DatumId::parse("sample/ping/bundle").expect("an id");
    let names = (0..12).map(|n| format!("app.m{n}"));
    let others = names.map(|name| metric(&name, MetricKind::Counter, Category::Technical));
    let ping = PingTerms {
        datum: datum(),
        client_id: Some(datum()),
        description: "".into(),
        purpose: None,
        info_sections: true,
        reasons: BTreeSet::new(),
        standing: Ok(()),
        terms: Terms([0; 32]),
        until: None,
        metrics: [
            metric("app.started", MetricKind::Counter, Category::Technical),
            metric("app.saved", MetricKind::Counter, Category::Technical),
            metric("app.notes", MetricKind::Quantity, Category::StoredContent),
        ]
        .into_iter()
        .chain(others)
        .collect(),
    };
    let app = |product| App {
        product: ProductId::parse(product).expect("an id"),
        title: "Sample".into(),
        contact: "".into(),
        answerable: None,
        readable: true,
        channel: Channel::Release,
        pings: [(PingName::parse("bundle").expect("a name"), ping.clone())].into(),
    };
    let products = ["sample", "another"];
    let named = |product| AppId::parse(&format!("{product}-app")).expect("an id");
    let apps = products.map(|product| (named(product), app(product))).into();
    InForce { apps, ..InForce::nothing() }
}
