//! What every reply says to the browser: load nothing from elsewhere, tell nobody, use no device.

use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::Response;

use crate::log::Quiet;

const CONTENT: &str = "default-src 'none'; script-src 'none'; style-src 'self'; img-src 'self'; \
                       form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const DEVICES: &str = "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), \
                       display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), \
                       gyroscope=(), hid=(), idle-detection=(), local-fonts=(), magnetometer=(), \
                       microphone=(), midi=(), payment=(), picture-in-picture=(), \
                       publickey-credentials-get=(), screen-wake-lock=(), serial=(), usb=(), \
                       xr-spatial-tracking=()";

/// Set on every reply that a browser may show, whatever a handler said.
const SHOWN: [(HeaderName, &str); 4] = [
    (CONTENT_SECURITY_POLICY, CONTENT),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("permissions-policy"), DEVICES),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// Set unless a handler said otherwise: assets are kept, and a picture may stand on other sites.
const USUALLY: [(HeaderName, &str); 2] = [
    (CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Two years, the least that preload lists take.
const HTTPS_ONLY: &str = "max-age=63072000";

/// Sets the headers of a reply; `https` is true when people reach this server over HTTPS.
pub(crate) async fn set<F: Future<Output = Response>>(
    https: bool,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let mut reply = next(request).await;
    // A program reads that its ping was taken, and pays for every byte: what browsers make of pages
    // is a kilobyte. As JSON that must not be taken for anything else, no browser shows it.
    let shown = reply.extensions().get::<Quiet>().is_none();
    let headers = reply.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if shown {
        for (name, value) in SHOWN {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    for (name, value) in USUALLY {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if https {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HTTPS_ONLY));
    }
    reply
}
