//! The path of a ping, from the edge to a stored row.

use std::time::Duration;

use candor_segments::scan;
use candor_tests::{CAPTURED, CAPTURED_PATH, World, in_both_worlds};

#[tokio::test]
async fn a_captured_ping_is_stored_with_declared_fields_only() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        let reply = world.post_captured().await;
        insta::allow_duplicates! { insta::assert_snapshot!(reply.line(), @r#"200 {"dropped":{"denied":1,"filtered":7,"undeclared":1},"result":"accepted"}"#); }
        let stored = world.stored().await;
        assert_eq!(stored.len(), 1);
        insta::allow_duplicates! { insta::assert_snapshot!(stored[0]["payload"], @r#"{"client_info":{"app_build":"20260821","app_display_version":"1.2.3","architecture":"x86_64","os":"Linux","os_version":"Unknown","telemetry_sdk_build":"71.0.0"},"metrics":{"boolean":{"sample.app.enabled_flag":true},"counter":{"sample.app.started":2},"datetime":{"sample.app.install_date":"2026-11-21+00:00"},"labeled_counter":{"sample.app.errors":{"__other__":1,"network":3}},"memory_distribution":{"sample.app.heap":{"sum":2097152,"values":{"2097151":1}}},"quantity":{"sample.app.tabs":7},"string":{"sample.app.theme":"dark"},"string_list":{"sample.app.addon_kinds":["blocker","theme"]},"timespan":{"sample.app.startup":{"time_unit":"millisecond","value":16}},"timing_distribution":{"sample.app.load_time":{"sum":45188890,"values":{"16777216":2,"9975792":1}}}},"ping_info":{"reason":"manual","seq":0}}"#); }
        assert_eq!(world.post_captured().await.json()["result"], "duplicate");
        assert_eq!(world.stored().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn nothing_of_a_ping_that_was_not_granted_is_in_any_file() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        let headers = [
            ("content-encoding", "gzip"),
            ("user-agent", "canary-agent"),
            ("x-forwarded-for", "198.51.100.77"),
            ("referer", "https://canary-referrer.example/"),
            ("cookie", "canary-cookie=1"),
        ];
        assert_eq!(world.post(CAPTURED_PATH, &headers, CAPTURED).await.status, 200);
        let found = |needle: &str| {
            !scan::files_with(world.folder.path(), &[needle.as_bytes()])
                .expect("readable")
                .is_empty()
        };
        assert!(found("20260821"), "the scan finds what was granted");
        for needle in [
            "dc7b1bd4-e636-4400-b6ed-31560b864b27", // the client's id
            "e9b57833-3663-4ed2-88c9-838ee3f971ff", // a highly sensitive metric
            "unknown_label",
            "exp-one",
            "glean.error.invalid_value",
            "20:26:59",
            "canary-agent",
            "198.51.100.77",
            "canary-referrer",
            "canary-cookie",
        ] {
            assert!(!found(needle), "{needle}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_persons_signals_keep_a_ping_out() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        for signal in [("dnt", "1"), ("sec-gpc", "1")] {
            let reply = world.post(CAPTURED_PATH, &[("content-encoding", "gzip"), signal], CAPTURED).await;
            insta::allow_duplicates! {
                insta::assert_snapshot!(reply.line(), @r#"200 {"dropped":{},"result":"opted-out"}"#);
            }
        }
        assert_eq!(world.stored().await.len(), 0);
    })
    .await;
}

#[tokio::test]
async fn refusals_are_named_and_say_what_to_do() {
    const DOCUMENT: &str = "eaee1704-2577-44e0-a672-7bf589e39be6";
    in_both_worlds(async |world| {
        world.with_sample().await;
        let app = "/submit/org-example-sample";
        for (path, headers, body, expected) in [
            (format!("/submit/nobody/baseline/1/{DOCUMENT}"), "", "{}", (404, "unknown-app")),
            (format!("/submit/candor-probe/probe/1/{DOCUMENT}"), "", "{}", (404, "unknown-app")),
            (format!("{app}/nothing/1/{DOCUMENT}"), "", "{}", (404, "unknown-ping")),
            (format!("{app}/deletion-request/1/{DOCUMENT}"), "", "{}", (400, "malformed")),
            (format!("{app}/sample-bundle/1/not-a-uuid"), "", "{}", (400, "malformed")),
            (format!("{app}/sample-bundle/2/{DOCUMENT}"), "", "{}", (400, "malformed")),
            (format!("{app}/sample-bundle/1/{DOCUMENT}"), "", "not JSON", (400, "malformed")),
            (format!("{app}/sample-bundle/1/{DOCUMENT}"), "gzip", "{}", (400, "malformed")),
            (format!("{app}/sample-bundle/1/{DOCUMENT}"), "br", "{}", (400, "malformed")),
        ] {
            let headers: Vec<_> = [("content-encoding", headers)]
                .into_iter()
                .filter(|(_, v)| !v.is_empty())
                .collect();
            let reply = world.post(&path, &headers, body.as_bytes()).await;
            let problem = reply.json();
            assert_eq!(
                (reply.status, problem["slug"].as_str().expect("a slug")),
                expected,
                "{path}"
            );
            assert_eq!(reply.headers["content-type"], "application/problem+json");
            assert!(problem["detail"].as_str().expect("a sentence").ends_with('.'));
        }
        let large = vec![b' '; (1 << 20) + 1];
        let path = format!("{app}/sample-bundle/1/{DOCUMENT}");
        assert_eq!(world.post(&path, &[], &large).await.status, 413);
        assert_eq!(world.get(&path).await.status, 405);
        assert_eq!(world.stored().await.len(), 0);
    })
    .await;
}

#[tokio::test]
async fn before_the_owner_accepted_senders_keep_their_pings() {
    in_both_worlds(async |world| {
        let reply = world.post_captured().await;
        assert_eq!((reply.status, reply.json()["slug"].as_str()), (503, Some("not-accepted")));
        let ready = world.get("/health/ready").await;
        assert!(ready.status == 503 && ready.body.contains("the owner has not accepted"));
    })
    .await;
}

#[tokio::test]
async fn an_edge_that_cannot_read_what_is_in_force_refuses_after_a_minute() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        world.clock.advance(Duration::from_secs(60));
        assert_eq!(world.post_captured().await.status, 200);
        world.clock.advance(Duration::from_secs(1));
        let reply = world.post_captured().await;
        assert_eq!((reply.status, reply.json()["slug"].as_str()), (503, Some("in-force-outdated")));
        world.server.refresh(world.now()).await;
        assert_eq!(world.post_captured().await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn old_pings_go_when_their_time_is_over() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        world.post_captured().await;
        pass_days(world, 30).await;
        assert_eq!(world.stored().await.len(), 1, "kept for 30 days");
        pass_days(world, 1).await;
        assert_eq!(world.stored().await.len(), 0, "and not for 31");
    })
    .await;
}

async fn pass_days(world: &World, days: u64) {
    world.pass(Duration::from_secs(days * 86_400)).await;
    world.server.housekeep(world.now()).await.expect("done");
}

#[tokio::test]
async fn outcomes_are_counted_and_nothing_else() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        world.post_captured().await;
        world.post("/submit/ann-s-secret-app/x/1/nonsense", &[], b"{}").await;
        world.server.refresh(world.now()).await;
        let rows: Vec<(String, String, i64)> = sqlx::query_as(
            "SELECT product, reason, total FROM telemetry_count ORDER BY product, reason",
        )
        .fetch_all(world.server.db.reader())
        .await
        .expect("readable");
        let rows: Vec<_> = rows.iter().map(|(p, r, n)| format!("{p} {r} {n}")).collect();
        insta::allow_duplicates! {
            insta::assert_snapshot!(rows.join("\n"), @"
            - malformed 1
            sample accepted 1
            sample dropped-denied 1
            sample dropped-filtered 7
            sample dropped-undeclared 1
            ");
        }
    })
    .await;
}

