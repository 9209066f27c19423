//! The registry: pushes, requests and decisions, and the snapshot that follows from them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, OnceLock};

use candor_database::Database;
use candor_inventory::glean::{self, Definitions, Lenient, Terms};
use candor_inventory::{
    Category, Finding, Grant, InForce, Inventory, ProductInput, Read, Reading, compile, lint,
};
use candor_kernel::{DatumId, Day, Fault, Faults, Revision, Timestamp};
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use crate::rules::{Decision, Kind, ReviewError};
use crate::store;

mod history;
mod own;
mod publishing;
mod push;

pub use own::OWN_GRANT_DAYS;
pub use push::{Push, Pushed};

/// The registry. Everything that changes what is in force goes through it.
pub struct Registry {
    db: Database,
    own: Vec<Inventory>,
    /// Products that are part of this server, granted with its own declarations.
    own_products: Vec<store::StoredProduct>,
    in_force: watch::Sender<Arc<InForce>>,
    /// One push or decision at a time: each is judged by what the one before left.
    changing: tokio::sync::Mutex<()>,
    /// One reading at a time: an older one must not overwrite what a withdrawal just changed.
    refreshing: tokio::sync::Mutex<()>,
    /// Definitions by fingerprint: reading YAML again every few seconds would be waste.
    read: Mutex<HashMap<[u8; 32], Arc<Definitions>>>,
    /// Enforcements that a demonstration switched off.
    faults: Faults,
    /// Who knows what reports read; nobody where there are no reports.
    reading: OnceLock<Arc<dyn Reading>>,
}

impl Registry {
    /// Makes the registry over a migrated database. Nothing is in force before [`Self::refresh`].
    #[must_use]
    pub fn new(db: Database, own: Vec<Inventory>, own_products: Vec<store::StoredProduct>) -> Self {
        let (in_force, _) = watch::channel(Arc::new(InForce::nothing()));
        Self {
            db,
            own,
            own_products,
            in_force,
            changing: tokio::sync::Mutex::default(),
            refreshing: tokio::sync::Mutex::default(),
            read: Mutex::default(),
            faults: Faults::none(),
            reading: OnceLock::new(),
        }
    }

    /// Says who knows what reports read. The first word counts.
    pub fn ask_readers(&self, reading: Arc<dyn Reading>) {
        // A second one would be a fault of the wiring; the first stays.
        let _ = self.reading.set(reading);
    }

    /// Returns what granted reports read. What no report reads ends some time after its grant (C01).
    pub(crate) async fn read(&self, today: Day) -> Result<Read, ReviewError> {
        if self.faults.on(Fault::KeepUnread) {
            return Ok(Read::Everything);
        }
        let Some(reading) = self.reading.get() else { return Ok(Read::Only(BTreeSet::new())) };
        let readers = reading.readers().await.map_err(ReviewError::Readers)?;
        let granted = store::grants(&self.db, Kind::Publish).await?;
        let holds = |terms: &[u8; 32]| {
            let mut grants = granted.values().flatten();
            grants.any(|(_, grant)| grant.terms.0 == *terms && grant.expires > today)
        };
        let read = readers.into_iter().filter(|reader| holds(&reader.terms));
        Ok(Read::Only(read.flat_map(|reader| reader.data).collect()))
    }

