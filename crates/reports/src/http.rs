//! Pages and JSON of reports, and the administration interface to ask for and make them.
//!
//! | route | scope | what |
//! | --- | --- | --- |
//! | `GET /reports`, `GET /reports/{report}` | everybody | pages |
//! | `GET /api/reports`, `GET /api/reports/{report}` | everybody | the same as JSON |
//! | `POST /api/admin/reports` | `reports:ask` | [`Propose`] → [`Asked`] |
//! | `POST /api/admin/reports/{report}/editions` | `reports:run` | [`Run`] → [`EditionReply`] |

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use candor_kernel::{
    Clock, Day, Fault, Faults, MetricId, PersonName, PingName, ProductId, ReportId,
};
use candor_web::{Frame, Problem, html};
use serde::{Deserialize, Serialize};

use crate::reports::{Proposal, ReportError, Reports};
use crate::rules::{self, Bar, Report, Shown, Tenths};

/// What the routes share.
#[derive(Clone)]
pub struct ReportsState {
    /// The reports.
    pub reports: Reports,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Enforcements that a demonstration switched off.
    pub faults: Faults,
}

/// A report as somebody asks for it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Propose {
    /// Its name.
    pub report: ReportId,
    /// The product.
    pub product: ProductId,
    /// The ping.
    pub ping: PingName,
    /// The metric.
    pub metric: MetricId,
    /// The question it answers.
    pub question: String,
    /// Who asks.
    pub requester: PersonName,
}

/// The number of the publication review.
#[derive(Debug, Serialize, Deserialize)]
pub struct Asked {
    /// The number.
    pub request: i64,
}

/// Which edition to make.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The day, `yyyy-mm-dd`.
    pub period: String,
}

/// A report with its editions.
#[derive(Debug, Serialize, Deserialize)]
pub struct ReportReply {
    /// Its name.
    pub report: String,
    /// The question it answers.
    pub question: String,
    /// The product.
    pub product: String,
    /// The ping that is counted.
    pub ping: String,
    /// The metric it must hold.
    pub metric: String,
    /// What is counted, and over which time.
    pub unit: String,
    /// About how many must have contributed for a number to be shown.
    pub threshold: i64,
    /// What one edition gives away about one person's day at most.
    pub epsilon_milli: u32,
    /// The error that is not exceeded in 95 of 100 cases.
    pub error_95: i64,
    /// When it was asked for, RFC 3339.
    pub asked: Option<String>,
    /// The newest editions, oldest of them first.
    pub editions: Vec<EditionReply>,
}

/// One edition.
#[derive(Debug, Serialize, Deserialize)]
pub struct EditionReply {
    /// The day it counts.
    pub period: String,
    /// About how many; absent where there are too few to tell, none or some alike.
    pub people: Option<i64>,
}

#[derive(Template)]
#[template(path = "reports/list.html")]
struct ListPage {
    frame: Frame,
    /// Each with its newest edition.
    reports: Vec<(Report, Option<EditionReply>)>,
    paused: Option<String>,
}

#[derive(Template)]
#[template(path = "reports/report.html")]
struct ReportPage {
    frame: Frame,
    report: Report,
    bars: Vec<Bar>,
    threshold: Tenths,
    newest: Option<EditionReply>,
    paused: Option<String>,
    /// The most that one week gave away, as a number of ε with one digit.
    week_epsilon: String,
    /// A label that nothing has earned; in a demonstration that breaks S08.
    unlinkable: bool,
}

/// Returns the public routes.
pub fn routes(state: ReportsState) -> Router {
    Router::new()
        .route("/reports", get(list_page))
        .route("/reports/{report}", get(report_page))
        .route("/api/reports", get(list))
        .route("/api/reports/{report}", get(show))
        .with_state(state)
}

/// Returns the administration routes, each with the scope that opens it.
pub fn admin(state: &ReportsState) -> Vec<(&'static str, Router)> {
    let ask = Router::new().route("/api/admin/reports", post(propose));
    let run = Router::new().route("/api/admin/reports/{report}/editions", post(run));
    vec![
        ("reports:ask", ask.with_state(state.clone())),
        ("reports:run", run.with_state(state.clone())),
    ]
}

async fn list_page(State(state): State<ReportsState>, frame: Frame) -> Result<Response, Problem> {
    let mut reports = Vec::new();
    for report in state.reports.published(state.clock.now().day()).await.map_err(problem)? {
        let editions = state.reports.editions(&report.report).await.map_err(problem)?;
        reports.push((report, editions.last().map(edition)));
    }
    Ok(html(&ListPage { frame, reports, paused: paused(&state) }))
}

