//! The stylesheet and the icon, compiled in. Their paths hold a hash of their bytes, so that a
//! browser keeps them for ever and still gets a new one at once.

use std::sync::LazyLock;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest, Sha256};

/// A file that is compiled in.
pub struct Asset {
    name: &'static str,
    ending: &'static str,
    media_type: &'static str,
    text: &'static str,
    names: LazyLock<Names>,
}

struct Names {
    path: String,
    etag: String,
}

/// The one stylesheet.
pub static STYLESHEET: Asset = Asset {
    name: "candor",
    ending: "css",
    media_type: "text/css; charset=utf-8",
    text: include_str!("../../../assets/candor.css"),
    names: LazyLock::new(|| names(&STYLESHEET)),
};

/// The icon of every page.
pub static ICON: Asset = Asset {
    name: "icon",
    ending: "svg",
    media_type: "image/svg+xml",
    text: include_str!("../../../assets/icon.svg"),
    names: LazyLock::new(|| names(&ICON)),
};

impl Asset {
    /// Returns the path it is served at: name, the first 12 hex digits of its SHA-256, ending.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.names.path
    }

    async fn serve(&'static self, headers: HeaderMap) -> Response {
        let etag = self.names.etag.as_str();
        let known = headers.get_all(IF_NONE_MATCH).iter().any(|value| {
            let listed = value.to_str().unwrap_or_default();
            listed.split(',').any(|tag| matches!(tag.trim(), "*") || tag.trim().ends_with(etag))
        });
        let lasting = [(CACHE_CONTROL, "public, max-age=31536000, immutable"), (ETAG, etag)];
        match known {
            true => (StatusCode::NOT_MODIFIED, lasting).into_response(),
            false => (lasting, [(CONTENT_TYPE, self.media_type)], self.text).into_response(),
        }
    }
}

fn names(asset: &Asset) -> Names {
    let hash = Sha256::digest(asset.text.as_bytes());
    let short: String = hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    Names {
        path: format!("/assets/{}-{short}.{}", asset.name, asset.ending),
        etag: format!("\"{short}\""),
    }
}

/// Serves the assets.
pub(crate) fn routes() -> Router {
    [&STYLESHEET, &ICON].into_iter().fold(Router::new(), |router, asset| {
        router.route(asset.path(), get(move |headers| asset.serve(headers)))
    })
}

#[cfg(test)]
mod tests;
