//! The SQL of this slice: versions of notices, results of checks.

use candor_database::{Database, DatabaseError};
use candor_kernel::{PromiseId, Timestamp};

use crate::rules::{Checked, Outcome};

/// One version of a notice.
#[derive(Debug, Clone)]
pub struct Version {
    /// Its running number.
    pub number: i64,
    /// A hash of its words, as it was stored.
    pub fingerprint: Vec<u8>,
    /// Its words.
    pub text: String,
    /// When it began.
    pub since: Timestamp,
}

type VersionRow = (i64, Vec<u8>, String, i64);

fn version((number, fingerprint, text, since): VersionRow) -> Version {
    Version { number, fingerprint, text, since: Timestamp::from_micros(since) }
}

/// Reads all versions of a notice, newest first.
pub(crate) async fn versions(db: &Database, notice: &str) -> Result<Vec<Version>, DatabaseError> {
    let rows: Vec<VersionRow> = sqlx::query_as(
        "SELECT number, fingerprint, text, since_us FROM notice_version \
         WHERE notice = $1 ORDER BY number DESC",
    )
    .bind(notice)
    .fetch_all(db.reader())
    .await?;
    Ok(rows.into_iter().map(version).collect())
}

/// Reads the newest version of a notice.
pub(crate) async fn newest(db: &Database, notice: &str) -> Result<Option<Version>, DatabaseError> {
    let row: Option<VersionRow> = sqlx::query_as(
        "SELECT number, fingerprint, text, since_us FROM notice_version \
         WHERE notice = $1 ORDER BY number DESC LIMIT 1",
    )
    .bind(notice)
    .fetch_optional(db.reader())
    .await?;
    Ok(row.map(version))
}

/// Dates and keeps words that differ from the newest version.
pub(crate) async fn keep(
    db: &Database,
    notice: &str,
    text: &str,
    fingerprint: [u8; 32],
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let text = candor_database::without_nul(text)?;
    db.transact(|tx| {
        Box::pin(async move {
            let newest: Option<(i64, Vec<u8>)> = sqlx::query_as(
                "SELECT number, fingerprint FROM notice_version WHERE notice = $1 \
                 ORDER BY number DESC LIMIT 1",
            )
            .bind(notice)
            .fetch_optional(&mut **tx)
            .await?;
            let number = match newest {
                Some((_, old)) if old == fingerprint => return Ok(()),
                Some((number, _)) => number + 1,
                None => 1,
            };
            sqlx::query(
                "INSERT INTO notice_version (notice, number, fingerprint, text, since_us) \
                 VALUES ($1, $2, $3, $4, $5)",
            )
            .bind(notice)
            .bind(number)
            .bind(fingerprint.to_vec())
            .bind(text)
            .bind(now.micros())
            .execute(&mut **tx)
            .await?;
            Ok::<_, DatabaseError>(())
        })
    })
    .await
}

/// Removes the versions of the notice that checks use for trials.
pub(crate) async fn forget(db: &Database, notice: &str) -> Result<(), DatabaseError> {
    db.transact(|tx| {
        Box::pin(async move {
            sqlx::query("DELETE FROM notice_version WHERE notice = $1")
                .bind(notice)
                .execute(&mut **tx)
                .await?;
            Ok::<_, DatabaseError>(())
        })
    })
    .await
}

/// Keeps the result of a check.
pub(crate) async fn keep_result(
    db: &Database,
    promise: &str,
    checked: &Checked,
    build: &str,
) -> Result<(), DatabaseError> {
    let fact = checked.fact.replace('\0', " ");
    let fact = fact.as_str();
    db.transact(|tx| {
        Box::pin(async move {
            sqlx::query(
                "INSERT INTO check_result (promise, checked_us, state, fact, build) \
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT (promise, checked_us) DO UPDATE SET \
                 state = excluded.state, fact = excluded.fact, build = excluded.build",
            )
            .bind(promise)
            .bind(checked.at.micros())
            .bind(checked.outcome.name())
            .bind(fact)
            .bind(build)
            .execute(&mut **tx)
            .await?;
            Ok::<_, DatabaseError>(())
        })
    })
    .await
}

/// Reads the newest results of one promise, newest first: when, the state, the fact, the build.
pub(crate) async fn facts(
    db: &Database,
    promise: &str,
    limit: i64,
) -> Result<Vec<(i64, String, String, String)>, DatabaseError> {
    let rows = sqlx::query_as(
        "SELECT checked_us, state, fact, build FROM check_result WHERE promise = $1 \
         ORDER BY checked_us DESC LIMIT $2",
    )
    .bind(promise)
    .bind(limit)
    .fetch_all(db.reader())
    .await?;
    Ok(rows)
}

/// Reads the results since a time, oldest first, without their facts.
pub(crate) async fn results(
    db: &Database,
    since: Timestamp,
) -> Result<Vec<(PromiseId, Timestamp, Outcome)>, DatabaseError> {
    let rows: Vec<(String, i64, String)> = sqlx::query_as(
        "SELECT promise, checked_us, state FROM check_result WHERE checked_us >= $1 \
         ORDER BY checked_us",
    )
    .bind(since.micros())
    .fetch_all(db.reader())
    .await?;
    let read = rows.into_iter().filter_map(|(promise, at, state)| {
        let promise = PromiseId::parse(&promise).ok()?;
        Some((promise, Timestamp::from_micros(at), Outcome::by_name(&state)))
    });
    Ok(read.collect())
}