    /// Lets a demonstration break what this registry enforces.
    #[must_use]
    pub fn with_faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }

    /// Reads definition files as every push is read: what gives no reason, no benefit or nobody who
    /// answers for it is refused, or does not stand.
    pub fn reads(&self, files: &[(String, String)]) -> Result<Definitions, Vec<Finding>> {
        let lenient = Lenient {
            reasons: self.faults.on(Fault::PassPoorReasons),
            persons: self.faults.on(Fault::NeedNobody),
            benefits: self.faults.on(Fault::SkipBenefits),
        };
        glean::read_as(files, lenient)
    }

    /// Tells whether a demonstration broke something on purpose.
    pub(crate) fn broken(&self, fault: Fault) -> bool {
        self.faults.on(fault)
    }

    /// Returns how sensitive a ping is, as its request says: what identifies a person together is
    /// highly sensitive, whatever each part is (C13).
    #[must_use]
    pub fn category_of_ping(&self, definitions: &Definitions, ping: &str) -> Category {
        lint::category_of_ping(definitions, ping, self.faults.on(Fault::RateParts))
    }

    /// Follows what is in force.
    #[must_use]
    pub fn in_force(&self) -> watch::Receiver<Arc<InForce>> {
        self.in_force.subscribe()
    }

    /// Returns the database, for pages and lists.
    #[must_use]
    pub const fn database(&self) -> &Database {
        &self.db
    }

    /// Returns the server's own declarations.
    #[must_use]
    pub fn own(&self) -> &[Inventory] {
        &self.own
    }

    /// Reads everything anew and hands out the snapshot. On an error the old one stays and grows
    /// old, until edges refuse.
    pub async fn refresh(&self, now: Timestamp) -> Result<Revision, ReviewError> {
        let _one_at_a_time = self.refreshing.lock().await;
        let accepted = self.accepted(now.day()).await?;
        let grants = store::grants(&self.db, Kind::Collect).await?;
        let stored = store::products(&self.db).await?;
        self.forget_replaced(&stored);
        let (mut products, mut unreadable) = (Vec::new(), Vec::new());
        for stored in stored {
            let granted = grants.get(stored.product.as_str());
            let input = self.input(&stored, |present| store::counting(present, granted));
            match input {
                // A build that asks more of definitions than the one that took them: this product
                // waits until it is pushed again, and the others go on.
                Err(ReviewError::Definitions(findings)) => {
                    let first = findings.first().map(ToString::to_string).unwrap_or_default();
                    let product = &stored.product;
                    tracing::error!(%product, first, "its definitions are not read; push them anew");
                    unreadable.push(without_definitions(stored));
                }
                input => products.push(input?),
            }
        }
        for own in self.own_products.iter().filter(|_| accepted) {
            let expires = now.day().plus(OWN_GRANT_DAYS);
            let all = |present: &BTreeMap<DatumId, Terms>| {
                let grant = |(datum, terms): (&DatumId, &Terms)| {
                    (datum.clone(), Grant { terms: *terms, granted: now.day(), expires })
                };
                present.iter().map(grant).collect()
            };
            products.push(self.input(own, all)?);
        }
        let read = self.read(now.day()).await?;
        let apps: Vec<_> = unreadable.iter().flat_map(|input| input.apps.clone()).collect();
        products.extend(unreadable);
        let mut in_force = compile(&products, &self.own, accepted, &read, now);
        for (app, _) in apps {
            in_force.apps.get_mut(&app).expect("it was just compiled").readable = false;
        }
        let fingerprint = compile::fingerprint(&in_force);
        let (revision, since) = store::revision(&self.db, fingerprint, now).await?;
        (in_force.revision, in_force.since) = (Revision(revision), since);
        let revision = in_force.revision;
        self.in_force.send_replace(Arc::new(in_force));
        Ok(revision)
    }

    /// Decides a request and puts the decision in force at once.
    pub async fn decide(
        &self,
        request: i64,
        decision: &Decision,
        now: Timestamp,
    ) -> Result<Revision, ReviewError> {
        let _one_at_a_time = self.changing.lock().await;
        let decision = self.with_places(request, decision).await?;
        store::decide(&self.db, request, &decision, now).await?;
        self.refresh(now).await
    }

    fn input(
        &self,
        stored: &store::StoredProduct,
        grants: impl FnOnce(&BTreeMap<DatumId, Terms>) -> HashMap<DatumId, Grant>,
    ) -> Result<ProductInput, ReviewError> {
        let mut read = self.read.lock().expect("no holder of this lock panics");
        let definitions = match read.get(&stored.fingerprint) {
            Some(definitions) => Arc::clone(definitions),
            None => {
                let definitions = self.reads(&stored.files).map_err(ReviewError::Definitions)?;
                let definitions = Arc::new(definitions);
                read.insert(stored.fingerprint, Arc::clone(&definitions));
                definitions
            }
        };
        let present = compile::data_of(&stored.product, &definitions).collect();
        Ok(ProductInput {
            product: stored.product.clone(),
            title: stored.title.clone(),
            contact: stored.contact.clone(),
            apps: stored.apps.clone(),
            grants: grants(&present),
            definitions,
        })
    }

    /// Definitions that a push has replaced are not asked again.
    fn forget_replaced(&self, stored: &[store::StoredProduct]) {
        let present: BTreeSet<_> =
            stored.iter().chain(&self.own_products).map(|product| product.fingerprint).collect();
        let mut read = self.read.lock().expect("no holder of this lock panics");
        read.retain(|fingerprint, _| present.contains(fingerprint));
    }
}

/// Keeps a product known that declares nothing: people can still have its data deleted.
fn without_definitions(stored: store::StoredProduct) -> ProductInput {
    let store::StoredProduct { product, title, contact, apps, .. } = stored;
    let (definitions, grants) = (Arc::default(), HashMap::new());
    ProductInput { product, title, contact, apps, definitions, grants }
}

/// Names a state of definition files by their content.
#[must_use]
pub fn files_fingerprint(files: &[(String, String)]) -> [u8; 32] {
    let mut sorted: Vec<_> = files.iter().collect();
    sorted.sort();
    Sha256::digest(serde_json::to_vec(&sorted).expect("files are plain text")).into()
}

#[cfg(test)]
mod tests;