#[tokio::test]
async fn scripts_of_other_origins_can_send_pings_and_nothing_else() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        let origin = ("origin", "https://product.example");
        let asks = [
            origin,
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "content-encoding,x-telemetry-agent"),
        ];
        let reply = world.preflight(CAPTURED_PATH, &asks).await;
        assert_eq!((reply.status, reply.body.as_str()), (204, ""));
        assert_eq!(reply.headers["access-control-allow-origin"], "*");
        assert_eq!(reply.headers["access-control-allow-methods"], "POST");
        let allowed = reply.headers["access-control-allow-headers"].to_str().expect("text");
        assert!(allowed.contains("Content-Encoding") && allowed.contains("X-Telemetry-Agent"));
        assert!(!reply.headers.contains_key("access-control-allow-credentials"));

        let gzip = ("content-encoding", "gzip");
        let sent = world.post(CAPTURED_PATH, &[origin, gzip], CAPTURED).await;
        assert_eq!(
            (sent.status, sent.headers["access-control-allow-origin"].as_bytes()),
            (200, &b"*"[..])
        );
        let refused = world.post("/submit/nobody/x/1/nonsense", &[origin], b"{}").await;
        assert_eq!(refused.headers["access-control-allow-origin"], "*", "the SDK reads the status");

        for path in ["/", "/api/promises", "/api/admin/reviews"] {
            let reply = world.get(path).await;
            assert!(!reply.headers.contains_key("access-control-allow-origin"), "{path}");
        }
        let closed = world.preflight("/api/admin/definitions", &asks).await;
        assert_eq!(closed.status, 401);
        assert!(!closed.headers.contains_key("access-control-allow-origin"));
    })
    .await;
}

#[tokio::test]
async fn a_beacon_comes_as_plain_text() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        let body = br#"{"metrics": {"counter": {"sample.app.started": 1}}}"#;
        let headers = [("content-type", "text/plain;charset=UTF-8")];
        assert_eq!(world.post(CAPTURED_PATH, &headers, body).await.json()["result"], "accepted");
    })
    .await;
}
