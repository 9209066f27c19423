//! What a notice tells of this server: which declarations and which sentences.

use std::sync::Arc;

use candor_inventory::{Checks, Inventory, Retention};
use candor_notices::Register;

use crate::config::Services;

/// The declarations that a notice tells: those of parts that do something here.
pub(super) fn of_services(own: &[Inventory], services: Services) -> Vec<Inventory> {
    let on = |part: &&Inventory| match part.part.as_str() {
        "segments" | "telemetry" => services.telemetry,
        "reports" => services.reports,
        _ => true,
    };
    own.iter().filter(on).cloned().collect()
}

/// The sentences of the notice: what is checked by the parts that are on.
pub(super) fn promised(checks: &[Arc<dyn Checks>]) -> Vec<(String, String)> {
    let register = Register::read();
    let mut ids: Vec<_> = checks.iter().flat_map(|part| part.promises()).map(|p| p.id).collect();
    ids.extend(candor_notices::checks::promises().into_iter().map(|promise| promise.id));
    ids.sort();
    ids.dedup();
    let entry = |id| register.entry(&id).map(|e| (e.id.to_string(), e.said().to_owned()));
    ids.into_iter().filter_map(entry).collect()
}

/// The days for which pings are kept.
pub(super) fn raw_days(own: &[Inventory]) -> u32 {
    let landing = own.iter().find(|part| part.part == "segments");
    match landing.and_then(|part| part.records.get("ping")).map(|record| &record.retention) {
        Some(Retention::Days { days, .. }) => *days,
        _ => unreachable!("the declaration of landed pings ends by days"),
    }
}
