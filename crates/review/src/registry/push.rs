//! A push: what came is compared with what was, kept, and asked for.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use candor_inventory::compare::Change;
use candor_inventory::glean::{Definitions, Terms};
use candor_inventory::{Category, Grant, compile};
use candor_kernel::{DatumId, PersonName, RepositoryRev, Timestamp};
use sha2::{Digest, Sha256};

use super::own::OWN;
use super::{Registry, files_fingerprint};
use crate::rules::files::problems;
use crate::rules::push::{self, Before, Removed, Wants};
use crate::rules::row::{self, Explained};
use crate::rules::warnings::{Warning, warnings};
use crate::rules::{How, Item, Kind, ReviewError};
use crate::store::{self, NewRequest, NewRevision, OpenRequest, Registration};

/// Definitions as they are pushed.
#[derive(Debug, Clone, Copy)]
pub struct Push<'a> {
    /// The product and its applications.
    pub registration: &'a Registration,
    /// The files: name and text.
    pub files: &'a [(String, String)],
    /// Who asks.
    pub requester: &'a PersonName,
    /// The state of the team's repository that they are.
    pub rev: Option<&'a RepositoryRev>,
    /// What is wanted beside the ordinary.
    pub wants: Wants,
}

impl<'a> Push<'a> {
    /// Makes an ordinary push.
    #[must_use]
    pub fn of(
        registration: &'a Registration,
        files: &'a [(String, String)],
        requester: &'a PersonName,
    ) -> Self {
        Self { registration, files, requester, rev: None, wants: Wants::default() }
    }
}

/// What became of a push.
#[derive(Debug, Clone)]
pub struct Pushed {
    /// The number of this state of the product's definitions.
    pub revision: i64,
    /// The request that was opened or is still open; none when nothing is asked.
    pub request: Option<i64>,
    /// The open request whose place it took.
    pub superseded: Option<i64>,
    /// How many data the definitions declare in all.
    pub declared: usize,
    /// What is asked for.
    pub asked: Vec<Explained>,
    /// What changed of data that need no review for it, in sentences.
    pub changed: Vec<(DatumId, Vec<String>)>,
    /// What is declared no longer.
    pub removed: Vec<Removed>,
    /// What stays refused, with the request that says why.
    pub refused: Vec<(DatumId, i64)>,
    /// What an import left out, since it has no review elsewhere.
    pub unlinked: Vec<DatumId>,
    /// What is probably not meant.
    pub warnings: Vec<Warning>,
}

/// What the registry knows of a product before a push.
struct Known {
    open: Option<OpenRequest>,
    /// The state that the new one is compared with.
    since: Option<i64>,
    definitions: Option<Arc<Definitions>>,
    granted: Vec<(DatumId, Grant)>,
    refused: HashMap<(DatumId, Terms), i64>,
    elsewhere: HashSet<(DatumId, Terms)>,
}

impl Registry {
    /// Pushes definitions: registers the product, keeps the files as its newest state, and opens
    /// one request for every datum that has no grant, in place of one that is still open. The same
    /// files again open nothing new.
    pub async fn push(&self, push: Push<'_>, now: Timestamp) -> Result<Pushed, ReviewError> {
        let Registration { product, title, .. } = push.registration;
        let definitions = self.definitions_of(&push)?;
        let _one_at_a_time = self.changing.lock().await;
        let known = self.known(push.registration).await?;
        let before = known.before();
        let today = now.day();
        let category = |ping: &str| self.category_of_ping(&definitions, ping);
        let asks = push::asks(product, &definitions, before, push.wants, today, &category);
        let (revision, request) =
            self.keep(push, &known, (&asks.items, &title_of(&asks.items, title)), now).await?;
        self.refresh(now).await?;
        let present = compile::data_of(product, &definitions).collect();
        let counting = store::counting(&present, Some(&known.granted));
        let then = known.definitions.as_deref();
        let changes =
            then.map(|then| row::changes(product, then, &definitions)).unwrap_or_default();
        Ok(Pushed {
            revision,
            request,
            superseded: known.open.map(|open| open.request).filter(|old| Some(*old) != request),
            declared: present.len(),
            changed: unasked(&changes, &asks.items),
            removed: push::removed(product, &definitions, before, today),
            warnings: warnings(product, then, &definitions, &counting),
            asked: row::explain(product, asks.items, Some(&definitions), &changes),
            refused: asks.refused,
            unlinked: asks.unlinked,
        })
    }

    fn definitions_of(&self, push: &Push<'_>) -> Result<Definitions, ReviewError> {
        judge(push)?;
        self.reads(push.files).map_err(ReviewError::Definitions)
    }

