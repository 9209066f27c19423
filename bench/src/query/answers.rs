//! Candor's side, a process of its own: it reads the files, and nothing else is in its memory.

use std::io::BufRead;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use candor_inventory::InForce;
use candor_kernel::MetricId;
use candor_preference::Maintenance;
use candor_reports::noise;
use candor_reports::rules::{Budget, Period, Preset, Release};
use candor_segments::tally::{Bounds, By, Cell, Dimension, Measure, Question, Tally, Unit, Value};
use candor_segments::{Landing, MetricSource};
use serde_json::json;
use tokio::sync::watch;

use super::questions::{self, Asks};
use super::rows;

/// Answers questions that standard input names, a line each, over what lies in a folder.
pub(crate) fn answer(folder: &Path) -> Result<bool> {
    let rest = folder.join("rest");
    let shapes = questions::all(&rest)?;
    let (_state, in_force) = watch::channel(Arc::new(InForce::nothing()));
    let landing = Landing::open(&folder.join("landing"), &folder.join("journal"), &rest, in_force)?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let shape = shapes.iter().find(|shape| shape.name == line).context("no such question")?;
        let totals: Vec<[u64; 2]> = match &shape.asks {
            Asks::Totals(questions) => {
                let mut totals = Vec::new();
                for question in questions {
                    let cells = landing.tally(question)?.cells;
                    totals.extend(cells.iter().map(|cell| [cell.contributors, cell.sums[0]]));
                }
                totals
            }
            Asks::Client(subject) => {
                #[expect(clippy::disallowed_methods, reason = "it looks as an erasure does")]
                let found = landing.search(&[*subject], &Maintenance::claim())?;
                found.into_iter().map(|(_, rows)| [rows, 0]).collect()
            }
        };
        println!("{}", json!(totals));
    }
    Ok(true)
}

/// Draws the noise of an edition of 100,000 cells of people and sums, and shows what reaches the
/// threshold. Prints how many seconds that took.
pub(crate) fn edition() -> Result<bool> {
    let (product, ping) = rows::names()?;
    let event = MetricId::parse("shop.cart.opened").ok().context("this is an id")?;
    let list = |name: &str, values: usize| Dimension {
        by: By::Info(name.to_owned()),
        values: (0..values).map(|value| format!("v{value}")).collect(),
    };
    let question = Question {
        product,
        ping,
        first: rows::day(0),
        last: rows::day(rows::DAYS - 1),
        unit: Unit::Client,
        measure: Measure::Sum(Value::Event(event)),
        dimensions: vec![list("os", 99), list("app_display_version", 999)],
        bounds: Bounds { cells_max: 10, value_max: 100 },
    };
    let cells = question.check()?;
    let budget = Budget::of(Preset::Normal, 1, Period::Month, &question, cells);
    let cell = |at: u64| Cell { contributors: at % 1000, sums: [at % 7919, 0] };
    let tally = Tally { cells: (0..cells as u64).map(cell).collect() };
    let begin = Instant::now();
    let noise = noise::draw(&budget, cells, 1)?;
    let shown = Release::of(&question, &budget).shown(&tally, &noise);
    let seconds = begin.elapsed().as_secs_f64();
    let many = shown.iter().filter(|cell| cell.people.is_some()).count();
    ensure!(many > 0 && many < cells, "some cells are shown and some are not");
    println!("{}", json!({"cells": cells, "seconds": seconds}));
    Ok(true)
}
