//! One question, one answer: from landing, from files at rest, and from both, on one thread or more.

use proptest::prelude::*;
use serde_json::json;

use super::erasure::{may, wish};
use super::*;
use crate::tally::{Bounds, merge};
use crate::tally::{By, Dimension, Measure, Question, Tally, Unit, Value};

/// What one random ping says.
#[derive(Debug, Clone)]
struct Ping {
    day: i64,
    client: Option<u8>,
    app: bool,
    os: u8,
    numbers: [Option<u8>; 5],
    labels: Vec<(u8, u8)>,
    events: u8,
    fits: bool,
}

fn pings() -> impl Strategy<Value = Vec<Ping>> {
    let numbers = prop::array::uniform5(prop::option::of(0..6_u8));
    let labels = prop::collection::vec((0..5_u8, 0..4_u8), 0..4);
    let client = prop::option::weighted(0.9, 0..20_u8);
    let ping = (7..11_i64, client, any::<bool>(), 0..5_u8, numbers, labels, 0..4_u8, 0..30_u8);
    let ping = ping.prop_map(|(day, client, app, os, numbers, labels, events, misfit)| Ping {
        // Spread over the whole range of keys, as hashes are.
        client: client.map(|client| client * 12 + 1),
        fits: misfit > 0,
        ..Ping { day, client: None, app, os, numbers, labels, events, fits: true }
    });
    prop::collection::vec(ping, 1..60)
}

impl Ping {
    fn payload(&self) -> String {
        let os = [json!("Linux"), json!("Windows"), json!("BeOS"), json!(3)];
        let mut info = serde_json::Map::new();
        info.extend(os.get(usize::from(self.os)).map(|os| ("os".to_owned(), os.clone())));
        let mut metrics = serde_json::Map::new();
        let [counter, flag, word, span, samples] = self.numbers;
        let mut put = |kind: &str, value: Option<serde_json::Value>| {
            metrics.extend(value.map(|value| (kind.to_owned(), json!({ "a.b": value }))));
        };
        let misfit = (!self.fits).then(|| json!("many"));
        put("counter", misfit.or(counter.map(|n| json!(n))));
        put("boolean", flag.map(|n| json!(n > 2)));
        put("string", word.map(|n| json!(format!("word {n}"))));
        let unit = |n: u8| if n.is_multiple_of(2) { "second" } else { "hour" };
        put("timespan", span.map(|n| json!({ "value": n, "time_unit": unit(n) })));
        put("rate", span.map(|n| json!({ "numerator": n, "denominator": 9 })));
        put("url", span.map(|n| json!(format!("a:{n}"))));
        put(
            "timing_distribution",
            samples.map(|n| json!({ "sum": 9, "values": { n.to_string(): 2, "7": 1 } })),
        );
        let labels: serde_json::Map<_, _> =
            self.labels.iter().map(|(label, n)| (format!("l/{label}"), json!(n))).collect();
        put("labeled_counter", (!labels.is_empty()).then(|| json!(labels)));
        let event = json!({ "category": "a", "name": "b", "timestamp": 1 });
        let events = vec![event; usize::from(self.events)];
        json!({ "client_info": info, "metrics": metrics, "events": events }).to_string()
    }

    fn row(&self, number: u16) -> Row {
        let mut document = [9; 16];
        document[..2].copy_from_slice(&number.to_le_bytes());
        let app = AppId::parse(if self.app { "shop-app" } else { "shop-test" }).expect("an id");
        let row = row(0, self.day, self.client, &self.payload());
        Row { document: DocumentKey(document), app, ..row }
    }
}

fn value(kind: MetricKind, label: Option<&str>) -> Value {
    let metric = MetricId::parse("a.b").expect("an id");
    Value::Metric { metric, kind, label: label.map(str::to_owned) }
}

fn list(by: By, values: &[&str]) -> Dimension {
    Dimension { by, values: values.iter().map(|value| (*value).to_owned()).collect() }
}

