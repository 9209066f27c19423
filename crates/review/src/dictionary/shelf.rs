//! Where the newest dictionary stands until something changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use candor_inventory::Grant;
use candor_kernel::{DatumId, Day, Fault, ProductId, Timestamp};
use tokio::sync::Mutex;

use super::Dictionary;
use super::index::{Collected, Input, index};
use super::past::Past;
use crate::registry::Registry;
use crate::rules::{Kind, ReviewError};
use crate::store::dictionary::Pushed;
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
        let mut held = self.0.lock().await;
        let accepted = registry.in_force().borrow().accepted;
        let stamp = Some((dictionary::stamp(registry.database()).await?, now.day(), accepted));
        let frozen = held.stamp.is_some() && registry.broken(Fault::FreezeDictionary);
        if held.stamp != stamp && !frozen {
            let made = held.make(registry, accepted, now.day()).await?;
            held.dictionary = Arc::new(made);
            held.stamp = stamp;
        }
        Ok(Arc::clone(&held.dictionary))
    }
}

impl Held {
    async fn make(
        &mut self,
        registry: &Registry,
        accepted: bool,
        today: Day,
    ) -> Result<Dictionary, ReviewError> {
        let db = registry.database();
        let grants = store::grants(db, Kind::Collect).await?;
        let reviews = dictionary::reviewed(db).await?;
        let known = dictionary::known(db).await?;
        for product in &known {
            let past = self.pasts.entry(product.product.clone()).or_default();
            follow(registry, &product.product, past).await?;
        }
        let products = known.iter().filter_map(|product| {
            let past = self.pasts.get(&product.product)?;
            let granted: Option<&Vec<(DatumId, Grant)>> = grants.get(product.product.as_str());
            Some(Collected { product, past, granted })
        });
        let products = products.collect();
        let read = registry.read(today).await?;
        Ok(index(&Input {
            products,
            reviews: &reviews,
            own: registry.own(),
            read: &read,
            category_of_ping: &|definitions, ping| registry.category_of_ping(definitions, ping),
            accepted,
            today,
        }))
    }
}

/// Reads the revisions that came since. One that reads no longer, because a newer build asks more
/// of definitions, changes nothing.
async fn follow(
    registry: &Registry,
    product: &ProductId,
    past: &mut Past,
) -> Result<(), ReviewError> {
    let db = registry.database();
    let mut after = past.number();
    while let Some(pushed) = dictionary::pushed_after(db, product, after).await? {
        after = pushed.number;
        match registry.reads(&pushed.files) {
            Ok(definitions) => {
                past.follow((pushed.number, pushed.at), &named(&pushed), definitions);
            }
            Err(findings) => {
                let number = pushed.number;
                tracing::warn!(%product, number, problems = findings.len(), "revision not read");
            }
        }
    }
    Ok(())
}

fn named(pushed: &Pushed) -> String {
    let Pushed { number, by, rev, .. } = pushed;
    let who = if by.is_empty() { String::new() } else { format!(" by {by}") };
    let whence = rev.as_ref().map(|rev| format!(" from {rev}")).unwrap_or_default();
    format!("revision {number}{who}{whence}")
}

#[cfg(test)]
mod tests;
