//! Erasure: first durable, then gone from every day, then answered.

use std::sync::atomic::Ordering;

use candor_kernel::{DocumentKey, ProductId, SubjectKey};
use rusqlite::{Connection, params};

use super::{Wish, Writer, explain, is_full};
use crate::file;
use crate::row::ErasureState;

impl Writer {
    pub(super) fn erase(&mut self, group: Vec<Wish>) {
        // From here on nobody reads what is about to go.
        self.erasing.store(true, Ordering::SeqCst);
        let requests: Vec<_> = group.iter().map(|(request, _)| request).collect();
        let recorded = self.journal.record(&requests).or_else(|error| {
            self.make_room(error)?;
            self.journal.record(&requests)
        });
        let recorded = recorded.map_err(|error| {
            tracing::error!(%error, "an erasure could not be made durable");
            explain(&error)
        });
        self.any_erased |= recorded.is_ok();
        let state = self.finish_with_reserve().unwrap_or_else(|error| {
            tracing::error!(%error, "an erasure is not finished; it is tried again every minute");
            ErasureState::Received
        });
        for (_, reply) in group {
            let _ = reply.send(recorded.clone().map(|()| state));
        }
    }

    /// Finishes what was wished, with the reserve where the disk is full.
    pub(super) fn finish_with_reserve(&mut self) -> rusqlite::Result<ErasureState> {
        self.finish_erasures().or_else(|error| {
            self.make_room(error)?;
            self.finish_erasures()
        })
    }

    /// Removes every row of every wish that is not fulfilled yet.
    fn finish_erasures(&mut self) -> rusqlite::Result<ErasureState> {
        let unfinished = self.journal.unfinished()?;
        self.erasing.store(!unfinished.is_empty(), Ordering::SeqCst);
        if unfinished.is_empty() {
            return Ok(ErasureState::Done);
        }
        let mut pings = vec![0_u64; unfinished.len()];
        let mut folded = true;
        for day in self.days.clone() {
            let segment = self.segment(day)?;
            let transaction = segment.transaction()?;
            for ((_, subjects), pings) in unfinished.iter().zip(&mut pings) {
                for subject in subjects {
                    *pings += client(&transaction, *subject)?;
                }
            }
            transaction.commit()?;
            // secure_delete overwrites the pages; only this takes them out of the log.
            folded &= file::fold_in(segment)?;
        }
        let removed: Vec<(DocumentKey, u64)> =
            unfinished.into_iter().map(|(document, _)| document).zip(pings).collect();
        let state = if folded { ErasureState::Done } else { ErasureState::Received };
        self.journal.progress(&removed, state)?;
        self.erasing.store(!folded, Ordering::SeqCst);
        Ok(state)
    }

    /// Gives the reserve back where the disk is full; other errors stay what they are.
    fn make_room(&mut self, error: rusqlite::Error) -> rusqlite::Result<()> {
        if !is_full(&error) || !self.reserve.held() {
            return Err(error);
        }
        tracing::warn!("the disk is full: the reserve is given to an erasure");
        self.reserve.release().map_err(|_| error)
    }
}

/// Removes all pings of a client from one day.
fn client(segment: &Connection, subject: SubjectKey) -> rusqlite::Result<u64> {
    let mut find = segment.prepare_cached(
        "SELECT document FROM ping WHERE subject = ?1 \
         UNION SELECT document FROM secondary_id WHERE subject = ?1",
    )?;
    let documents = find.query_map(params![subject.0.as_slice()], |row| row.get(0))?;
    let documents = documents.collect::<rusqlite::Result<Vec<[u8; 16]>>>()?;
    for document in &documents {
        segment
            .prepare_cached("DELETE FROM ping WHERE document = ?1")?
            .execute(params![document])?;
        segment
            .prepare_cached("DELETE FROM secondary_id WHERE document = ?1")?
            .execute(params![document])?;
    }
    Ok(documents.len() as u64)
}

/// Removes all pings of a product from one day.
pub(super) fn product(segment: &mut Connection, product: &ProductId) -> rusqlite::Result<u64> {
    let transaction = segment.transaction()?;
    transaction.execute(
        "DELETE FROM secondary_id WHERE document IN (SELECT document FROM ping WHERE product = ?1)",
        params![product.as_str()],
    )?;
    let rows =
        transaction.execute("DELETE FROM ping WHERE product = ?1", params![product.as_str()])?;
    transaction.commit()?;
    Ok(rows as u64)
}
