//! One line per request: method, route, status, duration. Nothing that the client wrote (S09).

mod tap;

use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use axum::http::header::USER_AGENT;
use axum::response::Response;
use candor_kernel::{Clock, Fault, Faults};

use crate::client::Peer;
pub use tap::{Hearing, LogTap};

/// Writes the line once the head of the reply is ready.
pub(crate) async fn line<F: Future<Output = Response>>(
    clock: &dyn Clock,
    faults: &Faults,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    if faults.on(Fault::LogEverything) {
        tell_all(&request);
    }
    let start = clock.monotonic();
    let method = known(request.method());
    // The template a slice wrote (`/badges/{id}`), never the path that was asked for.
    let route = request.extensions().get::<MatchedPath>().cloned();
    let reply = next(request).await;
    let route = route.as_ref().map_or("unmatched", MatchedPath::as_str);
    let status = reply.status().as_u16();
    let micros = clock.monotonic().saturating_sub(start).as_micros();
    let millis = u64::try_from((micros + 500) / 1000).unwrap_or(u64::MAX);
    if reply.extensions().get::<Quiet>().is_some() {
        tracing::debug!(target: "candor::request", method, route, status, millis);
    } else {
        tracing::info!(target: "candor::request", method, route, status, millis);
    }
    reply
}

/// Marks a JSON reply to a program that goes as thousands of others do each second: its line is for
/// `debug` only, and it bears no header that is for pages.
#[derive(Debug, Clone, Copy)]
pub struct Quiet;

/// What a log of the usual kind says: only where a demonstration breaks S09 on purpose.
fn tell_all(request: &Request) {
    let path = request.uri();
    let user_agent = request.headers().get(USER_AGENT);
    let address = request.extensions().get::<Peer>().map(|Peer(address)| *address);
    tracing::info!(target: "candor::request", %path, ?user_agent, ?address, "everything");
}

/// Returns the name of a method of HTTP; a client may invent others and write into them.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
