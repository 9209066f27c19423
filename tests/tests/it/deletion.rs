//! Deletion requests: taken whatever else is refused, and final.

use std::time::Duration;

use candor_kernel::Fault;
use candor_segments::scan;
use candor_tests::{CAPTURED, METRICS, Reply, World, in_both_worlds};

/// The client of the captured pings.
const CLIENT: &str = "dc7b1bd4-e636-4400-b6ed-31560b864b27";
const REQUEST: &str = "11111111-2577-44e0-a672-7bf589e39be6";
const GZIP: (&str, &str) = ("content-encoding", "gzip");

async fn send(world: &World, document: u8) -> Reply {
    let document = format!("{document:08x}-2577-44e0-a672-7bf589e39be6");
    let path = format!("/submit/org-example-sample/sample-bundle/1/{document}");
    world.post(&path, &[GZIP], CAPTURED).await
}

async fn ask(world: &World, client: &str) -> Reply {
    let path = format!("/submit/org-example-sample/deletion-request/1/{REQUEST}");
    let body = format!(r#"{{"client_info":{{"client_id":"{client}"}}}}"#);
    world.post(&path, &[], body.as_bytes()).await
}

fn found(world: &World, needle: &str) -> bool {
    !scan::files_with(world.folder.path(), &[needle.as_bytes()]).expect("readable").is_empty()
}

#[tokio::test]
async fn a_captured_request_takes_all_pings_of_its_client_and_no_other() {
    let captured = include_bytes!("../../vectors/glean/python/08-post-deletion-request.body.bin");
    in_both_worlds(async |world| {
        world.with_sample().await;
        world.with_report().await;
        for document in 0..3 {
            assert_eq!(send(world, document).await.json()["result"], "accepted");
            world.clock.advance(Duration::from_secs(86_400));
            world.server.refresh(world.now()).await;
        }
        assert!(found(world, "20260821"), "the scan finds what is there");
        let stranger = ask(world, "2bd40b1c-4b0d-4a0c-9b5c-0d1b1f3a3f11").await;
        assert_eq!((stranger.status, world.stored().await.len()), (200, 3));
        let path = format!("/submit/org-example-sample/deletion-request/1/{REQUEST}");
        let reply = world.post(&path, &[GZIP], captured).await;
        insta::allow_duplicates! { insta::assert_snapshot!(reply.line(), @r#"200 {"dropped":{},"result":"deletion","state":"done"}"#); }
        assert_eq!(world.stored().await.len(), 0);
        assert!(!found(world, "20260821"), "a byte of the payload is left");
        let late = send(world, 9).await;
        insta::allow_duplicates! { insta::assert_snapshot!(late.line(), @r#"200 {"dropped":{},"result":"erased"}"#); }
        let told = world.admin_get(&format!("/api/admin/erasures?document={REQUEST}")).await.json();
        assert_eq!((&told[0]["state"], &told[0]["pings"]), (&"done".into(), &3.into()), "{told}");
        // The wish ends too; what is then sent by that client is a ping like any other.
        world.clock.advance(Duration::from_secs(91 * 86_400));
        world.server.refresh(world.now()).await;
        world.server.housekeep(world.now()).await.expect("kept");
        assert_eq!(world.admin_get("/api/admin/erasures").await.json(), serde_json::json!([]));
        assert_eq!(send(world, 10).await.json()["result"], "accepted");
    })
    .await;
}

#[tokio::test]
async fn nothing_stands_in_the_way_of_a_request() {
    in_both_worlds(async |world| {
        // Not accepted yet, and nobody's app: nothing can be there.
        assert_eq!(
            ask(world, CLIENT).await.json()["type"].as_str().map(|t| t.ends_with("unknown-app")),
            Some(true)
        );
        let request = world.with_sample().await;
        send(world, 1).await;
        // The review ends, the ping is not declared any more, a promise is broken, the signal says no.
        world.decide(request, "withdrawn").await;
        assert!(world.faults.set(Fault::KeepUndeclared, true));
        world.check_all().await;
        assert_eq!(send(world, 2).await.status, 503);
        let path = format!("/submit/org-example-sample/deletion-request/1/{REQUEST}");
        let body = format!(r#"{{"client_info":{{"client_id":"{CLIENT}"}}}}"#);
        let headers = [("dnt", "1"), ("sec-gpc", "1"), ("x-debug-id", "tag")];
        let reply = world.post(&path, &headers, body.as_bytes()).await;
        assert_eq!(reply.json()["result"], "deletion", "{}", reply.body);
        assert!(!found(world, "20260821"));
        // What is in force was not read for long: the request is still taken.
        world.clock.advance(Duration::from_secs(3600));
        assert_eq!(ask(world, CLIENT).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_request_that_names_nobody_takes_nothing() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        send(world, 1).await;
        for client in
            ["c0ffeec0-ffee-c0ff-eec0-ffeec0ffeec0", "00000000-0000-0000-0000-000000000000"]
        {
            assert_eq!(ask(world, client).await.status, 200, "{client}");
        }
        assert_eq!(ask(world, "everybody").await.status, 400);
        assert_eq!(world.stored().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn another_id_that_the_request_carries_finds_pings_without_client_id() {
    const PROFILE: &str = "2bd40b1c-4b0d-4a0c-9b5c-0d1b1f3a3f11";
    let metrics = format!(
        "{METRICS}\nsample.profile:\n  id:\n    type: uuid\n    description: A profile's own id.\n    \
         send_in_pings: [no-identifiers, deletion-request]\n    expires: never\n    \
         data_sensitivity: [interaction]\n    notification_emails: [a@example.org]\n    \
         bugs: [https://example.org/1]\n    data_reviews: [https://example.org/1]\n"
    );
    in_both_worlds(async |world| {
        world.accept().await;
        let pushed = world.push(&metrics).await;
        world.decide(pushed["request"].as_i64().expect("a request"), "granted").await;
        world.server.refresh(world.now()).await;
        let path = format!("/submit/org-example-sample/no-identifiers/1/{REQUEST}");
        let body = format!(r#"{{"metrics":{{"uuid":{{"sample.profile.id":"{PROFILE}"}}}}}}"#);
        assert_eq!(world.post(&path, &[], body.as_bytes()).await.json()["result"], "accepted");
        assert_eq!(world.stored().await[0]["ids"], 1);
        let path = format!("/submit/org-example-sample/deletion-request/1/{REQUEST}");
        assert_eq!(world.post(&path, &[], body.as_bytes()).await.json()["state"], "done");
        assert!(!found(world, PROFILE));
        assert_eq!(world.stored().await.len(), 0);
    })
    .await;
}

#[tokio::test]
async fn the_operator_can_delete_for_a_person() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        send(world, 1).await;
        let ask = async |product: &str, client: &str| {
            let body = serde_json::json!({ "product": product, "client": client });
            world.admin("/api/admin/erasures", &body).await
        };
        assert_eq!(ask("nobody", CLIENT).await.status, 400);
        assert_eq!(ask("sample", "c0ffeec0-ffee-c0ff-eec0-ffeec0ffeec0").await.status, 400);
        let done = ask("sample", CLIENT).await.json();
        assert_eq!((&done["state"], &done["pings"]), (&"done".into(), &1.into()), "{done}");
        assert_eq!(world.stored().await.len(), 0);
        assert_eq!(send(world, 2).await.json()["result"], "erased");
    })
    .await;
}

#[tokio::test]
async fn a_ping_is_known_again_for_thirty_days() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        assert_eq!(send(world, 1).await.json()["result"], "accepted");
        for day in 1..=31 {
            world.clock.advance(Duration::from_secs(86_400));
            world.server.refresh(world.now()).await;
            world.server.housekeep(world.now()).await.expect("kept");
            let expected = if day <= 30 { "duplicate" } else { "accepted" };
            assert_eq!(send(world, 1).await.json()["result"], expected, "after {day} days");
        }
    })
    .await;
}

#[tokio::test]
async fn new_keys_split_no_week_and_lose_nobody() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        send(world, 1).await;
        let body = serde_json::json!({ "product": "sample" });
        let rotated = world.admin("/api/admin/keys/rotate", &body).await.json();
        assert_eq!(rotated["begins"], "2026-11-23", "the Monday after a Saturday");
        world.clock.advance(Duration::from_secs(3 * 86_400));
        world.server.refresh(world.now()).await;
        assert_eq!(send(world, 1).await.json()["result"], "duplicate", "of another epoch");
        assert_eq!(send(world, 2).await.json()["result"], "accepted");
        assert_eq!(ask(world, CLIENT).await.json()["state"], "done");
        assert_eq!(world.stored().await.len(), 0, "rows of both epochs went");
    })
    .await;
}
