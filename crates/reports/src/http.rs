//! Pages, JSON and CSV of reports, and the administration interface to ask for and make them.
//!
//! | route | scope | what |
//! | --- | --- | --- |
//! | `GET /reports`, `GET /reports/{report}` | everybody | pages |
//! | `GET /reports/{report}/{period}/{start}` | everybody | the page of an edition; its newest version, or `?version=` |
//! | `GET /reports/privacy` | everybody | what all numbers gave away, in words |
//! | `GET /reports/feed.atom` | everybody | the newest editions, as a feed |
//! | `GET /api/reports` | everybody | a list of [`ReportReply`] |
//! | `GET /api/reports/{report}` | everybody | [`ReportReply`] |
//! | `GET /api/reports/{report}/{period}/{start}` | everybody | an edition, byte for byte; its newest version, or `?version=` |
//! | the same, with `.csv` | everybody | its cells as CSV |
//! | `GET /api/ledger` | everybody | a list of [`LedgerReply`] |
//! | `POST /api/admin/reports` | `reports:ask` | a spec as YAML or JSON, `?requester=` → [`Asked`] |
//! | `POST /api/admin/reports/{report}/withdrawal` | `reports:ask` | [`Withdraw`] → [`ReportReply`] |
//! | `POST /api/admin/reports/{report}/editions` | `reports:run` | [`Run`] → an edition, byte for byte |

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, ETAG};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use candor_kernel::{Clock, Faults, PersonName, ReportId};
use candor_web::Problem;
use serde::Deserialize;

use crate::reports::{Kept, Published, ReportError, Reports};
use crate::rules::budget::PRODUCT_MILLIONTHS;
use crate::rules::edition::hex;
use crate::rules::{Edition, Period, Span, Spec, week, week_start};

mod feed;
mod figure;
mod made;
mod pages;
mod privacy;
mod replies;
mod told;

pub use replies::{Asked, EditionLine, LedgerReply, ReportReply, Run, VersionOf, Withdraw};

/// Weeks that the ledger tells of.
const LEDGER_WEEKS: i64 = 60;

/// What the routes share.
#[derive(Clone)]
pub struct ReportsState {
    /// The reports.
    pub reports: Reports,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Enforcements that a demonstration switched off.
    pub faults: Faults,
    /// Where people reach this server, without a slash at its end.
    pub public_url: Arc<str>,
}

impl ReportsState {
    /// Makes the state of clones of what the server has.
    #[must_use]
    pub fn new(
        reports: &Reports,
        clock: &Arc<dyn Clock>,
        faults: &Faults,
        public_url: &str,
    ) -> Self {
        let (reports, clock, faults) = (reports.clone(), Arc::clone(clock), faults.clone());
        Self { reports, clock, faults, public_url: public_url.into() }
    }
}

/// Returns the public routes.
pub fn routes(state: ReportsState) -> Router {
    Router::new()
        .route("/reports", get(pages::list))
        .route("/reports/privacy", get(pages::privacy))
        .route("/reports/feed.atom", get(feed::feed))
        .route("/reports/{report}", get(pages::report))
        .route("/reports/{report}/{period}/{start}", get(pages::edition))
        .route("/api/reports", get(list))
        .route("/api/reports/{report}", get(show))
        .route("/api/reports/{report}/{period}/{start}", get(edition))
        .route("/api/ledger", get(ledger))
        .with_state(state)
}

/// Returns the administration routes, each with the scope that opens it.
pub fn admin(state: &ReportsState) -> Vec<(&'static str, Router)> {
    let ask = Router::new()
        .route("/api/admin/reports", post(propose))
        .route("/api/admin/reports/{report}/withdrawal", post(withdraw));
    let run = Router::new().route("/api/admin/reports/{report}/editions", post(run));
    vec![
        ("reports:ask", ask.with_state(state.clone())),
        ("reports:run", run.with_state(state.clone())),
    ]
}

async fn list(State(state): State<ReportsState>) -> Result<Json<Vec<ReportReply>>, Problem> {
    let mut replies = Vec::new();
    for published in state.reports.published(state.clock.now().day()).await.map_err(problem)? {
        replies.push(reply(&state, published).await?);
    }
    Ok(Json(replies))
}

async fn show(
    State(state): State<ReportsState>,
    Path(report): Path<String>,
) -> Result<Json<ReportReply>, Problem> {
    let published = published(&state, &report).await?;
    reply(&state, published).await.map(Json)
}

async fn edition(
    State(state): State<ReportsState>,
    Path((report, period, start)): Path<(String, String, String)>,
    Query(of): Query<VersionOf>,
) -> Result<Response, Problem> {
    let report = ReportId::parse(&report).map_err(|_| Problem::not_found())?;
    let (start, csv) = match start.strip_suffix(".csv") {
        Some(start) => (start, true),
        None => (start.as_str(), false),
    };
    let span = Span::parse(&period, start).map_err(Problem::bad_request)?;
    let kept = state.reports.edition(&report, of.version, span).await.map_err(problem)?;
    let kept = kept.ok_or_else(Problem::not_found)?;
    if !csv {
        return Ok(document(kept));
    }
    let edition = read(&kept)?;
    Ok(([(CONTENT_TYPE, "text/csv; charset=utf-8; header=present")], edition.csv()).into_response())
}

