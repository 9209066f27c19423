//! The SQL of this slice: reports and their editions; the ledger is below.

use std::collections::BTreeSet;

use candor_database::{Database, DatabaseError};
use candor_kernel::{Day, ReportId, Timestamp};

use crate::reports::{Kept, Report, Withdrawn};
use crate::rules::{Plan, Span};

mod ledger;

pub(crate) use ledger::{NewEdition, Outcome, empty, keep, measured, refusal, spent};

/// Keeps a plan as the next version of its report, or finds the version that is the same. None
/// where another product has a report of this name.
pub(crate) async fn propose(
    db: &Database,
    plan: &Plan,
    now: Timestamp,
) -> Result<Option<u32>, DatabaseError> {
    let text = plan.text();
    let text = candor_database::without_nul(&text)?;
    db.transact(|tx| {
        Box::pin(async move {
            let newest: Option<(i64, String, String, Option<i64>)> = sqlx::query_as(
                "SELECT version, product, plan, withdrawn_us FROM report WHERE report = $1 \
                 ORDER BY version DESC LIMIT 1",
            )
            .bind(plan.spec.report.as_str())
            .fetch_optional(&mut **tx)
            .await?;
            let version = match newest {
                Some((_, product, _, _)) if product != plan.spec.product.as_str() => {
                    return Ok::<_, DatabaseError>(None);
                }
                Some((version, _, kept, None)) if kept == text => return Ok(Some(number(version))),
                Some((version, _, _, _)) => version + 1,
                None => 1,
            };
            sqlx::query(
                "INSERT INTO report (report, version, product, plan, proposed_us) \
                 VALUES ($1, $2, $3, $4, $5)",
            )
            .bind(plan.spec.report.as_str())
            .bind(version)
            .bind(plan.spec.product.as_str())
            .bind(text)
            .bind(now.micros())
            .execute(&mut **tx)
            .await?;
            Ok(Some(number(version)))
        })
    })
    .await
}

/// Notes the review of a version.
pub(crate) async fn set_request(
    db: &Database,
    report: &ReportId,
    version: u32,
    request: i64,
) -> Result<(), DatabaseError> {
    db.transact(|tx| {
        Box::pin(async move {
            sqlx::query("UPDATE report SET request = $3 WHERE report = $1 AND version = $2")
                .bind(report.as_str())
                .bind(i64::from(version))
                .bind(request)
                .execute(&mut **tx)
                .await?;
            Ok::<_, DatabaseError>(())
        })
    })
    .await
}

/// Withdraws all versions of a report; one that was withdrawn before keeps its note.
pub(crate) async fn withdraw(
    db: &Database,
    report: &ReportId,
    note: &str,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let note = candor_database::without_nul(note)?;
    db.transact(|tx| {
        Box::pin(async move {
            sqlx::query(
                "UPDATE report SET withdrawn_us = $2, withdrawn_note = $3 \
                 WHERE report = $1 AND withdrawn_us IS NULL",
            )
            .bind(report.as_str())
            .bind(now.micros())
            .bind(note)
            .execute(&mut **tx)
            .await?;
            Ok::<_, DatabaseError>(())
        })
    })
    .await
}

type ReportRow = (i64, String, Option<i64>, i64, Option<i64>, Option<String>);

/// Reads all versions of all reports, by name and version. A plan that this build cannot read any
/// more makes no edition; its editions stay.
pub(crate) async fn reports(db: &Database) -> Result<Vec<Report>, DatabaseError> {
    let rows: Vec<ReportRow> = sqlx::query_as(
        "SELECT version, plan, request, proposed_us, withdrawn_us, withdrawn_note FROM report \
         ORDER BY report, version",
    )
    .fetch_all(db.reader())
    .await?;
    Ok(rows.into_iter().filter_map(report_of).collect())
}

