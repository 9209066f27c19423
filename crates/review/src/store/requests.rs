//! Requests: opening, superseding, reading.

use std::collections::HashMap;

use candor_database::{Database, Tx, places};
use candor_inventory::glean::Terms;
use candor_kernel::{DatumId, Day, PersonName, Timestamp};
use sqlx::AssertSqlSafe;

use super::{Category, How, Item, Kind, ReviewError, hash, stored};

/// Rows that one statement inserts.
const ROWS: usize = 500;

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
    /// open, granted, refused, withdrawn or superseded.
    pub state: String,
    /// The state of the definitions that it asks about; none where it asks for something else.
    pub revision: Option<i64>,
    /// The state that it is compared with; none for a product's first.
    pub since: Option<i64>,
    /// The request that took its place.
    pub superseded_by: Option<i64>,
    /// What it asks for; empty in lists.
    pub items: Vec<Item>,
    /// Who decided, why, and the day from which a grant holds no longer.
    pub decision: Option<(String, String, Day)>,
}

/// A request that is to be opened.
#[derive(Debug, Clone, Copy)]
pub struct NewRequest<'a> {
    /// What it is for, and about what.
    pub about: (Kind, &'a str),
    /// What it asks, in a line.
    pub title: &'a str,
    /// Who asks.
    pub requester: &'a PersonName,
    /// A hash of what it asks.
    pub fingerprint: [u8; 32],
    /// What it asks for.
    pub items: &'a [Item],
    /// The state of definitions that it asks about.
    pub revision: Option<i64>,
    /// The state that it is compared with.
    pub since: Option<i64>,
}

/// An open request, as far as another push wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenRequest {
    /// Its number.
    pub request: i64,
    /// A hash of what it asks.
    pub fingerprint: [u8; 32],
    /// The state of definitions that it asks about.
    pub revision: Option<i64>,
    /// The state that it is compared with.
    pub since: Option<i64>,
}

/// Opens a request and returns its number.
pub async fn open_request(
    tx: &mut Tx<'_>,
    new: NewRequest<'_>,
    now: Timestamp,
) -> Result<i64, ReviewError> {
    let last: Option<i64> =
        sqlx::query_scalar("SELECT MAX(request) FROM review_request").fetch_one(&mut **tx).await?;
    let request = last.unwrap_or(0) + 1;
    let (kind, subject) = new.about;
    sqlx::query(
        "INSERT INTO review_request (request, kind, subject, fingerprint, title, requester, \
         opened_us, state, revision, since) VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8, $9)",
    )
    .bind(request)
    .bind(kind.name())
    .bind(subject)
    .bind(new.fingerprint.to_vec())
    .bind(new.title)
    .bind(new.requester.as_str())
    .bind(now.micros())
    .bind(new.revision)
    .bind(new.since)
    .execute(&mut **tx)
    .await?;
    for items in new.items.chunks(ROWS) {
        insert_items(tx, request, items).await?;
    }
    Ok(request)
}

/// A statement for many rows: a product has thousands of data.
async fn insert_items(tx: &mut Tx<'_>, request: i64, items: &[Item]) -> Result<(), ReviewError> {
    let text = format!(
        "INSERT INTO review_item (request, datum, terms, category, how, voided, refused) VALUES {}",
        places(items.len(), 7)
    );
    let mut query = sqlx::query(AssertSqlSafe(text));
    for item in items {
        query = query
            .bind(request)
            .bind(item.datum.as_str())
            .bind(item.terms.0.to_vec())
            .bind(category_name(item.category))
            .bind(item.how.name())
            .bind(i64::from(item.voided))
            .bind(i64::from(item.refused));
    }
    query.execute(&mut **tx).await?;
    Ok(())
}

/// Returns the open request about a subject, where there is one.
pub async fn open_about(
    db: &Database,
    (kind, subject): (Kind, &str),
) -> Result<Option<OpenRequest>, ReviewError> {
    type Open = (i64, Vec<u8>, Option<i64>, Option<i64>);
    let row: Option<Open> = sqlx::query_as(
        "SELECT request, fingerprint, revision, since FROM review_request \
         WHERE kind = $1 AND subject = $2 AND state = 'open' ORDER BY request DESC LIMIT 1",
    )
    .bind(kind.name())
    .bind(subject)
    .fetch_optional(db.reader())
    .await?;
    row.map(|(request, fingerprint, revision, since)| {
        Ok(OpenRequest { request, fingerprint: hash(fingerprint)?, revision, since })
    })
    .transpose()
}

