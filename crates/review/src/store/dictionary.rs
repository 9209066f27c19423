//! What the dictionary reads: pushed revisions one by one, and requests with their decisions.

use std::collections::BTreeMap;

use candor_database::Database;
use candor_inventory::Channel;
use candor_inventory::glean::Terms;
use candor_kernel::{AppId, DatumId, Day, ProductId, Timestamp};

use super::{Kind, ReviewError, files, hash, stored};

/// Counts that change whenever the dictionary may: revisions, requests, decisions, the time of the
/// last decision, the state of what is in force.
pub(crate) type Stamp = (i64, i64, i64, Option<i64>, Option<i64>);

/// A product as it stands in the registry, without its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) product: ProductId,
    pub(crate) title: String,
    pub(crate) contact: String,
    pub(crate) registered: Timestamp,
    pub(crate) apps: Vec<(AppId, Channel)>,
}

/// One pushed revision with its files.
pub(crate) struct Pushed {
    pub(crate) number: i64,
    pub(crate) at: Timestamp,
    /// Who pushed it; empty where that was not kept.
    pub(crate) by: String,
    /// The state of the team's repository, where it was named.
    pub(crate) rev: Option<String>,
    pub(crate) files: Vec<(String, String)>,
}

/// A request to collect, or to accept this server's own declarations, with its decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reviewed {
    pub(crate) request: i64,
    pub(crate) requester: String,
    pub(crate) opened: Timestamp,
    /// open, granted, refused, withdrawn or superseded.
    pub(crate) state: String,
    pub(crate) decision: Option<Decided>,
    pub(crate) items: BTreeMap<DatumId, Row>,
}

/// One datum of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) terms: Terms,
    /// True where it was left out when the rest was granted.
    pub(crate) refused: bool,
}

/// A decision as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decided {
    pub(crate) steward: String,
    pub(crate) note: String,
    pub(crate) at: Timestamp,
    pub(crate) expires: Day,
}

pub(crate) async fn stamp(db: &Database) -> Result<Stamp, ReviewError> {
    let stamp = sqlx::query_as(
        "SELECT (SELECT COUNT(*) FROM definition), (SELECT COUNT(*) FROM review_request), \
         (SELECT COUNT(*) FROM review_decision), (SELECT MAX(decided_us) FROM review_decision), \
         (SELECT MAX(revision) FROM in_force)",
    )
    .fetch_one(db.reader())
    .await?;
    Ok(stamp)
}

pub(crate) async fn known(db: &Database) -> Result<Vec<Known>, ReviewError> {
    let products: Vec<(String, String, String, i64)> = sqlx::query_as(
        "SELECT product, title, contact, registered_us FROM product ORDER BY product",
    )
    .fetch_all(db.reader())
    .await?;
    let rows: Vec<(String, String, String)> =
        sqlx::query_as("SELECT product, app, channel FROM app ORDER BY product, app")
            .fetch_all(db.reader())
            .await?;
    let mut apps = BTreeMap::<String, Vec<_>>::new();
    for (product, app, channel) in rows {
        let app = (stored(AppId::parse(&app))?, Channel::by_name(&channel));
        apps.entry(product).or_default().push(app);
    }
    let known = products.into_iter().map(|(product, title, contact, registered_us)| {
        let apps = apps.remove(&product).unwrap_or_default();
        let registered = Timestamp::from_micros(registered_us);
        let product = stored(ProductId::parse(&product))?;
        Ok(Known { product, title, contact, registered, apps })
    });
    known.collect()
}

/// Reads the first revision after a number: one at a time, so that a long history needs no more
/// memory than a short one.
pub(crate) async fn pushed_after(
    db: &Database,
    product: &ProductId,
    number: i64,
) -> Result<Option<Pushed>, ReviewError> {
    let next: Option<(i64, i64, String, Option<String>)> = sqlx::query_as(
        "SELECT number, pushed_us, pushed_by, rev FROM definition \
         WHERE product = $1 AND number > $2 ORDER BY number LIMIT 1",
    )
    .bind(product.as_str())
    .bind(number)
    .fetch_optional(db.reader())
    .await?;
    let Some((number, pushed_us, by, rev)) = next else { return Ok(None) };
    let files = files(db, product, number).await?;
    Ok(Some(Pushed { number, at: Timestamp::from_micros(pushed_us), by, rev, files }))
}

type RequestColumns =
    (i64, String, i64, String, Option<String>, Option<String>, Option<i64>, Option<i64>);

/// Reads every request that asks to keep data, oldest first.
pub(crate) async fn reviewed(db: &Database) -> Result<Vec<Reviewed>, ReviewError> {
    let kinds = [Kind::Collect.name(), Kind::BuiltIn.name()];
    let rows: Vec<RequestColumns> = sqlx::query_as(
        "SELECT r.request, r.requester, r.opened_us, r.state, d.steward, d.note, d.decided_us, \
         d.expires_day FROM review_request r LEFT JOIN review_decision d ON d.request = r.request \
         WHERE r.kind = $1 OR r.kind = $2 ORDER BY r.request",
    )
    .bind(kinds[0])
    .bind(kinds[1])
    .fetch_all(db.reader())
    .await?;
    let mut requests: BTreeMap<i64, Reviewed> = rows.into_iter().map(request).collect();
    let items: Vec<(i64, String, Vec<u8>, i64)> =
        sqlx::query_as("SELECT request, datum, terms, refused FROM review_item")
            .fetch_all(db.reader())
            .await?;
    for (request, datum, terms, refused) in items {
        if let Some(reviewed) = requests.get_mut(&request) {
            let row = Row { terms: Terms(hash(terms)?), refused: refused != 0 };
            reviewed.items.insert(stored(DatumId::parse(&datum))?, row);
        }
    }
    Ok(requests.into_values().collect())
}

impl Reviewed {
    /// Returns what became of one of its data: its own state, unless that datum was left out.
    pub(crate) fn state_of(&self, row: Row) -> &str {
        match (self.state.as_str(), row.refused) {
            ("granted" | "withdrawn", true) => "refused",
            (state, _) => state,
        }
    }
}

fn request(row: RequestColumns) -> (i64, Reviewed) {
    let (request, requester, opened_us, state, steward, note, decided_us, expires) = row;
    let decision = steward.zip(decided_us).map(|(steward, decided_us)| Decided {
        steward,
        note: note.unwrap_or_default(),
        at: Timestamp::from_micros(decided_us),
        expires: Day::from_number(expires.unwrap_or_default()),
    });
    let (opened, items) = (Timestamp::from_micros(opened_us), BTreeMap::new());
    (request, Reviewed { request, requester, opened, state, decision, items })
}
