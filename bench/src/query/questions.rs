//! The five questions, for Candor and for the others.

use std::path::Path;

use anyhow::{Context, Result};
use candor_inventory::glean::MetricKind;
use candor_kernel::{MetricId, SubjectKey};
use candor_segments::tally::{Bounds, By, Dimension, Measure, Question, Unit, Value};
use serde_json::{Value as Json, json};

use super::rows;

const EDGES: [u64; 8] = [1, 2, 5, 10, 20, 50, 100, 200];

/// One of the shapes of the reference.
pub(super) struct Shape {
    /// What it is called between processes.
    pub(super) name: &'static str,
    /// What it asks, for people.
    pub(super) title: &'static str,
    pub(super) asks: Asks,
    /// The same for an engine that reads the files.
    pub(super) others: Json,
}

/// What it asks.
pub(super) enum Asks {
    /// Totals of one or several questions, one after the other.
    Totals(Vec<Question>),
    /// How many pings of one client there are, as an erasure looks for them.
    Client(SubjectKey),
}

/// Returns all shapes over the files of a folder.
pub(super) fn all(folder: &Path) -> Result<[Shape; 5]> {
    let files = |days: std::ops::Range<i64>| -> Vec<String> {
        let file = |day| folder.join(format!("shop/till/{}-1.parquet", rows::day(day)));
        days.map(|day| file(day).display().to_string()).collect()
    };
    Ok([
        labels(&files(0..rows::DAYS))?,
        by_day(&files(rows::DAYS - 7..rows::DAYS))?,
        people(&files(0..rows::DAYS))?,
        buckets(&files(0..rows::DAYS))?,
        client(&files(0..rows::DAYS))?,
    ])
}

/// Of how many columns a question of the others is; each stands for a metric.
fn labels(files: &[String]) -> Result<Shape> {
    let labels: Vec<_> = (0..rows::LABELS).map(rows::label).collect();
    let column = |label: &String| format!("labeled_counter:shop.feature.used/{label}");
    let columns: Vec<_> = labels.iter().map(column).collect();
    let (cells_max, value_max) = (10, 100);
    let others = json!({"kind": "labels", "files": files, "columns": columns, "by_day": false,
        "cells": labels.len() + 1, "cells_max": cells_max, "value_max": value_max});
    let measure = Measure::Sum(metric("shop.feature.used", MetricKind::LabeledCounter)?);
    let dimensions = vec![Dimension { by: By::Label, values: labels }];
    let question = question(measure, dimensions, 0..rows::DAYS, Bounds { cells_max, value_max })?;
    let asks = Asks::Totals(vec![question]);
    Ok(Shape { name: "q1", title: "1: sums of 120 labels, 28 days", asks, others })
}

fn by_day(files: &[String]) -> Result<Shape> {
    let lists = || {
        let channels =
            list("app_channel", rows::CHANNELS[..3].iter().map(|word| (*word).to_owned()));
        [channels, list("os", rows::SYSTEMS.into_iter().map(str::to_owned))]
    };
    let bounds = Bounds { cells_max: 1, value_max: 1 };
    let others = json!({"kind": "people", "files": files, "by_day": true, "cells": 4 * 5,
        "dimensions": lists().map(|list| told(&list)), "cells_max": 1, "value_max": 1});
    let days = rows::DAYS - 7..rows::DAYS;
    let people = || Measure::Contributors { value: None };
    let one = |day| question(people(), lists().to_vec(), day..day + 1, bounds);
    let asks = Asks::Totals(days.map(one).collect::<Result<_>>()?);
    Ok(Shape { name: "q2", title: "2: people of each of 7 days by channel, os", asks, others })
}

fn people(files: &[String]) -> Result<Shape> {
    let others = json!({"kind": "people", "files": files, "by_day": false, "cells": 1,
        "dimensions": [], "cells_max": 1, "value_max": 1});
    let bounds = Bounds { cells_max: 1, value_max: 1 };
    let measure = Measure::Contributors { value: None };
    let asks = Asks::Totals(vec![question(measure, vec![], 0..rows::DAYS, bounds)?]);
    Ok(Shape { name: "q3", title: "3: people of 28 days", asks, others })
}

fn buckets(files: &[String]) -> Result<Shape> {
    // The newest is on no list.
    let versions = list("app_display_version", (0..rows::VERSIONS - 1).map(rows::version));
    let cells = versions.places() * (EDGES.len() + 1);
    let others = json!({"kind": "buckets", "files": files, "by_day": false, "cells": cells,
        "column": "counter:shop.page.viewed", "edges": EDGES, "dimensions": [told(&versions)],
        "cells_max": 3, "value_max": 1});
    let value = metric("shop.page.viewed", MetricKind::Counter)?;
    let measure = Measure::Histogram { value, edges: EDGES.to_vec() };
    let bounds = Bounds { cells_max: 3, value_max: 1 };
    let asks = Asks::Totals(vec![question(measure, vec![versions], 0..rows::DAYS, bounds)?]);
    Ok(Shape { name: "q4", title: "4: one counter by version and bucket, 28 days", asks, others })
}

fn client(files: &[String]) -> Result<Shape> {
    let subjects = rows::subjects();
    let subject = *subjects.get(subjects.len() / 3).context("there are clients")?;
    let hexadecimal: String = subject.0.iter().map(|byte| format!("{byte:02x}")).collect();
    let others = json!({"kind": "find", "files": files, "subject": hexadecimal});
    Ok(Shape { name: "q5", title: "5: find one client", asks: Asks::Client(subject), others })
}

fn question(
    measure: Measure,
    dimensions: Vec<Dimension>,
    days: std::ops::Range<i64>,
    bounds: Bounds,
) -> Result<Question> {
    let (product, ping) = rows::names()?;
    let (first, last) = (rows::day(days.start), rows::day(days.end - 1));
    let unit = Unit::Client;
    Ok(Question { product, ping, first, last, unit, measure, dimensions, bounds })
}

fn metric(name: &str, kind: MetricKind) -> Result<Value> {
    let metric = MetricId::parse(name).ok().context("this is a metric's id")?;
    Ok(Value::Metric { metric, kind, label: None })
}

fn list(field: &str, values: impl Iterator<Item = String>) -> Dimension {
    Dimension { by: By::Info(field.to_owned()), values: values.collect() }
}

fn told(Dimension { by, values }: &Dimension) -> Json {
    let By::Info(field) = by else { return Json::Null };
    json!({"column": format!("client_info:{field}"), "values": values})
}
