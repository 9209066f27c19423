//! The administration interface of this slice. Bodies are JSON; errors are problems.
//!
//! | route | scope | body | reply |
//! | --- | --- | --- | --- |
//! | `POST /api/admin/definitions` | `definitions:push` | [`Push`] | [`PushReply`] |
//! | `GET /api/admin/definitions/{product}` | `review:read` | | list of [`RevisionReply`], newest first |
//! | `GET /api/admin/definitions/{product}/{revision}` | `review:read` | | [`RevisionInFull`] |
//! | `GET /api/admin/reviews` | `review:read` | | list of [`RequestReply`] |
//! | `GET /api/admin/reviews/{request}` | `review:read` | | [`RequestReply`] with items |
//! | `POST /api/admin/reviews/{request}/decision` | `review:decide` | [`Decide`] | [`DecideReply`] |
//! | `POST /api/admin/accept` | `owner` | [`Accept`] | [`RequestNumber`] |

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use candor_inventory::Channel;
use candor_kernel::{Clock, Day, ProductId, limits};
use candor_web::Problem;

use crate::registry::{self, Registry};
use crate::rules::push::Wants;
use crate::rules::{Decision, ReviewError};
use crate::store::{self, Registration};

mod replies;

pub use replies::{
    Accept, ChangeReply, Decide, DecideReply, ItemReply, ProposedReply, Push, PushReply,
    RefusedReply, RemovedReply, RequestNumber, RequestReply, RevisionInFull, RevisionReply,
    WarningReply,
};

pub mod dictionary;

/// What the routes share.
#[derive(Clone)]
pub struct ReviewState {
    /// The registry.
    pub registry: Arc<Registry>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

/// Returns the routes, each with the scope that opens it.
pub fn admin(state: &ReviewState) -> Vec<(&'static str, Router)> {
    let routes = [
        ("definitions:push", Router::new().route("/api/admin/definitions", post(push))),
        (
            "review:read",
            Router::new()
                .route("/api/admin/definitions/{product}", get(history))
                .route("/api/admin/definitions/{product}/{revision}", get(revision))
                .route("/api/admin/reviews", get(list))
                .route("/api/admin/reviews/{request}", get(show)),
        ),
        (
            "review:decide",
            Router::new().route("/api/admin/reviews/{request}/decision", post(decide)),
        ),
        ("owner", Router::new().route("/api/admin/accept", post(accept))),
    ];
    let limit = DefaultBodyLimit::max(limits::ADMIN_BODY_BYTES);
    routes.map(|(scope, router)| (scope, router.layer(limit).with_state(state.clone()))).into()
}

async fn push(
    State(state): State<ReviewState>,
    Json(push): Json<Push>,
) -> Result<Json<PushReply>, Problem> {
    let apps = push.apps.iter().map(|(app, channel)| (app.clone(), Channel::by_name(channel)));
    let registration = Registration {
        product: push.product,
        title: push.title,
        contact: push.contact,
        apps: apps.collect(),
    };
    let push = registry::Push {
        registration: &registration,
        files: &push.files,
        requester: &push.requester,
        rev: push.rev.as_ref(),
        wants: Wants { import: push.import, again: push.ask_again },
    };
    let pushed = state.registry.push(push, state.clock.now()).await.map_err(problem)?;
    Ok(Json(pushed.into()))
}

async fn history(
    State(state): State<ReviewState>,
    Path(product): Path<ProductId>,
) -> Result<Json<Vec<RevisionReply>>, Problem> {
    let revisions = state.registry.revisions(&product).await.map_err(problem)?;
    if revisions.is_empty() {
        return Err(Problem::not_found());
    }
    Ok(Json(revisions.into_iter().map(RevisionReply::from).collect()))
}

async fn revision(
    State(state): State<ReviewState>,
    Path((product, number)): Path<(ProductId, i64)>,
) -> Result<Json<RevisionInFull>, Problem> {
    let revisions = state.registry.revisions(&product).await.map_err(problem)?;
    let Some(row) = revisions.into_iter().find(|row| row.number == number) else {
        return Err(Problem::not_found());
    };
    let files = state.registry.files(&product, number).await.map_err(problem)?;
    let changes = state.registry.changes(&product, number).await.map_err(problem)?;
    let changes = changes.into_iter().map(ChangeReply::from).collect();
    Ok(Json(RevisionInFull { revision: row.into(), changes, files }))
}

async fn list(State(state): State<ReviewState>) -> Result<Json<Vec<RequestReply>>, Problem> {
    let rows = store::requests(state.registry.database()).await.map_err(problem)?;
    Ok(Json(rows.into_iter().map(|row| (row, Vec::new()).into()).collect()))
}

async fn show(
    State(state): State<ReviewState>,
    Path(request): Path<i64>,
) -> Result<Json<RequestReply>, Problem> {
    let found = state.registry.request(request).await.map_err(problem)?;
    found.map(|found| Json(found.into())).ok_or_else(Problem::not_found)
}

async fn decide(
    State(state): State<ReviewState>,
    Path(request): Path<i64>,
    Json(body): Json<Decide>,
) -> Result<Json<DecideReply>, Problem> {
    let now = state.clock.now();
    let expires = match body.expires.as_deref() {
        None => now.day().plus(365),
        Some(text) => Day::parse(text)
            .ok_or_else(|| Problem::bad_request("`expires` is a day, written yyyy-mm-dd."))?,
    };
    let Decide { outcome, steward, note, except, .. } = body;
    let except = except.into_iter().collect();
    let decision = Decision { outcome, steward, note, expires, except };
    let revision = state.registry.decide(request, &decision, now).await.map_err(problem)?;
    Ok(Json(DecideReply { revision: revision.0 }))
}

async fn accept(
    State(state): State<ReviewState>,
    Json(body): Json<Accept>,
) -> Result<Json<RequestNumber>, Problem> {
    let request = state.registry.accept_own(body.by, state.clock.now()).await.map_err(problem)?;
    Ok(Json(RequestNumber { request }))
}

/// Turns an error of this slice into its reply.
pub fn problem(error: ReviewError) -> Problem {
    match error {
        ReviewError::Definitions(findings) => {
            let lines: Vec<_> = findings.iter().map(ToString::to_string).collect();
            let (title, status) =
                ("The definitions have problems", StatusCode::UNPROCESSABLE_ENTITY);
            Problem::new(status, "definitions-refused", title, lines.join("\n"))
        }
        ReviewError::Unknown(_) => Problem::not_found(),
        error @ (ReviewError::AppTaken { .. } | ReviewError::Reserved(_)) => {
            let title = "This name is taken";
            Problem::new(StatusCode::CONFLICT, "name-taken", title, error.to_string())
        }
        ReviewError::NotAllowed(why) => {
            let title = "This decision is not allowed";
            Problem::new(StatusCode::CONFLICT, "decision-refused", title, why)
        }
        ReviewError::Readers(error) => {
            tracing::error!(error = %error, "what reports read");
            Problem::unavailable("What reports read cannot be told; try again in a moment.")
        }
        ReviewError::Database(error) => {
            tracing::error!(error = %error, "review store");
            Problem::unavailable("The database does not answer; try again in a moment.")
        }
    }
}
