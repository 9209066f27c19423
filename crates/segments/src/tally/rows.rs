//! Pings that landed, in the order of their clients.

use std::ops::RangeInclusive;

use rusqlite::{Rows, Statement, params};

use super::merge::Lane;
use super::payload::Payload;
use super::{Bounder, Question, Unit};
use crate::rest::failed;
use crate::row::LandingError;
use crate::sources::Segments;

/// Prepares the question for each segment.
pub(super) fn statements<'s>(
    segments: &'s Segments,
    question: &Question,
) -> Result<Vec<Statement<'s>>, LandingError> {
    // The index on product, ping and subject gives this order without sorting.
    let text = match question.unit {
        Unit::Client => {
            "SELECT subject, app, payload FROM ping WHERE product = ?1 AND ping = ?2 \
             AND subject BETWEEN ?3 AND ?4 ORDER BY subject"
        }
        Unit::Ping => {
            "SELECT document, app, payload FROM ping WHERE product = ?1 AND ping = ?2 \
             AND document BETWEEN ?3 AND ?4"
        }
    };
    segments.iter().map(|(_, segment)| segment.prepare(text).map_err(failed)).collect()
}

/// The pings of one segment.
pub(super) struct RowsLane<'s> {
    rows: Rows<'s>,
    question: &'s Question,
    /// The unit a row belongs to, the application that sent it, and its payload.
    head: Option<(u128, String, String)>,
}

impl<'s> RowsLane<'s> {
    /// Begins with the first row whose unit is in the range.
    pub(super) fn begin(
        statement: &'s mut Statement<'_>,
        question: &'s Question,
        range: RangeInclusive<u128>,
    ) -> Result<Self, LandingError> {
        let (first, last) = (range.start().to_be_bytes(), range.end().to_be_bytes());
        let named = params![question.product.as_str(), question.ping.as_str(), first, last];
        let rows = statement.query(named).map_err(failed)?;
        let mut lane = Self { rows, question, head: None };
        lane.step().map_err(failed)?;
        Ok(lane)
    }

    fn step(&mut self) -> rusqlite::Result<()> {
        self.head = match self.rows.next()? {
            Some(row) => Some((u128::from_be_bytes(row.get(0)?), row.get(1)?, row.get(2)?)),
            None => None,
        };
        Ok(())
    }
}

impl Lane for RowsLane<'_> {
    fn key(&self) -> Option<u128> {
        self.head.as_ref().map(|(key, ..)| *key)
    }

    fn tell(&mut self, bounder: &mut Bounder<'_>) -> Result<(), LandingError> {
        // The edge wrote it; what this build cannot read says nothing.
        if let Some((_, app, payload)) = &self.head
            && let Ok(payload) = serde_json::from_str::<Payload>(payload)
        {
            payload.tell(self.question, app, bounder);
        }
        self.step().map_err(failed)
    }
}
