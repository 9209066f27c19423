//! Makes every error reply a problem, and a page where a browser asked; catches panics.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, VARY};
use axum::response::{IntoResponse, Response};
use candor_kernel::limits::HTTP_BODY_SECONDS;

use crate::body::{self, Late};
use crate::{Frame, Problem, Site};

/// Tells whether a client would rather have a page than JSON: it names HTML in `Accept`, at least
/// as highly as JSON and, where they are equal, first. Whoever accepts anything gets JSON.
#[must_use]
pub fn wants_page(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(ACCEPT).into_iter().filter_map(|line| line.to_str().ok());
    let (mut html, mut json) = (0.0, 0.0);
    for item in lines.flat_map(|line| line.split(',')) {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Ok(1.0), str::parse);
        let weight: f32 = weight.unwrap_or(0.0);
        match name.as_str() {
            "text/html" | "application/xhtml+xml" if weight > json => html = weight.max(html),
            "application/json" | "application/problem+json" if weight > html => {
                json = weight.max(json);
            }
            _ => {}
        }
    }
    html > json
}

pub(crate) async fn dress<F: Future<Output = Response>>(
    site: Arc<Site>,
    mut request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let page = wants_page(request.headers());
    let address = request.uri().clone();
    let frame = || Frame::new(Arc::clone(&site), address.path());
    request.extensions_mut().insert(Arc::clone(&site));
    let late = Late::default();
    let patience = Duration::from_secs(HTTP_BODY_SECONDS as u64);
    let request = request.map(|body| body::limit(body, patience, &late));

    let mut reply = match unless_it_panics(next(request)).await {
        Some(reply) => reply,
        None => {
            tracing::error!("a handler panicked; the request was answered 500");
            Problem::internal().into_response()
        }
    };
    if late.happened() && is_error(&reply) {
        reply = Problem::too_slow().into_response();
    }
    match reply.extensions_mut().remove::<Problem>() {
        Some(problem) => as_asked(reply, &problem, page, frame),
        None if is_bare(&reply) => {
            let problem = Problem::of_status(reply.status());
            as_asked(reply, &problem, page, frame)
        }
        None => reply,
    }
}

/// Puts a problem in place of a reply; headers that the handler set stay.
fn as_asked(
    reply: Response,
    problem: &Problem,
    page: bool,
    frame: impl FnOnce() -> Frame,
) -> Response {
    let mut dressed = if page { problem.page(&frame()) } else { problem.json() };
    let mut old = reply.into_parts().0.headers;
    old.remove(CONTENT_TYPE);
    old.remove(CONTENT_LENGTH);
    dressed.headers_mut().extend(old);
    dressed.headers_mut().append(VARY, HeaderValue::from_static("accept"));
    dressed
}

fn is_error(reply: &Response) -> bool {
    reply.status().is_client_error() || reply.status().is_server_error()
}

/// An error without a form of its own: from the router, or an extractor whose plain text may
/// repeat what was sent.
fn is_bare(reply: &Response) -> bool {
    let form = reply.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    is_error(reply) && form.is_none_or(|form| form.starts_with(b"text/plain"))
}

async fn unless_it_panics(reply: impl Future<Output = Response>) -> Option<Response> {
    let mut reply = pin!(reply);
    // A future that panicked is only dropped, never polled again: nothing sees it half done.
    std::future::poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| reply.as_mut().poll(cx))) {
        Ok(poll) => poll.map(Some),
        Err(_) => Poll::Ready(None),
    })
    .await
}

#[cfg(test)]
mod tests;
