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
use candor_reports::reports::{Alarms, Trouble};
use candor_telemetry::counts::Counts;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::registry::Registry;
use tokio::sync::watch;

type Label = [(&'static str, String); 1];

/// What the numbers are about.
#[derive(Clone)]
pub struct Parts {
    /// The checks of promises.
    pub runner: Arc<Runner>,
    /// What became of pings, where telemetry is on.
    pub counts: Option<Arc<Counts>>,
    /// Editions that are missing or empty, where reports are on.
    pub alarms: Option<Alarms>,
    /// What is in force.
    pub in_force: watch::Receiver<Arc<InForce>>,
}

/// Serves `/metrics`.
pub fn routes(parts: Parts, clock: Arc<dyn Clock>) -> Router {
    let answer = move || {
        let reply = page(&parts, clock.as_ref());
        async { reply }
    };
    Router::new().route("/metrics", get(answer))
}

fn page(parts: &Parts, clock: &dyn Clock) -> Response {
    let Parts { runner, counts, alarms, in_force } = parts;
    let mut registry = Registry::with_prefix("candor");
    let promises = Family::<Label, Gauge>::default();
    for report in runner.reports(clock.now()) {
        promises.get_or_create(&[("state", report.state.word().to_owned())]).inc();
    }
    registry.register("promises", "Promises by state", promises);
    let revision = ConstGauge::new(in_force.borrow().revision.0);
    registry.register(
        "in_force_revision",
        "Number of what is in force; grows with each change",
        revision,
    );
    let pings = Family::<Label, Gauge<u64, AtomicU64>>::default();
    for (outcome, total) in counts.as_deref().map(Counts::since_start).unwrap_or_default() {
        pings.get_or_create(&[("outcome", outcome.to_owned())]).set(total);
    }
    registry.register("pings_since_start", "Pings and parts of pings by outcome", pings);
    if let Some(alarms) = alarms {
        let editions = Family::<Label, Gauge>::default();
        for (trouble, name) in [(Trouble::Missing, "missing"), (Trouble::Empty, "empty")] {
            let count = i64::try_from(alarms.count(trouble)).unwrap_or(i64::MAX);
            editions.get_or_create(&[("trouble", name.to_owned())]).set(count);
        }
        registry.register(
            "report_alarms",
            "Editions that are missing or counted nobody, while their pings are kept",
            editions,
        );
    }
    let mut text = String::new();
    match encode(&mut text, &registry) {
        Ok(()) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(CONTENT_TYPE, kind)], text).into_response()
        }
        Err(_) => axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