fn report_of((version, plan, request, proposed, withdrawn, note): ReportRow) -> Option<Report> {
    let plan = serde_json::from_str(&plan)
        .inspect_err(|error| tracing::error!(%error, "a report's plan cannot be read"))
        .ok()?;
    let at = withdrawn.map(Timestamp::from_micros);
    Some(Report {
        plan,
        version: number(version),
        request,
        proposed: Timestamp::from_micros(proposed),
        withdrawn: at.map(|at| Withdrawn { at, note: note.unwrap_or_default() }),
    })
}

type EditionRow = (i64, String, i64, String, Vec<u8>);

/// Reads the edition of a period: of one version, or of the newest that has one.
pub(crate) async fn edition(
    db: &Database,
    report: &ReportId,
    version: Option<u32>,
    span: Span,
) -> Result<Option<Kept>, DatabaseError> {
    let row: Option<EditionRow> = sqlx::query_as(
        "SELECT version, period, start_day, document, sha256 FROM edition \
         WHERE report = $1 AND period = $2 AND start_day = $3 AND (CAST($4 AS BIGINT) = 0 OR version = $4) \
         ORDER BY version DESC LIMIT 1",
    )
    .bind(report.as_str())
    .bind(span.period.name())
    .bind(span.start.number())
    .bind(i64::from(version.unwrap_or(0)))
    .fetch_optional(db.reader())
    .await?;
    Ok(row.and_then(kept_of))
}

/// Reads the newest editions of a report's version, oldest of them first.
pub(crate) async fn editions(
    db: &Database,
    report: &ReportId,
    version: u32,
    limit: usize,
) -> Result<Vec<Kept>, DatabaseError> {
    let rows: Vec<EditionRow> = sqlx::query_as(
        "SELECT version, period, start_day, document, sha256 FROM edition \
         WHERE report = $1 AND version = $2 ORDER BY start_day DESC, period LIMIT $3",
    )
    .bind(report.as_str())
    .bind(i64::from(version))
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(db.reader())
    .await?;
    Ok(rows.into_iter().rev().filter_map(kept_of).collect())
}

/// Reads the editions of all reports that were made last, newest first.
pub(crate) async fn newest(db: &Database, limit: usize) -> Result<Vec<Kept>, DatabaseError> {
    let rows: Vec<EditionRow> = sqlx::query_as(
        "SELECT version, period, start_day, document, sha256 FROM edition \
         ORDER BY made_us DESC, start_day DESC, report, version DESC, period LIMIT $1",
    )
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(db.reader())
    .await?;
    Ok(rows.into_iter().filter_map(kept_of).collect())
}

/// Lists the periods of which a version has an edition, from a day on.
pub(crate) async fn made(
    db: &Database,
    report: &ReportId,
    version: u32,
    from: Day,
) -> Result<BTreeSet<Span>, DatabaseError> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT period, start_day FROM edition \
         WHERE report = $1 AND version = $2 AND start_day >= $3",
    )
    .bind(report.as_str())
    .bind(i64::from(version))
    .bind(from.number())
    .fetch_all(db.reader())
    .await?;
    Ok(rows.into_iter().filter_map(|(period, start)| span(&period, start)).collect())
}

/// Lists the versions of which there are editions.
pub(crate) async fn versions_made(db: &Database) -> Result<BTreeSet<(String, u32)>, DatabaseError> {
    let rows: Vec<(String, i64)> = sqlx::query_as("SELECT DISTINCT report, version FROM edition")
        .fetch_all(db.reader())
        .await?;
    Ok(rows.into_iter().map(|(report, version)| (report, number(version))).collect())
}

fn kept_of((version, period, start, text, sha256): EditionRow) -> Option<Kept> {
    let sha256 = sha256.try_into().ok()?;
    Some(Kept { version: number(version), span: span(&period, start)?, text, sha256 })
}

fn span(period: &str, start: i64) -> Option<Span> {
    let period = crate::rules::Period::parse(period).ok()?;
    Some(Span { period, start: Day::from_number(start) })
}

fn number(version: i64) -> u32 {
    u32::try_from(version).unwrap_or(0)
}
