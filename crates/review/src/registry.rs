//! The registry: pushes, requests and decisions, and the snapshot that follows from them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use candor_database::Database;
use candor_inventory::glean::{self, Definitions, Terms};
use candor_inventory::{
    BoxFuture, Category, Grant, InForce, Inventory, ProductInput, PublishRequest, Publishing,
    compile,
};
use candor_kernel::{DatumId, Day, PersonName, Revision, Timestamp};
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use crate::rules::{Decision, Item, Kind, Outcome, ReviewError, items_to_review};
use crate::store::{self, Registration};

mod history;

/// The subject of this server's own declarations.
const OWN: &str = "candor";
/// Own declarations are accepted for a year; then the operator is asked again (C19).
const OWN_GRANT_DAYS: i64 = 366;

/// The registry. Everything that changes what is in force goes through it.
pub struct Registry {
    db: Database,
    own: Vec<Inventory>,
    /// Products that are part of this server, granted with its own declarations.
    own_products: Vec<store::StoredProduct>,
    in_force: watch::Sender<Arc<InForce>>,
    /// One reading at a time: an older one must not overwrite what a withdrawal just changed.
    refreshing: tokio::sync::Mutex<()>,
    /// Definitions by fingerprint: reading YAML again every few seconds would be waste.
    read: Mutex<HashMap<[u8; 32], Arc<Definitions>>>,
}

/// What became of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// The request that was opened or is still open; none when everything has its grant.
    pub request: Option<i64>,
    /// What is asked for.
    pub items: Vec<Item>,
    /// How many data the definitions declare in all.
    pub declared: usize,
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
            refreshing: tokio::sync::Mutex::default(),
            read: Mutex::default(),
        }
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
        let mut products = Vec::new();
        for stored in stored {
            let granted = grants.get(stored.product.as_str());
            products.push(self.input(&stored, |present| store::counting(present, granted))?);
        }
        for own in self.own_products.iter().filter(|_| accepted) {
            let expires = now.day().plus(OWN_GRANT_DAYS);
            let all = |present: &BTreeMap<DatumId, Terms>| {
                let grant = |(datum, terms): (&DatumId, &Terms)| {
                    (datum.clone(), Grant { terms: *terms, expires })
                };
                present.iter().map(grant).collect()
            };
            products.push(self.input(own, all)?);
        }
        let mut in_force = compile(&products, &self.own, accepted, now);
        let fingerprint = compile::fingerprint(&in_force);
        in_force.revision = Revision(store::revision(&self.db, fingerprint, now).await?);
        let revision = in_force.revision;
        self.in_force.send_replace(Arc::new(in_force));
        Ok(revision)
    }

    /// Pushes definitions: registers the product, keeps the files, and opens one request for every
    /// datum that has no grant. The same files again open nothing new.
    pub async fn push(
        &self,
        registration: &Registration,
        files: &[(String, String)],
        requester: &PersonName,
        now: Timestamp,
    ) -> Result<Pushed, ReviewError> {
        let product = &registration.product;
        let reserved = |name: &str| name.starts_with(OWN);
        let apps = registration.apps.iter().map(|(app, _)| app.as_str());
        if let Some(name) = apps.chain([product.as_str()]).find(|name| reserved(name)) {
            return Err(ReviewError::Reserved(name.to_owned()));
        }
        candor_database::without_nul(&registration.title)?;
        candor_database::without_nul(&registration.contact)?;
        let definitions = glean::read(files).map_err(ReviewError::Definitions)?;
        let present = compile::data_of(product, &definitions).collect();
        let grants = store::grants(&self.db, Kind::Collect).await?;
        let grants = store::counting(&present, grants.get(product.as_str()));
        let items = items_to_review(product, &definitions, &grants, now.day());
        let (files_hash, items_hash) = (files_fingerprint(files), items_fingerprint(&items));
        let title = format!("Collect {} data of {}", items.len(), registration.title);
        let (items, title) = (&items, title.as_str());
        let request = self
            .db
            .transact(|tx| {
                Box::pin(async move {
                    store::register(tx, registration, now).await?;
                    let new = store::NewRevision {
                        fingerprint: files_hash,
                        files,
                        by: requester,
                        rev: None,
                    };
                    store::keep_files(tx, product, new, now).await?;
                    if items.is_empty() {
                        return Ok::<_, ReviewError>(None);
                    }
                    let about = (Kind::Collect, product.as_str());
                    match store::newest_for(tx, about, items_hash).await? {
                        Some((request, state)) if state == "open" => Ok(Some(request)),
                        _ => store::open_request(
                            tx,
                            about,
                            (title, requester),
                            items_hash,
                            items,
                            now,
                        )
                        .await
                        .map(Some),
                    }
                })
            })
            .await?;
        self.refresh(now).await?;
        Ok(Pushed { request, items: items.clone(), declared: present.len() })
    }

    /// Decides a request and puts the decision in force at once.
    pub async fn decide(
        &self,
        request: i64,
        decision: &Decision,
        now: Timestamp,
    ) -> Result<Revision, ReviewError> {
        store::decide(&self.db, request, decision, now).await?;
        self.refresh(now).await
    }

    /// Opens the request to accept this server's own declarations, once for each state of them.
    pub async fn propose_own(&self, now: Timestamp) -> Result<i64, ReviewError> {
        let fingerprint = self.own_fingerprint();
        let items = &self.own_items();
        let authors = &PersonName::parse("The authors of Candor").expect("it is a name");
        let title = &format!("Accept the {} data this server's own parts declare", items.len());
        let held = self.accepted(now.day()).await?;
        self.db
            .transact(|tx| {
                Box::pin(async move {
                    let about = (Kind::BuiltIn, OWN);
                    match store::newest_for(tx, about, fingerprint).await? {
                        Some((request, state)) if held || state == "open" => Ok(request),
                        _ => {
                            let words = (title.as_str(), authors);
                            store::open_request(tx, about, words, fingerprint, items, now).await
                        }
                    }
                })
            })
            .await
    }

    /// Accepts this server's own declarations, for a year. Accepted ones stay as they are.
    pub async fn accept_own(&self, by: PersonName, now: Timestamp) -> Result<i64, ReviewError> {
        let request = self.propose_own(now).await?;
        if !self.accepted(now.day()).await? {
            let decision = Decision {
                outcome: Outcome::Granted,
                steward: by,
                note: "Accepted at first start.".to_owned(),
                expires: now.day().plus(OWN_GRANT_DAYS),
            };
            self.decide(request, &decision, now).await?;
        }
        self.refresh(now).await?;
        Ok(request)
    }

    /// Tells whether this server's own declarations, as this build has them, are accepted.
    pub async fn accepted(&self, today: Day) -> Result<bool, ReviewError> {
        store::granted(&self.db, Kind::BuiltIn, self.own_fingerprint(), today).await
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
                let definitions = glean::read(&stored.files).map_err(ReviewError::Definitions)?;
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

    fn own_items(&self) -> Vec<Item> {
        let fields = self.own.iter().flat_map(|part| &part.records).flat_map(|(record, body)| {
            body.fields.iter().map(move |(name, field)| (record, name, field))
        });
        fields
            .filter_map(|(record, name, field)| {
                let text = serde_json::to_vec(field).expect("a declaration is plain data");
                let terms = Terms(Sha256::digest(&text).into());
                let datum = DatumId::parse(&format!("{OWN}/{record}.{name}")).ok()?;
                Some(Item { datum, terms, category: field.category })
            })
            .collect()
    }

    fn own_fingerprint(&self) -> [u8; 32] {
        let text = serde_json::to_vec(&self.own).expect("declarations are plain data");
        Sha256::digest(&text).into()
    }
}

