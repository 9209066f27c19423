//! A whole server in memory, for tests of the product: real stores, real rules, real pages; only
//! the clock, the dice and the network are the test's own.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use candor::config::{Config, Overrides, Services};
use candor::{Options, Server};
use candor_kernel::{Faults, Timestamp};
use candor_testing::{FixedClock, SeededDice, on_both_empty};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

/// The metrics of the captured pings.
pub const METRICS: &str = include_str!("../vectors/glean/definitions/metrics.yaml");
/// Why it takes its data, and who answers for it.
pub const PRODUCT: &str = include_str!("../vectors/glean/definitions/product.yaml");
/// Their pings.
pub const PINGS: &str = include_str!("../vectors/glean/definitions/pings.yaml");
/// A captured ping, gzipped as it came.
pub const CAPTURED: &[u8] =
    include_bytes!("../vectors/glean/python/02-post-sample-bundle.body.bin");
/// Where it went.
pub const CAPTURED_PATH: &str =
    "/submit/org-example-sample/sample-bundle/1/eaee1704-2577-44e0-a672-7bf589e39be6";

/// A server and what the test decides about its surroundings.
pub struct World {
    /// The server.
    pub server: Server,
    /// Its clock.
    pub clock: Arc<FixedClock>,
    /// Its switches.
    pub faults: Faults,
    /// Its data and keys.
    pub folder: TempDir,
}

/// A reply: status, headers and body.
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

impl Reply {
    /// Reads the body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    /// Writes status and body in a line, for snapshots.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{} {}", self.status, self.body)
    }
}

/// Runs a test in a fresh world on SQLite and in another on PostgreSQL.
pub async fn in_both_worlds(test: impl AsyncFn(&World)) {
    in_both_worlds_with(Services { telemetry: true, reports: true }, test).await;
}

/// The same with certain services on.
pub async fn in_both_worlds_with(services: Services, test: impl AsyncFn(&World)) {
    on_both_empty(async |database| {
        let world = World::build(&database.url, services).await;
        test(&world).await;
    })
    .await;
}

impl World {
    async fn build(database: &str, services: Services) -> Self {
        // The check of the log needs one; a second call in one process changes nothing.
        candor::real::start_log("info").expect("it is a level");
        let folder = tempfile::tempdir().expect("a folder");
        let overrides = Overrides {
            data: Some(folder.path().join("data")),
            keys: Some(folder.path().join("keys")),
            database: Some(database.to_owned()),
            ..Overrides::default()
        };
        let mut config = Config::read(&overrides, false).expect("a configuration");
        config.services = services;
        let clock = Arc::new(FixedClock::on("2026-11-21"));
        let faults = Faults::for_demonstration();
        let options = Options {
            config,
            clock: Arc::clone(&clock) as _,
            dice: Arc::new(SeededDice::new(7)),
            faults: faults.clone(),
        };
        let server = Server::build(options).await.expect("a server");
        server.prepare(server.options.clock.now()).await.expect("prepared");
        Self { server, clock, faults, folder }
    }

    /// Accepts the server's own declarations, pushes the captured definitions, grants them.
    pub async fn with_sample(&self) -> i64 {
        self.accept().await;
        let pushed = self.push(METRICS).await;
        let request = pushed["request"].as_i64().expect("a request");
        self.decide(request, "granted").await;
        self.server.refresh(self.now()).await;
        request
    }

    /// Accepts the server's own declarations.
    pub async fn accept(&self) {
        let reply = self.admin("/api/admin/accept", &json!({ "by": "Olive" })).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        self.server.refresh(self.now()).await;
        self.server.check(self.now()).await;
    }

    /// Pushes definitions of the captured product.
    pub async fn push(&self, metrics: &str) -> Value {
        let body = json!({
            "product": "sample",
            "title": "Sample",
            "contact": "sample@example.org",
            "apps": [["org-example-sample", "beta"]],
            "requester": "Robin",
            "files": [["metrics.yaml", metrics], ["pings.yaml", PINGS], ["product.yaml", PRODUCT]],
        });
        let reply = self.admin("/api/admin/definitions", &body).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()
    }

