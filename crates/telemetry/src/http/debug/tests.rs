use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use candor_testing::{FixedClock, SeededDice};
use serde_json::Value;
use tower::ServiceExt;

use super::*;
use crate::rules::trace::Found;
use crate::rules::{Cause, Trace};

/// What a stranger would like to see in the operator's page.
const HOSTILE: &str = r#""><script>alert(1)</script><img src=x onerror=alert(2)>'`{{7*7}}"#;
const PATH: [&str; 4] = ["shop", "till", "1", "eaee1704-2577-44e0-a672-7bf589e39be6"];

struct Site {
    state: DebugState,
    clock: Arc<FixedClock>,
}

impl Site {
    fn new() -> Self {
        let clock = Arc::new(FixedClock::on("2026-11-21"));
        let state = DebugState {
            debug: Arc::default(),
            clock: Arc::clone(&clock) as _,
            dice: Arc::new(SeededDice::new(3)),
            failures: Arc::default(),
            public_url: "https://candor.example".into(),
        };
        Self { state, clock }
    }

    fn add(&self, outcome: Outcome, trace: Trace) {
        let ann = Tag::parse("ann").expect("a tag");
        self.state.debug.add(&ann, PATH, outcome, trace, self.clock.now());
    }

    async fn ask(&self, method: &str, path: &str) -> (u16, HeaderMap, String) {
        let mut router = routes(self.state.clone());
        for (_, admin) in admin(&self.state) {
            router = router.merge(admin);
        }
        let request = Request::builder().method(method).uri(path).body(Body::empty());
        let Ok(reply) = router.oneshot(request.expect("a request")).await;
        let (head, body) = reply.into_parts();
        let body = to_bytes(body, 1 << 20).await.expect("in memory");
        (head.status.as_u16(), head.headers, String::from_utf8(body.to_vec()).expect("text"))
    }

    async fn link(&self) -> String {
        let (status, _, body) = self.ask("POST", "/api/admin/debug/ann/link").await;
        let link: LinkReply = serde_json::from_str(&body).expect("JSON");
        assert_eq!((status, link.hours), (200, 24));
        let path = link.link.strip_prefix("https://candor.example");
        path.expect("a link begins with the address of the server").to_owned()
    }
}

fn hostile() -> Trace {
    let mut trace = Trace { at: Some(HOSTILE.to_owned()), ..Trace::default() };
    let found =
        Found { section: "metrics", kind: HOSTILE, id: HOSTILE, came: HOSTILE, ..Found::NOTHING };
    trace.kept(found);
    trace.left_out(Found { part: HOSTILE, ..found }, Cause::Label, HOSTILE);
    trace.left_out(found, Cause::Undeclared, HOSTILE);
    trace
}

#[tokio::test]
async fn only_the_link_opens_the_page_and_wrong_ones_run_out() {
    let site = Site::new();
    let path = site.link().await;
    assert_eq!(site.ask("GET", &path).await.0, 200);
    let other = path.replace("/ann/", "/bo/");
    let wrong =
        [&path[..path.len() - 1], &other, "/debug/ann/0", "/debug/a%20b/0", "/debug/ann/%00"];
    for path in wrong {
        let (status, _, body) = site.ask("GET", path).await;
        assert_eq!((status, body.contains("not-found")), (404, true), "{path}");
    }
    let mut statuses = Vec::new();
    for _ in 0..limits::AUTH_FAILURES_PER_HOUR {
        statuses.push(site.ask("GET", "/debug/ann/0").await.0);
    }
    assert!(statuses.contains(&404) && statuses.ends_with(&[429]), "{statuses:?}");
    site.clock.advance(Duration::from_secs(24 * 3600));
    assert_eq!(site.ask("GET", &path).await.0, 404, "a link ends after a day");
}

#[tokio::test]
async fn a_page_without_pings_says_what_to_do() {
    let site = Site::new();
    let path = site.link().await;
    let (_, headers, page) = site.ask("GET", &path).await;
    for words in [
        "No tagged ping yet",
        "GLEAN_DEBUG_VIEW_TAG=ann",
        r#"Glean.setDebugViewTag("ann")"#,
        "X-Debug-ID: ann",
        "?pause",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert_eq!(headers.get(REFRESH).map(HeaderValue::as_bytes), Some(&b"3"[..]));
    let (_, headers, page) = site.ask("GET", &format!("{path}?pause")).await;
    assert!(headers.get(REFRESH).is_none() && page.contains("stands still"));
}

#[tokio::test]
async fn nothing_that_strangers_send_becomes_markup() {
    let site = Site::new();
    let path = site.link().await;
    site.add(Outcome::Accepted, hostile());
    let (_, _, page) = site.ask("GET", &path).await;
    assert!(page.contains("&#60;script&#62;alert(1)"), "it is there, as text: {page}");
    for markup in ["<script", "<img src=x", "onerror=alert(2)>"] {
        assert!(!page.contains(markup), "{markup}: {page}");
    }
    let text = page.split_once("<main").map(|(_, main)| main).expect("a page has a main part");
    assert!(!text.contains(HOSTILE) && !text.contains("'`{{7*7}}"), "quotes are escaped as well");
}

#[tokio::test]
async fn the_operator_reads_the_same_as_json() {
    let site = Site::new();
    let mut trace = Trace::default();
    let found =
        Found { section: "metrics", kind: "counter", id: "a.b", came: "7", ..Found::NOTHING };
    trace.kept(found);
    trace.left_out(found, Cause::Undeclared, "till");
    site.add(Outcome::Accepted, trace);
    site.add(Outcome::Refused(Refusal::OptedOut), hostile());
    let (status, _, body) = site.ask("GET", "/api/admin/debug/ann").await;
    assert_eq!(status, 200);
    let seen: Value = serde_json::from_str(&body).expect("JSON");
    insta::assert_snapshot!(serde_json::to_string_pretty(&seen).expect("JSON"), @r#"
    [
      {
        "app": null,
        "arrived": "2026-11-21T12:00:00Z",
        "at": null,
        "document": null,
        "fields": [],
        "more": 0,
        "number": 2,
        "outcome": "opted-out",
        "ping": null,
        "says": "The person this ping is about does not want it kept; nothing was."
      },
      {
        "app": "shop",
        "arrived": "2026-11-21T12:00:00Z",
        "at": null,
        "document": "eaee1704-2577-44e0-a672-7bf589e39be6",
        "fields": [
          {
            "came": "7",
            "mend": null,
            "path": "metrics.counter.a.b",
            "verdict": "kept"
          },
          {
            "came": "7",
            "mend": "Declare `a.b` in metrics.yaml with `send_in_pings: [till]` and push the definitions.",
            "path": "metrics.counter.a.b",
            "verdict": "undeclared"
          }
        ],
        "more": 0,
        "number": 1,
        "outcome": "accepted",
        "ping": "till",
        "says": "This ping is in order. Since it was tagged, it is shown here and not stored."
      }
    ]
    "#);
    assert_eq!(site.ask("GET", "/api/admin/debug/a_b").await.0, 400);
    assert_eq!(site.ask("POST", "/api/admin/debug/a_b/link").await.0, 400);
}
