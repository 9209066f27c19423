//! The administration interface of this slice. Bodies are JSON; errors are problems.
//!
//! | route | scope | body | reply |
//! | --- | --- | --- | --- |
//! | `POST /api/admin/definitions` | `definitions:push` | [`Push`] | [`PushReply`] |
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
use candor_kernel::{AppId, Clock, Day, PersonName, ProductId, limits};
use candor_web::Problem;
use serde::{Deserialize, Serialize};

use crate::registry::Registry;
use crate::rules::{Decision, Outcome, ReviewError};
use crate::store::{self, Registration, RequestRow};

pub mod dictionary;

/// What the routes share.
#[derive(Clone)]
pub struct ReviewState {
    /// The registry.
    pub registry: Arc<Registry>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

/// A push of definitions.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Push {
    /// The product.
    pub product: ProductId,
    /// Its name in full.
    pub title: String,
    /// Where to ask about it.
    pub contact: String,
    /// Its applications and the channel of each: release, beta, nightly, ...
    pub apps: Vec<(AppId, String)>,
    /// Who asks.
    pub requester: PersonName,
    /// The files: name and text.
    pub files: Vec<(String, String)>,
}

/// What became of a push.
#[derive(Debug, Serialize, Deserialize)]
pub struct PushReply {
    /// The request that asks for what has no grant; none when everything has one.
    pub request: Option<i64>,
    /// How many data are declared.
    pub declared: usize,
    /// What is asked for.
    pub asked: Vec<ItemReply>,
}

/// One datum of a request.
#[derive(Debug, Serialize, Deserialize)]
pub struct ItemReply {
    /// The datum.
    pub datum: String,
    /// Its category, in words.
    pub category: String,
}

/// A request.
#[derive(Debug, Serialize, Deserialize)]
pub struct RequestReply {
    /// Its number.
    pub request: i64,
    /// collect, publish or built_in.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// What it asks, in a line.
    pub title: String,
    /// Who asks.
    pub requester: String,
    /// When it was opened, RFC 3339.
    pub opened: String,
    /// open, granted, refused or withdrawn.
    pub state: String,
    /// Who decided.
    pub steward: Option<String>,
    /// Why.
    pub note: Option<String>,
    /// The first day on which a grant holds no longer.
    pub expires: Option<String>,
    /// What it asks for; empty in lists.
    pub items: Vec<ItemReply>,
}

/// A decision.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    /// granted, refused or withdrawn.
    pub outcome: Outcome,
    /// Who decides.
    pub steward: PersonName,
    /// Why.
    #[serde(default)]
    pub note: String,
    /// The first day on which a grant holds no longer, `yyyy-mm-dd`; a year from today if absent.
    pub expires: Option<String>,
}

/// What is in force after a decision.
#[derive(Debug, Serialize, Deserialize)]
pub struct DecideReply {
    /// The number of the state of reviews.
    pub revision: i64,
}

/// Who accepts this server's own declarations.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accept {
    /// Who accepts.
    pub by: PersonName,
}

/// The number of a request.
#[derive(Debug, Serialize, Deserialize)]
pub struct RequestNumber {
    /// The number.
    pub request: i64,
}

/// Returns the routes, each with the scope that opens it.
pub fn admin(state: &ReviewState) -> Vec<(&'static str, Router)> {
    let routes = [
        ("definitions:push", Router::new().route("/api/admin/definitions", post(push))),
        (
            "review:read",
            Router::new()
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
    let now = state.clock.now();
    let pushed = state.registry.push(&registration, &push.files, &push.requester, now).await;
    let pushed = pushed.map_err(problem)?;
    let asked = pushed.items.iter().map(item).collect();
    Ok(Json(PushReply { request: pushed.request, declared: pushed.declared, asked }))
}

async fn list(State(state): State<ReviewState>) -> Result<Json<Vec<RequestReply>>, Problem> {
    let rows = store::requests(state.registry.database()).await.map_err(problem)?;
    Ok(Json(rows.into_iter().map(reply).collect()))
}

async fn show(
    State(state): State<ReviewState>,
    Path(request): Path<i64>,
) -> Result<Json<RequestReply>, Problem> {
    let row = store::request(state.registry.database(), request).await.map_err(problem)?;
    row.map(|row| Json(reply(row))).ok_or_else(Problem::not_found)
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
    let Decide { outcome, steward, note, .. } = body;
    let decision = Decision { outcome, steward, note, expires };
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

fn item(item: &crate::rules::Item) -> ItemReply {
    ItemReply { datum: item.datum.to_string(), category: item.category.words().to_owned() }
}

fn reply(row: RequestRow) -> RequestReply {
    let items = row.items.iter().map(item).collect();
    let (steward, note, expires) = match row.decision {
        Some((steward, note, day)) => (Some(steward), Some(note), Some(day.to_string())),
        None => (None, None, None),
    };
    RequestReply {
        request: row.request,
        kind: row.kind.name().to_owned(),
        subject: row.subject,
        title: row.title,
        requester: row.requester,
        opened: row.opened.to_string(),
        state: row.state,
        steward,
        note,
        expires,
        items,
    }
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
        ReviewError::Database(error) => {
            tracing::error!(error = %error, "review store");
            Problem::unavailable("The database does not answer; try again in a moment.")
        }
    }
}
