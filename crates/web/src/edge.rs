//! What stands around a router of slices.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use candor_kernel::{Clock, Faults};

use crate::client::{self, Places};
use crate::{Problem, Site, assets, dressing, headers, log};

/// What the edge needs to know. Made once by the binary.
#[derive(Clone)]
pub struct Edge {
    /// What the frame of every page says.
    pub site: Arc<Site>,
    /// True when the public address is `https`: browsers are then told to use nothing else.
    pub https: bool,
    /// Makes places of addresses.
    pub places: Arc<Places>,
    /// Measures how long a request took.
    pub clock: Arc<dyn Clock>,
    /// Enforcements that a demonstration switched off.
    pub faults: Faults,
}

impl Edge {
    /// Puts the edge around a router: assets, problems, headers, places and the log line.
    pub fn around(&self, router: Router) -> Router {
        router
            .merge(assets::routes())
            .fallback(|| async { Problem::not_found() })
            // Behind a pointer: each request copies the state.
            .layer(from_fn_with_state(Arc::new(self.clone()), pass))
    }
}

/// The edge as one layer: each step hands the request to the next one inside. Layers of their own
/// would copy the router once more for each step.
async fn pass(State(edge): State<Arc<Edge>>, request: Request, next: Next) -> Response {
    let dress = |request| dressing::dress(Arc::clone(&edge.site), request, |it| next.run(it));
    let place = |request| client::place(&edge.places, request, dress);
    let set = |request| headers::set(edge.https, request, place);
    log::line(edge.clock.as_ref(), &edge.faults, request, set).await
}

#[cfg(test)]
mod tests;
