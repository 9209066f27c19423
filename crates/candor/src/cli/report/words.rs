//! Reports and editions in lines for people.

use candor_reports::http::{EditionLine, ReportReply};
use candor_reports::rules::Edition;
use candor_reports::rules::edition::{EditionCell, UnitName};

/// Cells that are told one by one; the rest is in the JSON.
const CELLS: usize = 200;

/// Tells an edition: a line for each cell, and what the numbers mean.
pub(super) fn edition(edition: &Edition) -> Vec<String> {
    let days = days(&edition.start, &edition.end);
    let mut lines = Vec::new();
    for (place, cell) in edition.cells.iter().enumerate().take(CELLS) {
        let at =
            if cell.at.is_empty() { String::new() } else { format!(" {}", cell.at.join(", ")) };
        lines.push(format!("{days}{at}: {}", told(edition, place, cell)));
    }
    if edition.cells.len() > CELLS {
        lines.push(format!("… and {} more; --json has them all.", edition.cells.len() - CELLS));
    }
    if edition.cells.len() > 1 {
        let shown = edition.cells.iter().filter(|cell| cell.people.is_some()).count();
        lines.push(format!("{shown} of {} cells have enough to tell.", edition.cells.len()));
    }
    lines
}

/// Tells a report: its question, its editions, what it is.
pub(super) fn report(reply: &ReportReply) -> Vec<String> {
    let mut lines = vec![reply.question.clone()];
    lines.extend(reply.editions.iter().map(line));
    if let Some(note) = &reply.withdrawn {
        lines.push(format!("Withdrawn: {note}"));
    }
    if let Some(newest) = reply.editions.last() {
        lines.push(format!("±{} in 95 of 100 cases.", newest.error_95_people));
    }
    lines
}

fn line(edition: &EditionLine) -> String {
    let days = days(&edition.start, &edition.end);
    match edition.cells {
        1 => format!("{days}: {}", people(edition.people, "people")),
        cells => format!("{days}: {cells} numbers, {}", edition.path),
    }
}

fn told(edition: &Edition, place: usize, cell: &EditionCell) -> String {
    let unit = match edition.unit {
        UnitName::ClientWeek => "people",
        UnitName::Ping => "pings",
    };
    let Some(_) = cell.people else { return people(None, unit) };
    let error = edition.marks(place).error_95_people;
    let mut told = format!("{} (±{error})", people(cell.people, unit));
    if let (Some(value), Some(error)) = (cell.value, edition.error_95.value) {
        told.push_str(&format!(", about {value}"));
        if let Some(whole) = cell.whole {
            told.push_str(&format!(" of {whole}"));
        }
        told.push_str(&format!(" (±{error})"));
    }
    told
}

fn people(people: Option<i64>, unit: &str) -> String {
    match people {
        Some(people) => format!("about {people} {unit}"),
        None => format!("too few {unit} to tell"),
    }
}

fn days(start: &str, end: &str) -> String {
    if start == end { start.to_owned() } else { format!("{start} to {end}") }
}
