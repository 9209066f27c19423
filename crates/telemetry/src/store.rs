//! The SQL of this slice: counts by day, product and outcome.

use std::collections::BTreeMap;

use candor_database::{Database, DatabaseError};
use candor_kernel::{Day, ProductId};

/// Day, product where one is known, and the name of the outcome.
pub type Key = (Day, Option<ProductId>, &'static str);

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