/// Closes an open request because another takes its place, or because nothing is asked any more.
/// Those whose place it took itself name the new one, too.
pub async fn supersede(tx: &mut Tx<'_>, old: i64, by: Option<i64>) -> Result<(), ReviewError> {
    for text in [
        "UPDATE review_request SET superseded_by = $2 WHERE superseded_by = $1",
        "UPDATE review_request SET state = 'superseded', superseded_by = $2 \
         WHERE request = $1 AND state = 'open'",
    ] {
        sqlx::query(text).bind(old).bind(by).execute(&mut **tx).await?;
    }
    Ok(())
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

/// Returns who asked: in this request, and in those whose place it took.
pub async fn requesters(db: &Database, request: i64) -> Result<Vec<String>, ReviewError> {
    let names = sqlx::query_scalar(
        "SELECT requester FROM review_request WHERE request = $1 OR superseded_by = $1",
    )
    .bind(request)
    .fetch_all(db.reader())
    .await?;
    Ok(names)
}

/// Reads what was decided last of each datum and terms of a subject, where that was a refusal: the
/// request that says why.
pub async fn refusals(
    db: &Database,
    (kind, subject): (Kind, &str),
) -> Result<HashMap<(DatumId, Terms), i64>, ReviewError> {
    let rows: Vec<(i64, String, Vec<u8>, i64)> = sqlx::query_as(
        "SELECT r.request, i.datum, i.terms, \
         CASE WHEN r.state = 'refused' OR i.refused = 1 THEN 1 ELSE 0 END FROM review_request r \
         JOIN review_item i ON i.request = r.request \
         JOIN review_decision d ON d.request = r.request \
         WHERE r.kind = $1 AND r.subject = $2 ORDER BY d.decided_us, r.request",
    )
    .bind(kind.name())
    .bind(subject)
    .fetch_all(db.reader())
    .await?;
    let mut refused = HashMap::new();
    for (request, datum, terms, is_refused) in rows {
        let key = (stored(DatumId::parse(&datum))?, Terms(hash(terms)?));
        if is_refused == 1 {
            refused.insert(key, request);
        } else {
            refused.remove(&key);
        }
    }
    Ok(refused)
}

type Row = (
    i64,
    String,
    String,
    String,
    String,
    i64,
    String,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<String>,
    Option<String>,
    Option<i64>,
);

const COLUMNS: &str = "SELECT r.request, r.kind, r.subject, r.title, r.requester, r.opened_us, \
                       r.state, r.revision, r.since, r.superseded_by, d.steward, d.note, \
                       d.expires_day FROM review_request r \
                       LEFT JOIN review_decision d ON d.request = r.request";

/// Reads all requests, newest first, without their items.
pub async fn requests(db: &Database) -> Result<Vec<RequestRow>, ReviewError> {
    let text = format!("{COLUMNS} ORDER BY r.request DESC LIMIT 500");
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(text)).fetch_all(db.reader()).await?;
    Ok(rows.into_iter().map(from_row).collect())
}

/// Reads one request with its items and decision.
pub async fn request(db: &Database, number: i64) -> Result<Option<RequestRow>, ReviewError> {
    let text = format!("{COLUMNS} WHERE r.request = $1");
    let row: Option<Row> =
        sqlx::query_as(AssertSqlSafe(text)).bind(number).fetch_optional(db.reader()).await?;
    let Some(mut row) = row.map(from_row) else { return Ok(None) };
    row.items = items(db, number).await?;
    Ok(Some(row))
}

/// Reads what a request asks for, in the order of names.
pub async fn items(db: &Database, request: i64) -> Result<Vec<Item>, ReviewError> {
    type Row = (String, Vec<u8>, String, String, i64, i64);
    let items: Vec<Row> = sqlx::query_as(
        "SELECT datum, terms, category, how, voided, refused FROM review_item \
         WHERE request = $1 ORDER BY datum",
    )
    .bind(request)
    .fetch_all(db.reader())
    .await?;
    let item = |(datum, terms, category, how, voided, refused): Row| {
        Ok(Item {
            datum: stored(DatumId::parse(&datum))?,
            terms: Terms(hash(terms)?),
            category: category_by_name(&category),
            how: How::by_name(&how),
            voided: voided == 1,
            refused: refused == 1,
        })
    };
    items.into_iter().map(item).collect()
}

fn from_row(row: Row) -> RequestRow {
    let (request, kind, subject, title, requester, opened_us, state, ..) = row;
    let (.., revision, since, superseded_by, steward, note, day) = row;
    let kind = match kind.as_str() {
        "publish" => Kind::Publish,
        "built_in" => Kind::BuiltIn,
        _ => Kind::Collect,
    };
    let opened = Timestamp::from_micros(opened_us);
    let decision = steward.zip(note).zip(day);
    let decision = decision.map(|((steward, note), day)| (steward, note, Day::from_number(day)));
    RequestRow {
        request,
        kind,
        subject,
        title,
        requester,
        opened,
        state,
        revision,
        since,
        superseded_by,
        items: Vec::new(),
        decision,
    }
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