    async fn known(&self, registration: &Registration) -> Result<Known, ReviewError> {
        let product = &registration.product;
        let about = (Kind::Collect, product.as_str());
        let open = store::open_about(&self.db, about).await?;
        let newest = self.revisions(product).await?.first().map(|newest| newest.number);
        let since = open.map_or(newest, |open| open.since);
        let definitions = match since {
            None => None,
            Some(number) => self.readable(product, number).await?,
        };
        let items = match open {
            None => Vec::new(),
            Some(open) => store::items(&self.db, open.request).await?,
        };
        let elsewhere = items.into_iter().filter(|item| item.how == How::Elsewhere);
        let granted = store::grants(&self.db, Kind::Collect).await?.remove(product.as_str());
        Ok(Known {
            open,
            since,
            definitions,
            granted: granted.unwrap_or_default(),
            refused: store::refusals(&self.db, about).await?,
            elsewhere: elsewhere.map(|item| (item.datum, item.terms)).collect(),
        })
    }

    /// Keeps the files and opens the request, in place of the one that is open. Returns their
    /// numbers.
    async fn keep(
        &self,
        push: Push<'_>,
        known: &Known,
        (items, title): (&[Item], &str),
        now: Timestamp,
    ) -> Result<(i64, Option<i64>), ReviewError> {
        let Push { registration, files, requester: by, rev, .. } = push;
        let new = NewRevision { fingerprint: files_fingerprint(files), files, by, rev };
        let asked = NewRequest {
            about: (Kind::Collect, registration.product.as_str()),
            title,
            requester: by,
            fingerprint: items_fingerprint(items),
            items,
            revision: None,
            since: known.since,
        };
        let open = known.open;
        self.db
            .transact(|tx| {
                Box::pin(async move {
                    store::register(tx, registration, now).await?;
                    let revision = store::keep_files(tx, &registration.product, new, now).await?;
                    let asked = NewRequest { revision: Some(revision), ..asked };
                    let same = open.filter(|open| {
                        (open.fingerprint, open.revision) == (asked.fingerprint, asked.revision)
                    });
                    if let Some(open) = same {
                        return Ok((revision, Some(open.request)));
                    }
                    let request = match items {
                        [] => None,
                        _ => Some(store::open_request(tx, asked, now).await?),
                    };
                    if let Some(open) = open {
                        store::supersede(tx, open.request, request).await?;
                    }
                    Ok::<_, ReviewError>((revision, request))
                })
            })
            .await
    }
}

impl Known {
    fn before(&self) -> Before<'_> {
        Before {
            definitions: self.definitions.as_deref(),
            granted: &self.granted,
            refused: &self.refused,
            elsewhere: &self.elsewhere,
        }
    }
}

/// Reads what is pushed, or says what is wrong with it.
fn judge(push: &Push<'_>) -> Result<(), ReviewError> {
    let registration = push.registration;
    let reserved = |name: &str| name.starts_with(OWN);
    let apps = registration.apps.iter().map(|(app, _)| app.as_str());
    let names = apps.chain([registration.product.as_str()]);
    if let Some(name) = names.into_iter().find(|name| reserved(name)) {
        return Err(ReviewError::Reserved(name.to_owned()));
    }
    candor_database::without_nul(&registration.title)?;
    candor_database::without_nul(&registration.contact)?;
    let findings = problems(push.files);
    if findings.is_empty() { Ok(()) } else { Err(ReviewError::Definitions(findings)) }
}

fn title_of(items: &[Item], title: &str) -> String {
    let count = items.len();
    if !items.is_empty() && items.iter().all(|item| item.how == How::Elsewhere) {
        format!("Confirm {count} data of {title}, reviewed elsewhere")
    } else {
        format!("Collect {count} data of {title}")
    }
}

/// What changed without asking for a review.
fn unasked(changes: &BTreeMap<DatumId, Change>, items: &[Item]) -> Vec<(DatumId, Vec<String>)> {
    let asked: HashSet<_> = items.iter().map(|item| &item.datum).collect();
    let unasked = changes.iter().filter(|(datum, _)| !asked.contains(datum));
    let told = unasked.map(|(datum, change)| (datum.clone(), row::says(change).to_vec()));
    told.filter(|(_, says)| !says.is_empty()).collect()
}

fn items_fingerprint(items: &[Item]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for Item { datum, terms, category, how, .. } in items {
        let (category, how) = (Category::words(*category), how.name());
        hash.update(format!("{datum}|{}|{category}|{how}|", terms.hex()));
    }
    hash.finalize().into()
}
