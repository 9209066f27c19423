//! The product of the captures in `tests/vectors/glean`: pushed, granted, and sending.

use candor_kernel::{Dice, DocumentId};
use reqwest::Client;
use serde_json::Value;

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
    let files = ["metrics.yaml", "pings.yaml", "tags.yaml"].map(|f| format!("{DEFINITIONS}/{f}"));
    home.ask(&line, &["Robin Requester", &files[0], &files[1], &files[2]])
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

/// Makes an id.
pub(crate) fn document(dice: &dyn Dice) -> String {
    let mut bytes = [0; 16];
    dice.fill(&mut bytes);
    DocumentId(bytes).to_string()
}
