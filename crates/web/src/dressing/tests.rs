use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::routing::{get, post};
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::*;
use crate::{Build, NavItem};

fn wants(accept: &'static [&'static str]) -> bool {
    let mut headers = HeaderMap::new();
    for line in accept {
        headers.append(ACCEPT, HeaderValue::from_static(line));
    }
    wants_page(&headers)
}

#[test]
fn a_page_is_for_those_who_ask_for_html_first() {
    assert!(wants(&["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"]));
    assert!(wants(&["TEXT/HTML"]));
    assert!(wants(&["text/html", "application/json"]));
    assert!(wants(&["application/json;q=0.5, text/html;q=0.9"]));
    assert!(!wants(&[]));
    assert!(!wants(&["*/*"]));
    assert!(!wants(&["application/json, text/html"]));
    assert!(!wants(&["text/html;q=0.4", "application/problem+json;q=0.5"]));
    assert!(!wants(&["text/html;q=0"]));
    assert!(!wants(&["text/html;q=many", ",;,;q=", "text/htmlx"]));
}

async fn dress_all(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    dress(site, request, |it| next.run(it)).await
}

fn router() -> Router {
    let site = Site {
        name: "Sample".to_owned(),
        navigation: vec![NavItem { label: "Promises".to_owned(), href: "/promises".to_owned() }],
        demo: true,
        build: Build {
            version: "0.1.0".to_owned(),
            commit: "abc1234".to_owned(),
            licence: "MPL-2.0".to_owned(),
            source: "https://source.example/candor".to_owned(),
        },
    };
    Router::new()
        .route("/panic", get(async || -> &'static str { panic!("planted") }))
        .route("/read", post(async |body: Bytes| body))
        .route("/number/{number}", get(async |_: axum::extract::Path<u8>| "a number"))
        .route("/bare", get(|| async { (StatusCode::GONE, [("x-kept", "yes")]) }))
        .route("/own", get(|| async { (StatusCode::BAD_REQUEST, axum::Json(0)) }))
        .route("/locked", get(|| async { Problem::unauthorized() }))
        .layer(from_fn_with_state(Arc::new(site), dress_all))
}

async fn send(request: axum::http::request::Builder, body: Body) -> (HeaderMap, String) {
    let request = request.body(body).expect("a request");
    let reply = router().oneshot(request).await.expect("infallible");
    let (parts, body) = reply.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    (parts.headers, format!("{} {}", parts.status.as_u16(), String::from_utf8_lossy(&body)))
}

async fn ask(path: &str, accept: &str) -> (HeaderMap, String) {
    send(Request::get(path).header(ACCEPT, accept), Body::empty()).await
}

#[tokio::test]
async fn a_panic_is_answered_and_ends_nothing() {
    let (_, reply) = ask("/panic", "*/*").await;
    assert!(reply.starts_with("500 ") && !reply.contains("planted"), "{reply}");
    let (_, reply) = ask("/number/7", "*/*").await;
    assert_eq!(reply, "200 a number");
}

#[tokio::test]
async fn the_router_s_own_errors_become_problems() {
    let (headers, reply) = ask("/nothing/xyzzy?q=%3Cxyzzy%3E", "*/*").await;
    assert_eq!(headers[CONTENT_TYPE], "application/problem+json");
    assert_eq!(headers[VARY], "accept");
    assert!(reply.starts_with("404 ") && !reply.contains("xyzzy"), "{reply}");

    let (headers, reply) = send(Request::put("/read"), Body::empty()).await;
    assert!(reply.starts_with("405 "), "{reply}");
    assert_eq!(headers["allow"], "POST");

    let (_, reply) = ask("/number/%3Cxyzzy%3E", "*/*").await;
    assert!(reply.starts_with("400 ") && !reply.contains("xyzzy"), "{reply}");

    let (headers, reply) = ask("/bare", "*/*").await;
    assert!(reply.starts_with("410 {"), "{reply}");
    assert_eq!(headers["x-kept"], "yes");
}

#[tokio::test]
async fn a_handler_s_own_form_stays() {
    let (headers, reply) = ask("/own", "text/html").await;
    assert_eq!(
        (headers[CONTENT_TYPE].as_bytes(), reply.as_str()),
        (&b"application/json"[..], "400 0")
    );
}

#[tokio::test]
async fn a_browser_gets_a_page_with_the_same_headers() {
    let (headers, page) = ask("/locked", "text/html,*/*;q=0.8").await;
    assert_eq!(headers[CONTENT_TYPE], "text/html; charset=utf-8");
    assert_eq!(headers["www-authenticate"], "Bearer");
    let page = page
        .replace(crate::assets::STYLESHEET.path(), "/assets/candor.css")
        .replace(crate::assets::ICON.path(), "/assets/icon.svg");
    insta::assert_snapshot!(page, @r##"
    401 <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Who is asking is not known · Sample</title>
    <link rel="stylesheet" href="/assets/candor.css">
    <link rel="icon" type="image/svg+xml" href="/assets/icon.svg">
    </head>
    <body>
    <a class="skip" href="#main">Skip to the content</a>
    <header class="top">
    <div class="frame">
    <a class="home" href="/"><img src="/assets/icon.svg" alt="" width="24" height="24">Sample</a>
    <nav aria-label="Main"><ul>
    <li><a href="/promises">Promises</a></li>
    </ul></nav>
    </div>
    <p class="demo"><span class="frame">Demonstration: invented data</span></p>
    </header>
    <main class="frame" id="main" tabindex="-1">
    <p class="trail">Reply 401 · <span class="id">unauthorized</span></p>
    <h1>Who is asking is not known</h1>
    <p class="lead">Send a valid token. One that is wrong or has expired counts as none.</p>
    <p class="actions"><a class="button plain" href="/">Go to the first page</a></p>
    </main>
    <footer class="foot"><div class="frame">
    <p><span>Candor 0.1.0</span> · <span>build <span class="id">abc1234</span></span> · <span>MPL-2.0</span> · <a href="https://source.example/candor">Source of this server</a></p>
    </div></footer>
    </body>
    </html>
    "##);
}

/// A body that sends a little and then nothing more.
struct Stuck(Option<Bytes>);

impl axum::body::HttpBody for Stuck {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, axum::Error>>> {
        match self.0.take() {
            Some(bytes) => Poll::Ready(Some(Ok(hyper::body::Frame::data(bytes)))),
            None => Poll::Pending,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_ends_is_answered_408() {
    let begin = tokio::time::Instant::now();
    let stuck = Body::new(Stuck(Some(Bytes::from_static(b"half"))));
    let (_, reply) = send(Request::post("/read"), stuck).await;
    assert!(reply.starts_with("408 ") && reply.contains("too-slow"), "{reply}");
    assert_eq!(begin.elapsed().as_secs(), HTTP_BODY_SECONDS as u64);
    let (_, reply) = send(Request::post("/read"), Body::from("whole")).await;
    assert_eq!(reply, "200 whole");
}
