//! A product with a plain Glean SDK: what the SDK itself sends is declared, reviewed and taken like
//! the product's own data, and only then.

use candor_tests::{METRICS, PINGS, PRODUCT, World, in_both_worlds};
use serde_json::{Value, json};

const CORE_METRICS: &str = include_str!("../../vectors/lint/products/glean-core/metrics.yaml");
const CORE_PINGS: &str = include_str!("../../vectors/lint/products/glean-core/pings.yaml");

/// Two pings that the Python SDK sends by itself, as captured.
const SENT: [(&str, &[u8]); 2] = [
    (
        "baseline/1/49fc637b-068b-4dee-92bc-2d67945518c4",
        include_bytes!("../../vectors/glean/python/05-post-baseline.body.bin"),
    ),
    (
        "health/1/2e54f64a-0b27-41ee-ba32-2a9022526f16",
        include_bytes!("../../vectors/glean/python/01-post-health.body.bin"),
    ),
];

/// Pushes the sample with glean-core's own files under these names.
async fn push(world: &World, metrics: &str, pings: &str) -> candor_tests::Reply {
    let body = json!({
        "product": "sample", "title": "Sample", "contact": "sample@example.org",
        "apps": [["org-example-sample", "beta"]], "requester": "Robin",
        "files": [
            ["metrics.yaml", METRICS], ["pings.yaml", PINGS], ["product.yaml", PRODUCT],
            [metrics, CORE_METRICS], [pings, CORE_PINGS],
        ],
    });
    world.admin("/api/admin/definitions", &body).await
}

/// Posts what the SDK sends by itself; returns statuses and slugs.
async fn send(world: &World) -> Vec<(u16, String)> {
    let mut answers = Vec::new();
    for (path, body) in SENT {
        let path = format!("/submit/org-example-sample/{path}");
        let reply = world.post(&path, &[("content-encoding", "gzip")], body).await;
        let said = reply.json();
        let word = said["slug"].as_str().or_else(|| said["result"].as_str());
        answers.push((reply.status, word.unwrap_or_default().to_owned()));
    }
    answers
}

#[tokio::test]
async fn what_an_sdk_sends_by_itself_is_reviewed_as_a_library() {
    in_both_worlds(async |world| {
        world.accept().await;
        let answers = |status: u16, word: &str| vec![(status, word.to_owned()); 2];
        let pushed = push(world, "library/core/metrics.yaml", "library/core/pings.yaml").await;
        assert_eq!(pushed.status, 200, "{}", pushed.body);
        let pushed = pushed.json();
        let asked: Vec<&Value> = pushed["asked"].as_array().expect("a list").iter().collect();
        let row = |name: &str| {
            let datum = format!("sample/metric/{name}");
            asked.iter().find(|row| row["datum"] == datum.as_str())
        };
        let everywhere = row("glean.validation.pings_submitted").expect("it travels in pings");
        assert_eq!(everywhere["kind"], "labeled_counter");
        assert!(
            row("client_id").is_none(),
            "a field of the info sections is this server's to declare"
        );
        assert_eq!(send(world).await, answers(404, "unreviewed"));
        world.decide(pushed["request"].as_i64().expect("a request"), "granted").await;
        assert_eq!(send(world).await, answers(200, "accepted"));
        let stored = world.stored().await;
        let metrics = |ping: &str| {
            let row = stored.iter().find(|row| row["ping"] == ping).expect("it is stored");
            row["payload"]["metrics"].to_string()
        };
        insta::allow_duplicates! {
            insta::assert_snapshot!(metrics("baseline"), @r#"{"labeled_counter":{"glean.validation.pings_submitted":{"health":1}}}"#);
            insta::assert_snapshot!(metrics("health"), @r#"{"counter":{"glean.health.init_count":1},"labeled_counter":{"glean.health.file_read_error":{"file-not-found":1}}}"#);
        }
    })
    .await;
}

#[tokio::test]
async fn names_of_glean_are_refused_in_files_of_a_product() {
    in_both_worlds(async |world| {
        let refused = push(world, "core/metrics.yaml", "core/pings.yaml").await;
        assert_eq!(
            (refused.status, refused.json()["slug"].as_str()),
            (422, Some("definitions-refused"))
        );
        let detail = refused.json()["detail"].as_str().unwrap_or_default().to_owned();
        for expected in [
            "RESERVED_PING baseline: The name is Glean's own",
            "RESERVED_CATEGORY glean.",
            "--library",
        ] {
            assert!(detail.contains(expected), "{detail}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_product_of_long_standing_brings_its_reviews_along() {
    const METRICS: &str = include_str!("../../vectors/lint/products/fenix/metrics.yaml");
    const PINGS: &str = include_str!("../../vectors/lint/products/fenix/pings.yaml");
    in_both_worlds(async |world| {
        world.accept().await;
        let body = json!({
            "product": "fenix", "title": "Fenix", "contact": "fenix@example.org", "import": true,
            "apps": [["org-example-fenix", "release"]], "requester": "Robin", "rev": "9f3c1e2",
            "files": [["metrics.yaml", METRICS], ["pings.yaml", PINGS], ["product.yaml", PRODUCT]],
        });
        let pushed = world.admin("/api/admin/definitions", &body).await;
        assert_eq!(pushed.status, 200, "{}", pushed.body);
        let pushed = pushed.json();
        let asked = pushed["asked"].as_array().expect("a list");
        let unlinked = pushed["unlinked"].as_array().expect("a list");
        assert!(asked.iter().all(|row| row["how"] == "elsewhere" && row["voided"] == false));
        assert_eq!((pushed["declared"].as_u64(), asked.len(), unlinked.len()), (Some(537), 537, 0));
        let request = pushed["request"].as_i64().expect("a request");
        let path = format!("/api/admin/reviews/{request}");
        // Seven of its metrics say nothing of how sensitive they are; nobody can grant those.
        let vague = asked.iter().filter(|row| row["category"] == "not classified");
        let vague: Vec<_> = vague.map(|row| row["datum"].clone()).collect();
        assert_eq!(vague.len(), 7);
        let decision = json!({ "outcome": "granted", "steward": "Sam", "except": vague });
        let decided = world.admin(&format!("{path}/decision"), &decision).await;
        assert_eq!(decided.status, 200, "{}", decided.body);
        let shown = world.admin_get(&path).await.json();
        let note = shown["note"].as_str().unwrap_or_default();
        assert!(note.starts_with("Reviewed before at github.com ("), "{note}");
        let history = world.admin_get("/api/admin/definitions/fenix").await.json();
        assert_eq!(
            (history[0]["revision"].as_i64(), &history[0]["rev"]),
            (Some(1), &json!("9f3c1e2"))
        );
        let files = world.admin_get("/api/admin/definitions/fenix/1").await.json();
        assert_eq!(files["files"][0], json!(["metrics.yaml", METRICS]));
        assert_eq!(world.admin_get("/api/admin/definitions/fenix/2").await.status, 404);
        assert_eq!(world.admin_get("/api/admin/definitions/nobody").await.status, 404);
    })
    .await;
}
