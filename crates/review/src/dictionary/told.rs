//! The story of a datum, told event by event.

use candor_inventory::glean::Expires;
use candor_kernel::{Day, Timestamp};

use super::Body;
use crate::store::dictionary::{Reviewed, Row};

/// Something that happened to a datum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// When.
    pub at: Timestamp,
    /// What, in a sentence.
    pub what: String,
    /// What it was in detail: what changed, or the reasons of a decision.
    pub details: Vec<String>,
}

impl Told {
    pub(super) const fn new(at: Timestamp, what: String, details: Vec<String>) -> Self {
        Self { at, what, details }
    }
}

/// Tells what a request did to one of its data; `counts` where it asks for what is declared now,
/// so that the end of its grant is an end.
pub(super) fn review(reviewed: &Reviewed, row: Row, counts: bool, today: Day) -> Vec<Told> {
    let Reviewed { request, requester, opened, decision, .. } = reviewed;
    let state = reviewed.state_of(row);
    let asked = match state {
        "superseded" => {
            format!("{requester} asked to keep it (request {request}; a later one took its place).")
        }
        _ => format!("{requester} asked to keep it (request {request})."),
    };
    let mut told = vec![Told::new(*opened, asked, Vec::new())];
    let Some(decision) = decision else { return told };
    let (steward, expires) = (&decision.steward, decision.expires);
    let words = match state {
        "granted" => format!("{steward} granted it until {expires} (request {request})."),
        "refused" => format!("{steward} refused it (request {request})."),
        "withdrawn" => format!("{steward} withdrew the grant (request {request})."),
        other => format!("Request {request} became {other}."),
    };
    let note = Some(decision.note.trim().to_owned()).filter(|note| !note.is_empty());
    told.push(Told::new(decision.at, words, note.into_iter().collect()));
    if counts && state == "granted" && expires <= today {
        let words = format!("The grant of request {request} ended.");
        told.push(Told::new(expires.start(), words, Vec::new()));
    }
    told
}

/// Tells when a declaration itself ended.
pub(super) fn end(body: &Body, today: Day) -> Option<Told> {
    let Body::Metric(metric) = body else { return None };
    match metric.expires {
        Expires::On(day) if day <= today => {
            Some(Told::new(day.start(), "Its own declaration ended.".to_owned(), Vec::new()))
        }
        _ => None,
    }
}
