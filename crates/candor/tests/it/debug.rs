//! The debug view as an operator and a newcomer meet it: a tagged ping is shown with its verdicts,
//! on the command line and in a page, and nothing of it is in any file.

use candor_testing::SeededDice;
use reqwest::Client;
use serde_json::{Value, json};

use crate::home::{Home, Running, SERVICES, answer};
use crate::sample;

const CANARY: &str = "canary-of-the-debug-view";

async fn tagged(running: &Running, path: &str, body: &Value) -> (u16, Value) {
    let request = Client::post(&running.client, format!("{}{path}", running.url));
    let request = request.header("X-Debug-ID", "ann-1").json(body);
    let (status, body) = answer(request).await.expect("the server answers");
    (status, serde_json::from_str(&body).expect("it is JSON"))
}

fn holds(home: &Home, words: &str) -> bool {
    let mut files = home.files("data").into_values().chain(home.files("keys").into_values());
    files.any(|bytes| bytes.windows(words.len()).any(|part| part == words.as_bytes()))
}

#[tokio::test]
async fn a_tagged_ping_is_shown_and_in_no_file() {
    let home = Home::new(SERVICES).accepted();
    let running = home.serve_ready().await;
    let dice = SeededDice::new(11);
    let path = || format!("{}/{}", sample::PATH, sample::document(&dice));
    let empty = home.json("debug ann-1 @ --once --json", &[]);
    assert_eq!(empty, json!([]));

    // Before anything is declared: what a newcomer sees first.
    let ping = json!({"metrics": {
        "counter": {"sample.app.started": 2},
        "string": {"sample.app.theme": CANARY, "sample.app.secret": CANARY},
    }});
    let (status, reply) = tagged(&running, &path(), &ping).await;
    assert_eq!((status, &reply["slug"]), (404, &json!("unknown-app")));
    sample::granted(&home);

    let accepted = path();
    let (status, reply) = tagged(&running, &accepted, &ping).await;
    assert_eq!((status, &reply["result"]), (200, &json!("debug")));
    let (status, reply) = tagged(&running, &path(), &json!({"metrics": [CANARY]})).await;
    assert_eq!((status, &reply["slug"]), (400, &json!("malformed")));

    let seen = home.json("debug ann-1 @ --once --json", &[]);
    let outcomes: Vec<_> = (0..3).map(|n| seen[n]["outcome"].as_str()).collect();
    assert_eq!(outcomes, [Some("malformed"), Some("accepted"), Some("unknown-app")]);
    assert_eq!(seen[0]["at"], "`metrics` is not an object.");
    let fields = seen[1]["fields"].as_array().expect("its parts are told");
    let verdict = |path: &str| {
        let field = fields.iter().find(|field| field["path"] == path);
        field.and_then(|field| field["verdict"].as_str()).unwrap_or("not there")
    };
    assert_eq!(verdict("metrics.counter.sample.app.started"), "kept");
    assert_eq!(verdict("metrics.string.sample.app.theme"), "kept");
    assert_eq!(verdict("metrics.string.sample.app.secret"), "undeclared");
    let text = home.ask("debug ann-1 @ --once", &[]).fine();
    assert!(text.contains("Declare `sample.app.secret` in metrics.yaml"), "{text}");

    assert_eq!(
        home.json("pings @ --by Tess --reason what-was-kept --json", &[]),
        json!([]),
        "it is not stored"
    );
    assert!(!holds(&home, CANARY), "nothing of it is in any file");
    // The search finds what is stored: the same ping without a tag.
    let sent = running.client.post(format!("{}{accepted}", running.url)).json(&ping);
    assert_eq!(answer(sent).await.expect("the server answers").0, 200);
    assert!(holds(&home, CANARY));
    tagged(&running, &accepted, &ping).await;
    let seen = home.json("debug ann-1 @ --once --json", &[]);
    assert_eq!(seen[0]["outcome"], "duplicate");
    assert_eq!(running.stop().code, Some(0));
}

#[tokio::test]
async fn a_link_shows_it_in_a_browser() {
    let home = Home::new(SERVICES).accepted();
    let running = home.serve_ready().await;
    let link = home.ask("debug ann-1 @ --link", &[]).fine();
    let path = link.trim();
    assert!(path.starts_with("/debug/ann-1/"), "the port was not known before: {path}");
    let (status, page) = running.get(path).await;
    assert!(status == 200 && page.contains("No tagged ping yet"), "{status} {page}");
    tagged(&running, "/submit/nobody/x/1/%3Ci%3E", &json!({})).await;
    let (status, page) = running.get(path).await;
    assert!(status == 200 && page.contains("The last part of the path is a UUID"), "{page}");
    assert!(page.contains("&#60;i&#62;") && !page.contains("<i>"), "{page}");
    assert_eq!(running.get("/debug/ann-1/0").await.0, 404);
    home.ask("debug a_b @ --once", &[]).failed(11, &["A tag is 1 to 20"]);
    let listed = running.get("/api/admin/debug/ann-1").await;
    assert_eq!(listed.0, 404, "only the admin socket reads it");
}

#[tokio::test]
async fn a_tagged_wish_to_leave_is_carried_out() {
    let home = Home::new(SERVICES).accepted();
    let running = home.serve_ready().await;
    sample::granted(&home);
    let document = sample::document(&SeededDice::new(12));
    let path = format!("/submit/org-example-sample/deletion-request/1/{document}");
    let client = json!({"client_info": {"client_id": "dc7b1bd4-e636-4400-b6ed-31560b864b27"}});
    let (status, reply) = tagged(&running, &path, &client).await;
    assert_eq!((status, &reply["result"]), (200, &json!("deletion")));
}
