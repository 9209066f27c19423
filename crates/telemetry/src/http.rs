//! `POST /submit/<app>/<ping>/<version>/<document>`: the one route of this slice.
//!
//! 200 `{"result": "accepted" | "duplicate", "dropped": {reason: times}}`, or 200 with the name of
//! a refusal that the sender can do nothing about; other refusals are problems. The table stands
//! in [`crate::rules::refusal`].

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_ENCODING;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use candor_kernel::{Clock, limits};
use candor_segments::Landed;
use candor_web::{Problem, signals};
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
    Router::new().route("/submit/{app}/{ping}/{version}/{document}", post(submit)).with_state(state)
}

async fn submit(
    State(state): State<TelemetryState>,
    Path((app, ping, version, document)): Path<(String, String, String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Ok(body) = axum::body::to_bytes(body, limits::PING_WIRE_BYTES).await else {
        let day = state.clock.now().day();
        state.ingest.counts.refused(day, None, Refusal::TooLarge);
        return refused(Refusal::TooLarge);
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
