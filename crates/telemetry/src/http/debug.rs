//! The debug view over HTTP. What is shown came from strangers: askama escapes every word of it.
//!
//! | route | who | what |
//! | --- | --- | --- |
//! | `GET /debug/{tag}/{secret}` | whoever has the link | the page; it asks again every 3 seconds, not with `?pause` |
//! | `GET /api/admin/debug/{tag}` | the admin socket | the same as JSON: a list of [`SeenReply`] |
//! | `POST /api/admin/debug/{tag}/link` | the admin socket | makes a link: [`LinkReply`] |

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{HeaderName, REFRESH};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use candor_kernel::{Clock, Dice, limits, sink};
use candor_web::{FailureLimit, Frame, Place, Problem, html};
use serde::{Deserialize, Serialize};

use crate::debug::{Debug, Outcome, Seen, Tag};
use crate::rules::Refusal;
use crate::rules::trace::{Row, Verdict};

const TAG: HeaderName = HeaderName::from_static("x-debug-id");

/// What the routes share.
#[derive(Clone)]
pub struct DebugState {
    /// What arrived.
    pub debug: Arc<Debug>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Makes links.
    pub dice: Arc<dyn Dice>,
    /// Counts wrong links.
    pub failures: Arc<FailureLimit>,
    /// Where people reach this server; links begin with it.
    pub public_url: Arc<str>,
}

/// A tagged ping.
#[derive(Debug, Serialize, Deserialize)]
pub struct SeenReply {
    /// Its running number.
    pub number: u64,
    /// When it arrived, RFC 3339.
    pub arrived: String,
    /// The application its path named; none where a person does not want it kept.
    pub app: Option<String>,
    /// Its kind, as its path named it.
    pub ping: Option<String>,
    /// Its id, as its path named it.
    pub document: Option<String>,
    /// `accepted`, `duplicate`, or the name of the refusal.
    pub outcome: String,
    /// What that means, and what to do.
    pub says: String,
    /// What is wrong where, if it could not be read.
    pub at: Option<String>,
    /// Its parts.
    pub fields: Vec<FieldReply>,
    /// How many more parts it had.
    pub more: u64,
}

/// A part of a tagged ping.
#[derive(Debug, Serialize, Deserialize)]
pub struct FieldReply {
    /// Where it stood.
    pub path: String,
    /// What came, cut; none where it is not shown.
    pub came: Option<String>,
    /// `kept`, or the name of the reason why it was left out.
    pub verdict: String,
    /// How to mend that.
    pub mend: Option<String>,
}

/// A link that opens the page of a tag.
#[derive(Debug, Serialize, Deserialize)]
pub struct LinkReply {
    /// The link; the secret is in it. Without a host where the port is not known beforehand.
    pub link: String,
    /// For how many hours it opens.
    pub hours: usize,
}

/// Returns the page's route.
pub fn routes(state: DebugState) -> Router {
    Router::new().route("/debug/{tag}/{secret}", get(page)).with_state(state)
}

/// Returns the administration routes. No token opens them.
#[must_use]
pub fn admin(state: &DebugState) -> Vec<(&'static str, Router)> {
    let router = Router::new()
        .route("/api/admin/debug/{tag}", get(list))
        .route("/api/admin/debug/{tag}/link", post(link))
        .with_state(state.clone());
    vec![("debug:read", router)]
}

/// Reads the tag of a ping. No SDK sends one that is malformed: such a header is none.
pub(super) fn tag(headers: &HeaderMap) -> Option<Tag> {
    Tag::parse(headers.get(TAG)?.to_str().ok()?)
}

async fn list(
    State(state): State<DebugState>,
    Path(tag): Path<String>,
) -> Result<Json<Vec<SeenReply>>, Problem> {
    let seen = state.debug.look(&wanted(&tag)?, state.clock.now());
    Ok(Json(seen.iter().map(|seen| reply(seen)).collect()))
}

