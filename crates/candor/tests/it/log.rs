//! What a client writes is in no line of the log, however much is logged.

use candor_testing::SeededDice;
use reqwest::Method;

use crate::home::{Home, Running, SERVICES, answer};
use crate::sample;

/// The values that are planted; each contains this.
const CANARY: &str = "kanarie";
/// The client of the captured ping.
const CLIENT: &str = "dc7b1bd4-e636-4400-b6ed-31560b864b27";
const ADDRESS: &str = "203.0.113.77";

/// Headers that say something about a person, or that only this client sends.
const HEADERS: [&str; 11] = [
    "Referer",
    "User-Agent",
    "Cookie",
    "X-Debug-ID",
    "X-Source-Tags",
    "DNT",
    "Sec-GPC",
    "Accept-Language",
    "If-None-Match",
    "Range",
    "X-Kanarie",
];

const PING: &str =
    r#"{"metrics":{"string":{"sample.app.theme":"kanarie-theme","kanarie":"kanarie"}}}"#;

/// Requests that hold it wherever a request can: method, path, body.
const REQUESTS: [(&str, &str, &str); 15] = [
    ("GET", "/kanarie-path?kanarie=query", ""),
    ("GET", "/notice?kanarie=query", ""),
    ("GET", "/reports/kanarie-report", ""),
    ("GET", "/promises/kanarie-promise", ""),
    ("GET", "/notice/versions/kanarie", ""),
    ("GET", "/welcome/kanarie", ""),
    ("POST", "/welcome/kanarie", "by=kanarie"),
    ("GET", "/assets/kanarie.css", ""),
    ("KANARIE", "/", ""),
    ("POST", "/submit/org-example-sample/sample-bundle/1/kanarie", PING),
    ("POST", "/submit/org-example-sample/kanarie/1/eaee1704-2577-44e0-a672-7bf589e39be6", PING),
    ("POST", "/submit/kanarie-app/kanarie/1/kanarie", PING),
    ("POST", "/submit/kanarie", "{\"kanarie-not-json"),
    ("POST", "/api/admin/definitions", PING),
    ("GET", "/api/admin/reviews?kanarie", ""),
];

#[tokio::test]
async fn nothing_that_a_client_wrote_is_in_a_log_of_a_developer() {
    check("debug").await;
}

#[tokio::test]
async fn nothing_that_a_client_wrote_is_in_the_longest_log() {
    check("trace").await;
}

async fn check(level: &str) {
    let config = format!("log = {level:?}\ntrusted_proxies = [\"127.0.0.0/8\"]\n{SERVICES}");
    let home = Home::new(&config).accepted();
    let running = home.serve_ready().await;
    sample::granted(&home);
    for (method, path, body) in REQUESTS {
        visit(&running, method, path, body).await;
    }
    let dice = SeededDice::new(9);
    let [kept, broken, captured] = std::array::from_fn(|_| sample::document(&dice));
    assert_eq!(visit(&running, "POST", &ping(&kept), PING).await, 200);
    let tagged = running.client.post(format!("{}{}", running.url, ping(&kept)));
    let tagged = answer(tagged.header("X-Debug-ID", CANARY).body(PING)).await;
    assert!(tagged.expect("the server answers").1.contains("debug"));
    assert_eq!(visit(&running, "POST", &ping(&broken), "{\"kanarie-not-json").await, 400);
    let sent = sample::send(&running.client, &running.url, &captured).await;
    assert_eq!(sent.expect("the server answers").0, 200);
    let found = home.json("pings @ --by Tess --reason what-was-kept --json --document", &[&kept]);
    assert_eq!(found[0]["payload"]["metrics"]["string"]["sample.app.theme"], "kanarie-theme");
    let said = running.process.says("/welcome/");
    let (_, code) = said.rsplit_once("/welcome/").expect("it was said");
    let log = running.stop().err;

    for route in ["/submit/{app}/{ping}/{version}/{document}", "/welcome/{code}", "unmatched"] {
        assert!(log.contains(&format!("{route:?}")), "the log was caught: {route}");
    }
    assert!(log.contains("\"other\""), "the invented method came through");
    for canary in
        [CANARY, CLIENT, ADDRESS, "127.0.0.1", &kept, &broken, &captured, &code.to_lowercase()]
    {
        let found: Vec<_> =
            log.lines().filter(|line| line.to_lowercase().contains(canary)).collect();
        assert!(found.is_empty(), "{canary} in {found:?}");
    }
}

fn ping(document: &str) -> String {
    format!("{}/{document}", sample::PATH)
}

/// Sends a request that has it in every header too.
async fn visit(running: &Running, method: &str, path: &str, body: &'static str) -> u16 {
    let method = Method::from_bytes(method.as_bytes()).expect("it is one");
    let mut request = running.client.request(method, format!("{}{path}", running.url));
    for name in HEADERS {
        // With a blank in it, it is no debug tag, and the ping is kept.
        request = request.header(name, format!("{CANARY} {name}"));
    }
    for (name, value) in [("X-Forwarded-For", ADDRESS), ("Forwarded", "for=203.0.113.77")] {
        request = request.header(name, value);
    }
    let request = request.bearer_auth("kanarie-token").body(body);
    answer(request).await.expect("the server answers").0
}
