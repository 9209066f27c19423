//! `POST /api/admin/keys/rotate`, over the admin socket only.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use candor_inventory::InForce;
use candor_kernel::{Clock, ProductId};
use candor_web::Problem;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::FileKeys;

/// What the route needs.
#[derive(Clone)]
pub(crate) struct KeysState {
    pub(crate) keys: Arc<FileKeys>,
    pub(crate) in_force: watch::Receiver<Arc<InForce>>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// The product whose keys shall be new.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rotate {
    /// Its id.
    pub(crate) product: String,
}

/// When they begin.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Rotated {
    /// The product.
    pub(crate) product: String,
    /// The Monday on which they begin, yyyy-mm-dd.
    pub(crate) begins: String,
}

pub(crate) fn routes(state: KeysState) -> Router {
    Router::new().route("/api/admin/keys/rotate", post(rotate)).with_state(state)
}

async fn rotate(
    State(state): State<KeysState>,
    Json(wanted): Json<Rotate>,
) -> Result<Json<Rotated>, Problem> {
    let known = |product: &ProductId| {
        state.in_force.borrow().apps.values().any(|app| app.product == *product)
    };
    let product = ProductId::parse(&wanted.product).ok().filter(known);
    let product =
        product.ok_or_else(|| Problem::bad_request("No such product is registered here."))?;
    let begins = state.keys.rotate(&product, state.clock.now().day()).map_err(|failure| {
        tracing::error!(%failure, "keys");
        Problem::unavailable("The keys folder cannot be written right now.")
    })?;
    Ok(Json(Rotated { product: wanted.product, begins: begins.to_string() }))
}
