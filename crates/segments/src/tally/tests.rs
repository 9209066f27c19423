use super::*;

fn metric(name: &str, kind: MetricKind) -> Value {
    Value::Metric { metric: MetricId::parse(name).unwrap(), kind, label: None }
}

fn counter() -> Value {
    metric("shop.cart.filled", MetricKind::Counter)
}

fn list(by: By, values: &[&str]) -> Dimension {
    Dimension { by, values: values.iter().map(|value| (*value).to_owned()).collect() }
}

pub(super) fn question(measure: Measure, dimensions: Vec<Dimension>) -> Question {
    Question {
        product: ProductId::parse("shop").unwrap(),
        ping: PingName::parse("till").unwrap(),
        first: Day::from_number(10),
        last: Day::from_number(11),
        unit: Unit::Client,
        measure,
        dimensions,
        bounds: Bounds { cells_max: 2, value_max: 100 },
    }
}

fn many(count: usize) -> Dimension {
    let values = (0..count).map(|n| format!("v{n}")).collect();
    Dimension { by: By::Info(format!("field{count}")), values }
}

#[test]
fn every_combination_is_a_cell_and_has_its_place() {
    let os = || list(By::Info("os".into()), &["Linux", "Windows"]);
    let app = || list(By::App, &["shop-app"]);
    let histogram = || Measure::Histogram { value: counter(), edges: vec![1, 10, 100] };
    let funnel = || Measure::Funnel(vec![counter(), Value::Event(MetricId::parse("a.b").unwrap())]);
    for (measure, dimensions, cells) in [
        (Measure::Sum(counter()), vec![], 1),
        (Measure::Sum(counter()), vec![os(), app()], 6),
        (funnel(), vec![os()], 6),
        (histogram(), vec![os(), app()], 24),
    ] {
        assert_eq!(question(measure, dimensions).check(), Ok(cells));
    }
    let question = question(Measure::Sum(counter()), vec![os(), app()]);
    let mut places: Vec<_> = (0..3)
        .flat_map(|os| (0..2).map(move |app| [os, app]))
        .map(|p| question.place(&p))
        .collect();
    assert_eq!(places, (0..6).collect::<Vec<_>>(), "row by row");
    places.dedup();
    assert_eq!(places.len(), 6);
    assert_eq!(os().place_of(Some("Windows")), 1);
    assert_eq!((os().place_of(Some("windows")), os().place_of(None)), (2, 2), "other is the last");
}

#[test]
fn what_is_beyond_a_limit_is_refused() {
    let sum = || Measure::Sum(counter());
    let labeled = || metric("shop.cart.by", MetricKind::LabeledCounter);
    let edges = |edges: &[u64]| Measure::Histogram { value: counter(), edges: edges.to_vec() };
    let label = || list(By::Label, &["red"]);
    let app = |values: &[&str]| list(By::App, values);
    for (measure, dimensions, expected) in [
        (Measure::Funnel(vec![counter()]), vec![], Err(QuestionError::Steps)),
        (Measure::Funnel(vec![counter(); 5]), vec![], Ok(5)),
        (Measure::Funnel(vec![counter(); 6]), vec![], Err(QuestionError::Steps)),
        (edges(&[]), vec![], Err(QuestionError::Edges)),
        (edges(&[1, 1]), vec![], Err(QuestionError::Edges)),
        (edges(&[2, 1]), vec![], Err(QuestionError::Edges)),
        (sum(), vec![app(&[])], Err(QuestionError::Values)),
        (sum(), vec![app(&["a", "a"])], Err(QuestionError::Values)),
        (sum(), vec![app(&["a", "other"])], Err(QuestionError::Values)),
        (sum(), vec![app(&["a"]), app(&["b"])], Err(QuestionError::Values)),
        (sum(), vec![many(1), many(2), many(3), many(4)], Err(QuestionError::Dimensions)),
        (sum(), vec![many(99), many(999)], Ok(100_000)),
        (sum(), vec![many(99), many(1000)], Err(QuestionError::Cells)),
        (edges(&[1]), vec![many(99), many(999)], Err(QuestionError::Cells)),
        (sum(), vec![label()], Err(QuestionError::Labels)),
        (Measure::Contributors { value: None }, vec![label()], Err(QuestionError::Labels)),
        (Measure::Sum(labeled()), vec![label()], Ok(2)),
        (Measure::Funnel(vec![labeled(); 2]), vec![label()], Err(QuestionError::Labels)),
    ] {
        let question = question(measure, dimensions);
        assert_eq!(question.check(), expected, "{question:?}");
    }
}

#[test]
fn days_and_bounds_have_ends() {
    let with = |change: fn(&mut Question)| {
        let mut question = question(Measure::Sum(counter()), vec![]);
        change(&mut question);
        question.check()
    };
    assert_eq!(with(|q| q.last = q.first.plus(27)), Ok(1));
    assert_eq!(with(|q| q.last = q.first.plus(28)), Err(QuestionError::Days));
    assert_eq!(with(|q| q.last = q.first.plus(-1)), Err(QuestionError::Days));
    assert_eq!(with(|q| q.last = Day::from_number(i64::MAX)), Err(QuestionError::Days));
    assert_eq!(with(|q| q.bounds.cells_max = 0), Err(QuestionError::Bounds));
    assert_eq!(with(|q| q.bounds.cells_max = 101), Err(QuestionError::Bounds));
    assert_eq!(with(|q| q.bounds.value_max = 0), Err(QuestionError::Bounds));
    assert_eq!(with(|q| q.bounds.value_max = 1_000_000_001), Err(QuestionError::Bounds));
    let sentence = QuestionError::Bounds.to_string();
    assert_eq!(sentence, "A client may stand in 1 to 100 cells and add 1 to 1000000000 to each.");
}
