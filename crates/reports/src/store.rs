//! The SQL of this slice: reports, editions, ledger.

use candor_database::{Database, DatabaseError};
use candor_inventory::glean::MetricKind;
use candor_kernel::{Day, MetricId, PingName, ProductId, ReportId, Timestamp};

use crate::rules::{EPSILON_MILLI, Report, Shown, week};

/// Keeps a report as asked for; false when another one has this name.
pub(crate) async fn propose(
    db: &Database,
    report: &Report,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let terms = report.terms().to_vec();
    let question = candor_database::without_nul(&report.question)?;
    let terms = &terms;
    db.transact(|tx| {
        Box::pin(async move {
            sqlx::query(
                "INSERT INTO report (report, product, ping, metric, metric_type, question, terms, \
                 proposed_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (report) DO NOTHING",
            )
            .bind(report.report.as_str())
            .bind(report.product.as_str())
            .bind(report.ping.as_str())
            .bind(report.metric.as_str())
            .bind(report.kind.slug())
            .bind(question)
            .bind(terms.clone())
            .bind(now.micros())
            .execute(&mut **tx)
            .await?;
            let kept: Vec<u8> = sqlx::query_scalar("SELECT terms FROM report WHERE report = $1")
                .bind(report.report.as_str())
                .fetch_one(&mut **tx)
                .await?;
            Ok::<_, DatabaseError>(kept == *terms)
        })
    })
    .await
}

type Row = (String, String, String, String, String, String);

/// Reads all reports, by name.
pub(crate) async fn reports(db: &Database) -> Result<Vec<Report>, DatabaseError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT report, product, ping, metric, metric_type, question FROM report ORDER BY report",
    )
    .fetch_all(db.reader())
    .await?;
    Ok(rows.into_iter().filter_map(from_row).collect())
}

fn from_row((report, product, ping, metric, kind, question): Row) -> Option<Report> {
    Some(Report {
        report: ReportId::parse(&report).ok()?,
        product: ProductId::parse(&product).ok()?,
        ping: PingName::parse(&ping).ok()?,
        metric: MetricId::parse(&metric).ok()?,
        kind: MetricKind::by_slug(&kind)?,
        question,
    })
}

/// Reads when a report was asked for.
pub(crate) async fn proposed(
    db: &Database,
    report: &ReportId,
) -> Result<Option<Timestamp>, DatabaseError> {
    let at: Option<i64> = sqlx::query_scalar("SELECT proposed_us FROM report WHERE report = $1")
        .bind(report.as_str())
        .fetch_optional(db.reader())
        .await?;
    Ok(at.map(Timestamp::from_micros))
}

/// Reads the newest editions of a report, oldest of them first.
pub(crate) async fn editions(
    db: &Database,
    report: &ReportId,
    limit: i64,
) -> Result<Vec<(Day, Shown)>, DatabaseError> {
    let rows: Vec<(i64, i64, Option<i64>)> = sqlx::query_as(
        "SELECT day, shown, people FROM edition WHERE report = $1 ORDER BY day DESC LIMIT $2",
    )
    .bind(report.as_str())
    .bind(limit)
    .fetch_all(db.reader())
    .await?;
    Ok(rows.into_iter().rev().map(edition).collect())
}

fn edition((day, shown, people): (i64, i64, Option<i64>)) -> (Day, Shown) {
    let shown = match (shown, people) {
        (1, Some(people)) => Shown::People(people),
        _ => Shown::TooFew,
    };
    (Day::from_number(day), shown)
}

/// Reads one edition.
pub(crate) async fn edition_of(
    db: &Database,
    report: &ReportId,
    day: Day,
) -> Result<Option<Shown>, DatabaseError> {
    let row: Option<(i64, i64, Option<i64>)> =
        sqlx::query_as("SELECT day, shown, people FROM edition WHERE report = $1 AND day = $2")
            .bind(report.as_str())
            .bind(day.number())
            .fetch_optional(db.reader())
            .await?;
    Ok(row.map(|row| edition(row).1))
}

/// Keeps an edition with its ledger entry, both or neither. An edition that exists stays as it is;
/// returned is what is kept.
pub(crate) async fn keep(
    db: &Database,
    report: &Report,
    day: Day,
    shown: Shown,
    now: Timestamp,
) -> Result<Shown, DatabaseError> {
    let people = match shown {
        Shown::People(people) => Some(people),
        Shown::TooFew => None,
    };
    db.transact(|tx| {
        Box::pin(async move {
            let new = sqlx::query(
                "INSERT INTO edition (report, day, shown, people, made_us) \
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT (report, day) DO NOTHING",
            )
            .bind(report.report.as_str())
            .bind(day.number())
            .bind(i64::from(people.is_some()))
            .bind(people)
            .bind(now.micros())
            .execute(&mut **tx)
            .await?
            .rows_affected();
            if new == 1 {
                sqlx::query(
                    "INSERT INTO privacy_ledger (report, day, product, week, epsilon_milli) \
                     VALUES ($1, $2, $3, $4, $5)",
                )
                .bind(report.report.as_str())
                .bind(day.number())
                .bind(report.product.as_str())
                .bind(week(day))
                .bind(i64::from(EPSILON_MILLI))
                .execute(&mut **tx)
                .await?;
            }
            let kept: (i64, i64, Option<i64>) = sqlx::query_as(
                "SELECT day, shown, people FROM edition WHERE report = $1 AND day = $2",
            )
            .bind(report.report.as_str())
            .bind(day.number())
            .fetch_one(&mut **tx)
            .await?;
            Ok::<_, DatabaseError>(edition(kept).1)
        })
    })
    .await
}

/// Adds up the most that any one week of a product's clients gave away, over all its reports.
pub(crate) async fn spent_in_a_week_milli(
    db: &Database,
    product: &ProductId,
) -> Result<i64, DatabaseError> {
    let most: Option<i64> = sqlx::query_scalar(
        "SELECT CAST(SUM(epsilon_milli) AS BIGINT) FROM privacy_ledger WHERE product = $1 \
         GROUP BY week ORDER BY 1 DESC LIMIT 1",
    )
    .bind(product.as_str())
    .fetch_optional(db.reader())
    .await?;
    Ok(most.unwrap_or(0))
}
