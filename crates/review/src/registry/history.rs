//! What was pushed before: every state of a product's definitions stays readable.

use std::collections::BTreeMap;
use std::sync::Arc;

use candor_inventory::compare::Change;
use candor_inventory::glean::{self, Definitions};
use candor_kernel::{DatumId, ProductId};

use super::Registry;
use crate::rules::row::{self, Explained, Row};
use crate::rules::{Decision, How, Kind, Outcome, ReviewError};
use crate::store::{self, RequestRow, RevisionRow};

impl Registry {
    /// Lists all states of a product's definitions, newest first; none for a product that nobody
    /// pushed. Their files are read one state at a time: [`Self::files`], [`Self::definitions`].
    pub async fn revisions(&self, product: &ProductId) -> Result<Vec<RevisionRow>, ReviewError> {
        store::revisions(&self.db, product).await
    }

    /// Returns the files of one state as they came: name and text, in the order of names.
    ///
    /// Errors: `Unknown` where there is no such state.
    pub async fn files(
        &self,
        product: &ProductId,
        number: i64,
    ) -> Result<Vec<(String, String)>, ReviewError> {
        let files = store::files(&self.db, product, number).await?;
        if files.is_empty() {
            return Err(ReviewError::Unknown(format!("state {number} of {product}")));
        }
        Ok(files)
    }

    /// Reads what one state declares. This is work of some milliseconds: keep what it returns.
    ///
    /// Errors: `Unknown` where there is no such state; `Definitions` where this build does not read
    /// any more what an earlier one did.
    pub async fn definitions(
        &self,
        product: &ProductId,
        number: i64,
    ) -> Result<Arc<Definitions>, ReviewError> {
        let files = self.files(product, number).await?;
        glean::read(&files).map(Arc::new).map_err(ReviewError::Definitions)
    }

    /// The same, and nothing where this build does not read it any more.
    pub(super) async fn readable(
        &self,
        product: &ProductId,
        number: i64,
    ) -> Result<Option<Arc<Definitions>>, ReviewError> {
        match self.definitions(product, number).await {
            Err(ReviewError::Definitions(_) | ReviewError::Unknown(_)) => Ok(None),
            read => read.map(Some),
        }
    }

    /// Says what changed from the state before to this one; nothing for a product's first, and
    /// where this build does not read one of the two any more.
    pub async fn changes(
        &self,
        product: &ProductId,
        number: i64,
    ) -> Result<Vec<(DatumId, Change)>, ReviewError> {
        let before = self.readable(product, number - 1).await?;
        let after = self.readable(product, number).await?;
        let both = before.zip(after);
        let changes = both.map(|(before, after)| row::changes(product, &before, &after));
        Ok(changes.unwrap_or_default().into_iter().collect())
    }

    /// Reads a request, each datum with what its definitions say and what changed of it.
    pub async fn request(
        &self,
        number: i64,
    ) -> Result<Option<(RequestRow, Vec<Explained>)>, ReviewError> {
        let Some(mut row) = store::request(&self.db, number).await? else { return Ok(None) };
        let items = std::mem::take(&mut row.items);
        let (Kind::Collect, Ok(product)) = (row.kind, ProductId::parse(&row.subject)) else {
            let explain = |item| Explained { item, row: Row::default(), says: Vec::new() };
            return Ok(Some((row, items.into_iter().map(explain).collect())));
        };
        let (after, before) = (row.revision, row.since);
        let mut read = [None, None];
        for (number, read) in [after, before].into_iter().zip(&mut read) {
            if let Some(number) = number {
                *read = self.readable(&product, number).await?;
            }
        }
        let [after, before] = read;
        let changes = match (&before, &after) {
            (Some(before), Some(after)) => row::changes(&product, before, after),
            _ => BTreeMap::new(),
        };
        Ok(Some((row, row::explain(&product, items, after.as_deref(), &changes))))
    }

    /// Says in the note of a grant where the reviews are that it confirms.
    pub(super) async fn with_places(
        &self,
        number: i64,
        decision: &Decision,
    ) -> Result<Decision, ReviewError> {
        let mut decision = decision.clone();
        if decision.outcome != Outcome::Granted {
            return Ok(decision);
        }
        let Some((_, explained)) = self.request(number).await? else { return Ok(decision) };
        let confirmed = explained
            .iter()
            .filter(|one| one.item.how == How::Elsewhere)
            .filter(|one| !decision.except.contains(&one.item.datum));
        let places = row::places(confirmed.flat_map(|one| &one.row.reviews).map(String::as_str));
        if !places.is_empty() {
            let note = format!("{} Reviewed before at {places}.", decision.note);
            decision.note = note.trim().to_owned();
        }
        Ok(decision)
    }
}
