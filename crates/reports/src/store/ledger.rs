//! Editions and what they give away: kept together or not at all.

use candor_database::{Database, DatabaseError, Tx};
use candor_kernel::{ReportId, Timestamp};
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;

use super::{EditionRow, kept_of, number};
use crate::reports::{Kept, Spent};
use crate::rules::budget::{PRODUCT_MILLIONTHS, metric_budget_millionths};
use crate::rules::{Plan, Span, week_start};

/// An edition that is to be kept.
#[derive(Clone, Copy)]
pub(crate) struct NewEdition<'a> {
    /// What it was made of.
    pub(crate) plan: &'a Plan,
    /// The report's version.
    pub(crate) version: u32,
    /// The period.
    pub(crate) span: Span,
    /// Its text.
    pub(crate) text: &'a str,
    /// What it gives away, in millionths of ε.
    pub(crate) epsilon_millionths: u64,
    /// True where no ping was there.
    pub(crate) empty: bool,
}

/// What became of it.
pub(crate) enum Outcome {
    /// It is kept, or another one was before it; this is the one that counts.
    Kept(Kept),
    /// It would give away too much; nothing was kept. Says of what, for people.
    OverBudget(String),
}

/// Keeps an edition and what it gives away, in one transaction. The one that is there already stays.
pub(crate) async fn keep(
    db: &Database,
    new: NewEdition<'_>,
    now: Timestamp,
) -> Result<Outcome, DatabaseError> {
    let text = candor_database::without_nul(new.text)?;
    let sha256: [u8; 32] = Sha256::digest(text).into();
    db.transact(|tx| {
        Box::pin(async move {
            if let Some(kept) = made(tx, &new).await? {
                return Ok::<_, DatabaseError>(Outcome::Kept(kept));
            }
            if let Some(refused) = over(tx, &new).await? {
                return Ok(Outcome::OverBudget(refused));
            }
            insert(tx, &new, &sha256, now).await?;
            let NewEdition { version, span, .. } = new;
            Ok(Outcome::Kept(Kept { version, span, text: text.to_owned(), sha256 }))
        })
    })
    .await
}

/// Says why an edition would be refused now, before it is counted for nothing.
pub(crate) async fn refusal(
    db: &Database,
    new: NewEdition<'_>,
) -> Result<Option<String>, DatabaseError> {
    let mut connection = db.reader().acquire().await?;
    over(&mut connection, &new).await
}

/// Counts all editions, and those of which the ledger does not say what they gave away.
pub(crate) async fn measured(db: &Database) -> Result<(i64, i64), DatabaseError> {
    let counts: (i64, i64) = sqlx::query_as(
        "SELECT (SELECT COUNT(*) FROM edition), (SELECT COUNT(*) FROM edition e WHERE NOT EXISTS \
         (SELECT 1 FROM privacy_ledger l WHERE l.report = e.report AND l.version = e.version \
         AND l.period = e.period AND l.start_day = e.start_day))",
    )
    .fetch_one(db.reader())
    .await?;
    Ok(counts)
}

async fn made(tx: &mut Tx<'_>, new: &NewEdition<'_>) -> Result<Option<Kept>, DatabaseError> {
    let row: Option<EditionRow> = sqlx::query_as(
        "SELECT version, period, start_day, document, sha256 FROM edition \
         WHERE report = $1 AND version = $2 AND period = $3 AND start_day = $4",
    )
    .bind(new.plan.spec.report.as_str())
    .bind(i64::from(new.version))
    .bind(new.span.period.name())
    .bind(new.span.start.number())
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.and_then(kept_of))
}

