//! Persistent jobs: work of several steps that is finished whatever happens in between.
//!
//! Each step must be harmless when done twice. All functions run in the caller's transaction, so
//! that what a step did and its record stand or fall together. A job is known by its kind and its
//! subject; a process that takes it gets a fence number, and only the newest number may report.

use std::time::Duration;

use candor_kernel::Timestamp;

use crate::{DatabaseError, Tx};

const TRIES: i64 = candor_kernel::limits::JOB_TRIES as i64;
const FIRST_WAIT_SECONDS: u64 = 30;
const LONGEST_WAIT_SECONDS: u64 = 6 * 3600;
/// Characters of an error that are kept.
const ERROR_CHARACTERS: usize = 500;

/// A job in the hands of this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The kind of work.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// The last step that was finished; empty at the start.
    pub step: String,
    /// How often the present step was tried, this time included.
    pub attempts: i64,
    fence: i64,
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Waits for its time, or for a process.
    Waiting,
    /// A process has it.
    Running,
    /// It is finished.
    Done,
    /// It was given up; the operator has to mend the cause and enqueue it again.
    GivenUp,
}

/// What is known about a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// How far it is.
    pub state: State,
    /// The last step that was finished; empty at the start.
    pub step: String,
    /// Why the last try failed.
    pub last_error: Option<String>,
}

/// Makes a job, or opens again one that has ended. Returns false when it is open already.
pub async fn enqueue(
    tx: &mut Tx<'_>,
    kind: &str,
    subject: &str,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let made = sqlx::query(
        "INSERT INTO job (kind, subject, state, step, attempts, run_after_us, lease_until_us, fence) \
         VALUES ($1, $2, 'waiting', '', 0, $3, 0, 0) \
         ON CONFLICT (kind, subject) DO UPDATE SET state = 'waiting', step = '', attempts = 0, \
         run_after_us = excluded.run_after_us, last_error = NULL, finished_us = NULL \
         WHERE job.state IN ('done', 'given up')",
    )
    .bind(kind)
    .bind(subject)
    .bind(now.micros())
    .execute(&mut **tx)
    .await?;
    Ok(made.rows_affected() > 0)
}

/// Takes the job of a kind that is due for longest, for as long as `lease`.
///
/// A job whose process did not report within its lease is due again. A lease that ends later than
/// two leases from now, or a wait of more than the longest, was given by a clock that has since
/// gone back, and counts as over.
pub async fn claim(
    tx: &mut Tx<'_>,
    kind: &str,
    now: Timestamp,
    lease: Duration,
) -> Result<Option<Job>, DatabaseError> {
    let far = now.plus(lease.saturating_mul(2));
    sqlx::query(
        "UPDATE job SET state = 'given up', finished_us = $2, last_error = 'Its process ended \
         each time before it was done.' WHERE kind = $1 AND state = 'running' AND attempts >= $4 \
         AND (lease_until_us <= $2 OR lease_until_us > $3)",
    )
    .bind(kind)
    .bind(now.micros())
    .bind(far.micros())
    .bind(TRIES)
    .execute(&mut **tx)
    .await?;
    let taken: Option<(String, String, i64, i64)> = sqlx::query_as(
        "UPDATE job SET state = 'running', attempts = attempts + 1, fence = fence + 1, \
         lease_until_us = $4 WHERE kind = $1 AND subject = (SELECT subject FROM job \
         WHERE kind = $1 AND ((state = 'waiting' AND (run_after_us <= $2 OR run_after_us > $5)) \
         OR (state = 'running' AND (lease_until_us <= $2 OR lease_until_us > $3))) \
         ORDER BY run_after_us, subject LIMIT 1) RETURNING subject, step, attempts, fence",
    )
    .bind(kind)
    .bind(now.micros())
    .bind(far.micros())
    .bind(now.plus(lease).micros())
    .bind(now.plus(Duration::from_secs(LONGEST_WAIT_SECONDS)).micros())
    .fetch_optional(&mut **tx)
    .await?;
    Ok(taken.map(|(subject, step, attempts, fence)| {
        let kind = kind.to_owned();
        Job { kind, subject, step, attempts, fence }
    }))
}

