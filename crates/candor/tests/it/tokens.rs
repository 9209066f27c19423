//! Tokens: each opens what it was made for, for nobody else, and not after its end.

use candor::access::SCOPES;
use reqwest::Method;
use serde_json::json;

use crate::home::{Home, Running, SERVICES, answer};
use crate::sample;

/// A route for each scope that has one.
const ROUTES: [(&str, &str, &str); 6] = [
    ("definitions:push", "POST", "/api/admin/definitions"),
    ("review:read", "GET", "/api/admin/reviews"),
    ("review:decide", "POST", "/api/admin/reviews/1/decision"),
    ("reports:ask", "POST", "/api/admin/reports"),
    ("reports:run", "POST", "/api/admin/reports/people/editions"),
    ("promises:run", "POST", "/api/admin/promises/check"),
];
/// What the admin socket alone opens.
const SOCKET_ONLY: [(&str, &str); 7] = [
    ("POST", "/api/admin/pings"),
    ("GET", "/api/admin/debug/demo"),
    ("POST", "/api/admin/debug/demo/link"),
    ("GET", "/api/admin/tokens"),
    ("POST", "/api/admin/tokens"),
    ("POST", "/api/admin/tokens/end"),
    ("POST", "/api/admin/accept"),
];

async fn ask(running: &Running, (method, path): (&str, &str), token: &str) -> (u16, String) {
    let method = Method::from_bytes(method.as_bytes()).expect("it is one");
    let request = running.client.request(method, format!("{}{path}", running.url));
    answer(request.bearer_auth(token).json(&json!({}))).await.expect("the server answers")
}

fn create(home: &Home, name: &str, scopes: &[&str]) -> String {
    let scopes: Vec<_> = scopes.iter().flat_map(|scope| ["--scope", scope]).collect();
    let made = home.ask(&format!("token @ create --name {name}"), &scopes).fine();
    made.trim().to_owned()
}

#[tokio::test]
async fn a_token_opens_its_own_scope_and_no_other() {
    let home = Home::new(SERVICES).accepted();
    let running = home.serve_ready().await;
    let tokens: Vec<_> = SCOPES.map(|scope| (scope, create(&home, "one", &[scope]))).into();
    for (scope, method, path) in ROUTES {
        for (opens, token) in &tokens {
            let (status, body) = ask(&running, (method, path), token).await;
            if *opens == scope {
                let closed = [401, 403, 405].contains(&status);
                assert!(!closed, "{opens} does not open {path}: {status} {body}");
            } else {
                assert_eq!(status, 403, "{opens} opens {path}");
                assert!(body.contains(&format!("does not open `{scope}`")), "{body}");
            }
        }
        assert_eq!(ask(&running, (method, path), "candor_0").await.0, 401, "{path}");
    }
    let all = create(&home, "all", &SCOPES);
    for route in SOCKET_ONLY {
        assert_eq!(ask(&running, route, &all).await.0, 404, "{route:?} is open to a token");
    }
    for scope in ["pings:read", "owner", "", "definitions"] {
        let made = home.ask("token @ create --name one --scope", &[scope]);
        made.failed(18, &["No scope is called", "definitions:push"]);
    }
}

#[tokio::test]
async fn a_token_works_on_the_command_line_until_it_is_ended() {
    let home = Home::new(SERVICES).accepted();
    let running = home.serve_ready().await;
    let token = create(&home, "ci-of-sample", &["definitions:push"]);
    let file = home.argument("token");
    std::fs::write(&file, format!("{token}\n")).expect("the folder is ours");
    let reach = format!("--server {} --token-file {file}", running.url);

    sample::push(&home, &reach).fine();
    home.ask(&format!("review {reach} list"), &[])
        .failed(18, &["does not open `review:read`", "403"]);
    let pings = home.ask(&format!("pings --by Tess --reason what-was-kept {reach}"), &[]);
    pings.failed(18, &["404"]);
    sample::push(&home, &format!("--server {}", running.url)).failed(18, &["401"]);

    let list = home.ask("token @ list", &[]).fine();
    assert!(list.starts_with("ci-of-sample  made 20") && list.contains("  ends 20"), "{list}");
    assert!(list.contains("definitions:push") && !list.contains(&token), "{list}");
    let holds = |text: &str| {
        let mut files = home.files("data").into_values();
        files.any(|bytes| bytes.windows(text.len()).any(|part| part == text.as_bytes()))
    };
    assert!(holds("ci-of-sample"), "the search finds what is there");
    assert!(!holds(&token), "the token itself is nowhere");

    assert_eq!(home.ask("token @ end --name ci-of-sample", &[]).fine(), "1 ended.\n");
    sample::push(&home, &reach).failed(18, &["401"]);
    assert_eq!(home.ask("token @ end --name ci-of-sample", &[]).fine(), "0 ended.\n");
}
