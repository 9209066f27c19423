//! New editions as an Atom feed (RFC 4287): one entry for each, with an id that never changes.

use askama::Template;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use candor_kernel::limits;
use candor_web::{Frame, Problem};

use super::figure::Links;
use super::told::tell;
use super::{ReportsState, problem, read};
use crate::reports::Kept;
use crate::rules::Edition;

/// What the feed says while there is no edition; a feed has a time.
const NEVER: &str = "1970-01-01T00:00:00Z";

#[derive(Template)]
#[template(path = "reports/feed.xml")]
struct Feed<'a> {
    site: &'a str,
    url: &'a str,
    updated: String,
    entries: Vec<Entry>,
}

struct Entry {
    id: String,
    title: String,
    made_at: String,
    summary: String,
    links: Links,
}

pub(super) async fn feed(
    State(state): State<ReportsState>,
    frame: Frame,
) -> Result<Response, Problem> {
    let newest = state.reports.newest(limits::REPORT_FEED_ENTRIES).await.map_err(problem)?;
    // One that this version cannot read is left out, so that the others still come.
    let entries: Vec<_> = newest.iter().filter_map(|kept| entry(kept).ok()).collect();
    let updated = entries.iter().map(|entry| entry.made_at.clone()).max();
    let site = match frame.site.name.as_str() {
        "" => "Candor",
        name => name,
    };
    let feed = Feed {
        site,
        url: &state.public_url,
        updated: updated.unwrap_or_else(|| NEVER.to_owned()),
        entries,
    };
    let text = feed.render().map_err(|error| {
        tracing::error!(%error, "the feed could not be rendered");
        Problem::internal()
    })?;
    let text: String = text.chars().filter(|one| in_xml(*one)).collect();
    Ok(([(CONTENT_TYPE, "application/atom+xml; charset=utf-8")], text).into_response())
}

fn entry(kept: &Kept) -> Result<Entry, Problem> {
    let edition = read(kept)?;
    Ok(Entry {
        id: uuid(&kept.sha256),
        title: format!("{} {}", edition.question.trim(), kept.span),
        made_at: edition.made_at.clone(),
        summary: summary(&edition),
        links: Links::of(&edition, kept.span),
    })
}

fn summary(edition: &Edition) -> String {
    match edition.cells.len() {
        1 => tell(edition, 0).line() + ".",
        cells => {
            let shown = edition.cells.iter().filter(|cell| cell.people.is_some()).count();
            format!("{cells} numbers; in {shown} of them there are enough people to tell.")
        }
    }
}

/// Makes a UUID (version 8, RFC 9562) of the hash of an edition: it stays when the server moves.
fn uuid(sha256: &[u8; 32]) -> String {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&sha256[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    candor_kernel::DocumentId(bytes).to_string()
}

/// Tells whether XML 1.0 can hold a character at all; escaping does not help with the others.
const fn in_xml(one: char) -> bool {
    matches!(one, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
