//! The notice of this server: its words now, and every version it ever had.

use std::sync::Arc;

use candor_database::{Database, DatabaseError};
use candor_inventory::declaration::Arrives;
use candor_inventory::{InForce, Inventory};
use candor_kernel::{Fault, Faults, Timestamp};
use tokio::sync::watch;

use crate::rules::words::{self, Operator, Section};
use crate::rules::{self};
use crate::store::{self, Version};

/// The name of the server's own notice.
pub const SERVER: &str = "server";
/// The notice on which checks try whether changes are kept.
const TRIAL: &str = "trial";

/// Writes and keeps notices.
pub struct Notices {
    /// Where versions are kept.
    pub db: Database,
    /// What is in force.
    pub in_force: watch::Receiver<Arc<InForce>>,
    /// This server's own declarations.
    pub own: Vec<Inventory>,
    /// The promises that this server checks: id and sentence.
    pub promises: Vec<(String, String)>,
    /// Who runs this server.
    pub operator: Operator,
    /// For how many days raw pings are kept.
    pub raw_days: u32,
    /// Enforcements that a demonstration switched off.
    pub faults: Faults,
}

impl Notices {
    /// Returns the sections of the notice as it is now.
    #[must_use]
    pub fn sections(&self) -> Vec<Section> {
        let in_force = Arc::clone(&self.in_force.borrow());
        let blurred = self.faults.on(Fault::BlurArrivals).then(|| all_observed(&self.own));
        let own = blurred.as_ref().unwrap_or(&self.own);
        let mut sections =
            words::sections(&self.promises, own, &in_force, &self.operator, self.raw_days);
        if self.faults.on(Fault::MuteBenefits) {
            words::mute(&mut sections);
        }
        sections
    }

    /// Tells whether the owner has accepted this server's own declarations.
    #[must_use]
    pub fn accepted(&self) -> bool {
        self.in_force.borrow().accepted
    }

    /// Returns the words of the notice as it is now.
    #[must_use]
    pub fn text(&self) -> String {
        words::text(&self.sections())
    }

    /// Dates and keeps the notice if it changed. Nothing is shown as a notice before it is read
    /// from review; an empty one is not kept.
    pub async fn keep_current(&self, now: Timestamp) -> Result<(), DatabaseError> {
        if self.in_force.borrow().revision.0 == 0 {
            return Ok(());
        }
        self.keep(SERVER, &self.text(), now).await
    }

    /// Reads every version of the server's notice, newest first.
    pub async fn versions(&self) -> Result<Vec<Version>, DatabaseError> {
        store::versions(&self.db, SERVER).await
    }

    /// Reads the newest version of the server's notice.
    pub async fn newest(&self) -> Result<Option<Version>, DatabaseError> {
        store::newest(&self.db, SERVER).await
    }

    /// Changes the trial notice twice and tells whether both versions were kept, then forgets them.
    pub async fn changes_are_kept(
        &self,
        canary: &str,
        now: Timestamp,
    ) -> Result<bool, DatabaseError> {
        let (first, second) = (format!("{canary} before"), format!("{canary} after"));
        store::forget(&self.db, TRIAL).await?;
        self.keep(TRIAL, &first, now).await?;
        self.keep(TRIAL, &second, now).await?;
        let kept = store::versions(&self.db, TRIAL).await?;
        store::forget(&self.db, TRIAL).await?;
        let words: Vec<_> = kept.iter().map(|version| version.text.as_str()).collect();
        Ok(words == [second.as_str(), first.as_str()])
    }

    async fn keep(&self, notice: &str, text: &str, now: Timestamp) -> Result<(), DatabaseError> {
        if self.faults.on(Fault::ForgetNotices) {
            return Ok(());
        }
        store::keep(&self.db, notice, text, rules::fingerprint(text), now).await
    }
}

/// What a notice would say that does not tell the ways of arrival apart.
fn all_observed(own: &[Inventory]) -> Vec<Inventory> {
    let mut blurred = own.to_vec();
    let records = blurred.iter_mut().flat_map(|part| part.records.values_mut());
    for field in records.flat_map(|record| record.fields.values_mut()) {
        field.arrives = Arrives::Observed;
    }
    blurred
}
