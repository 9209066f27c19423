//! Who may use the administration interface: whoever can open the admin socket, and programs with
//! a scoped token. Tokens are shown once; a hash of each is kept.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use candor_database::Database;
use candor_kernel::{Clock, Dice, Timestamp, limits};
use candor_web::{FailureLimit, Place, Problem};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

mod store;

/// What a token can open. `owner` and `pings:read` are for the admin socket only.
pub const SCOPES: [&str; 6] = [
    "definitions:push",
    "review:read",
    "review:decide",
    "reports:ask",
    "reports:run",
    "promises:run",
];
const PREFIX: &str = "candor_";

/// What checking a token needs.
#[derive(Clone)]
pub struct Access {
    /// Where hashes are kept.
    pub db: Database,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Makes tokens.
    pub dice: Arc<dyn Dice>,
    /// Counts wrong tries.
    pub failures: Arc<FailureLimit>,
}

/// A token to be made.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// Whose or what for it is.
    pub name: String,
    /// What it opens.
    pub scopes: Vec<String>,
    /// For how many days.
    pub days: u32,
}

/// A new token, shown this once.
#[derive(Debug, Serialize, Deserialize)]
pub struct MadeToken {
    /// The token.
    pub token: String,
    /// When it ends, RFC 3339.
    pub ends: String,
}

/// A token in a list: everything but the token.
#[derive(Debug, Serialize, Deserialize)]
pub struct TokenRow {
    /// Whose or what for it is.
    pub name: String,
    /// What it opens.
    pub scopes: Vec<String>,
    /// When it was made, RFC 3339.
    pub made: String,
    /// When it ends, RFC 3339.
    pub ends: String,
}

/// The name of tokens to be ended.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndTokens {
    /// Whose or what for.
    pub name: String,
}

/// How many tokens were ended.
#[derive(Debug, Serialize, Deserialize)]
pub struct EndedTokens {
    /// How many.
    pub ended: u64,
}

/// Puts the check of tokens before routes that one scope opens.
pub fn behind_token(routes: Vec<(&'static str, Router)>, access: &Access) -> Router {
    let mut all = Router::new();
    for (scope, router) in routes {
        if SCOPES.contains(&scope) {
            let guard = from_fn_with_state((access.clone(), scope), check);
            all = all.merge(router.route_layer(guard));
        }
    }
    all
}

/// The routes to make, list and end tokens; for the admin socket.
pub fn routes(access: Access) -> Router {
    Router::new()
        .route("/api/admin/tokens", get(list).post(make))
        .route("/api/admin/tokens/end", post(end))
        .with_state(access)
}

async fn check(
    State((access, scope)): State<(Access, &'static str)>,
    place: Place,
    request: Request,
    next: Next,
) -> Response {
    if let Err(problem) = access.failures.admit(place, access.clock.monotonic()) {
        return problem.into_response();
    }
    let token = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = token.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    match store::scopes(&access.db, &hash(token), access.clock.now()).await {
        Ok(Some(scopes)) => {
            access.failures.succeeded(place);
            if scopes.split(' ').any(|one| one == scope) {
                next.run(request).await
            } else {
                let detail = format!("This token does not open `{scope}`; make one that does.");
                Problem::forbidden(detail).into_response()
            }
        }
        Ok(None) => Problem::unauthorized().into_response(),
        Err(error) => away(&error).into_response(),
    }
}

async fn make(
    State(access): State<Access>,
    Json(new): Json<NewToken>,
) -> Result<Json<MadeToken>, Problem> {
    if let Some(wrong) = new.scopes.iter().find(|scope| !SCOPES.contains(&scope.as_str())) {
        let known = SCOPES.join(", ");
        return Err(Problem::unprocessable(format!(
            "No scope is called {wrong:?}; there are {known}."
        )));
    }
    if new.scopes.is_empty() || new.days == 0 || new.days as usize > limits::TOKEN_DAYS {
        let days = limits::TOKEN_DAYS;
        return Err(Problem::unprocessable(format!(
            "A token opens something, for 1 to {days} days."
        )));
    }
    if new.name.trim().is_empty() || new.name.len() > 80 || new.name.contains('\0') {
        return Err(Problem::unprocessable("A token has a name of 1 to 80 characters."));
    }
    let mut bytes = [0; 32];
    access.dice.fill(&mut bytes);
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let token = format!("{PREFIX}{digits}");
    let now = access.clock.now();
    let ends = now.day().plus(i64::from(new.days)).start();
    let scopes = new.scopes.join(" ");
    store::keep(&access.db, &hash(&token), (&new.name, &scopes), now, ends)
        .await
        .map_err(|error| away(&error))?;
    Ok(Json(MadeToken { token, ends: ends.to_string() }))
}

async fn list(State(access): State<Access>) -> Result<Json<Vec<TokenRow>>, Problem> {
    let rows = store::list(&access.db).await.map_err(|error| away(&error))?;
    let row = |(name, scopes, made, ends): (String, String, i64, i64)| TokenRow {
        name,
        scopes: scopes.split(' ').map(str::to_owned).collect(),
        made: Timestamp::from_micros(made).to_string(),
        ends: Timestamp::from_micros(ends).to_string(),
    };
    Ok(Json(rows.into_iter().map(row).collect()))
}

async fn end(
    State(access): State<Access>,
    Json(body): Json<EndTokens>,
) -> Result<Json<EndedTokens>, Problem> {
    let now = access.clock.now();
    let ended = store::end(&access.db, &body.name, now).await.map_err(|error| away(&error))?;
    Ok(Json(EndedTokens { ended }))
}

/// Looking up a hash tells nothing about how near a wrong token was.
fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

fn away(error: &candor_database::DatabaseError) -> Problem {
    tracing::error!(%error, "tokens");
    Problem::unavailable("The database does not answer; try again in a moment.")
}
