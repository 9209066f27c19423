//! What a promise's checks found, the newest first: each result with its evidence and its build.

use axum::Json;
use axum::extract::{Path, State};
use candor_kernel::Timestamp;
use candor_web::Problem;
use serde::{Deserialize, Serialize};

use super::{NoticeState, away};

/// Results that programs get.
const RESULTS: i64 = 100;

/// One result.
#[derive(Debug, Serialize, Deserialize)]
pub struct ResultReply {
    /// When, RFC 3339.
    pub at: String,
    /// kept, broken, or that the check could not run.
    pub state: String,
    /// What was measured.
    pub fact: String,
    /// The build that checked.
    pub build: String,
}

pub(super) async fn results(
    State(state): State<NoticeState>,
    Path(id): Path<String>,
) -> Result<Json<Vec<ResultReply>>, Problem> {
    let known = state.runner.reports(state.clock.now());
    let known = known.iter().any(|report| report.entry.id.as_str() == id);
    known.then_some(()).ok_or_else(Problem::not_found)?;
    newest(&state, &id, RESULTS).await.map(Json)
}

/// Reads the newest results of a promise.
pub(super) async fn newest(
    state: &NoticeState,
    id: &str,
    limit: i64,
) -> Result<Vec<ResultReply>, Problem> {
    let rows = state.runner.facts(id, limit).await.map_err(away)?;
    let reply = |(at, state, fact, build): (i64, String, String, String)| {
        let at = Timestamp::from_micros(at).to_string();
        ResultReply { at, state, fact, build }
    };
    Ok(rows.into_iter().map(reply).collect())
}
