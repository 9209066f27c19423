//! Single pings, for the operator: shown to whoever says why and who they are, after that was
//! recorded for everybody to read.
//!
//! | route | who | what |
//! | --- | --- | --- |
//! | `POST /api/admin/pings` | the admin socket | [`Look`] → a list of [`PingReply`] |
//! | `GET /about/raw-reads` | everybody | the page of all looks |
//! | `GET /api/raw-reads` | everybody | a list of [`LookedReply`] |

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use candor_database::DatabaseError;
use candor_kernel::{Fault, PersonName, sink};
use candor_segments::StoredPing;
use candor_web::{Frame, Problem, html};
use serde::{Deserialize, Serialize};

use super::{TelemetryState, aside, parse};
use crate::rules::raw;
use crate::store;

/// Returns the routes by which everybody reads who looked.
pub(super) fn routes(state: Arc<TelemetryState>) -> Router {
    Router::new()
        .route("/about/raw-reads", get(page))
        .route("/api/raw-reads", get(list))
        .with_state(state)
}

/// Returns the route by which pings are looked at.
pub(super) fn admin(state: Arc<TelemetryState>) -> Router {
    Router::new().route("/api/admin/pings", post(stored)).with_state(state)
}

/// Which pings to show, why, and to whom.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Look {
    /// Why somebody looks; public. Without it nothing is shown.
    #[serde(default)]
    pub reason: String,
    /// Who looks; public. Without it nothing is shown.
    #[serde(default)]
    pub by: String,
    /// Only the ping with this id.
    #[serde(default)]
    pub document: Option<String>,
    /// At most this many, newest day first; 20 where it is not said, never more than 1,000.
    #[serde(default)]
    pub limit: Option<usize>,
}

/// One stored ping: everything that was kept of it.
#[derive(Debug, Serialize, Deserialize)]
pub struct PingReply {
    /// The keyed hash of the id its SDK gave it.
    pub document: String,
    /// Its product.
    pub product: String,
    /// Its application.
    pub app: String,
    /// Its kind.
    pub ping: String,
    /// The day it arrived.
    pub day: String,
    /// By how many ids its client can have it deleted; 0: by none, it ends with its day.
    pub ids: u64,
    /// The state of reviews that allowed it.
    pub revision: i64,
    /// The kept payload.
    pub payload: serde_json::Value,
}

/// Who looked at single pings of a product on a day, and why.
#[derive(Debug, Serialize, Deserialize)]
pub struct LookedReply {
    /// The day.
    pub day: String,
    /// Who.
    pub by: String,
    /// Why, in their words.
    pub reason: String,
    /// The product; `-` where no ping was found.
    pub product: String,
    /// How often that day.
    pub looks: i64,
    /// How many pings were shown, all looks together.
    pub pings: i64,
}

#[derive(Template)]
#[template(path = "telemetry/raw_reads.html")]
struct Page {
    frame: Frame,
    looks: Vec<LookedReply>,
}

async fn stored(
    State(state): State<Arc<TelemetryState>>,
    Json(wanted): Json<Look>,
) -> Result<Json<Vec<PingReply>>, Problem> {
    let reason = raw::reason(&wanted.reason).map_err(Problem::unprocessable)?;
    let by = PersonName::parse(wanted.by.trim()).map_err(|_| {
        Problem::unprocessable("Say who looks: a name of 1 to 80 characters. It is public.")
    })?;
    let now = state.clock.now();
    let documents = match wanted.document.as_deref() {
        None => None,
        Some(text) => Some(state.ingest.documents(parse(text)?, now)?),
    };
    let landing = Arc::clone(&state.ingest.landing);
    let limit = wanted.limit.unwrap_or(20).min(1000);
    let pings = aside(move || landing.stored(documents.as_deref(), limit)).await?;
    let mut shown = BTreeMap::<&str, i64>::new();
    for ping in &pings {
        *shown.entry(&ping.product).or_default() += 1;
    }
    let looked = store::Looked { day: now.day(), by: &by, reason, shown };
    // First, so that nothing is seen that is not recorded.
    store::record_look(&state.db, looked).await.map_err(|error| away(&error))?;
    Ok(Json(pings.into_iter().map(reply).collect()))
}

async fn list(State(state): State<Arc<TelemetryState>>) -> Result<Response, Problem> {
    if state.ingest.faults.on(Fault::ShowPings) {
        let landing = Arc::clone(&state.ingest.landing);
        let pings = aside(move || landing.stored(None, 1000)).await?;
        return Ok(Json(pings.into_iter().map(reply).collect::<Vec<_>>()).into_response());
    }
    Ok(Json(looks(&state).await?).into_response())
}

async fn page(State(state): State<Arc<TelemetryState>>, frame: Frame) -> Result<Response, Problem> {
    let looks = looks(&state).await?;
    Ok(html(&Page { frame, looks }))
}

async fn looks(state: &TelemetryState) -> Result<Vec<LookedReply>, Problem> {
    let rows = store::looks(&state.db).await.map_err(|error| away(&error))?;
    let reply = |(day, by, reason, product, looks, pings): store::LookRow| {
        let day = day.to_string();
        LookedReply { day, by, reason, product, looks, pings }
    };
    Ok(rows.into_iter().map(reply).collect())
}

fn reply(ping: StoredPing) -> PingReply {
    let payload = ping.payload.open(sink::Operator);
    PingReply {
        document: ping.document.to_string(),
        product: ping.product,
        app: ping.app,
        ping: ping.ping,
        day: ping.day.to_string(),
        ids: ping.ids,
        revision: ping.revision.0,
        payload: serde_json::from_str(payload).unwrap_or_default(),
    }
}

fn away(error: &DatabaseError) -> Problem {
    tracing::error!(%error, "looks at pings");
    Problem::unavailable(
        "Looks at single pings are recorded, and the database does not answer; try again in a moment.",
    )
}
