//! Closed days at rest, in a whole server: moved by itself, deleted from, and gone on time.

use std::time::Duration;

use candor_tests::{CAPTURED, World, in_both_worlds};

const DAY: Duration = Duration::from_secs(86_400);
const CLIENT: &str = "dc7b1bd4-e636-4400-b6ed-31560b864b27";
const REQUEST: &str = "11111111-2577-44e0-a672-7bf589e39be6";

async fn send(world: &World, document: u8) -> String {
    let path = format!(
        "/submit/org-example-sample/sample-bundle/1/{document:08x}-2577-44e0-a672-7bf589e39be6"
    );
    let reply = world.post(&path, &[("content-encoding", "gzip")], CAPTURED).await;
    reply.json()["result"].as_str().unwrap_or("refused").to_owned()
}

async fn ask(world: &World) -> String {
    let path = format!("/submit/org-example-sample/deletion-request/1/{REQUEST}");
    let body = format!(r#"{{"client_info":{{"client_id":"{CLIENT}"}}}}"#);
    let reply = world.post(&path, &[], body.as_bytes()).await.json();
    reply["state"].as_str().unwrap_or("refused").to_owned()
}

async fn told(world: &World) -> (String, u64) {
    let told = world.admin_get(&format!("/api/admin/erasures?document={REQUEST}")).await.json();
    let state = told[0]["state"].as_str().unwrap_or_default().to_owned();
    (state, told[0]["pings"].as_u64().unwrap_or_default())
}

async fn next_day(world: &World) {
    world.clock.advance(DAY);
    world.server.refresh(world.now()).await;
    world.server.housekeep(world.now()).await.expect("kept");
    world.server.tend(world.now()).await;
}

fn files(world: &World) -> usize {
    let kind = world.folder.path().join("data/rest/sample/sample-bundle");
    std::fs::read_dir(kind).map_or(0, Iterator::count)
}

fn landed(world: &World) -> usize {
    let names = std::fs::read_dir(world.folder.path().join("data/landing")).expect("a folder");
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.expect("readable").file_name();
    names.map(name).filter(|name| name.to_string_lossy().ends_with(".db")).count()
}

#[tokio::test]
async fn days_move_by_themselves_are_known_again_and_end() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        assert_eq!(send(world, 1).await, "accepted");
        let before = world.stored().await;
        next_day(world).await;
        assert_eq!((files(world), landed(world)), (0, 1), "yesterday stays where it is");
        next_day(world).await;
        assert_eq!((files(world), landed(world)), (1, 0));
        assert_eq!(world.stored().await, before, "the operator sees the same");
        for day in 2..=30 {
            assert_eq!(send(world, 1).await, "duplicate", "after {day} days");
            next_day(world).await;
        }
        assert_eq!((files(world), world.stored().await.len()), (0, 0), "after 31 days");
        assert_eq!(send(world, 1).await, "accepted");
    })
    .await;
}

#[tokio::test]
async fn a_request_hides_at_once_and_is_done_within_a_day() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        for document in 0..3 {
            assert_eq!(send(world, document).await, "accepted");
            next_day(world).await;
        }
        assert_eq!((files(world), world.stored().await.len()), (2, 3));
        world.check_all().await;
        assert_eq!(world.promise("S30").await.0, "kept", "what is at rest is declared");
        assert_eq!(ask(world).await, "hidden");
        assert_eq!(world.stored().await.len(), 0, "nobody sees any of it");
        assert_eq!(told(world).await, ("hidden".to_owned(), 1), "what had landed is gone");
        world.server.tend(world.now()).await;
        assert_eq!(told(world).await, ("done".to_owned(), 3));
        assert_eq!(files(world), 0);
        // The next one waits for its hour, and for no day.
        assert_eq!(ask(world).await, "done", "there is no file of the product any more");
    })
    .await;
}
