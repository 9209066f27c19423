//! `POST /submit/<app>/<ping>/<version>/<document>`: the one public route of this slice.
//!
//! 200 `{"result": "accepted" | "duplicate", "dropped": {reason: times}}`, or 200 with the name of
//! a refusal that the sender can do nothing about; other refusals are problems. The table stands
//! in [`crate::rules::refusal`].

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, CONTENT_ENCODING, HeaderName,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use candor_kernel::{Clock, DocumentId, limits, sink};
use candor_segments::{Landed, StoredPing};
use candor_web::{Problem, signals};
use http_body_util::LengthLimitError;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ingest::{Accepted, From, Ingest, Submission};
use crate::rules::Refusal;

/// What the route needs.
#[derive(Clone)]
pub struct TelemetryState {
    /// The edge.
    pub ingest: Ingest,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

/// Returns the routes of this slice.
pub fn routes(state: TelemetryState) -> Router {
    // Without the preflight a browser's SDK cannot send gzip or name itself (docs/glean.md 3.2).
    let route = post(submit).options(|| async { (StatusCode::NO_CONTENT, PREFLIGHT) });
    Router::new()
        .route("/submit/{app}/{ping}/{version}/{document}", route)
        .layer(map_response(any_origin))
        .with_state(state)
}

/// What a script of another origin may send with a ping: the headers of the SDKs, no cookie.
const PREFLIGHT: [(HeaderName, &str); 3] = [
    (ACCESS_CONTROL_ALLOW_METHODS, "POST"),
    (
        ACCESS_CONTROL_ALLOW_HEADERS,
        "Content-Encoding, Content-Type, Date, X-Telemetry-Agent, X-Debug-ID, X-Source-Tags",
    ),
    (ACCESS_CONTROL_MAX_AGE, "86400"),
];

/// Products' pages are on other origins than this server, and their SDK reads the status.
async fn any_origin(mut reply: Response) -> Response {
    reply.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    reply
}

/// Returns the administration routes, each with the scope that opens it. Stored pings are read
/// over the admin socket only: no token has the scope `pings:read`.
pub fn admin(state: &TelemetryState) -> Vec<(&'static str, Router)> {
    let read = Router::new().route("/api/admin/pings", get(stored)).with_state(state.clone());
    vec![("pings:read", read)]
}

/// Which stored pings to show.
#[derive(Debug, Deserialize)]
struct Wanted {
    document: Option<String>,
    limit: Option<usize>,
}

/// One stored ping: everything that was kept of it.
#[derive(Debug, Serialize, Deserialize)]
pub struct PingReply {
    /// The id its SDK gave it.
    pub document: String,
    /// Its product.
    pub product: String,
    /// Its application.
    pub app: String,
    /// Its kind.
    pub ping: String,
    /// The day it arrived.
    pub day: String,
    /// The state of reviews that allowed it.
    pub revision: i64,
    /// The kept payload.
    pub payload: serde_json::Value,
}

async fn stored(
    State(state): State<TelemetryState>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Vec<PingReply>>, Problem> {
    let document = match wanted.document.as_deref() {
        None => None,
        Some(text) => Some(DocumentId::parse(text).ok_or_else(|| {
            Problem::bad_request("`document` is a UUID as it stands in the path of a ping.")
        })?),
    };
    let landing = Arc::clone(&state.ingest.landing);
    let limit = wanted.limit.unwrap_or(20).min(1000);
    let read = tokio::task::spawn_blocking(move || landing.stored(document, limit));
    let failed = |error: String| {
        tracing::error!(%error, "landing");
        Problem::unavailable("The stored pings cannot be read right now.")
    };
    let pings = read.await.map_err(|error| failed(error.to_string()))?;
    let pings = pings.map_err(|error| failed(error.to_string()))?;
    Ok(Json(pings.into_iter().map(reply).collect()))
}

fn reply(ping: StoredPing) -> PingReply {
    let payload = ping.payload.open(sink::Operator);
    PingReply {
        document: ping.document.to_string(),
        product: ping.product,
        app: ping.app,
        ping: ping.ping,
        day: ping.day.to_string(),
        revision: ping.revision.0,
        payload: serde_json::from_str(payload).unwrap_or_default(),
    }
}

async fn submit(
    State(state): State<TelemetryState>,
    Path((app, ping, version, document)): Path<(String, String, String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let body = match axum::body::to_bytes(body, limits::PING_WIRE_BYTES).await {
        Ok(body) => body,
        Err(error) => {
            let too_large = error.source().is_some_and(|source| source.is::<LengthLimitError>());
            let refusal = if too_large { Refusal::TooLarge } else { Refusal::Malformed };
            state.ingest.counts.refused(state.clock.now().day(), None, refusal);
            return refused(refusal);
        }
    };
    let submission = Submission {
        path: [&app, &ping, &version, &document],
        encoding: headers.get(CONTENT_ENCODING).map(|value| value.as_bytes()),
        signals: signals(&headers),
        body: &body,
    };
    match state.ingest.accept(submission, From::Outside, state.clock.now()).await {
        Ok(accepted) => taken(&accepted),
        Err(refusal) => refused(refusal),
    }
}

fn taken(accepted: &Accepted) -> Response {
    let result = match accepted.landed {
        Landed::Stored => "accepted",
        Landed::Duplicate => "duplicate",
    };
    let dropped: BTreeMap<_, _> =
        accepted.dropped.iter().map(|(reason, times)| (reason.slug(), times)).collect();
    Json(json!({ "result": result, "dropped": dropped })).into_response()
}

fn refused(refusal: Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    if status == StatusCode::OK {
        return Json(json!({ "result": refusal.slug(), "dropped": {} })).into_response();
    }
    Problem::new(status, refusal.slug(), "This ping was not taken", refusal.sentence())
        .into_response()
}