impl Publishing for Registry {
    fn ask(&self, request: PublishRequest, now: Timestamp) -> BoxFuture<'_, Result<i64, String>> {
        Box::pin(async move {
            let PublishRequest { report, question, terms, requester } = &request;
            let datum = DatumId::parse(&format!("report/{report}")).map_err(|e| e.to_string())?;
            let item = Item { datum, terms: Terms(*terms), category: Category::Technical };
            let held = self.granted(*terms, now.day()).await?;
            let asked = self.db.transact(|tx| {
                let item = item.clone();
                Box::pin(async move {
                    let about = (Kind::Publish, report.as_str());
                    match store::newest_for(tx, about, *terms).await? {
                        Some((number, state)) if held || state == "open" => Ok(number),
                        _ => {
                            let words = (question.as_str(), requester);
                            store::open_request(tx, about, words, *terms, &[item], now).await
                        }
                    }
                })
            });
            asked.await.map_err(|error: ReviewError| error.to_string())
        })
    }

    fn granted(&self, terms: [u8; 32], today: Day) -> BoxFuture<'_, Result<bool, String>> {
        Box::pin(async move {
            let granted = store::granted(&self.db, Kind::Publish, terms, today).await;
            granted.map_err(|error| error.to_string())
        })
    }
}

/// Names a state of definition files by their content.
#[must_use]
pub fn files_fingerprint(files: &[(String, String)]) -> [u8; 32] {
    let mut sorted: Vec<_> = files.iter().collect();
    sorted.sort();
    Sha256::digest(serde_json::to_vec(&sorted).expect("files are plain text")).into()
}

fn items_fingerprint(items: &[Item]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for Item { datum, terms, category } in items {
        hash.update(format!("{datum}|{}|{}|", terms.hex(), Category::words(*category)));
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests;
