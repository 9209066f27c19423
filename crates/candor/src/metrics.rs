//! Numbers for Prometheus, on a listener of their own that only the operator reaches. No label
//! ever holds a word that a client sent.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use candor_inventory::InForce;
use candor_kernel::Clock;
use candor_notices::Runner;
use candor_telemetry::counts::Counts;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::registry::Registry;
use tokio::sync::watch;

type Label = [(&'static str, String); 1];

/// Serves `/metrics`.
pub fn routes(
    runner: Arc<Runner>,
    counts: Option<Arc<Counts>>,
    in_force: watch::Receiver<Arc<InForce>>,
    clock: Arc<dyn Clock>,
) -> Router {
    let answer = move || {
        let reply = page(&runner, counts.as_deref(), &in_force.borrow(), clock.as_ref());
        async { reply }
    };
    Router::new().route("/metrics", get(answer))
}

fn page(
    runner: &Runner,
    counts: Option<&Counts>,
    in_force: &InForce,
    clock: &dyn Clock,
) -> Response {
    let mut registry = Registry::with_prefix("candor");
    let promises = Family::<Label, Gauge>::default();
    for report in runner.reports(clock.now()) {
        promises.get_or_create(&[("state", report.state.word().to_owned())]).inc();
    }
    registry.register("promises", "Promises by state", promises);
    let revision = ConstGauge::new(in_force.revision.0);
    registry.register(
        "in_force_revision",
        "Number of what is in force; grows with each change",
        revision,
    );
    let pings = Family::<Label, Gauge<u64, AtomicU64>>::default();
    for (outcome, total) in counts.map(Counts::since_start).unwrap_or_default() {
        pings.get_or_create(&[("outcome", outcome.to_owned())]).set(total);
    }
    registry.register("pings_since_start", "Pings and parts of pings by outcome", pings);
    let mut text = String::new();
    match encode(&mut text, &registry) {
        Ok(()) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(CONTENT_TYPE, kind)], text).into_response()
        }
        Err(_) => axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
