//! Rows: looked at a last time, then committed together.

use std::collections::BTreeMap;
use std::sync::Arc;

use candor_inventory::InForce;
use candor_kernel::{Day, DocumentKey, sink};
use rusqlite::{Connection, TransactionBehavior, params};

use super::{Reply, Waiting, Writer, explain};
use crate::row::{Landed, LandingError, Row};
use crate::{documents, seen};

/// What becomes of a row.
type Answer = Result<Landed, LandingError>;

impl Writer {
    pub(super) fn land(&mut self, group: Vec<Waiting>) {
        let mut by_day = BTreeMap::<Day, (Vec<Box<Row>>, Vec<Reply<Landed>>)>::new();
        for (row, reply) in group {
            let (rows, replies) = by_day.entry(row.day).or_default();
            rows.push(row);
            replies.push(reply);
        }
        for (day, (rows, replies)) in by_day {
            let answers = self.land_day(day, &rows).unwrap_or_else(|error| {
                tracing::error!(%day, %error, "landing could not commit");
                // What failed is opened anew.
                self.open.clear();
                vec![Err(explain(&error)); rows.len()]
            });
            let answer = move || {
                for (reply, answer) in replies.into_iter().zip(answers) {
                    // A sender that hung up does not undo what is durable.
                    let _ = reply.send(answer);
                }
            };
            match &self.runtime {
                // From there it wakes those who wait for much less than from this thread.
                Some(runtime) => drop(runtime.spawn(async move { answer() })),
                None => answer(),
            }
        }
    }

    /// Commits the rows of one day. A row that may not be kept is left out; the others stay.
    fn land_day(&mut self, day: Day, rows: &[Box<Row>]) -> rusqlite::Result<Vec<Answer>> {
        if !self.reserve.held() {
            // What is left of the disk is for erasure.
            return Ok(vec![Err(LandingError::Full); rows.len()]);
        }
        self.segment(day)?;
        for other in self.days.clone() {
            self.segment(other)?;
        }
        let in_force = Arc::clone(&self.in_force.borrow());
        let known = rows.iter().map(|row| self.known_answer(day, row, &in_force));
        let known = known.collect::<rusqlite::Result<Vec<_>>>()?;
        let answers = insert(self.segment(day)?, rows, known)?;
        if answers.contains(&Ok(Landed::Stored)) {
            self.seen.forget(day);
            self.moving.take_if(|moving| *moving == day);
        }
        Ok(answers)
    }

    /// Returns why a row is not kept, or nothing.
    fn known_answer(
        &self,
        day: Day,
        row: &Row,
        in_force: &InForce,
    ) -> rusqlite::Result<Option<Answer>> {
        if !in_force.admits(&row.permit) {
            return Ok(Some(Err(LandingError::Withdrawn)));
        }
        if self.any_erased {
            for subject in row.subject.iter().chain(&row.secondary) {
                if self.journal.erased(*subject)? {
                    return Ok(Some(Ok(Landed::Erased)));
                }
            }
        }
        for (other, segment) in self.open.iter().filter(|(other, _)| **other != day) {
            for document in [row.document].iter().chain(&row.document_before) {
                if self.was_there(*other, segment, *document)? {
                    return Ok(Some(Ok(Landed::Duplicate)));
                }
            }
        }
        for (other, listed) in &self.kept {
            for document in [row.document].iter().chain(&row.document_before) {
                if !self.seen.surely_not(*other, *document) && documents::holds(listed, *document)?
                {
                    return Ok(Some(Ok(Landed::Duplicate)));
                }
            }
        }
        Ok(None)
    }

    fn was_there(
        &self,
        day: Day,
        segment: &Connection,
        document: DocumentKey,
    ) -> rusqlite::Result<bool> {
        Ok(!self.seen.surely_not(day, document) && seen::holds(segment, document)?)
    }
}

fn insert(
    segment: &mut Connection,
    rows: &[Box<Row>],
    known: Vec<Option<Answer>>,
) -> rusqlite::Result<Vec<Answer>> {
    if known.iter().all(Option::is_some) {
        return Ok(known.into_iter().flatten().collect());
    }
    let transaction = segment.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut answers = Vec::with_capacity(rows.len());
    for (row, known) in rows.iter().zip(known) {
        answers.push(match known {
            Some(answer) => answer,
            None => Ok(insert_one(&transaction, row)?),
        });
    }
    transaction.commit()?;
    Ok(answers)
}

fn insert_one(segment: &Connection, row: &Row) -> rusqlite::Result<Landed> {
    let document = row.document.0.as_slice();
    let ids = usize::from(row.subject.is_some()) + row.secondary.len();
    let stored = segment
        .prepare_cached(
            "INSERT INTO ping \
             (document, product, app, ping, day, subject, ids, revision, payload) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (document) DO NOTHING",
        )?
        .execute(params![
            document,
            row.product.as_str(),
            row.app.as_str(),
            row.ping.as_str(),
            row.day.number(),
            row.subject.as_ref().map(|subject| subject.0.as_slice()),
            i64::try_from(ids).unwrap_or(i64::MAX),
            row.permit.revision().0,
            row.payload.open(sink::Store),
        ])?;
    if stored == 0 {
        return Ok(Landed::Duplicate);
    }
    for subject in &row.secondary {
        segment
            .prepare_cached(
                "INSERT INTO secondary_id (subject, document) VALUES (?1, ?2) \
                 ON CONFLICT DO NOTHING",
            )?
            .execute(params![subject.0.as_slice(), document])?;
    }
    Ok(Landed::Stored)
}