async fn report_page(
    State(state): State<ReportsState>,
    Path(report): Path<String>,
    frame: Frame,
) -> Result<Response, Problem> {
    let report = published(&state, &report).await?;
    let editions = state.reports.editions(&report.report).await.map_err(problem)?;
    let spent = state.reports.spent_in_a_week_milli(&report.product).await.map_err(problem)?;
    let (bars, threshold) = rules::bars(&editions);
    Ok(html(&ReportPage {
        frame,
        bars,
        threshold,
        newest: editions.last().map(edition),
        paused: paused(&state),
        week_epsilon: format!("{}.{}", spent / 1000, spent % 1000 / 100),
        unlinkable: state.faults.on(Fault::LabelUnlinkable),
        report,
    }))
}

async fn list(State(state): State<ReportsState>) -> Result<Json<Vec<ReportReply>>, Problem> {
    let mut replies = Vec::new();
    for report in state.reports.published(state.clock.now().day()).await.map_err(problem)? {
        replies.push(reply(&state, report).await?);
    }
    Ok(Json(replies))
}

async fn show(
    State(state): State<ReportsState>,
    Path(report): Path<String>,
) -> Result<Json<ReportReply>, Problem> {
    let report = published(&state, &report).await?;
    reply(&state, report).await.map(Json)
}

async fn propose(
    State(state): State<ReportsState>,
    Json(body): Json<Propose>,
) -> Result<Json<Asked>, Problem> {
    let Propose { report, product, ping, metric, question, requester } = body;
    let proposal = Proposal { report, product, ping, metric, question, requester };
    let request = state.reports.propose(proposal, state.clock.now()).await.map_err(problem)?;
    Ok(Json(Asked { request }))
}

async fn run(
    State(state): State<ReportsState>,
    Path(report): Path<String>,
    Json(body): Json<Run>,
) -> Result<Json<EditionReply>, Problem> {
    let report = ReportId::parse(&report).map_err(|_| Problem::not_found())?;
    let day = Day::parse(&body.period)
        .ok_or_else(|| Problem::bad_request("`period` is a day, written yyyy-mm-dd."))?;
    let shown = state.reports.run(&report, day, state.clock.now()).await.map_err(problem)?;
    Ok(Json(edition(&(day, shown))))
}

/// A report that no review has granted is, to the public, not there.
async fn published(state: &ReportsState, report: &str) -> Result<Report, Problem> {
    let today = state.clock.now().day();
    let published = state.reports.published(today).await.map_err(problem)?;
    published.into_iter().find(|one| one.report.as_str() == report).ok_or_else(Problem::not_found)
}

async fn reply(state: &ReportsState, report: Report) -> Result<ReportReply, Problem> {
    let editions = state.reports.editions(&report.report).await.map_err(problem)?;
    let asked = state.reports.proposed(&report.report).await.map_err(problem)?;
    Ok(ReportReply {
        asked: asked.map(|at| at.to_string()),
        report: report.report.to_string(),
        question: report.question,
        product: report.product.to_string(),
        ping: report.ping.to_string(),
        metric: report.metric.to_string(),
        unit: "people per day, UTC".to_owned(),
        threshold: rules::THRESHOLD_PEOPLE,
        epsilon_milli: rules::EPSILON_MILLI,
        error_95: rules::ERROR_95_PEOPLE,
        editions: editions.iter().map(edition).collect(),
    })
}

fn edition((day, shown): &(Day, Shown)) -> EditionReply {
    let people = match shown {
        Shown::People(people) => Some(*people),
        Shown::TooFew => None,
    };
    EditionReply { period: day.to_string(), people }
}

fn paused(state: &ReportsState) -> Option<String> {
    state.reports.may_publish(state.clock.now()).err().map(|error| error.to_string())
}

fn problem(error: ReportError) -> Problem {
    let title = "This report cannot be made";
    match error {
        ReportError::Unknown => Problem::not_found(),
        ReportError::NotPossible(why) => {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "report-refused", title, why)
        }
        error @ ReportError::NameTaken => {
            Problem::new(StatusCode::CONFLICT, "name-taken", title, error.to_string())
        }
        error @ ReportError::Unreviewed => {
            Problem::new(StatusCode::CONFLICT, "unreviewed", title, error.to_string())
        }
        error @ ReportError::NotTheTime => {
            Problem::new(StatusCode::CONFLICT, "not-the-time", title, error.to_string())
        }
        error @ ReportError::Paused(_) => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "promise-not-held",
            title,
            error.to_string(),
        ),
        ReportError::Database(_) | ReportError::Landing(_) | ReportError::Review(_) => {
            tracing::error!(%error, "reports");
            Problem::unavailable("The store does not answer; try again in a moment.")
        }
    }
}
