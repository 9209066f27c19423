//! The SQL of this slice.

use std::collections::{BTreeMap, HashMap};

use candor_database::{Database, DatabaseError, Tx};
use candor_inventory::glean::Terms;
use candor_inventory::{Category, Channel, Grant};
use candor_kernel::{AppId, DatumId, Day, ProductId, Timestamp};

use crate::rules::{Decision, How, Item, Kind, ReviewError};

mod decisions;
pub(crate) mod dictionary;
mod requests;
mod revisions;
pub use decisions::decide;
pub use requests::{
    NewRequest, OpenRequest, RequestRow, items, newest_for, open_about, open_request, refusals,
    request, requesters, requests, supersede,
};
pub use revisions::{NewRevision, RevisionRow, files, keep_files, revisions};

/// A product with its newest definitions, as stored.
pub struct StoredProduct {
    /// Its id.
    pub product: ProductId,
    /// Its name in full.
    pub title: String,
    /// Where to ask about it.
    pub contact: String,
    /// Its applications.
    pub apps: Vec<(AppId, Channel)>,
    /// A hash of its newest definition files.
    pub fingerprint: [u8; 32],
    /// Those files: name and text.
    pub files: Vec<(String, String)>,
}

/// What a push registers beside the files.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The product.
    pub product: ProductId,
    /// Its name in full.
    pub title: String,
    /// Where to ask about it.
    pub contact: String,
    /// Its applications.
    pub apps: Vec<(AppId, Channel)>,
}

