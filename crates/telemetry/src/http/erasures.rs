//! Erasures, for the operator: what became of a deletion request, and a deletion on behalf of a
//! person who asked otherwise than by their program.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::routing::get;
use axum::{Json, Router};
use candor_kernel::{DocumentId, Personal, ProductId};
use candor_segments::Erasure;
use candor_web::Problem;
use serde::{Deserialize, Serialize};

use super::{TelemetryState, aside, parse};
use crate::rules::deletion;

pub(super) fn routes(state: Arc<TelemetryState>) -> Router {
    Router::new().route("/api/admin/erasures", get(list).post(erase)).with_state(state)
}

/// Which erasures to show.
#[derive(Debug, Deserialize)]
struct Wanted {
    document: Option<String>,
    limit: Option<usize>,
}

/// One erasure.
#[derive(Debug, Serialize, Deserialize)]
pub struct ErasureReply {
    /// The keyed hash of the request's id; the id itself where it was made here.
    pub document: String,
    /// The product whose pings were looked through.
    pub product: String,
    /// The day it arrived.
    pub day: String,
    /// `received` or `done`.
    pub state: String,
    /// How many pings went.
    pub pings: u64,
}

/// A person's wish that their data goes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EraseRequest {
    /// The product.
    pub product: String,
    /// The client id, as the program shows it.
    pub client: String,
}

async fn list(
    State(state): State<Arc<TelemetryState>>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Vec<ErasureReply>>, Problem> {
    let documents = match wanted.document.as_deref() {
        None => Vec::new(),
        Some(text) => state.ingest.documents(parse(text)?, state.clock.now())?,
    };
    let landing = Arc::clone(&state.ingest.landing);
    let limit = wanted.limit.unwrap_or(20).min(1000);
    let found = aside(move || landing.erasures(&documents, limit)).await?;
    Ok(Json(found.into_iter().map(reply).collect()))
}

fn reply(erasure: Erasure) -> ErasureReply {
    ErasureReply {
        document: erasure.document.to_string(),
        product: erasure.product,
        day: erasure.day.to_string(),
        state: erasure.state.name().to_owned(),
        pings: erasure.pings,
    }
}

async fn erase(
    State(state): State<Arc<TelemetryState>>,
    Json(wanted): Json<EraseRequest>,
) -> Result<Json<ErasureReply>, Problem> {
    let now = state.clock.now();
    let known = |product: &ProductId| {
        state.ingest.in_force.borrow().apps.values().any(|app| app.product == *product)
    };
    let product = ProductId::parse(&wanted.product).ok().filter(known).ok_or_else(|| {
        Problem::bad_request("No such product is registered here; `candor notice` names them.")
    })?;
    let client = DocumentId::parse(&wanted.client).filter(|id| deletion::names_somebody(*id));
    let client = client.ok_or_else(|| {
        Problem::bad_request("`client` is the UUID that the program calls its client id.")
    })?;
    // The client's own id names the wish: asking twice is one wish.
    let done = state.ingest.erase(&product, client, &[Personal::new(client)], now).await?;
    let documents = state.ingest.documents(client, now)?;
    let landing = Arc::clone(&state.ingest.landing);
    let lines = aside(move || landing.erasures(&documents, 1)).await?;
    Ok(Json(ErasureReply {
        document: wanted.client,
        product: wanted.product,
        day: now.day().to_string(),
        state: done.name().to_owned(),
        pings: lines.first().map_or(0, |line| line.pings),
    }))
}
