//! What was pushed before: every state of a product's definitions stays readable.

use std::sync::Arc;

use candor_inventory::glean::{self, Definitions};
use candor_kernel::ProductId;

use super::Registry;
use crate::rules::ReviewError;
use crate::store::{self, RevisionRow};

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
}