    /// Asks for a report of people who start the captured product, and grants it: what a report
    /// reads goes on being collected.
    pub async fn with_report(&self) {
        let request = self.ask_report().await;
        self.decide(request, "granted").await;
    }

    /// Asks for a report of people who start the captured product; returns the request's number.
    pub async fn ask_report(&self) -> i64 {
        let body = json!({
            "report": "readers", "product": "sample", "ping": "sample-bundle",
            "measure": { "people": "sample.app.started" },
            "question": "How many people start it on a day?",
        });
        let reply = self.admin("/api/admin/reports?requester=Robin", &body).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()["request"].as_i64().expect("a request")
    }

    /// Decides a request as a steward.
    pub async fn decide(&self, request: i64, outcome: &str) {
        let path = format!("/api/admin/reviews/{request}/decision");
        let body = json!({ "outcome": outcome, "steward": "Sam" });
        let reply = self.admin(&path, &body).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
    }

    /// Posts the captured ping as its SDK did.
    pub async fn post_captured(&self) -> Reply {
        self.post(CAPTURED_PATH, &[("content-encoding", "gzip")], CAPTURED).await
    }

    /// Posts a ping to the public listener.
    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut request = Request::post(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_vec())).expect("a request");
        ask(&self.server.public, request).await
    }

    /// Asks before it sends, as a browser does for a script of another origin.
    pub async fn preflight(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let mut request = Request::options(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        ask(&self.server.public, request.body(Body::empty()).expect("a request")).await
    }

    /// Gets a page or resource from the public listener.
    pub async fn get(&self, path: &str) -> Reply {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        ask(&self.server.public, request).await
    }

    /// Posts JSON to the admin socket.
    pub async fn admin(&self, path: &str, body: &Value) -> Reply {
        let request = Request::post(path).header("content-type", "application/json");
        let request = request.body(Body::from(body.to_string())).expect("a request");
        ask(&self.server.admin, request).await
    }

    /// Gets what the private listener tells of numbers.
    pub async fn metrics(&self) -> String {
        let request = Request::get("/metrics").body(Body::empty()).expect("a request");
        ask(&self.server.metrics, request).await.body
    }

    /// Posts text to the admin socket.
    pub async fn admin_text(&self, path: &str, text: &str) -> Reply {
        let request = Request::post(path).body(Body::from(text.to_owned())).expect("a request");
        ask(&self.server.admin, request).await
    }

    /// Gets something from the admin socket.
    pub async fn admin_get(&self, path: &str) -> Reply {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        ask(&self.server.admin, request).await
    }

    /// Returns what was kept of pings.
    pub async fn stored(&self) -> Vec<Value> {
        let look = json!({ "reason": "A test looks what was kept.", "by": "Tess", "limit": 1000 });
        let reply = self.admin("/api/admin/pings", &look).await;
        reply.json().as_array().cloned().expect("a list")
    }

    /// Returns the state and the fact of a promise.
    pub async fn promise(&self, id: &str) -> (String, String) {
        let all = self.get("/api/promises").await.json();
        let one = all.as_array().and_then(|all| all.iter().find(|one| one["id"] == id));
        let one = one.expect("it stands in the register");
        let word = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
        (word("state"), word("fact"))
    }

    /// Runs every check now.
    pub async fn check_all(&self) {
        let reply = self.admin("/api/admin/promises/check", &json!({})).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
    }

    /// Returns the time of this world.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.server.options.clock.now()
    }

    /// Lets time pass, with the jobs that belong to it.
    pub async fn pass(&self, time: Duration) {
        self.clock.advance(time);
        self.server.forget();
        self.server.refresh(self.now()).await;
        self.server.check(self.now()).await;
    }
}

async fn ask(router: &Router, request: Request<Body>) -> Reply {
    let Ok(reply) = router.clone().oneshot(request).await;
    let (status, headers) = (reply.status().as_u16(), reply.headers().clone());
    let body = axum::body::to_bytes(reply.into_body(), 64 << 20).await.expect("a body");
    Reply { status, headers, body: String::from_utf8_lossy(&body).into_owned() }
}
