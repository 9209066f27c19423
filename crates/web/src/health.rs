//! Whether the process runs, and whether it can answer.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use tokio::sync::watch;

/// Serves `/health/live` (200 while running) and `/health/ready`: 200, or 503 with what is
/// missing, as the binary last said. A binary that is gone says "stopping".
pub fn routes(missing: watch::Receiver<Vec<String>>) -> Router {
    Router::new()
        .route("/health/live", get(|| async { Json(json!({ "live": true })) }))
        .route("/health/ready", get(move || std::future::ready(ready(&missing))))
}

fn ready(missing: &watch::Receiver<Vec<String>>) -> Response {
    let missing = match missing.has_changed() {
        Ok(_) => missing.borrow().clone(),
        Err(_) => vec!["stopping".to_owned()],
    };
    let status = match missing.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, Json(json!({ "ready": missing.is_empty(), "missing": missing }))).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    async fn ask(router: &Router, path: &str) -> String {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let reply = router.clone().oneshot(request).await.expect("infallible");
        let status = reply.status().as_u16();
        let body = reply.into_body().collect().await.expect("a body").to_bytes();
        format!("{status} {}", String::from_utf8_lossy(&body))
    }

    #[tokio::test]
    async fn readiness_follows_what_is_missing() {
        let (tell, missing) = watch::channel(vec!["the first checks".to_owned()]);
        let router = routes(missing);
        assert_eq!(
            ask(&router, "/health/ready").await,
            r#"503 {"missing":["the first checks"],"ready":false}"#
        );
        assert_eq!(ask(&router, "/health/live").await, r#"200 {"live":true}"#);
        tell.send_replace(vec![]);
        assert_eq!(ask(&router, "/health/ready").await, r#"200 {"missing":[],"ready":true}"#);
        drop(tell);
        assert_eq!(
            ask(&router, "/health/ready").await,
            r#"503 {"missing":["stopping"],"ready":false}"#
        );
    }
}
