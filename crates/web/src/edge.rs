//! What stands around a router of slices.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use candor_kernel::{Clock, Dice};

use crate::client::{self, Network, Places};
use crate::{Problem, Site, assets, dressing, headers, log};

/// What the edge needs to know. Made once by the binary.
pub struct Edge {
    /// What the frame of every page says.
    pub site: Arc<Site>,
    /// True when the public address is `https`: browsers are then told to use nothing else.
    pub https: bool,
    /// Proxies whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<Network>,
    /// Measures how long a request took and how old the key of places is.
    pub clock: Arc<dyn Clock>,
    /// Makes the key of places.
    pub dice: Arc<dyn Dice>,
}

impl Edge {
    /// Puts the edge around a router: assets, problems, headers, places and the log line.
    pub fn around(&self, router: Router) -> Router {
        let places = Places::new(
            self.trusted_proxies.clone(),
            Arc::clone(&self.clock),
            Arc::clone(&self.dice),
        );
        // The last layer is the outermost.
        router
            .merge(assets::routes())
            .fallback(|| async { Problem::not_found() })
            .layer(from_fn_with_state(Arc::clone(&self.site), dressing::dress))
            .layer(from_fn_with_state(Arc::new(places), client::place))
            .layer(from_fn_with_state(self.https, headers::set))
            .layer(from_fn_with_state(Arc::clone(&self.clock), log::line))
    }
}

#[cfg(test)]
mod tests;