/// Registers a product and its applications, or updates what it says of itself.
pub async fn register(
    tx: &mut Tx<'_>,
    registration: &Registration,
    now: Timestamp,
) -> Result<(), ReviewError> {
    let Registration { product, title, contact, apps } = registration;
    sqlx::query(
        "INSERT INTO product (product, title, contact, registered_us) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (product) DO UPDATE SET title = excluded.title, contact = excluded.contact",
    )
    .bind(product.as_str())
    .bind(title.as_str())
    .bind(contact.as_str())
    .bind(now.micros())
    .execute(&mut **tx)
    .await?;
    for (app, channel) in apps {
        let owner: Option<String> = sqlx::query_scalar("SELECT product FROM app WHERE app = $1")
            .bind(app.as_str())
            .fetch_optional(&mut **tx)
            .await?;
        if let Some(owner) = owner.filter(|owner| owner != product.as_str()) {
            return Err(ReviewError::AppTaken { app: app.to_string(), product: owner });
        }
        sqlx::query(
            "INSERT INTO app (app, product, channel) VALUES ($1, $2, $3) \
             ON CONFLICT (app) DO UPDATE SET channel = excluded.channel",
        )
        .bind(app.as_str())
        .bind(product.as_str())
        .bind(channel.name())
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// Reads every product with its newest definitions.
pub async fn products(db: &Database) -> Result<Vec<StoredProduct>, ReviewError> {
    let newest: Vec<(String, String, String, i64, Vec<u8>)> = sqlx::query_as(
        "SELECT d.product, p.title, p.contact, d.number, d.fingerprint FROM definition d \
         JOIN product p ON p.product = d.product WHERE d.number = \
         (SELECT MAX(n.number) FROM definition n WHERE n.product = d.product) ORDER BY d.product",
    )
    .fetch_all(db.reader())
    .await?;
    let mut products = Vec::new();
    for (product, title, contact, number, fingerprint) in newest {
        let apps: Vec<(String, String)> =
            sqlx::query_as("SELECT app, channel FROM app WHERE product = $1 ORDER BY app")
                .bind(product.as_str())
                .fetch_all(db.reader())
                .await?;
        let apps = apps
            .iter()
            .map(|(app, channel)| Ok((stored(AppId::parse(app))?, Channel::by_name(channel))));
        let product = stored(ProductId::parse(&product))?;
        let files = files(db, &product, number).await?;
        products.push(StoredProduct {
            product,
            title,
            contact,
            apps: apps.collect::<Result<_, ReviewError>>()?,
            fingerprint: hash(fingerprint)?,
            files,
        });
    }
    Ok(products)
}

/// Reads every grant of a kind, by subject, in the order they were decided. What was left out of
/// one has none.
pub async fn grants(
    db: &Database,
    kind: Kind,
) -> Result<BTreeMap<String, Vec<(DatumId, Grant)>>, ReviewError> {
    let rows: Vec<(String, String, Vec<u8>, i64, i64)> = sqlx::query_as(
        "SELECT r.subject, i.datum, i.terms, d.decided_us, d.expires_day FROM review_request r \
         JOIN review_item i ON i.request = r.request \
         JOIN review_decision d ON d.request = r.request \
         WHERE r.kind = $1 AND r.state = 'granted' AND i.refused = 0 ORDER BY d.decided_us, r.request",
    )
    .bind(kind.name())
    .fetch_all(db.reader())
    .await?;
    let mut grants = BTreeMap::<String, Vec<(DatumId, Grant)>>::new();
    for (subject, datum, terms, granted, expires) in rows {
        let granted = Timestamp::from_micros(granted).day();
        let expires = Day::from_number(expires);
        let grant = Grant { terms: Terms(hash(terms)?), granted, expires };
        grants.entry(subject).or_default().push((stored(DatumId::parse(&datum))?, grant));
    }
    Ok(grants)
}

/// Tells whether this state of a subject has a grant of this kind that holds today.
pub async fn granted(
    db: &Database,
    kind: Kind,
    fingerprint: [u8; 32],
    today: Day,
) -> Result<bool, ReviewError> {
    let count: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM review_request r JOIN review_decision d ON d.request = r.request \
         WHERE r.kind = $1 AND r.fingerprint = $2 AND r.state = 'granted' AND d.expires_day > $3",
    )
    .bind(kind.name())
    .bind(fingerprint.to_vec())
    .bind(today.number())
    .fetch_one(db.reader())
    .await?;
    Ok(count > 0)
}

/// Returns the number of this state of what is in force, and since when it is that; a new one is
/// counted where it changed.
pub async fn revision(
    db: &Database,
    fingerprint: [u8; 32],
    now: Timestamp,
) -> Result<(i64, Timestamp), ReviewError> {
    const NEWEST: &str =
        "SELECT revision, fingerprint, made_us FROM in_force ORDER BY revision DESC LIMIT 1";
    let newest: Option<(i64, Vec<u8>, i64)> =
        sqlx::query_as(NEWEST).fetch_optional(db.reader()).await?;
    if let Some((revision, _, made_us)) = newest.filter(|(_, old, _)| *old == fingerprint) {
        return Ok((revision, Timestamp::from_micros(made_us)));
    }
    db.transact(|tx| {
        Box::pin(async move {
            let newest: Option<(i64, Vec<u8>, i64)> =
                sqlx::query_as(NEWEST).fetch_optional(&mut **tx).await?;
            let revision = match newest {
                Some((revision, old, made_us)) if old == fingerprint => {
                    return Ok((revision, Timestamp::from_micros(made_us)));
                }
                Some((revision, ..)) => revision + 1,
                None => 1,
            };
            sqlx::query(
                "INSERT INTO in_force (revision, fingerprint, made_us) VALUES ($1, $2, $3)",
            )
            .bind(revision)
            .bind(fingerprint.to_vec())
            .bind(now.micros())
            .execute(&mut **tx)
            .await?;
            Ok::<_, ReviewError>((revision, now))
        })
    })
    .await
}

/// Chooses the grants that count for the present terms of a subject.
#[must_use]
pub fn counting(
    present: &BTreeMap<DatumId, Terms>,
    grants: Option<&Vec<(DatumId, Grant)>>,
) -> HashMap<DatumId, Grant> {
    crate::rules::grants_that_count(present, grants.into_iter().flatten().cloned())
}

fn hash(bytes: Vec<u8>) -> Result<[u8; 32], ReviewError> {
    bytes.try_into().map_err(|_| damaged("a hash has another length than 32 bytes"))
}

fn stored<T>(read: Result<T, candor_kernel::IdError>) -> Result<T, ReviewError> {
    read.map_err(|error| damaged(&error.to_string()))
}

fn damaged(why: &str) -> ReviewError {
    DatabaseError::Unsuitable(format!(
        "The database holds something this build never wrote: {why}."
    ))
    .into()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Puts something into the stored definitions of a product that no build of today takes.
    pub(crate) async fn spoil(db: &Database, product: &str) {
        db.transact(|tx| {
            Box::pin(async move {
                sqlx::query("UPDATE definition_file SET source = 'x: [' WHERE product = $1")
                    .bind(product)
                    .execute(&mut **tx)
                    .await?;
                Ok::<_, DatabaseError>(())
            })
        })
        .await
        .expect("it is there");
    }
}
