//! What became of pings, counted in memory and added to the store every few seconds. Totals only:
//! a count says nothing about a person, and losing the last seconds of it loses no ping.

use std::collections::BTreeMap;
use std::sync::Mutex;

use candor_database::{Database, DatabaseError};
use candor_kernel::{Day, ProductId};

use crate::ingest::Accepted;
use crate::rules::Refusal;
use crate::store::{self, Key};

/// The counters.
#[derive(Default)]
pub struct Counts {
    waiting: Mutex<BTreeMap<Key, u64>>,
    since_start: Mutex<BTreeMap<&'static str, u64>>,
}

impl Counts {
    /// Counts a ping that was taken, and what was left out of it.
    pub fn accepted(&self, day: Day, product: Option<&ProductId>, accepted: &Accepted) {
        let dropped = match accepted {
            Accepted::Kept { dropped } => Some(dropped.iter()),
            _ => None,
        };
        let dropped = dropped.into_iter().flatten().map(|(why, times)| (why.counter(), *times));
        self.add(day, product, std::iter::once((accepted.slug(), 1)).chain(dropped));
    }

    /// Counts a ping that was refused.
    pub fn refused(&self, day: Day, product: Option<&ProductId>, refusal: Refusal) {
        self.add(day, product, [(refusal.slug(), 1)]);
    }

    /// Returns totals by outcome since the start, for the operator's metrics.
    #[must_use]
    pub fn since_start(&self) -> BTreeMap<&'static str, u64> {
        self.since_start.lock().expect("no holder of this lock panics").clone()
    }

    /// Adds what was counted to the store. Where that fails, nothing is lost.
    pub async fn flush(&self, db: &Database) -> Result<(), DatabaseError> {
        let counted =
            std::mem::take(&mut *self.waiting.lock().expect("no holder of this lock panics"));
        let result = store::add(db, &counted).await;
        if result.is_err() {
            let mut waiting = self.waiting.lock().expect("no holder of this lock panics");
            for (key, times) in counted {
                *waiting.entry(key).or_default() += times;
            }
        }
        result
    }

    fn add(
        &self,
        day: Day,
        product: Option<&ProductId>,
        outcomes: impl IntoIterator<Item = (&'static str, u64)>,
    ) {
        let mut waiting = self.waiting.lock().expect("no holder of this lock panics");
        let mut since_start = self.since_start.lock().expect("no holder of this lock panics");
        for (outcome, times) in outcomes {
            *waiting.entry((day, product.cloned(), outcome)).or_default() += times;
            *since_start.entry(outcome).or_default() += times;
        }
    }
}
