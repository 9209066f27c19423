//! A tagged ping: it goes the way of every other up to the writer, and is then shown to the
//! operator instead of stored.

use std::sync::Arc;

use candor_kernel::{DocumentKey, ProductId, Timestamp};
use candor_segments::Row;

use crate::debug::{Outcome, Tag};
use crate::ingest::{Accepted, Ingest, Submission};
use crate::rules::{Refusal, Trace, path};

impl Ingest {
    /// Takes a tagged ping that is no deletion request, and keeps nothing of it but in the debug
    /// view.
    pub async fn look(
        &self,
        submission: Submission<'_>,
        tag: &Tag,
        now: Timestamp,
    ) -> Result<Accepted, Refusal> {
        let mut product = None;
        let mut trace = Trace::default();
        let examined = self.examine(&submission, now, &mut product, &mut trace);
        let result = match examined {
            Ok(row) if self.debug.watched(tag, now) => {
                let known = self.was_stored([vec![row.document], row.document_before].concat());
                Ok(if known.await { Outcome::Duplicate } else { Outcome::Accepted })
            }
            // Nobody looks, and strangers shall not make this server search its files.
            Ok(_) => Ok(Outcome::Accepted),
            Err(refusal) => Err(refusal),
        };
        let outcome = result.unwrap_or_else(Outcome::Refused);
        self.debug.add(tag, submission.path, outcome, trace, now);
        match result {
            Ok(_) => self.counts.accepted(now.day(), product.as_ref(), &Accepted::Debug),
            Err(refusal) => self.counts.refused(now.day(), product.as_ref(), refusal),
        }
        result.map(|_| Accepted::Debug)
    }

    fn examine(
        &self,
        submission: &Submission<'_>,
        now: Timestamp,
        product: &mut Option<ProductId>,
        trace: &mut Trace,
    ) -> Result<Row, Refusal> {
        let [app, ping, version, document] = submission.path;
        let Ok(path) = path::read(app, ping, version, document) else {
            trace.at = Some(path::wrong(app, ping, version).to_owned());
            return Err(Refusal::Malformed);
        };
        self.gate(&path, now)?;
        let in_force = Arc::clone(&self.in_force.borrow());
        let prepared = self.prepare(path, &in_force, submission, now, product, Some(trace));
        if prepared.as_ref().err() == Some(&Refusal::Malformed) && trace.at.is_none() {
            let at =
                "The body is not what its `Content-Encoding` says: `gzip`, or none for plain JSON.";
            trace.at = Some(at.to_owned());
        }
        prepared.map(|(row, _)| row)
    }

    async fn was_stored(&self, documents: Vec<DocumentKey>) -> bool {
        let landing = Arc::clone(&self.landing);
        let read = move || landing.stored(Some(&documents), 1).is_ok_and(|rows| !rows.is_empty());
        tokio::task::spawn_blocking(read).await.unwrap_or(false)
    }
}
