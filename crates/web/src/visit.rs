//! Requests that this server makes of itself: its checks see what anybody would see.

use std::net::IpAddr;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use candor_inventory::BoxFuture;
use tower::ServiceExt;

use crate::client::Peer;

/// Asks this server for a page, as anybody would: status and body.
pub trait Voice: Send + Sync {
    /// Sends a request to the public router.
    fn visit(&self, visit: Visit) -> BoxFuture<'_, Result<(u16, Vec<u8>), String>>;
}

/// Marks a request that this server makes of itself. Nothing that comes over a network has it.
#[derive(Debug, Clone, Copy)]
pub struct Own(());

/// No page and no source archive of ours is larger.
const REPLY_BYTES: usize = 64 << 20;

/// A request from inside, with everything one from outside can have. No connection is made.
#[derive(Debug, Clone, Default)]
pub struct Visit {
    /// The method; GET where it is empty.
    pub method: String,
    /// The path, with its query.
    pub path: String,
    /// The headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// The address it seems to come from; none is like a connection over no network.
    pub address: Option<IpAddr>,
    /// Whether the part that answers shall know that this server asks itself.
    pub own: bool,
}

impl Visit {
    /// A plain look at a page.
    #[must_use]
    pub fn page(path: &str) -> Self {
        Self { path: path.to_owned(), ..Self::default() }
    }

    /// Sends it through a router, and returns status and body.
    pub async fn send(self, router: Router) -> Result<(u16, Vec<u8>), String> {
        let method = if self.method.is_empty() { "GET" } else { self.method.as_str() };
        let mut request = Request::builder().method(method).uri(&self.path);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let mut request = request.body(Body::from(self.body)).map_err(|error| error.to_string())?;
        if let Some(address) = self.address {
            request.extensions_mut().insert(Peer(address));
        }
        if self.own {
            request.extensions_mut().insert(Own(()));
        }
        let Ok(reply) = router.oneshot(request).await;
        let status = reply.status().as_u16();
        let body = to_bytes(reply.into_body(), REPLY_BYTES).await;
        Ok((status, body.map_err(|error| error.to_string())?.to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, Method};
    use axum::routing::any;

    use super::*;

    #[tokio::test]
    async fn a_visit_arrives_with_all_that_it_has() {
        let tell = async |method: Method, headers: HeaderMap, request: Request<Body>| {
            let peer = request.extensions().get::<Peer>().map(|Peer(address)| *address);
            let own = request.extensions().get::<Own>().is_some();
            let (path, dnt) = (request.uri().to_string(), headers.get("dnt").cloned());
            let body = to_bytes(request.into_body(), 10).await.expect("short");
            format!("{method} {path} {dnt:?} {peer:?} {own} {}", String::from_utf8_lossy(&body))
        };
        let router = Router::new().route("/a", any(tell));
        let visit = Visit {
            method: "POST".into(),
            path: "/a?b".into(),
            headers: vec![("dnt", "1".into())],
            body: b"body".to_vec(),
            address: "192.0.2.1".parse().ok(),
            own: true,
        };
        let seen = async |visit: Visit| {
            let (status, body) = visit.send(router.clone()).await.expect("a reply");
            format!("{status} {}", String::from_utf8_lossy(&body))
        };
        assert_eq!(seen(visit).await, r#"200 POST /a?b Some("1") Some(192.0.2.1) true body"#);
        assert_eq!(seen(Visit::page("/a")).await, "200 GET /a None None false ");
        assert_eq!(seen(Visit::page("/b")).await, "404 ");
        assert!(Visit::page("no path").send(router.clone()).await.is_err());
    }
}
