//! Stores that hold what nobody declared, or what only a newer version knows.

use candor_database::Engine;

use crate::home::{Home, SERVICES, tamper};
use crate::sample;

const DOCUMENT: &str = "eaee1704-2577-44e0-a672-7bf589e39be6";

#[tokio::test]
async fn an_undeclared_column_stops_the_start() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let home = Home::on(engine, SERVICES).await.accepted();
        let url = home.database();
        for (change, back, words) in [
            (
                "ALTER TABLE product ADD COLUMN birthday BIGINT",
                "ALTER TABLE product DROP COLUMN birthday",
                &[
                    "holds what nobody declared",
                    "product.birthday: is not declared",
                    "inventory.yaml of review",
                    "      birthday: {what: ",
                ][..],
            ),
            (
                "CREATE TABLE visit (who BIGINT)",
                "DROP TABLE visit",
                &["visit.who: is not declared", "    owner: ", "    retention: "],
            ),
            (
                "ALTER TABLE product DROP COLUMN contact",
                "ALTER TABLE product ADD COLUMN contact BIGINT",
                &[
                    "lacks what is declared",
                    "product.contact: is declared in the inventory.yaml of review",
                ],
            ),
        ] {
            tamper(&url, change).await;
            let before = home.files("keys");
            home.run(&["serve"]).failed(16, words);
            assert!(!home.path("data/admin.sock").exists() && home.files("keys") == before);
            tamper(&url, back).await;
            home.run(&["init"]).fine();
        }
    }
}

#[tokio::test]
async fn an_undeclared_column_in_a_segment_stops_the_start() {
    let home = Home::new(SERVICES).accepted();
    // The server's own checks make today's segment.
    assert_eq!(home.serve_ready().await.stop().code, Some(0));
    let segments = home.files("data/landing");
    let segment = segments.keys().find(|path| path.extension().is_some_and(|end| end == "db"));
    let url = format!("sqlite:{}", segment.expect("there is one").display());
    tamper(&url, "ALTER TABLE ping ADD COLUMN address TEXT").await;
    let words =
        ["ping.address: is not declared", "inventory.yaml of segments", "      address: {what: "];
    home.run(&["serve"]).failed(16, &words);
    tamper(&url, "ALTER TABLE ping DROP COLUMN address").await;
    assert_eq!(home.serve_ready().await.stop().code, Some(0));
}

#[tokio::test]
async fn a_newer_schema_is_read_and_not_written() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let home = Home::on(engine, SERVICES).await.accepted();
        let running = home.serve_ready().await;
        sample::granted(&home);
        assert_eq!(running.stop().code, Some(0));
        let newer = "INSERT INTO schema_history (number, name, fingerprint, applied_us) \
                     VALUES (9999, '9999_later', 'x', 0); CREATE TABLE later (x BIGINT)";
        tamper(&home.database(), newer).await;

        let running = home.serve().await;
        let words = "a newer version has changed the database; this one only reads";
        running.becomes(503, "/health/ready", words).await;
        assert_eq!(running.get("/health/live").await.0, 200);
        for path in ["/", "/promises", "/notice", "/notice/versions", "/about", "/reports"] {
            assert_eq!(running.get(path).await.0, 200, "{path}");
        }
        let sent = sample::send(&running.client, &running.url, DOCUMENT).await;
        assert_eq!(sent.expect("it answers").0, 503, "senders keep it for the newer version");
        let words = ["A newer version of Candor has changed the database", "503"];
        sample::push(&home, "@").failed(18, &words);
        home.ask("review @ withdraw 2 --by", &["Sam Steward"]).failed(18, &words);
        home.ask("token @ create --name one --scope review:read", &[]).failed(18, &words);
        home.ask("review @ list", &[]).fine();
        // No look without a record of it, and nothing can be recorded.
        home.ask("pings @ --by Tess --reason what-was-kept", &[]).failed(18, &words);
        assert_eq!(running.stop().code, Some(0));

        let back = "DROP TABLE later; DELETE FROM schema_history WHERE number = 9999";
        tamper(&home.database(), back).await;
        assert_eq!(home.serve_ready().await.stop().code, Some(0));
    }
}