fn questions() -> Vec<Question> {
    use MetricKind::{
        Boolean, Counter, LabeledCounter, Rate, String, Timespan, TimingDistribution, Url,
    };
    let by = |kind| By::Metric { metric: MetricId::parse("a.b").expect("an id"), kind };
    let os = || list(By::Info("os".to_owned()), &["Linux", "Windows", "3"]);
    let labels = || list(By::Label, &["l/0", "l/1", "l/2"]);
    let app = || list(By::App, &["shop-app"]);
    let event = || Value::Event(MetricId::parse("a.b").expect("an id"));
    let people = |kind| Measure::Contributors { value: Some(value(kind, None)) };
    let buckets = |kind| Measure::Histogram { value: value(kind, None), edges: vec![1, 3, 7] };
    let word = || list(by(String), &["word 1", "word 2"]);
    let asked = [
        (Measure::Contributors { value: None }, vec![]),
        (Measure::Contributors { value: None }, vec![os(), app()]),
        (people(Boolean), vec![word()]),
        (people(Rate), vec![list(by(Boolean), &["true", "false"])]),
        (people(Url), vec![list(by(Counter), &["1", "many"])]),
        (people(Timespan), vec![list(by(Url), &["a:1", "a:2"])]),
        (Measure::Sum(value(Counter, None)), vec![os()]),
        (Measure::Sum(value(LabeledCounter, None)), vec![app()]),
        (Measure::Sum(value(LabeledCounter, Some("l/1"))), vec![]),
        (Measure::Sum(value(LabeledCounter, None)), vec![app(), labels(), os()]),
        (Measure::Sum(event()), vec![]),
        (Measure::Funnel(vec![event(), value(Boolean, None), value(String, None)]), vec![app()]),
        (buckets(Timespan), vec![]),
        (buckets(TimingDistribution), vec![app()]),
        (Measure::Ratio { part: value(Counter, None), whole: event() }, vec![]),
    ];
    let units = [Unit::Client, Unit::Ping];
    let all = asked.into_iter().flat_map(|asked| units.map(|unit| (asked.clone(), unit)));
    let question = |((measure, dimensions), unit)| Question {
        product: ProductId::parse("shop").expect("an id"),
        ping: PingName::parse("till").expect("a name"),
        first: Day::from_number(8),
        last: Day::from_number(10),
        unit,
        measure,
        dimensions,
        bounds: Bounds { cells_max: 2, value_max: 5 },
    };
    all.map(question).collect()
}

fn answers(store: &Store, hands: usize) -> Vec<Vec<(u64, [u64; 2])>> {
    let answer = |question: Question| {
        let kind = (question.product.as_str(), question.ping.as_str());
        let sources = store.landing.sources(Some(kind), question.first..=question.last, hands);
        let Tally { cells } =
            merge::tally(sources.expect("opens"), &question).unwrap_or_else(|e| panic!("{e}"));
        cells.iter().map(|cell| (cell.contributors, cell.sums)).collect()
    };
    questions().into_iter().map(answer).collect()
}

async fn filled(pings: &[Ping]) -> Store {
    let store = store();
    let rows: Vec<_> = pings.iter().zip(0..).map(|(ping, number)| ping.row(number)).collect();
    for row in rows {
        store.landing.land(row).await.expect("stored");
    }
    store
}

fn check(pings: &[Ping]) -> Result<(), TestCaseError> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let store = filled(pings).await;
        let landed = answers(&store, 1);
        prop_assert_eq!(&answers(&store, 3), &landed, "landing, three threads");
        store.landing.move_before(Day::from_number(10), &maintenance()).await.expect("moved");
        for hands in [1, 3] {
            prop_assert_eq!(&answers(&store, hands), &landed, "both places, {} threads", hands);
        }
        store.landing.move_before(Day::from_number(11), &maintenance()).await.expect("moved");
        prop_assert!(store.landing.days().expect("readable").is_empty());
        prop_assert_eq!(&answers(&store, 2), &landed, "all at rest");
        // The same, when one of them asked for deletion and is only hidden yet.
        store.landing.erase(wish(90, &[13, 25]), may()).await.expect("hidden");
        let hidden = answers(&store, 2);
        let others = pings.iter().filter(|ping| !matches!(ping.client, Some(13 | 25)));
        let without = filled(&others.cloned().collect::<Vec<_>>()).await;
        // Numbers of documents differ, and with them the lots of single pings.
        let of_clients = |all: Vec<Vec<(u64, [u64; 2])>>| all.into_iter().step_by(2).collect();
        let (hidden, without): (Vec<_>, Vec<_>) =
            (of_clients(hidden), of_clients(answers(&without, 1)));
        prop_assert_eq!(hidden, without);
        Ok(())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn every_place_gives_the_same_answer(pings in pings()) {
        check(&pings)?;
    }
}

#[test]
fn the_questions_are_not_answered_with_nothing() {
    let numbers = [Some(1), Some(3), Some(1), Some(2), Some(1)];
    let labels = vec![(0, 1), (1, 2), (4, 1)];
    let ping =
        Ping { day: 8, client: Some(1), app: true, os: 0, numbers, labels, events: 2, fits: true };
    let none = Ping { client: None, day: 9, ..ping.clone() };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let store = filled(&[ping, none]).await;
        store.landing.move_before(Day::from_number(11), &maintenance()).await.expect("moved");
        for (question, cells) in questions().iter().zip(answers(&store, 2)) {
            let people: u64 = cells.iter().map(|(people, _)| people).sum();
            let least = if question.unit == Unit::Client { 1 } else { 2 };
            assert!(people >= least, "{question:?}: {cells:?}");
        }
    });
}
