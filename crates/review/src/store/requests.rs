//! Requests and decisions.

use candor_database::{Database, Tx};
use candor_inventory::glean::Terms;
use candor_kernel::{DatumId, Day, PersonName, Timestamp};

use super::{Category, Decision, Item, Kind, ReviewError, hash, stored};
use crate::rules::{Asked, may_decide};

/// A request as stored, with its items and its decision where there is one.
#[derive(Debug, Clone)]
pub struct RequestRow {
    /// Its number.
    pub request: i64,
    /// What it is for.
    pub kind: Kind,
    /// What it is about.
    pub subject: String,
    /// What it asks, in a line.
    pub title: String,
    /// Who asks.
    pub requester: String,
    /// When it was opened.
    pub opened: Timestamp,
    /// open, granted, refused or withdrawn.
    pub state: String,
    /// What it asks for; empty in lists.
    pub items: Vec<Item>,
    /// Who decided, why, and the day from which a grant holds no longer.
    pub decision: Option<(String, String, Day)>,
}

/// Opens a request and returns its number.
pub async fn open_request(
    tx: &mut Tx<'_>,
    (kind, subject): (Kind, &str),
    (title, requester): (&str, &PersonName),
    fingerprint: [u8; 32],
    items: &[Item],
    now: Timestamp,
) -> Result<i64, ReviewError> {
    let last: Option<i64> =
        sqlx::query_scalar("SELECT MAX(request) FROM review_request").fetch_one(&mut **tx).await?;
    let request = last.unwrap_or(0) + 1;
    sqlx::query(
        "INSERT INTO review_request \
         (request, kind, subject, fingerprint, title, requester, opened_us, state) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'open')",
    )
    .bind(request)
    .bind(kind.name())
    .bind(subject)
    .bind(fingerprint.to_vec())
    .bind(title)
    .bind(requester.as_str())
    .bind(now.micros())
    .execute(&mut **tx)
    .await?;
    for item in items {
        sqlx::query(
            "INSERT INTO review_item (request, datum, terms, category) VALUES ($1, $2, $3, $4)",
        )
        .bind(request)
        .bind(item.datum.as_str())
        .bind(item.terms.0.to_vec())
        .bind(category_name(item.category))
        .execute(&mut **tx)
        .await?;
    }
    Ok(request)
}

/// Returns the newest request of a kind about this exact state: its number and its state.
pub async fn newest_for(
    tx: &mut Tx<'_>,
    (kind, subject): (Kind, &str),
    fingerprint: [u8; 32],
) -> Result<Option<(i64, String)>, ReviewError> {
    let found = sqlx::query_as(
        "SELECT request, state FROM review_request \
         WHERE kind = $1 AND subject = $2 AND fingerprint = $3 ORDER BY request DESC LIMIT 1",
    )
    .bind(kind.name())
    .bind(subject)
    .bind(fingerprint.to_vec())
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found)
}

/// Decides a request, if the rules allow it.
pub async fn decide(
    db: &Database,
    number: i64,
    decision: &Decision,
    now: Timestamp,
) -> Result<(), ReviewError> {
    // Items never change after a request was opened; its state is checked again when it is written.
    let row = request(db, number).await?;
    let Some(row) = row else { return Err(ReviewError::Unknown(format!("request {number}"))) };
    let asked =
        Asked { kind: row.kind, state: &row.state, requester: &row.requester, items: &row.items };
    may_decide(asked, decision, now.day())?;
    candor_database::without_nul(&decision.note)?;
    let before = row.state.as_str();
    db.transact(|tx| {
        Box::pin(async move {
            let changed = sqlx::query(
                "UPDATE review_request SET state = $1 WHERE request = $2 AND state = $3",
            )
            .bind(decision.outcome.name())
            .bind(number)
            .bind(before)
            .execute(&mut **tx)
            .await?
            .rows_affected();
            if changed == 0 {
                return Err(ReviewError::NotAllowed("Somebody else decided it meanwhile.".into()));
            }
            sqlx::query(
                "INSERT INTO review_decision \
                 (request, outcome, steward, note, decided_us, expires_day) \
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (request) DO UPDATE SET \
                 outcome = excluded.outcome, steward = excluded.steward, note = excluded.note, \
                 decided_us = excluded.decided_us, expires_day = excluded.expires_day",
            )
            .bind(number)
            .bind(decision.outcome.name())
            .bind(decision.steward.as_str())
            .bind(decision.note.as_str())
            .bind(now.micros())
            .bind(decision.expires.number())
            .execute(&mut **tx)
            .await?;
            Ok(())
        })
    })
    .await
}

type Row = (i64, String, String, String, String, i64, String);
const COLUMNS: &str = "SELECT request, kind, subject, title, requester, opened_us, state \
                       FROM review_request";

/// Reads all requests, newest first, without their items.
pub async fn requests(db: &Database) -> Result<Vec<RequestRow>, ReviewError> {
    let text = format!("{COLUMNS} ORDER BY request DESC LIMIT 500");
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(text)).fetch_all(db.reader()).await?;
    rows.into_iter().map(from_row).collect()
}

/// Reads one request with its items and decision.
pub async fn request(db: &Database, number: i64) -> Result<Option<RequestRow>, ReviewError> {
    let text = format!("{COLUMNS} WHERE request = $1");
    let row: Option<Row> =
        sqlx::query_as(sqlx::AssertSqlSafe(text)).bind(number).fetch_optional(db.reader()).await?;
    let Some(mut row) = row.map(from_row).transpose()? else { return Ok(None) };
    let items: Vec<(String, Vec<u8>, String)> = sqlx::query_as(
        "SELECT datum, terms, category FROM review_item WHERE request = $1 ORDER BY datum",
    )
    .bind(number)
    .fetch_all(db.reader())
    .await?;
    for (datum, terms, category) in items {
        let (datum, terms) = (stored(DatumId::parse(&datum))?, Terms(hash(terms)?));
        row.items.push(Item { datum, terms, category: category_by_name(&category) });
    }
    let decision: Option<(String, String, i64)> =
        sqlx::query_as("SELECT steward, note, expires_day FROM review_decision WHERE request = $1")
            .bind(number)
            .fetch_optional(db.reader())
            .await?;
    row.decision = decision.map(|(steward, note, day)| (steward, note, Day::from_number(day)));
    Ok(Some(row))
}

fn from_row(row: Row) -> Result<RequestRow, ReviewError> {
    let (request, kind, subject, title, requester, opened_us, state) = row;
    let kind = match kind.as_str() {
        "publish" => Kind::Publish,
        "built_in" => Kind::BuiltIn,
        _ => Kind::Collect,
    };
    let opened = Timestamp::from_micros(opened_us);
    let (items, decision) = (Vec::new(), None);
    Ok(RequestRow { request, kind, subject, title, requester, opened, state, items, decision })
}

fn category_name(category: Category) -> &'static str {
    match category {
        Category::Technical => "technical",
        Category::Interaction => "interaction",
        Category::StoredContent => "stored_content",
        Category::HighlySensitive => "highly_sensitive",
        Category::Unclassified => "unclassified",
    }
}

/// A name this build does not know is never taken for something harmless.
fn category_by_name(name: &str) -> Category {
    match name {
        "technical" => Category::Technical,
        "interaction" => Category::Interaction,
        "stored_content" => Category::StoredContent,
        "highly_sensitive" => Category::HighlySensitive,
        _ => Category::Unclassified,
    }
}
