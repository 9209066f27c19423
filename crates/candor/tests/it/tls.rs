//! `--tls dev`: a certificate made at the first start, which nobody trusts until they are told.

use crate::home::{Home, Running, SERVICES, client};

const HTTPS_ONLY: &str = "strict-transport-security";

#[tokio::test]
async fn only_who_trusts_the_authority_gets_through() {
    let home = Home::new(SERVICES).accepted();
    let running = home.serve_with(&["--tls", "dev"]).await;
    let authority = home.argument("data/tls/dev-ca.pem");
    let said = running.process.says("Browsers and SDKs must trust ");
    assert!(said.ends_with(&format!(" {authority} first")), "{said}");
    let (_, port) = running.url.rsplit_once(':').expect("it has a port");
    let url = format!("https://localhost:{port}");
    let running = Running { url, client: client(Some(authority.as_ref())), ..running };
    running.becomes(200, "/health/ready", "\"ready\":true").await;

    let page = running.client.get(&running.url).send().await.expect("it is trusted");
    // For `localhost` it would be believed by every other server of this machine.
    assert!(!page.headers().contains_key(HTTPS_ONLY), "{:?}", page.headers());
    let check = format!("promises check --server {}", running.url);
    home.ask(&check, &[]).failed(20, &["No server answers at https://localhost:"]);
    home.ask(&check, &["--cacert", &authority]).fine();
    assert_eq!(running.stop().code, Some(0));

    let ours = std::fs::read(&authority).expect("it stays");
    let again = home.serve_with(&["--tls", "dev"]).await;
    assert_eq!(std::fs::read(&authority).ok(), Some(ours), "who trusts it need not do it again");
    drop(again);
}

#[tokio::test]
async fn without_tls_nobody_is_told_to_use_it() {
    let home = Home::new("");
    let running = home.serve().await;
    let page = running.client.get(&running.url).send().await.expect("it answers");
    assert!(!page.headers().contains_key(HTTPS_ONLY), "{:?}", page.headers());
    assert!(page.headers().contains_key("content-security-policy"), "other headers are there");
}
