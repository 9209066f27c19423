//! Erasure: first durable, then gone from every day, then answered.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use candor_kernel::{ProductId, SubjectKey};
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
        let unfinished = self.journal.that_are(ErasureState::Received)?;
        self.erasing.store(!unfinished.is_empty(), Ordering::SeqCst);
        let mut pings = vec![0_u64; unfinished.len()];
        let mut folded = true;
        let days = if unfinished.is_empty() { BTreeSet::new() } else { self.days.clone() };
        for day in days {
            let segment = self.segment(day)?;
            let transaction = segment.transaction()?;
            for (wish, pings) in unfinished.iter().zip(&mut pings) {
                for subject in &wish.subjects {
                    *pings += client(&transaction, &wish.product, *subject)?;
                }
            }
            transaction.commit()?;
            // secure_delete overwrites the pages; only this takes them out of the log.
            folded &= file::fold_in(segment)?;
        }
        let mut least = ErasureState::Done;
        let mut removed = Vec::new();
        for (wish, pings) in unfinished.iter().zip(pings) {
            let state = match folded {
                true => self.state_at_rest(&wish.product)?,
                false => ErasureState::Received,
            };
            if state == ErasureState::Hidden {
                // Before anybody reads again.
                self.rest.hide(wish.subjects.iter().copied());
            }
            least = least.min(state);
            removed.push((wish.document, pings, Some(state)));
        }
        self.journal.progress(&removed)?;
        self.erasing.store(!folded, Ordering::SeqCst);
        Ok(least)
    }

    /// Returns how far a wish is of which landing holds nothing. What is written to files now may
    /// hold some of it, too.
    fn state_at_rest(&self, product: &str) -> rusqlite::Result<ErasureState> {
        let may_hold = self.moving.is_some() || self.manifest.holds(product)?;
        Ok(if may_hold { ErasureState::Hidden } else { ErasureState::Done })
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

/// Finds the documents of a client, kind by kind of ping: an index over clients alone would cost
/// each ping that lands more than this costs each erasure.
const OF_CLIENT: &str = "\
    WITH RECURSIVE kind (name) AS ( \
        SELECT MIN(ping) FROM ping WHERE product = ?1 \
        UNION ALL \
        SELECT (SELECT MIN(ping) FROM ping WHERE product = ?1 AND ping > name) \
        FROM kind WHERE name IS NOT NULL \
    ) \
    SELECT document FROM kind CROSS JOIN ping \
        ON product = ?1 AND ping = name AND subject = ?2 \
    UNION SELECT document FROM secondary_id WHERE subject = ?2";

/// Removes all pings of a client from one day.
fn client(segment: &Connection, product: &str, subject: SubjectKey) -> rusqlite::Result<u64> {
    let mut find = segment.prepare_cached(OF_CLIENT)?;
    let documents = find.query_map(params![product, subject.0.as_slice()], |row| row.get(0))?;
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

#[cfg(test)]
mod tests {
    use candor_kernel::Day;

    use super::*;

    #[test]
    fn a_client_is_found_without_reading_the_day() {
        let folder = tempfile::tempdir().expect("a folder");
        let segment = file::open(folder.path(), Day::from_number(9)).expect("opens");
        let insert = "INSERT INTO ping VALUES (?1, ?2, 'app', ?3, 9, ?4, 1, 1, '{}')";
        let kinds = ["a", "b", "c"];
        for (n, product) in (0_u8..).zip(["shop", "till"]) {
            for (k, kind) in (0_u8..).zip(kinds) {
                for client in 0_u8..4 {
                    let (document, subject) = ([n * 100 + k * 10 + client; 16], [client; 16]);
                    segment.execute(insert, params![document, product, kind, subject]).expect("in");
                }
            }
        }
        let mut plan =
            segment.prepare(&format!("EXPLAIN QUERY PLAN {OF_CLIENT}")).expect("it is SQL");
        let steps = plan.query_map(params!["shop", [1_u8; 16]], |row| row.get::<_, String>(3));
        let steps: Vec<String> = steps.expect("a plan").map(|step| step.expect("text")).collect();
        let scans: Vec<_> = steps.iter().filter(|step| step.starts_with("SCAN")).collect();
        assert!(scans.iter().all(|step| step.contains("kind")), "{steps:?}");
        assert_eq!(client(&segment, "shop", SubjectKey([1; 16])).expect("removed"), 3);
        assert_eq!(client(&segment, "shop", SubjectKey([1; 16])).expect("nothing left"), 0);
        assert_eq!(client(&segment, "till", SubjectKey([1; 16])).expect("removed"), 3);
    }
}
