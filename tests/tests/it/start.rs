//! What a server is before anybody did anything, and what attackers of its pages find.

use candor::config::Services;
use candor_tests::{in_both_worlds, in_both_worlds_with};

#[tokio::test]
async fn services_that_are_off_have_no_route_and_no_table() {
    in_both_worlds_with(Services::default(), async |world| {
        world.accept().await;
        assert_eq!(world.post_captured().await.status, 404);
        assert_eq!(world.get("/reports").await.status, 404);
        for table in ["telemetry_count", "report", "edition", "privacy_ledger"] {
            let sql = format!("SELECT COUNT(*) FROM {table}");
            let found = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(world.server.db.reader());
            assert!(found.await.is_err(), "{table}");
        }
        let home = world.get("/").await.body;
        assert!(!home.contains("/reports"), "a service that is off does not appear");
        let notice = world.get("/notice").await.body;
        assert!(notice.contains("check_result"), "what is kept all the same is told");
        for record in ["telemetry_count", "privacy_ledger"] {
            assert!(!notice.contains(record), "{record} is of a service that is off");
        }
        assert_eq!(world.promise("S30").await.0, "kept", "what is left is still checked");
        assert_eq!(world.get("/health/ready").await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn the_owners_page_opens_with_the_code_only() {
    in_both_worlds(async |world| {
        let path = world.server.owner.path();
        assert_eq!(world.get("/welcome/00000000000000000000000000000000").await.status, 404);
        let page = world.get(&path).await;
        assert!(page.status == 200 && page.body.contains("Accept these"));
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let wrong = world.post("/welcome/guess", &form, b"by=Mallory").await;
        assert_eq!(wrong.status, 404);
        let nameless = world.post(&path, &form, b"by=+").await;
        assert!(nameless.body.contains("Write the name of the person who accepts"));
        assert_eq!(world.post_captured().await.status, 503, "nothing was accepted yet");
        assert_eq!(world.post(&path, &form, b"by=Olive").await.status, 303);
        assert!(world.get(&path).await.body.contains("are accepted"));
    })
    .await;
}

#[tokio::test]
async fn the_administration_interface_is_closed_to_the_public() {
    in_both_worlds(async |world| {
        for (path, status) in [
            ("/api/admin/reviews", 401),
            ("/api/admin/pings", 404),
            ("/api/admin/tokens", 404),
            ("/metrics", 404),
        ] {
            assert_eq!(world.get(path).await.status, status, "{path}");
        }
        for (path, status) in [
            ("/api/admin/accept", 404),
            ("/api/admin/tokens", 404),
            ("/api/admin/definitions", 401),
            ("/api/admin/promises/check", 401),
        ] {
            let json = [("content-type", "application/json")];
            assert_eq!(world.post(path, &json, b"{}").await.status, status, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn no_page_repeats_what_a_visitor_wrote() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        let script = "%3Cscript%3Ealert(1)%3C/script%3E";
        for path in ["/", "/promises/", "/reports/", "/notice/versions/", "/welcome/", "/submit/"] {
            let reply = world.get(&format!("{path}{script}?{script}")).await;
            assert!(!reply.body.contains("alert(1)"), "{path}: {}", reply.body);
            let policy = reply.headers["content-security-policy"].to_str().expect("text");
            assert!(policy.contains("default-src 'none'"));
            assert_eq!(reply.headers["referrer-policy"], "no-referrer");
        }
    })
    .await;
}

#[tokio::test]
async fn every_page_answers_and_the_first_is_light() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        for path in [
            "/",
            "/promises",
            "/promises/S30",
            "/promises/H01",
            "/promises/register",
            "/notice",
            "/notice/versions",
            "/notice/versions/1",
            "/about",
            "/reports",
            "/health/live",
            "/api/promises",
            "/api/reports",
        ] {
            assert_eq!(world.get(path).await.status, 200, "{path}");
        }
        let home = world.get("/").await;
        assert!(home.body.len() < 15_000, "{} bytes", home.body.len());
        let promises = world.get("/api/promises").await.json();
        assert_eq!(promises.as_array().map(Vec::len), Some(112));
    })
    .await;
}
