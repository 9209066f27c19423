//! Trial senders: pings that are counted as everybody's are, by a limit of their own (S10).

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::routing::any;

use super::{Place, Places, SubmitLimit, place};

/// Returns a router that admits what `limit` admits (200, else 503), behind the same places as the
/// public listener. Nothing listens to it.
pub fn trial(places: Arc<Places>, limit: SubmitLimit) -> Router {
    let clock = Arc::clone(&places.clock);
    let admit = async move |place: Place| match limit.begin(place, clock.monotonic()) {
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    };
    Router::new().fallback(any(admit)).layer(from_fn(move |request, next: Next| {
        let places = Arc::clone(&places);
        async move { place(&places, request, |it| next.run(it)).await }
    }))
}
