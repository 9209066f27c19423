//! Where the newest dictionary stands until something changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use candor_database::Database;
use candor_inventory::{Grant, glean};
use candor_kernel::{DatumId, Day, ProductId, Timestamp};
use tokio::sync::Mutex;

use super::Dictionary;
use super::index::{Collected, Input, index};
use super::past::Past;
use crate::registry::Registry;
use crate::rules::{Kind, ReviewError};
use crate::store::{self, dictionary};

/// Keeps the newest dictionary. One is made at a time; who asks meanwhile waits for it.
#[derive(Debug, Default)]
pub struct Shelf(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    stamp: Option<(dictionary::Stamp, Day, bool)>,
    dictionary: Arc<Dictionary>,
    /// By product: only revisions that came since are read.
    pasts: BTreeMap<ProductId, Past>,
}

impl Shelf {
    /// Returns the dictionary of today: the one that stands here, unless something was pushed,
    /// asked, decided or put in force since, or another day began.
    pub async fn current(
        &self,
        registry: &Registry,
        now: Timestamp,
    ) -> Result<Arc<Dictionary>, ReviewError> {
        let db = registry.database();
        let mut held = self.0.lock().await;
        let accepted = registry.in_force().borrow().accepted;
        let stamp = Some((dictionary::stamp(db).await?, now.day(), accepted));
        if held.stamp != stamp {
            let made = held.make(db, registry, accepted, now.day()).await?;
            held.dictionary = Arc::new(made);
            held.stamp = stamp;
        }
        Ok(Arc::clone(&held.dictionary))
    }
}

impl Held {
    async fn make(
        &mut self,
        db: &Database,
        registry: &Registry,
        accepted: bool,
        today: Day,
    ) -> Result<Dictionary, ReviewError> {
        let grants = store::grants(db, Kind::Collect).await?;
        let reviews = dictionary::reviewed(db).await?;
        let known = dictionary::known(db).await?;
        for product in &known {
            follow(db, &product.product, self.pasts.entry(product.product.clone()).or_default())
                .await?;
        }
        let products = known.iter().filter_map(|product| {
            let past = self.pasts.get(&product.product)?;
            let granted: Option<&Vec<(DatumId, Grant)>> = grants.get(product.product.as_str());
            Some(Collected { product, past, granted })
        });
        let products = products.collect();
        Ok(index(&Input { products, reviews: &reviews, own: registry.own(), accepted, today }))
    }
}

/// Reads the revisions that came since. One that reads no longer, because a newer build asks more
/// of definitions, changes nothing.
async fn follow(db: &Database, product: &ProductId, past: &mut Past) -> Result<(), ReviewError> {
    let mut after = past.number();
    while let Some(pushed) = dictionary::pushed_after(db, product, after).await? {
        after = pushed.number;
        match glean::read(&pushed.files) {
            Ok(definitions) => past.follow(pushed.number, pushed.at, definitions),
            Err(findings) => {
                let number = pushed.number;
                tracing::warn!(%product, number, problems = findings.len(), "revision not read");
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