async fn ledger(State(state): State<ReportsState>) -> Result<Json<Vec<LedgerReply>>, Problem> {
    let from = week(state.clock.now().day()) - LEDGER_WEEKS;
    let spent = state.reports.spent(from).await.map_err(problem)?;
    let mut lines: Vec<LedgerReply> = Vec::new();
    for spent in spent {
        match lines.last_mut().filter(|_| !spent.group.is_empty()) {
            Some(line) => {
                line.metrics.insert(spent.group, spent.epsilon_millionths);
            }
            None => lines.push(LedgerReply {
                product: spent.product,
                week: week_start(spent.week).to_string(),
                epsilon_millionths: spent.epsilon_millionths,
                budget_millionths: PRODUCT_MILLIONTHS,
                metrics: std::collections::BTreeMap::new(),
            }),
        }
    }
    Ok(Json(lines))
}

/// Who asks for a report.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asks {
    requester: PersonName,
}

async fn propose(
    State(state): State<ReportsState>,
    Query(Asks { requester }): Query<Asks>,
    body: String,
) -> Result<Json<Asked>, Problem> {
    let spec = Spec::read(&body).map_err(ReportError::NotPossible).map_err(problem)?;
    let now = state.clock.now();
    let proposed = state.reports.propose(spec, requester, now).await.map_err(problem)?;
    Ok(Json(Asked { request: proposed.request, version: proposed.version }))
}

async fn withdraw(
    State(state): State<ReportsState>,
    Path(report): Path<String>,
    Json(body): Json<Withdraw>,
) -> Result<Json<ReportReply>, Problem> {
    let report = ReportId::parse(&report).map_err(|_| Problem::not_found())?;
    let withdrawn = state.reports.withdraw(&report, &body.note, state.clock.now()).await;
    let report = withdrawn.map_err(problem)?;
    let versions = vec![report.version];
    let withdrawn = Published { report, granted: false, versions };
    reply(&state, withdrawn).await.map(Json)
}

async fn run(
    State(state): State<ReportsState>,
    Path(report): Path<String>,
    Json(body): Json<Run>,
) -> Result<Response, Problem> {
    let report = ReportId::parse(&report).map_err(|_| Problem::not_found())?;
    let (period, start) = match body.period.split_once('/') {
        Some((period, start)) => (period, start),
        None => (Period::Day.name(), body.period.as_str()),
    };
    let span = Span::parse(period, start).map_err(|why| {
        Problem::bad_request(format!(
            "{why} `period` is a day, yyyy-mm-dd, or week/yyyy-mm-dd or month/yyyy-mm-dd."
        ))
    })?;
    state.reports.run(&report, span, state.clock.now()).await.map(document).map_err(problem)
}

/// A report that no review has granted and that has no edition is, to the public, not there.
async fn published(state: &ReportsState, report: &str) -> Result<Published, Problem> {
    let today = state.clock.now().day();
    let published = state.reports.published(today).await.map_err(problem)?;
    let mut found = published.into_iter();
    found.find(|one| one.report.plan.spec.report.as_str() == report).ok_or_else(Problem::not_found)
}

async fn reply(state: &ReportsState, published: Published) -> Result<ReportReply, Problem> {
    let Published { report, granted, versions } = published;
    let id = &report.plan.spec.report;
    let editions = state.reports.editions(id, report.version).await.map_err(problem)?;
    let mut lines = Vec::new();
    for kept in &editions {
        lines.push(EditionLine::of(id, kept, &read(kept)?));
    }
    Ok(ReportReply::of(report, granted, versions, lines))
}

/// Answers with the exact bytes of an edition.
fn document(kept: Kept) -> Response {
    let headers = [
        (CONTENT_TYPE, "application/json".to_owned()),
        (ETAG, format!("\"{}\"", hex(&kept.sha256))),
    ];
    (headers, kept.text).into_response()
}

fn read(kept: &Kept) -> Result<Edition, Problem> {
    serde_json::from_str(&kept.text).map_err(|error| {
        tracing::error!(%error, "an edition cannot be read");
        Problem::unavailable("This edition cannot be read by this version of Candor.")
    })
}

fn problem(error: ReportError) -> Problem {
    let title = "This report cannot be made";
    let conflict = |slug, error: &ReportError| {
        Problem::new(StatusCode::CONFLICT, slug, title, error.to_string())
    };
    match &error {
        ReportError::Unknown => Problem::not_found(),
        ReportError::NotPossible(why) => {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "report-refused", title, why.clone())
        }
        ReportError::NameTaken => conflict("name-taken", &error),
        ReportError::Unreviewed => conflict("unreviewed", &error),
        ReportError::Withdrawn(_) => conflict("withdrawn", &error),
        ReportError::NotTheTime => conflict("not-the-time", &error),
        ReportError::OverBudget(_) => conflict("over-budget", &error),
        ReportError::Paused(_) => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "promise-not-held",
            title,
            error.to_string(),
        ),
        ReportError::Database(_) | ReportError::Landing(_) | ReportError::Failed(_) => {
            tracing::error!(%error, "reports");
            Problem::unavailable("The store does not answer; try again in a moment.")
        }
    }
}