async fn insert(
    tx: &mut Tx<'_>,
    new: &NewEdition<'_>,
    sha256: &[u8; 32],
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let NewEdition { plan, version, span, .. } = *new;
    let (report, version) = (plan.spec.report.as_str(), i64::from(version));
    sqlx::query(
        "INSERT INTO edition (report, version, period, start_day, document, sha256, made_us) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(report)
    .bind(version)
    .bind(span.period.name())
    .bind(span.start.number())
    .bind(new.text)
    .bind(sha256.to_vec())
    .bind(now.micros())
    .execute(&mut **tx)
    .await?;
    for week in span.weeks() {
        for (group, _) in plan.groups() {
            sqlx::query(
                "INSERT INTO privacy_ledger (report, version, period, start_day, week, \
                 metric_group, product, epsilon_millionths) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            )
            .bind(report)
            .bind(version)
            .bind(span.period.name())
            .bind(span.start.number())
            .bind(week)
            .bind(group)
            .bind(plan.spec.product.as_str())
            .bind(i64::try_from(new.epsilon_millionths).unwrap_or(i64::MAX))
            .execute(&mut **tx)
            .await?;
        }
    }
    if new.empty {
        sqlx::query(
            "INSERT INTO empty_edition (report, version, period, start_day, day) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(report)
        .bind(version)
        .bind(span.period.name())
        .bind(span.start.number())
        .bind(now.day().number())
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// Says which bound an edition would break, in which week.
async fn over(
    connection: &mut AnyConnection,
    new: &NewEdition<'_>,
) -> Result<Option<String>, DatabaseError> {
    let product = new.plan.spec.product.as_str();
    for week in new.span.weeks() {
        let all = of_product(connection, product, week).await?;
        if beyond(all, new.epsilon_millionths, PRODUCT_MILLIONTHS) {
            let of = format!("the product {product}");
            return Ok(Some(said(&of, week, all.0, new.epsilon_millionths, PRODUCT_MILLIONTHS)));
        }
        for (group, category) in new.plan.groups() {
            let budget = metric_budget_millionths(category);
            let all = of_group(connection, product, week, &group).await?;
            if beyond(all, new.epsilon_millionths, budget) {
                return Ok(Some(said(&group, week, all.0, new.epsilon_millionths, budget)));
            }
        }
    }
    Ok(None)
}

/// Each row was rounded up by less than a millionth: seven days of a seventh are a whole.
fn beyond((spent, rows): (u64, u64), more: u64, budget: u64) -> bool {
    spent.saturating_add(more) > budget.saturating_add(rows + 1)
}

fn said(of: &str, week: i64, spent: u64, more: u64, budget: u64) -> String {
    let epsilon =
        |millionths: u64| format!("{}.{:03}", millionths / 1_000_000, millionths / 1000 % 1000);
    format!(
        "In the week of {} reports have given away {} of {} (ε) about {of}; this edition needs {} \
         more. Ask for fewer periods or a more careful preset, or withdraw another report: its \
         editions stay, and the next weeks have room.",
        week_start(week),
        epsilon(spent),
        epsilon(budget),
        epsilon(more)
    )
}

async fn of_product(
    connection: &mut AnyConnection,
    product: &str,
    week: i64,
) -> Result<(u64, u64), DatabaseError> {
    let row: (Option<i64>, i64) = sqlx::query_as(
        "SELECT CAST(SUM(epsilon_millionths) AS BIGINT), COUNT(*) FROM \
         (SELECT DISTINCT report, version, period, start_day, epsilon_millionths \
         FROM privacy_ledger WHERE product = $1 AND week = $2) AS spent",
    )
    .bind(product)
    .bind(week)
    .fetch_one(connection)
    .await?;
    Ok(unsigned(row))
}

async fn of_group(
    connection: &mut AnyConnection,
    product: &str,
    week: i64,
    group: &str,
) -> Result<(u64, u64), DatabaseError> {
    let row: (Option<i64>, i64) = sqlx::query_as(
        "SELECT CAST(SUM(epsilon_millionths) AS BIGINT), COUNT(*) FROM privacy_ledger \
         WHERE product = $1 AND week = $2 AND metric_group = $3",
    )
    .bind(product)
    .bind(week)
    .bind(group)
    .fetch_one(connection)
    .await?;
    Ok(unsigned(row))
}

fn unsigned((spent, rows): (Option<i64>, i64)) -> (u64, u64) {
    (spent.unwrap_or(0).unsigned_abs(), rows.unsigned_abs())
}

type SpentRow = (String, i64, String, Option<i64>);

/// Reads what each week gave away from a week on, newest first: by product and metric, and by
/// product over all of them (where the metric is empty).
pub(crate) async fn spent(db: &Database, from_week: i64) -> Result<Vec<Spent>, DatabaseError> {
    let mut rows: Vec<SpentRow> = sqlx::query_as(
        "SELECT product, week, metric_group, CAST(SUM(epsilon_millionths) AS BIGINT) \
         FROM privacy_ledger WHERE week >= $1 GROUP BY product, week, metric_group",
    )
    .bind(from_week)
    .fetch_all(db.reader())
    .await?;
    let of_products: Vec<SpentRow> = sqlx::query_as(
        "SELECT product, week, '', CAST(SUM(epsilon_millionths) AS BIGINT) FROM \
         (SELECT DISTINCT product, week, report, version, period, start_day, epsilon_millionths \
         FROM privacy_ledger WHERE week >= $1) AS spent GROUP BY product, week",
    )
    .bind(from_week)
    .fetch_all(db.reader())
    .await?;
    rows.extend(of_products);
    rows.sort_by(|one, other| (-one.1, &one.0, &one.2).cmp(&(-other.1, &other.0, &other.2)));
    let spent = |(product, week, group, epsilon): SpentRow| Spent {
        product,
        week,
        group,
        epsilon_millionths: epsilon.unwrap_or(0).unsigned_abs(),
    };
    Ok(rows.into_iter().map(spent).collect())
}

/// Lists the editions for which nobody had sent anything.
pub(crate) async fn empty(db: &Database) -> Result<Vec<(ReportId, u32, Span)>, DatabaseError> {
    let rows: Vec<(String, i64, String, i64)> = sqlx::query_as(
        "SELECT report, version, period, start_day FROM empty_edition \
         ORDER BY start_day, report, version, period",
    )
    .fetch_all(db.reader())
    .await?;
    let empty = |(report, version, period, start): (String, i64, String, i64)| {
        Some((ReportId::parse(&report).ok()?, number(version), super::span(&period, start)?))
    };
    Ok(rows.into_iter().filter_map(empty).collect())
}
