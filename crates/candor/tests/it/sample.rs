//! The product of the captures in `tests/vectors/glean`: pushed, granted, and sending.

use std::path::PathBuf;

use candor_kernel::{Dice, DocumentId};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Client;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::home::{Home, answer};
use crate::process::Said;

/// A ping as the Python SDK sent it.
pub(crate) static BODY: &[u8] = include_bytes!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../tests/vectors/glean/python/02-post-sample-bundle.body.bin"
));
/// The folder of its definitions.
const DEFINITIONS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/glean/definitions");
/// The path of its pings, before the document.
pub(crate) const PATH: &str = "/submit/org-example-sample/sample-bundle/1";

/// Pushes the definitions; `reach` says to which server.
pub(crate) fn push(home: &Home, reach: &str) -> Said {
    let line = format!(
        "definitions push {reach} --product sample --title Sample --contact steward@example.org \
         --app org-example-sample=beta --json --by"
    );
    let files = ["metrics.yaml", "pings.yaml", "tags.yaml", "product.yaml"];
    let files = files.map(|file| format!("{DEFINITIONS}/{file}"));
    home.ask(&line, &["Robin Requester", &files[0], &files[1], &files[2], &files[3]])
}

/// Pushes the definitions and grants them; returns the number of the request.
pub(crate) fn granted(home: &Home) -> i64 {
    let pushed: Value = serde_json::from_str(&push(home, "@").fine()).expect("it is JSON");
    let request = pushed["request"].as_i64().expect("a request was opened");
    home.ask(&format!("review @ grant {request} --by"), &["Sam Steward"]).fine();
    request
}

/// Sends the captured ping under another id: status and body of the answer.
pub(crate) async fn send(
    client: &Client,
    url: &str,
    document: &str,
) -> reqwest::Result<(u16, String)> {
    let request = client.post(format!("{url}{PATH}/{document}"));
    answer(request.header("Content-Encoding", "gzip").body(BODY)).await
}

/// Two clients; the second is the first after it left and came again.
pub(crate) const CLIENTS: [&str; 2] =
    ["dc7b1bd4-e636-4400-b6ed-31560b864b27", "2bd40b1c-4b0d-4a0c-9b5c-0d1b1f3a3f11"];

/// Sends a small ping of a client, who may object to it.
pub(crate) async fn send_as(
    client: &Client,
    url: &str,
    document: &str,
    client_id: &str,
    objects: bool,
) -> reqwest::Result<(u16, String)> {
    let body = json!({
        "client_info": { "client_id": client_id },
        "metrics": { "counter": { "sample.app.started": 2 } },
    });
    let mut request = client.post(format!("{url}{PATH}/{document}")).json(&body);
    if objects {
        request = request.header("DNT", "1");
    }
    answer(request).await
}

/// Asks for the deletion of everything of a client.
pub(crate) async fn delete(
    client: &Client,
    url: &str,
    document: &str,
    client_id: &str,
) -> (u16, String) {
    let body = json!({ "client_info": { "client_id": client_id } });
    let path = format!("{url}/submit/org-example-sample/deletion-request/1/{document}");
    answer(client.post(path).json(&body)).await.expect("the server answers")
}

/// Reads the key that turns the sample's documents into what is stored of them.
pub(crate) fn document_key(home: &Home) -> Vec<u8> {
    let files = std::fs::read_dir(home.path("keys")).expect("the keys folder");
    let mut names = files.map(|file| file.expect("a file").path());
    let ours = |path: &PathBuf| path.to_string_lossy().contains("telemetry-document.sample.");
    std::fs::read(names.find(ours).expect("a key of the sample")).expect("readable")
}

/// Returns what is stored of a document's id.
pub(crate) fn keyed(key: &[u8], document: &str) -> String {
    let mut hash = Hmac::<Sha256>::new_from_slice(key).expect("any length is a key");
    hash.update(&DocumentId::parse(document).expect("an id").0);
    hash.finalize().into_bytes()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Makes an id.
pub(crate) fn document(dice: &dyn Dice) -> String {
    let mut bytes = [0; 16];
    dice.fill(&mut bytes);
    DocumentId(bytes).to_string()
}
