//! What is off is not there; what is private is not public.

use candor_database::{Database, Engine};

use crate::home::{Home, SERVICES};
use crate::sample;

async fn tables(home: &Home) -> Vec<String> {
    let db = Database::open(&home.database()).await.expect("the server has let go of it");
    let found = sqlx::query_scalar(match db.engine() {
        Engine::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
        Engine::Postgres => {
            "SELECT CAST(relname AS TEXT) FROM pg_class WHERE relkind = 'r' \
             AND relnamespace = CAST('candor' AS regnamespace) ORDER BY relname"
        }
    });
    let found = found.fetch_all(db.reader()).await.expect("the engine knows");
    db.close().await;
    found
}

#[tokio::test]
async fn services_that_are_off_leave_nothing() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let home = Home::on(engine, "").await.accepted();
        let running = home.serve_ready().await;
        let sent =
            sample::send(&running.client, &running.url, "eaee1704-2577-44e0-a672-7bf589e39be6");
        assert_eq!(sent.await.expect("it answers").0, 404);
        for path in ["/reports", "/api/reports", "/submit/a/b/1/c", "/metrics"] {
            assert_eq!(running.get(path).await.0, 404, "{path}");
        }
        assert!(!running.get("/").await.1.contains("/reports"), "no page links it");
        home.ask("pings @ --by Tess --reason what-was-kept", &[]).failed(18, &["404"]);
        assert!(!home.path("data/landing").exists());
        assert_eq!(running.stop().code, Some(0));
        let of_services = |name: &String| name.contains("telemetry") || name.contains("report");
        let off = tables(&home).await;
        assert!(
            off.iter().any(|name| name == "product") && !off.iter().any(of_services),
            "{off:?}"
        );

        std::fs::write(home.path("candor.toml"), SERVICES).expect("the folder is ours");
        let running = home.serve_ready().await;
        assert_eq!(running.get("/reports").await.0, 200, "turned on later, they are there");
        assert_eq!(running.stop().code, Some(0));
        let on = tables(&home).await;
        assert!(on.iter().filter(|name| of_services(name)).count() >= 2, "{on:?}");
    }
}

#[tokio::test]
async fn metrics_are_on_the_private_listener_only() {
    let home = Home::new(&format!("metrics_listen = \"127.0.0.1:0\"\n{SERVICES}")).accepted();
    let running = home.serve_ready().await;
    let said = running.process.says("Metrics are at ");
    let (_, private) = said.rsplit_once(' ').expect("the line has blanks");
    sample::granted(&home);
    for document in ["eaee1704-2577-44e0-a672-7bf589e39be6", "eaee1704-2577-44e0-a672-7bf589e39be7"]
    {
        let sent = sample::send(&running.client, &running.url, document).await;
        assert_eq!(sent.expect("it answers").0, 200);
    }
    let page = running.client.get(private).send().await.expect("it answers");
    assert_eq!(page.status(), 200);
    let page = page.text().await.expect("it is text");
    for line in [
        "candor_promises{state=\"kept\"} ",
        "candor_pings_since_start{outcome=\"accepted\"} 2",
        "candor_in_force_revision ",
    ] {
        assert!(page.contains(line), "{line} is not in: {page}");
    }
    assert!(!page.contains("sample"), "no label is a word that somebody sent: {page}");
    assert_eq!(running.get("/metrics").await.0, 404);
    let other = private.replace("/metrics", "/health/live");
    assert_eq!(running.client.get(other).send().await.expect("it answers").status(), 404);
}
