//! The pushed states of a product's definitions: each is kept, none is changed.

use candor_database::{Database, Tx};
use candor_kernel::{PersonName, ProductId, RepositoryRev, Timestamp};

use super::{ReviewError, hash, stored};

/// One pushed state of a product's definitions, without its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionRow {
    /// Its number, from 1, without gaps.
    pub number: i64,
    /// A hash of its files.
    pub fingerprint: [u8; 32],
    /// When it came.
    pub pushed: Timestamp,
    /// Who pushed it; empty for those of the time before this was kept.
    pub by: String,
    /// The state of the team's repository, where it was named.
    pub rev: Option<RepositoryRev>,
}

/// Files as they are pushed, with who brings them.
#[derive(Debug, Clone, Copy)]
pub struct NewRevision<'a> {
    /// A hash of the files.
    pub fingerprint: [u8; 32],
    /// Name and text of each.
    pub files: &'a [(String, String)],
    /// Who pushes them.
    pub by: &'a PersonName,
    /// The state of the team's repository, where it was named.
    pub rev: Option<&'a RepositoryRev>,
}

/// Keeps the files of a push as the product's newest state, and returns its number; the same files
/// again make none.
pub async fn keep_files(
    tx: &mut Tx<'_>,
    product: &ProductId,
    new: NewRevision<'_>,
    now: Timestamp,
) -> Result<i64, ReviewError> {
    let newest: Option<(i64, Vec<u8>)> = sqlx::query_as(
        "SELECT number, fingerprint FROM definition WHERE product = $1 ORDER BY number DESC LIMIT 1",
    )
    .bind(product.as_str())
    .fetch_optional(&mut **tx)
    .await?;
    let number = match newest {
        Some((number, old)) if old == new.fingerprint => return Ok(number),
        Some((number, _)) => number + 1,
        None => 1,
    };
    sqlx::query(
        "INSERT INTO definition (product, number, fingerprint, pushed_us, pushed_by, rev) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(product.as_str())
    .bind(number)
    .bind(new.fingerprint.to_vec())
    .bind(now.micros())
    .bind(new.by.as_str())
    .bind(new.rev.map(RepositoryRev::as_str))
    .execute(&mut **tx)
    .await?;
    for (name, source) in new.files {
        sqlx::query(
            "INSERT INTO definition_file (product, number, name, source) VALUES ($1, $2, $3, $4)",
        )
        .bind(product.as_str())
        .bind(number)
        .bind(candor_database::without_nul(name)?)
        .bind(candor_database::without_nul(source)?)
        .execute(&mut **tx)
        .await?;
    }
    Ok(number)
}

/// Reads all states of a product's definitions, newest first; none for a product nobody pushed.
pub async fn revisions(
    db: &Database,
    product: &ProductId,
) -> Result<Vec<RevisionRow>, ReviewError> {
    type Row = (i64, Vec<u8>, i64, String, Option<String>);
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT number, fingerprint, pushed_us, pushed_by, rev FROM definition \
         WHERE product = $1 ORDER BY number DESC",
    )
    .bind(product.as_str())
    .fetch_all(db.reader())
    .await?;
    let row = |(number, fingerprint, pushed_us, by, rev): Row| {
        Ok(RevisionRow {
            number,
            fingerprint: hash(fingerprint)?,
            pushed: Timestamp::from_micros(pushed_us),
            by,
            rev: rev.map(|rev| stored(RepositoryRev::parse(&rev))).transpose()?,
        })
    };
    rows.into_iter().map(row).collect()
}

/// Reads the files of one state as they came: name and text, in the order of names. Empty where
/// there is no such state.
pub async fn files(
    db: &Database,
    product: &ProductId,
    number: i64,
) -> Result<Vec<(String, String)>, ReviewError> {
    let files = sqlx::query_as(
        "SELECT name, source FROM definition_file WHERE product = $1 AND number = $2 ORDER BY name",
    )
    .bind(product.as_str())
    .bind(number)
    .fetch_all(db.reader())
    .await?;
    Ok(files)
}
