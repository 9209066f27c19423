use std::io::Write;
use std::sync::Mutex;
use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode};
use axum::routing::get;
use candor_kernel::{Dice, Fault, Timestamp};
use tower::ServiceExt;
use tracing_subscriber::fmt::MakeWriter;

use super::*;
use crate::client::Peer;
use crate::log::Quiet;

struct Fixed;

impl Dice for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// Goes on by 2.6 milliseconds with every look.
#[derive(Default)]
struct Ticking(Mutex<Duration>);

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(0)
    }
    fn monotonic(&self) -> Duration {
        let mut now = self.0.lock().expect("not poisoned");
        *now += Duration::from_micros(2600);
        *now
    }
}

fn edge(https: bool) -> Router {
    broken_edge(https, Faults::none())
}

fn broken_edge(https: bool, faults: Faults) -> Router {
    let clock = Arc::new(Ticking::default());
    let trusted = vec!["10.0.0.0/8".parse().expect("a network")];
    let places = Places::new(trusted, Arc::clone(&clock) as _, Arc::new(Fixed), faults.clone());
    let edge = Edge { site: Arc::default(), https, places: Arc::new(places), clock, faults };
    let kept = [("cache-control", "max-age=60"), ("cross-origin-resource-policy", "cross-origin")];
    edge.around(
        Router::new()
            .route("/page", get(|| async { "a page" }))
            .route("/thing/{id}", get(|| async { "a thing" }).post(|_: axum::Json<u8>| async {}))
            .route("/taken", get(|| async { (Extension(Quiet), axum::Json(1)) }))
            .route("/panic", get(async || -> &'static str { panic!("planted") }))
            .route("/loose", get(async move || (kept, [("content-security-policy", "")], "loose"))),
    )
}

async fn send(router: &Router, request: Request<Body>) -> (StatusCode, HeaderMap) {
    let reply = router.clone().oneshot(request).await.expect("infallible");
    (reply.status(), reply.headers().clone())
}

fn request(method: &str, path: &str) -> Request<Body> {
    Request::builder().method(method).uri(path).body(Body::empty()).expect("a request")
}

#[tokio::test]
async fn every_reply_carries_the_headers() {
    let router = edge(true);
    for (method, path, status) in [
        ("GET", "/page", 200),
        ("HEAD", "/page", 200),
        ("GET", "/nothing", 404),
        ("DELETE", "/page", 405),
        ("GET", "/panic", 500),
        ("POST", "/thing/7", 415),
        ("GET", assets::STYLESHEET.path(), 200),
        ("GET", assets::ICON.path(), 200),
        ("GET", "/loose", 200),
    ] {
        let (found, headers) = send(&router, request(method, path)).await;
        assert_eq!(found.as_u16(), status, "{method} {path}");
        for (name, part) in [
            ("content-security-policy", "default-src 'none'; script-src 'none'; style-src 'self'"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("permissions-policy", "geolocation=()"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "-origin"),
            ("strict-transport-security", "max-age=63072000"),
            ("cache-control", ""),
        ] {
            let lines: Vec<_> = headers.get_all(name).iter().collect();
            assert_eq!(lines.len(), 1, "{method} {path} {name}");
            assert!(lines[0].to_str().expect("text").contains(part), "{method} {path} {lines:?}");
        }
        let own = path.starts_with("/assets/") || path == "/loose";
        assert_eq!(headers["cache-control"] == "no-store", !own, "{method} {path}");
        assert_eq!(headers["cross-origin-resource-policy"] == "cross-origin", path == "/loose");
    }
}

#[tokio::test]
async fn what_a_program_reads_by_the_thousand_bears_nothing_for_pages() {
    let (status, headers) = send(&edge(true), request("GET", "/taken")).await;
    assert_eq!(status, 200);
    for name in ["content-security-policy", "permissions-policy", "cross-origin-opener-policy"] {
        assert!(!headers.contains_key(name), "{name}");
    }
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(
        (&headers["cache-control"], &headers["content-type"]),
        (&HeaderValue::from_static("no-store"), &HeaderValue::from_static("application/json"))
    );
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    assert!(bytes < 300, "{bytes}");
}

#[tokio::test]
async fn plain_http_asks_for_no_https() {
    let (_, headers) = send(&edge(false), request("GET", "/page")).await;
    assert!(!headers.contains_key("strict-transport-security"));
}

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Capture(Arc<Mutex<Vec<u8>>>);

impl Capture {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("not poisoned").clone()).expect("text")
    }
}

impl Write for Capture {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("not poisoned").extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Capture {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Everything is captured, down to the finest level, of every crate.
fn capture() -> (Capture, tracing::subscriber::DefaultGuard) {
    let capture = Capture::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(capture.clone())
        .without_time()
        .with_ansi(false)
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    (capture, guard)
}

#[tokio::test]
async fn s09_a_log_line_holds_nothing_of_the_request() {
    let (capture, _guard) = capture();
    tracing::info!(user_agent = "canary-on-purpose", "planted");
    assert!(capture.text().contains("canary"), "the capture would find a canary");
    capture.0.lock().expect("not poisoned").clear();

    let router = edge(true);
    for (method, path) in [
        ("GET", "/thing/canary?canary=canary"),
        ("GET", "/canary?canary"),
        ("POST", "/thing/canary"),
        ("CANARY", "/thing/canary"),
        ("GET", "/panic?canary"),
    ] {
        let mut request = request(method, path);
        for name in ["referer", "user-agent", "cookie", "authorization", "host", "origin"] {
            request.headers_mut().insert(name, "canary".parse().expect("a value"));
        }
        for name in ["x-forwarded-for", "forwarded", "x-real-ip"] {
            request.headers_mut().insert(name, "203.0.113.77, canary".parse().expect("a value"));
        }
        request.extensions_mut().insert(Peer("10.203.0.113".parse().expect("an address")));
        *request.body_mut() = Body::from("canary");
        send(&router, request).await;
    }
    let text = capture.text();
    assert!(!text.contains("canary") && !text.contains("CANARY"), "{text}");
    assert!(!text.contains("203.0.113"), "{text}");
    insta::assert_snapshot!(text, @r##"
     INFO candor::request: method="GET" route="/thing/{id}" status=200 millis=5
     INFO candor::request: method="GET" route="unmatched" status=404 millis=5
     INFO candor::request: method="POST" route="/thing/{id}" status=415 millis=5
     INFO candor::request: method="other" route="/thing/{id}" status=405 millis=5
    ERROR candor_web::dressing: a handler panicked; the request was answered 500
     INFO candor::request: method="GET" route="/panic" status=500 millis=5
    "##);
}

#[tokio::test]
async fn s09_breaks_when_the_line_says_everything() {
    let (capture, _guard) = capture();
    let faults = Faults::for_demonstration();
    assert!(faults.set(Fault::LogEverything, true));
    let mut request = request("GET", "/thing/7?q=canary");
    request.headers_mut().insert("user-agent", "a browser".parse().expect("a value"));
    request.extensions_mut().insert(Peer("10.203.0.113".parse().expect("an address")));
    send(&broken_edge(true, faults), request).await;
    for part in ["/thing/7?q=canary", "a browser", "10.203.0.113"] {
        assert!(capture.text().contains(part), "{part} in {}", capture.text());
    }
}

#[test]
fn what_the_edge_keeps_is_declared() {
    let inventory = candor_inventory::Inventory::read(crate::INVENTORY).expect("it is whole");
    let fields: Vec<_> = inventory.records["log_line"].fields.keys().map(String::as_str).collect();
    assert_eq!(fields, ["method", "millis", "route", "status"]);
}
