//! `--tls dev`: a certificate made at the first start, which nobody trusts until they are told.

use crate::home::{Home, SERVICES, answer, client};

#[tokio::test]
async fn only_who_trusts_the_authority_gets_through() {
    let home = Home::new(SERVICES);
    // The very first start, too.
    let running = home.serve_with(&["--tls", "dev"]).await;
    let authority = home.path("data/tls/dev-ca.pem");
    let said = running.process.says("Browsers and SDKs must trust ");
    assert!(said.ends_with(&format!("{} first", authority.display())), "{said}");
    let port = running.url.rsplit_once(':').expect("it has a port").1.to_owned();
    let url = format!("https://localhost:{port}");
    let check = |more: &str| home.ask(&format!("promises check --server {url}{more}"));

    check("").failed(20, &["No server answers at https://localhost:"]);
    let trusting = client(Some(&authority));
    for _ in 0..600 {
        let (_, body) = answer(trusting.get(format!("{url}/health/ready"))).await.expect("trusted");
        if !body.contains("the first checks") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    home.ask(&format!("review @ grant 1 --by Olive_Owner")).fine();
    let said = check(&format!(" --run --cacert {}", authority.display()));
    said.failed(18, &["401"]);
    let page = trusting.get(&url).send().await.expect("trusted");
    assert_eq!(page.headers()["strict-transport-security"], "max-age=63072000");
    assert_eq!(running.stop().code, Some(0));
}
