//! The SQL of tokens.

use candor_database::{Database, DatabaseError};
use candor_kernel::Timestamp;

/// Keeps the hash of a new token.
pub(super) async fn keep(
    db: &Database,
    hash: &[u8; 32],
    (name, scopes): (&str, &str),
    now: Timestamp,
    ends: Timestamp,
) -> Result<(), DatabaseError> {
    db.transact(|tx| {
        Box::pin(async move {
            sqlx::query(
                "INSERT INTO access_token (hash, name, scopes, made_us, ends_us) \
                 VALUES ($1, $2, $3, $4, $5)",
            )
            .bind(hash.to_vec())
            .bind(name)
            .bind(scopes)
            .bind(now.micros())
            .bind(ends.micros())
            .execute(&mut **tx)
            .await?;
            Ok::<_, DatabaseError>(())
        })
    })
    .await
}

/// Returns what a token opens now, if it is one.
pub(super) async fn scopes(
    db: &Database,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<String>, DatabaseError> {
    let scopes =
        sqlx::query_scalar("SELECT scopes FROM access_token WHERE hash = $1 AND ends_us > $2")
            .bind(hash.to_vec())
            .bind(now.micros())
            .fetch_optional(db.reader())
            .await?;
    Ok(scopes)
}

/// Lists tokens: name, scopes, when it was made, its end.
pub(super) async fn list(db: &Database) -> Result<Vec<(String, String, i64, i64)>, DatabaseError> {
    let rows = sqlx::query_as(
        "SELECT name, scopes, made_us, ends_us FROM access_token ORDER BY ends_us DESC LIMIT 500",
    )
    .fetch_all(db.reader())
    .await?;
    Ok(rows)
}

/// Ends all tokens of a name now.
pub(super) async fn end(db: &Database, name: &str, now: Timestamp) -> Result<u64, DatabaseError> {
    db.transact(|tx| {
        Box::pin(async move {
            let ended = sqlx::query(
                "UPDATE access_token SET ends_us = $1 WHERE name = $2 AND ends_us > $1",
            )
            .bind(now.micros())
            .bind(name)
            .execute(&mut **tx)
            .await?;
            Ok::<_, DatabaseError>(ended.rows_affected())
        })
    })
    .await
}
