//! `/.well-known/gpc.json`: that this server honours Global Privacy Control (its specification,
//! "GPC Support Resource").

use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

/// The day since which this has been so without a change.
const SINCE: &str = "2026-11-22";

/// Returns the route. S37 looks at it.
pub(crate) fn routes() -> Router {
    Router::new().route("/.well-known/gpc.json", get(gpc))
}

async fn gpc() -> Json<Value> {
    Json(json!({ "gpc": true, "lastUpdate": SINCE }))
}
