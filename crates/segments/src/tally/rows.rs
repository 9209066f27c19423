//! Totals over landed rows. A client's pings lie in several days' files; each file gives them in the
//! order of its clients, and the files are read side by side, so that memory does not grow with them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rusqlite::{Connection, Rows, params};

use super::payload::Payload;
use super::{Bounder, Question, Tally, Unit};
use crate::row::LandingError;
use crate::sources::Sources;

/// Answers a question.
pub(crate) fn tally(sources: Sources, question: &Question) -> Result<Tally, LandingError> {
    let mut bounder =
        Bounder::new(question).map_err(|error| LandingError::Failed(error.to_string()))?;
    let days: Vec<Connection> = sources.segments.into_iter().map(|(_, day)| day).collect();
    read(&days, question, &mut bounder).map_err(|error| LandingError::Failed(error.to_string()))?;
    Ok(bounder.finish())
}

/// The unit a row belongs to, the application that sent it, and its payload.
type Row = ([u8; 16], String, String);

fn read(
    days: &[Connection],
    question: &Question,
    bounder: &mut Bounder<'_>,
) -> rusqlite::Result<()> {
    // The index on product, ping and subject gives this order without sorting.
    let text = match question.unit {
        Unit::Client => {
            "SELECT subject, app, payload FROM ping WHERE product = ?1 AND ping = ?2 \
             AND subject IS NOT NULL ORDER BY subject"
        }
        Unit::Ping => "SELECT document, app, payload FROM ping WHERE product = ?1 AND ping = ?2",
    };
    let mut statements =
        days.iter().map(|day| day.prepare(text)).collect::<rusqlite::Result<Vec<_>>>()?;
    let named = params![question.product.as_str(), question.ping.as_str()];
    let mut rows = Vec::new();
    for statement in &mut statements {
        rows.push(statement.query(named)?);
    }
    let mut next = BinaryHeap::new();
    for (at, rows) in rows.iter_mut().enumerate() {
        next.extend(step(rows)?.map(|row| Reverse((row, at))));
    }
    let mut unit = None;
    while let Some(Reverse(((id, app, payload), at))) = next.pop() {
        if unit != Some(id) {
            bounder.unit(&id);
            unit = Some(id);
        }
        // The edge wrote it; what this build cannot read says nothing.
        if let Ok(payload) = serde_json::from_str::<Payload>(&payload) {
            payload.tell(question, &app, bounder);
        }
        next.extend(step(&mut rows[at])?.map(|row| Reverse((row, at))));
    }
    Ok(())
}

fn step(rows: &mut Rows<'_>) -> rusqlite::Result<Option<Row>> {
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some((row.get(0)?, row.get(1)?, row.get(2)?)))
}