async fn link(
    State(state): State<DebugState>,
    Path(tag): Path<String>,
) -> Result<Json<LinkReply>, Problem> {
    let path = state.debug.link(&wanted(&tag)?, state.dice.as_ref(), state.clock.now());
    let host = Some(&*state.public_url).filter(|url| !url.ends_with(":0"));
    let link = format!("{}{path}", host.unwrap_or_default());
    Ok(Json(LinkReply { link, hours: limits::DEBUG_HOURS }))
}

fn wanted(tag: &str) -> Result<Tag, Problem> {
    Tag::parse(tag)
        .ok_or_else(|| Problem::bad_request("A tag is 1 to 20 letters, digits and dashes."))
}

#[derive(Template)]
#[template(path = "telemetry/debug.html")]
struct DebugPage {
    frame: Frame,
    tag: String,
    path: String,
    paused: bool,
    pings: Vec<SeenReply>,
}

async fn page(
    State(state): State<DebugState>,
    Path((tag, secret)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    place: Place,
    frame: Frame,
) -> Result<Response, Problem> {
    state.failures.admit(place, state.clock.monotonic())?;
    let now = state.clock.now();
    let opened = Tag::parse(&tag).filter(|tag| state.debug.opens(tag, &secret, now));
    let Some(tag) = opened else { return Err(Problem::not_found()) };
    state.failures.succeeded(place);
    let mut pings: Vec<_> = state.debug.look(&tag, now).iter().map(|seen| reply(seen)).collect();
    // What can be mended stands first.
    pings.iter_mut().for_each(|ping| ping.fields.sort_by_key(FieldReply::order));
    let paused = query.as_deref() == Some("pause");
    let path = format!("/debug/{tag}/{secret}");
    let mut page = html(&DebugPage { frame, tag: tag.to_string(), path, paused, pings });
    if !paused {
        page.headers_mut().insert(REFRESH, HeaderValue::from_static("3"));
    }
    Ok(page)
}

fn reply(seen: &Seen) -> SeenReply {
    let [app, ping, document] = match &seen.path {
        Some(path) => path.clone().map(Some),
        None => [None, None, None],
    };
    SeenReply {
        number: seen.number,
        arrived: seen.arrived.to_string(),
        app,
        ping,
        document,
        outcome: seen.outcome.slug().to_owned(),
        says: says(seen.outcome).to_owned(),
        at: seen.trace.at.clone(),
        fields: seen.trace.rows.iter().map(field).collect(),
        more: seen.trace.more,
    }
}

fn says(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted => {
            "This ping is in order. Since it was tagged, it is shown here and not stored."
        }
        Outcome::Duplicate => {
            "A ping with this id was stored before, so this one would be left out; give each ping an id of its own."
        }
        Outcome::Refused(refusal) => refusal.sentence(),
    }
}

fn field(row: &Row) -> FieldReply {
    let came = row.came.as_ref().map(|came| came.open(sink::Operator).clone());
    let (verdict, mend) = match &row.verdict {
        Verdict::Kept => ("kept", None),
        Verdict::Dropped(reason, mend) => (reason.slug(), Some(mend.clone())),
    };
    FieldReply { path: row.path.clone(), came, verdict: verdict.to_owned(), mend }
}

impl FieldReply {
    fn order(&self) -> u8 {
        match self.mend.as_deref() {
            Some(mend) if !mend.ends_with("there is nothing to mend.") => 0,
            Some(_) => 1,
            None => 2,
        }
    }
}

impl SeenReply {
    fn kept(&self) -> usize {
        self.fields.iter().filter(|field| field.verdict == "kept").count()
    }

    fn left_out(&self) -> usize {
        self.fields.len() - self.kept()
    }

    /// The look of its outcome: one that holds, one that waits, or one that is broken.
    fn look(&self) -> &'static str {
        match self.outcome.as_str() {
            "accepted" => "kept",
            "duplicate" => "stale",
            slug if slug == Refusal::OptedOut.slug() => "open",
            _ => "broken",
        }
    }
}

#[cfg(test)]
mod tests;
