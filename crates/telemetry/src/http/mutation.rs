//! What faults do to a request: the enforcements of this room, switched off. On a server that is no
//! demonstration nothing here does anything.

use axum::http::HeaderMap;
use candor_kernel::{Fault, Faults};
use candor_preference::{Gpc, Signals};
use serde_json::Value;

use crate::probe;

pub(super) fn signals(faults: &Faults, read: Signals) -> Signals {
    if faults.on(Fault::IgnoreSignals) {
        return Signals::default();
    }
    if faults.on(Fault::IgnoreGpc) {
        return Signals { gpc: Gpc::Absent, ..read };
    }
    read
}

/// Puts the address that the edge failed to take out of a request where it would be kept.
pub(super) fn body(faults: &Faults, headers: &HeaderMap, body: Vec<u8>) -> Vec<u8> {
    let address = headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
    let (true, Some(address)) = (faults.on(Fault::KeepAddress), address) else { return body };
    let Ok(mut payload) = serde_json::from_slice::<Value>(&body) else { return body };
    if let Some(text) = payload["metrics"]["string"][probe::DECLARED].as_str() {
        payload["metrics"]["string"][probe::DECLARED] = format!("{text} {address}").into();
    }
    payload.to_string().into_bytes()
}
