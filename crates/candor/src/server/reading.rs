//! What is left to do where a newer version has changed the database: reading.

use axum::Router;
use axum::extract::Request;
use axum::http::Method;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use candor_web::Problem;

/// Refuses every request that could write, with a reason that senders of pings come back for.
pub(super) fn only(router: Router) -> Router {
    router.route_layer(from_fn(refuse))
}

async fn refuse(request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let detail = "A newer version of Candor has changed the database, so this one only reads. \
                  Start the newer version.";
    Problem::unavailable(detail).into_response()
}
