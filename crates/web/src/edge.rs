//! What stands around a router of slices.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use candor_kernel::{Clock, Faults};

use crate::client::{self, Places};
use crate::{Problem, Site, assets, dressing, headers, log};

/// What the edge needs to know. Made once by the binary.
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
        let line = log::Line { clock: Arc::clone(&self.clock), faults: self.faults.clone() };
        // The last layer is the outermost.
        router
            .merge(assets::routes())
            .fallback(|| async { Problem::not_found() })
            .layer(from_fn_with_state(Arc::clone(&self.site), dressing::dress))
            .layer(from_fn_with_state(Arc::clone(&self.places), client::place))
            .layer(from_fn_with_state(self.https, headers::set))
            .layer(from_fn_with_state(line, log::line))
    }
}

#[cfg(test)]
mod tests;
