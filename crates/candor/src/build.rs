//! What was compiled in: version, commit, licence, and the source itself (S38).

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::routing::get;
use candor_web::Build;
use sha2::{Digest, Sha256};

static SOURCE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/source.tar.gz"));
const NAME: &str = env!("CANDOR_BUILD");

/// Returns what runs here.
#[must_use]
pub fn build() -> Build {
    Build {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        commit: NAME.to_owned(),
        licence: "MPL-2.0".to_owned(),
        source: source_path(),
    }
}

/// Returns the SHA-256 of the source, in hexadecimal; empty where none was compiled in.
#[must_use]
pub fn source_sha256() -> String {
    if SOURCE.is_empty() {
        return String::new();
    }
    Sha256::digest(SOURCE).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Serves the source.
pub fn routes() -> Router {
    let headers = [(CONTENT_TYPE, "application/gzip"), (CACHE_CONTROL, "public, max-age=86400")];
    Router::new().route(&source_path(), get(move || async move { (headers, SOURCE) }))
}

fn source_path() -> String {
    let name = if NAME.is_empty() { "unknown" } else { NAME };
    format!("/source/candor-{name}.tar.gz")
}
