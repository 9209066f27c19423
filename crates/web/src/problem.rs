//! The only form of an error reply: problem details (RFC 9457) with a stable slug.

use std::borrow::Cow;

use askama::Template;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use serde_json::json;

use crate::Frame;

/// What went wrong, in a sentence for people and a slug for programs.
///
/// As a reply it is `application/problem+json`; a browser gets the same as a page. The sentence
/// is ours, never the request's: put nothing into it that a client sent.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    slug: &'static str,
    title: &'static str,
    detail: Cow<'static, str>,
    retry_after_seconds: Option<u64>,
}

impl Problem {
    /// Makes a problem that only one slice knows. Slugs are stable: clients compare them.
    #[must_use]
    pub fn new(
        status: StatusCode,
        slug: &'static str,
        title: &'static str,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { status, slug, title, detail: detail.into(), retry_after_seconds: None }
    }

    /// 400: the request cannot be read; the sentence says what was expected.
    #[must_use]
    pub fn bad_request(detail: impl Into<Cow<'static, str>>) -> Self {
        let title = "This request cannot be understood";
        Self::new(StatusCode::BAD_REQUEST, "bad-request", title, detail)
    }

    /// 401: a token is needed, or the one given is wrong or has expired.
    #[must_use]
    pub fn unauthorized() -> Self {
        let detail = "Send a valid token. One that is wrong or has expired counts as none.";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "Who is asking is not known", detail)
    }

    /// 403: who asks is known and may not do this; the sentence says who may.
    #[must_use]
    pub fn forbidden(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "This is not allowed", detail)
    }

    /// 404: there is nothing here.
    #[must_use]
    pub fn not_found() -> Self {
        let detail = "No page or resource has this address. It may have been removed, or the \
                      service it belongs to is not offered here.";
        Self::new(StatusCode::NOT_FOUND, "not-found", "There is nothing here", detail)
    }

    /// 405: the address exists, but not for this method.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        let (title, detail) = (
            "This cannot be done here",
            "The address exists, but not for this method. The Allow header lists those it takes.",
        );
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", title, detail)
    }

    /// 408: the body took too long to arrive.
    #[must_use]
    pub fn too_slow() -> Self {
        let detail = "The request did not arrive in time. Send it again.";
        Self::new(StatusCode::REQUEST_TIMEOUT, "too-slow", "The request took too long", detail)
    }

    /// 409: it does not fit what is there now; the sentence says what that is.
    #[must_use]
    pub fn conflict(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", "This does not fit what is there", detail)
    }

    /// 413: the body is longer than is taken here.
    #[must_use]
    pub fn too_large() -> Self {
        let detail =
            "The request is larger than this address takes. docs/limits.md lists all limits.";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "This is too large", detail)
    }

    /// 415: the body has a form that is not read here.
    #[must_use]
    pub fn unsupported_media_type() -> Self {
        let (title, detail) = (
            "This form is not read here",
            "Send the body in the form that the interface description names, with its Content-Type.",
        );
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", title, detail)
    }

    /// 422: it can be read and still makes no sense; the sentence says why.
    #[must_use]
    pub fn unprocessable(detail: impl Into<Cow<'static, str>>) -> Self {
        let title = "This cannot be accepted";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unprocessable", title, detail)
    }

    /// 429: too many wrong tries from one place.
    #[must_use]
    pub fn too_many_tries(retry_after_seconds: u64) -> Self {
        let detail =
            "There were too many wrong tries from where you are. Wait an hour, then try again.";
        let status = StatusCode::TOO_MANY_REQUESTS;
        Self::new(status, "too-many-tries", "Too many tries", detail)
            .retry_after(retry_after_seconds)
    }

    /// 500: the server made a mistake. Says nothing of it; the log does.
    #[must_use]
    pub fn internal() -> Self {
        let detail = "This server made a mistake; it is in its log. Trying again may help.";
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self::new(status, "internal", "Something went wrong here", detail)
    }

    /// 503: not now; the sentence says why and what the sender may do.
    #[must_use]
    pub fn unavailable(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not at the moment", detail)
    }

    /// Asks the client to come back after this many seconds.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// Returns the status of the reply.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the stable name of this kind of problem.
    #[must_use]
    pub const fn slug(&self) -> &'static str {
        self.slug
    }

    /// Returns the few words that name the problem.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        self.title
    }

    /// Returns the sentence that says what happened and what to do.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Renders the problem as a page in the frame.
    #[must_use]
    pub fn page(&self, frame: &Frame) -> Response {
        match (ErrorPage { frame, problem: self }).render() {
            Ok(page) => (self.status, self.headers(), Html(page)).into_response(),
            Err(_) => self.json(),
        }
    }

    /// Says what a bare status means, such as the router's own 404 or a refused extractor.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let unread = "The request does not have the form that is expected here. The interface \
                      description at /api/openapi.json shows it.";
        match status {
            StatusCode::BAD_REQUEST => Self::bad_request(unread),
            StatusCode::UNAUTHORIZED => Self::unauthorized(),
            StatusCode::FORBIDDEN => Self::forbidden("You may not do this here."),
            StatusCode::NOT_FOUND => Self::not_found(),
            StatusCode::METHOD_NOT_ALLOWED => Self::method_not_allowed(),
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::unsupported_media_type(),
            StatusCode::UNPROCESSABLE_ENTITY => Self::unprocessable(unread),
            StatusCode::SERVICE_UNAVAILABLE => Self::unavailable("Try again in a while."),
            status if status.is_client_error() => {
                Self { status, ..Self::new(status, "refused", "This was refused", unread) }
            }
            status => Self { status, ..Self::internal() },
        }
    }

    pub(crate) fn json(&self) -> Response {
        let body = json!({
            "type": format!("/problems/{}", self.slug),
            "slug": self.slug,
            "title": self.title,
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        let form = [(CONTENT_TYPE, "application/problem+json")];
        (self.status, self.headers(), form, body.to_string()).into_response()
    }

    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        headers
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut reply = self.json();
        // The edge finds it here and makes a page of it where a browser asked.
        reply.extensions_mut().insert(self);
        reply
    }
}

#[derive(Template)]
#[template(path = "web/error.html")]
struct ErrorPage<'a> {
    frame: &'a Frame,
    problem: &'a Problem,
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    async fn body(reply: Response) -> String {
        let bytes = reply.into_body().collect().await.expect("a body").to_bytes();
        String::from_utf8(bytes.to_vec()).expect("text")
    }

    #[tokio::test]
    async fn a_problem_is_problem_json() {
        let reply = Problem::unavailable("The writer is full.").retry_after(30).into_response();
        assert_eq!(reply.headers()[CONTENT_TYPE], "application/problem+json");
        assert_eq!(reply.headers()[RETRY_AFTER], "30");
        insta::assert_snapshot!(body(reply).await, @r#"{"detail":"The writer is full.","slug":"unavailable","status":503,"title":"Not at the moment","type":"/problems/unavailable"}"#);
    }

    #[tokio::test]
    async fn a_sentence_is_escaped_on_a_page() {
        let reply = Problem::conflict("<b>1 & 2</b>").page(&Frame::default());
        let page = body(reply).await;
        assert!(page.contains("&#60;b&#62;1 &#38; 2&#60;/b&#62;"), "{page}");
    }

    #[test]
    fn every_error_status_keeps_itself_and_says_something() {
        for code in 400..600 {
            let status = StatusCode::from_u16(code).expect("a status");
            let problem = Problem::of_status(status);
            assert_eq!(problem.status(), status);
            assert!(problem.detail().ends_with('.') && !problem.slug().is_empty(), "{code}");
        }
    }
}
