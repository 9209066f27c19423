//! Leases: a thing that only one process may do at a time (compaction, reports, sweeping).
//!
//! All functions run in the caller's transaction. What the holder writes stands in one transaction
//! with [`guard`], so that a process that slept through the end of its lease cannot write.

use std::time::Duration;

use candor_kernel::Timestamp;

use crate::{DatabaseError, Tx};

/// A lease in the hands of this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    name: String,
    fence: i64,
}

impl Lease {
    /// Returns the number that rises with each taking: what is written elsewhere can carry it.
    #[must_use]
    pub const fn fence(&self) -> i64 {
        self.fence
    }
}

/// Takes the lease if it is free or over; `holder` is a random name of this process.
///
/// A lease that ends later than two `length`s from now was given by a clock that has since gone
/// back, and counts as over.
pub async fn acquire(
    tx: &mut Tx<'_>,
    name: &str,
    holder: &str,
    now: Timestamp,
    length: Duration,
) -> Result<Option<Lease>, DatabaseError> {
    let fence: Option<i64> = sqlx::query_scalar(
        "INSERT INTO lease (name, holder, fence, until_us) VALUES ($1, $2, 1, $4) \
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, fence = lease.fence + 1, \
         until_us = excluded.until_us WHERE lease.until_us <= $3 OR lease.until_us > $5 \
         RETURNING fence",
    )
    .bind(name)
    .bind(holder)
    .bind(now.micros())
    .bind(now.plus(length).micros())
    .bind(now.plus(length.saturating_mul(2)).micros())
    .fetch_optional(&mut **tx)
    .await?;
    Ok(fence.map(|fence| Lease { name: name.to_owned(), fence }))
}

/// Holds the lease for another `length`. Late is fine as long as nobody else has taken it.
///
/// Errors: `Fenced`.
pub async fn renew(
    tx: &mut Tx<'_>,
    lease: &Lease,
    now: Timestamp,
    length: Duration,
) -> Result<(), DatabaseError> {
    let until = now.plus(length).micros();
    let update = sqlx::query(
        "UPDATE lease SET until_us = $3 WHERE name = $1 AND fence = $2 AND holder <> ''",
    );
    let update = update.bind(&lease.name).bind(lease.fence).bind(until);
    only_ours(lease, update.execute(&mut **tx).await?.rows_affected())
}

/// Gives the lease back, so that the next one need not wait.
///
/// Errors: `Fenced`.
pub async fn release(tx: &mut Tx<'_>, lease: &Lease) -> Result<(), DatabaseError> {
    let update = sqlx::query(
        "UPDATE lease SET until_us = 0, holder = '' WHERE name = $1 AND fence = $2 AND holder <> ''",
    );
    let update = update.bind(&lease.name).bind(lease.fence);
    only_ours(lease, update.execute(&mut **tx).await?.rows_affected())
}

/// Refuses the transaction when another process has taken the lease.
///
/// Errors: `Fenced`.
pub async fn guard(tx: &mut Tx<'_>, lease: &Lease) -> Result<(), DatabaseError> {
    let held: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM lease WHERE name = $1 AND fence = $2 AND holder <> ''",
    )
    .bind(&lease.name)
    .bind(lease.fence)
    .fetch_one(&mut **tx)
    .await?;
    only_ours(lease, u64::try_from(held).unwrap_or(0))
}

fn only_ours(lease: &Lease, rows: u64) -> Result<(), DatabaseError> {
    if rows == 1 {
        return Ok(());
    }
    Err(DatabaseError::Fenced { what: format!("The lease {}", lease.name) })
}