/// Records that a step is finished, and holds the job for another `lease`.
///
/// Errors: `Fenced` when another process has taken the job; then the whole transaction is undone.
pub async fn step(
    tx: &mut Tx<'_>,
    job: &Job,
    step: &str,
    now: Timestamp,
    lease: Duration,
) -> Result<(), DatabaseError> {
    let update = sqlx::query(
        "UPDATE job SET step = $4, attempts = 1, last_error = NULL, lease_until_us = $5 \
         WHERE kind = $1 AND subject = $2 AND fence = $3 AND state = 'running'",
    );
    let update = update.bind(&job.kind).bind(&job.subject).bind(job.fence);
    let update = update.bind(step).bind(now.plus(lease).micros());
    only_ours(job, update.execute(&mut **tx).await?.rows_affected())
}

/// Records that the job is finished.
///
/// Errors: `Fenced` when another process has taken the job; then the whole transaction is undone.
pub async fn complete(tx: &mut Tx<'_>, job: &Job, now: Timestamp) -> Result<(), DatabaseError> {
    let update = sqlx::query(
        "UPDATE job SET state = 'done', finished_us = $4, last_error = NULL \
         WHERE kind = $1 AND subject = $2 AND fence = $3 AND state = 'running'",
    );
    let update = update.bind(&job.kind).bind(&job.subject).bind(job.fence).bind(now.micros());
    only_ours(job, update.execute(&mut **tx).await?.rows_affected())
}

/// Records that the present step failed: it is tried again later, or given up after 20 tries.
///
/// `error` is a sentence without personal values; 500 characters of it are kept. Errors: `Fenced`
/// when another process has taken the job.
pub async fn fail(
    tx: &mut Tx<'_>,
    job: &Job,
    error: &str,
    now: Timestamp,
) -> Result<State, DatabaseError> {
    let (state, name, finished) = if job.attempts >= TRIES {
        (State::GivenUp, "given up", Some(now.micros()))
    } else {
        (State::Waiting, "waiting", None)
    };
    let error: String = error.chars().filter(|c| *c != '\0').take(ERROR_CHARACTERS).collect();
    let update = sqlx::query(
        "UPDATE job SET state = $4, run_after_us = $5, last_error = $6, finished_us = $7 \
         WHERE kind = $1 AND subject = $2 AND fence = $3 AND state = 'running'",
    );
    let update = update.bind(&job.kind).bind(&job.subject).bind(job.fence).bind(name);
    let update = update.bind(now.plus(wait(job.attempts)).micros()).bind(error).bind(finished);
    only_ours(job, update.execute(&mut **tx).await?.rows_affected())?;
    Ok(state)
}

/// Returns how far a job is, if it is known.
pub async fn progress(
    connection: &mut sqlx::AnyConnection,
    kind: &str,
    subject: &str,
) -> Result<Option<Progress>, DatabaseError> {
    let row: Option<(String, String, Option<String>)> =
        sqlx::query_as("SELECT state, step, last_error FROM job WHERE kind = $1 AND subject = $2")
            .bind(kind)
            .bind(subject)
            .fetch_optional(connection)
            .await?;
    Ok(row.map(|(state, step, last_error)| {
        let state = match state.as_str() {
            "waiting" => State::Waiting,
            "running" => State::Running,
            "done" => State::Done,
            _ => State::GivenUp,
        };
        Progress { state, step, last_error }
    }))
}

fn only_ours(job: &Job, rows: u64) -> Result<(), DatabaseError> {
    if rows == 1 {
        return Ok(());
    }
    // The subject may be a person's key: the kind is enough to find the place.
    Err(DatabaseError::Fenced { what: format!("A job of the kind {}", job.kind) })
}

/// Doubles the wait after each failed try, up to six hours.
fn wait(attempts: i64) -> Duration {
    let doublings = u32::try_from(attempts.clamp(1, 12) - 1).unwrap_or(0);
    Duration::from_secs((FIRST_WAIT_SECONDS << doublings).min(LONGEST_WAIT_SECONDS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_end() {
        for (attempts, seconds) in [(0, 30), (1, 30), (2, 60), (5, 480), (10, 15_360), (11, 21_600)]
        {
            assert_eq!(wait(attempts).as_secs(), seconds, "{attempts}");
        }
        let all: u64 = (1..TRIES).map(|attempts| wait(attempts).as_secs()).sum();
        assert_eq!(all / 86_400, 2, "given up on the third day");
    }
}
