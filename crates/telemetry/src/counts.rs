//! What became of pings, counted in memory and added to the store every few seconds. Totals only:
//! a count says nothing about a person, and losing the last seconds of it loses no ping.

use std::collections::BTreeMap;
use std::sync::Mutex;

use candor_database::{Database, DatabaseError};
use candor_kernel::{Day, ProductId};
use candor_segments::Landed;

use crate::ingest::Accepted;
use crate::rules::Refusal;
use crate::store;

/// Day, product (`-` where none is known), and the name of the outcome.
pub type Key = (Day, String, &'static str);

/// The counters.
#[derive(Default)]
pub struct Counts(Mutex<BTreeMap<Key, u64>>);

impl Counts {
    /// Counts a ping that was taken, and what was left out of it.
    pub fn accepted(&self, day: Day, product: Option<&ProductId>, accepted: &Accepted) {
        let outcome = match accepted.landed {
            Landed::Stored => "accepted",
            Landed::Duplicate => "duplicate",
        };
        self.add(day, product, outcome, 1);
        for (dropped, times) in &accepted.dropped {
            self.add(day, product, dropped.slug(), *times);
        }
    }

    /// Counts a ping that was refused.
    pub fn refused(&self, day: Day, product: Option<&ProductId>, refusal: Refusal) {
        self.add(day, product, refusal.slug(), 1);
    }

    /// Returns all counts that are not in the store yet, for the metrics page.
    #[must_use]
    pub fn waiting(&self) -> BTreeMap<Key, u64> {
        self.0.lock().expect("no holder of this lock panics").clone()
    }

    /// Adds what was counted to the store. Where that fails, nothing is lost.
    pub async fn flush(&self, db: &Database) -> Result<(), DatabaseError> {
        let counted = std::mem::take(&mut *self.0.lock().expect("no holder of this lock panics"));
        let result = store::add(db, &counted).await;
        if result.is_err() {
            let mut waiting = self.0.lock().expect("no holder of this lock panics");
            for (key, times) in counted {
                *waiting.entry(key).or_default() += times;
            }
        }
        result
    }

    fn add(&self, day: Day, product: Option<&ProductId>, outcome: &'static str, times: u64) {
        let product = product.map_or("-", ProductId::as_str).to_owned();
        let mut counts = self.0.lock().expect("no holder of this lock panics");
        *counts.entry((day, product, outcome)).or_default() += times;
    }
}
