//! The SQL of this slice: counts by day, product and outcome, and who looked at single pings.

use std::collections::BTreeMap;

use candor_database::{Database, DatabaseError};
use candor_kernel::{Day, PersonName, ProductId, limits};

/// Day, product where one is known, and the name of the outcome.
pub type Key = (Day, Option<ProductId>, &'static str);

/// Looks as they are listed: day, who, why, product, how often, and how many pings were shown.
pub(crate) type LookRow = (Day, String, String, String, i64, i64);

/// A look at single pings.
pub(crate) struct Looked<'a> {
    /// The day.
    pub(crate) day: Day,
    /// Who.
    pub(crate) by: &'a PersonName,
    /// Why.
    pub(crate) reason: &'a str,
    /// How many pings of each product.
    pub(crate) shown: BTreeMap<&'a str, i64>,
}

/// Stands for pings of programs that nobody registered.
const NO_PRODUCT: &str = "-";

/// Adds counts.
pub async fn add(db: &Database, counted: &BTreeMap<Key, u64>) -> Result<(), DatabaseError> {
    if counted.is_empty() {
        return Ok(());
    }
    db.transact(|tx| {
        Box::pin(async move {
            for ((day, product, reason), times) in counted {
                sqlx::query(
                    "INSERT INTO telemetry_count (day, product, reason, total) \
                     VALUES ($1, $2, $3, $4) ON CONFLICT (day, product, reason) \
                     DO UPDATE SET total = telemetry_count.total + excluded.total",
                )
                .bind(day.number())
                .bind(product.as_ref().map_or(NO_PRODUCT, ProductId::as_str))
                .bind(*reason)
                .bind(i64::try_from(*times).unwrap_or(i64::MAX))
                .execute(&mut **tx)
                .await?;
            }
            Ok(())
        })
    })
    .await
}

/// Reads the counts of one product, newest day first.
pub async fn counts(
    db: &Database,
    product: &str,
) -> Result<Vec<(Day, String, i64)>, DatabaseError> {
    let rows: Vec<(i64, String, i64)> = sqlx::query_as(
        "SELECT day, reason, total FROM telemetry_count WHERE product = $1 \
         ORDER BY day DESC, reason LIMIT 2000",
    )
    .bind(product)
    .fetch_all(db.reader())
    .await?;
    Ok(rows.into_iter().map(|(day, reason, n)| (Day::from_number(day), reason, n)).collect())
}

/// Records a look. One that found nothing counts too.
pub(crate) async fn record_look(db: &Database, looked: Looked<'_>) -> Result<(), DatabaseError> {
    let reason = candor_database::without_nul(looked.reason)?;
    let mut shown = looked.shown;
    if shown.is_empty() {
        shown.insert(NO_PRODUCT, 0);
    }
    let (day, by, shown) = (looked.day.number(), looked.by.as_str(), &shown);
    db.transact(|tx| {
        Box::pin(async move {
            for (product, pings) in shown {
                sqlx::query(
                    "INSERT INTO raw_read (day, who, reason, product, looks, pings) \
                     VALUES ($1, $2, $3, $4, 1, $5) ON CONFLICT (day, who, reason, product) \
                     DO UPDATE SET looks = raw_read.looks + 1, pings = raw_read.pings + excluded.pings",
                )
                .bind(day)
                .bind(by)
                .bind(reason)
                .bind(*product)
                .bind(*pings)
                .execute(&mut **tx)
                .await?;
            }
            Ok(())
        })
    })
    .await
}

/// Reads the looks at single pings, newest day first.
pub(crate) async fn looks(db: &Database) -> Result<Vec<LookRow>, DatabaseError> {
    let rows: Vec<(i64, String, String, String, i64, i64)> = sqlx::query_as(
        "SELECT day, who, reason, product, looks, pings FROM raw_read \
         ORDER BY day DESC, who, reason, product LIMIT $1",
    )
    .bind(i64::try_from(limits::RAW_READS_LISTED).unwrap_or(i64::MAX))
    .fetch_all(db.reader())
    .await?;
    let reply = |(day, by, reason, product, looks, pings)| {
        (Day::from_number(day), by, reason, product, looks, pings)
    };
    Ok(rows.into_iter().map(reply).collect())
}
