//! The pages that say what this server does and whether it keeps its word.
//!
//! | route | what |
//! | --- | --- |
//! | `GET /` | what this is, and how many promises hold |
//! | `GET /promises`, `GET /promises/{id}` | the promises that are checked; one with its evidence |
//! | `GET /promises/register` | all 112, built or not |
//! | `GET /notice`, `GET /notice/versions`, `GET /notice/versions/{n}` | the notice and its story |
//! | `GET /about` | build, licence, source |
//! | `GET /api/promises` | the register as JSON: [`PromiseReply`] |
//! | `GET /api/promises/{id}` | its newest results with their evidence: [`ResultReply`] |
//! | `POST /api/admin/promises/check` | scope `promises:run`: runs all checks, replies the same |

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use candor_database::DatabaseError;
use candor_kernel::{Clock, Fault, Faults};
use candor_web::{Build, Frame, Problem, html};
use serde::{Deserialize, Serialize};

use crate::register::Entry;
use crate::rules::words::{Operator, Section};
use crate::rules::{self, DiffLine, State as PromiseState};
use crate::runner::{Report, Runner};
use crate::store::Version;
use crate::versions::Notices;

mod results;
mod shown;

pub use results::ResultReply;
use shown::{Shown, Tally, show, shown};

/// What the pages share.
#[derive(Clone)]
pub struct NoticeState {
    /// Runs checks.
    pub runner: Arc<Runner>,
    /// Writes notices.
    pub notices: Arc<Notices>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// What was compiled in.
    pub build: Build,
    /// The hash of the source that was compiled in, in hexadecimal.
    pub source_sha256: Arc<str>,
    /// Enforcements that a demonstration switched off.
    pub faults: Faults,
    /// Which parts are on: links that the first page shows.
    pub doors: Arc<[Door]>,
}

/// A way on from the first page.
#[derive(Debug, Clone)]
pub struct Door {
    /// Where it leads.
    pub href: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What is there, in a sentence.
    pub about: &'static str,
}

/// Results that the page of a promise shows.
const EARLIER: i64 = 10;

/// One promise, for programs.
#[derive(Debug, Serialize, Deserialize)]
pub struct PromiseReply {
    /// Its id.
    pub id: String,
    /// kept, broken, stale, open or off.
    pub state: String,
    /// When it was last checked, RFC 3339.
    pub checked_at: Option<String>,
    /// What was measured.
    pub fact: Option<String>,
    /// Who can repeat the check: you, server or build.
    pub repeat_by: String,
    /// What must break it: names of faults where it is built, else a sentence.
    pub mutation: String,
    /// What a notice says.
    pub sentence: String,
}

#[derive(Template)]
#[template(path = "notices/home.html")]
struct HomePage {
    frame: Frame,
    promises: Vec<Shown>,
    tally: Tally,
    doors: Arc<[Door]>,
    /// False before the owner has accepted this server's own declarations.
    accepted: bool,
}

#[derive(Template)]
#[template(path = "notices/promises.html")]
struct PromisesPage {
    frame: Frame,
    promises: Vec<Shown>,
    tally: Tally,
}

#[derive(Template)]
#[template(path = "notices/promise.html")]
struct PromisePage {
    frame: Frame,
    promise: Shown,
    report: Report,
    cadence: String,
    max_age: String,
    /// What its checks found, newest first.
    results: Vec<ResultReply>,
}

#[derive(Template)]
#[template(path = "notices/register.html")]
struct RegisterPage {
    frame: Frame,
    checked: Vec<Shown>,
    tally: Tally,
    /// What is not built yet, by service.
    open: Vec<(String, Vec<Entry>)>,
    total: usize,
}

#[derive(Template)]
#[template(path = "notices/notice.html")]
struct NoticePage {
    frame: Frame,
    promises: Vec<Shown>,
    tally: Tally,
    sections: Vec<Section>,
    version: Option<Version>,
    accepted: bool,
}

#[derive(Template)]
#[template(path = "notices/versions.html")]
struct VersionsPage {
    frame: Frame,
    /// Each with how many lines came and went.
    versions: Vec<(Version, usize, usize)>,
}

#[derive(Template)]
#[template(path = "notices/version.html")]
struct VersionPage {
    frame: Frame,
    version: Version,
    fingerprint: String,
    lines: Vec<String>,
    changes: Vec<DiffLine>,
    newest: bool,
}

#[derive(Template)]
#[template(path = "notices/about.html")]
struct AboutPage {
    frame: Frame,
    build: Option<Build>,
    source_sha256: Arc<str>,
    operator: Operator,
}

/// Returns the public routes.
pub fn routes(state: NoticeState) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/promises", get(promises))
        .route("/promises/register", get(register))
        .route("/promises/{id}", get(promise))
        .route("/notice", get(notice))
        .route("/notice/versions", get(versions))
        .route("/notice/versions/{number}", get(version))
        .route("/about", get(about))
        .route("/api/promises", get(list))
        .route("/api/promises/{id}", get(results::results))
        .with_state(state)
}

/// Returns the administration routes, each with the scope that opens it.
pub fn admin(state: &NoticeState) -> Vec<(&'static str, Router)> {
    let run = Router::new().route("/api/admin/promises/check", post(run_all));
    vec![("promises:run", run.with_state(state.clone()))]
}

async fn home(State(state): State<NoticeState>, frame: Frame) -> Response {
    let (promises, tally) = shown(&state).await;
    let (doors, accepted) = (Arc::clone(&state.doors), state.notices.accepted());
    html(&HomePage { frame, promises, tally, doors, accepted })
}

async fn promises(State(state): State<NoticeState>, frame: Frame) -> Response {
    let (promises, tally) = shown(&state).await;
    html(&PromisesPage { frame, promises, tally })
}

async fn promise(
    State(state): State<NoticeState>,
    Path(id): Path<String>,
    frame: Frame,
) -> Result<Response, Problem> {
    let now = state.clock.now();
    let report = state.runner.reports(now).into_iter().find(|one| one.entry.id.as_str() == id);
    let report = report.ok_or_else(Problem::not_found)?;
    let history = state.runner.history(now).await.unwrap_or_default();
    let promise = show(&report, &history, now);
    // What stands on the page must not wait for a store that is away.
    let results = results::newest(&state, &id, EARLIER).await.unwrap_or_default();
    let cadence = rules::span(report.entry.cadence_minutes);
    let max_age = rules::span(report.entry.max_age_minutes);
    Ok(html(&PromisePage { frame, promise, report, cadence, max_age, results }))
}

async fn register(State(state): State<NoticeState>, frame: Frame) -> Response {
    let (checked, tally) = shown(&state).await;
    let reports = state.runner.reports(state.clock.now());
    let total = reports.len();
    let mut open: Vec<(String, Vec<Entry>)> = Vec::new();
    for report in reports.into_iter().filter(|report| report.state == PromiseState::Open) {
        let entry = report.entry;
        match open.iter_mut().find(|(service, _)| *service == entry.service) {
            Some((_, entries)) => entries.push(entry),
            None => open.push((entry.service.clone(), vec![entry])),
        }
    }
    html(&RegisterPage { frame, checked, tally, open, total })
}

async fn notice(State(state): State<NoticeState>, frame: Frame) -> Result<Response, Problem> {
    let (promises, tally) = shown(&state).await;
    let version = state.notices.newest().await.map_err(away)?;
    // The promises stand above with their marks.
    let sections = state.notices.sections().into_iter().skip(1).collect();
    let accepted = state.notices.accepted();
    Ok(html(&NoticePage { frame, promises, tally, sections, version, accepted }))
}

async fn versions(State(state): State<NoticeState>, frame: Frame) -> Result<Response, Problem> {
    let all = state.notices.versions().await.map_err(away)?;
    let before = all.iter().skip(1).map(Some).chain([None]);
    let changes = all.iter().zip(before).map(|(version, before)| {
        let lines = before.map(|old| rules::difference(&old.text, &version.text));
        let count = |sign| lines.iter().flatten().filter(|line| line.sign == sign).count();
        (version.clone(), count('+'), count('-'))
    });
    let versions = changes.collect();
    Ok(html(&VersionsPage { frame, versions }))
}

async fn version(
    State(state): State<NoticeState>,
    Path(number): Path<i64>,
    frame: Frame,
) -> Result<Response, Problem> {
    let versions = state.notices.versions().await.map_err(away)?;
    let newest = versions.first().is_some_and(|version| version.number == number);
    let before = versions.iter().find(|version| version.number == number - 1);
    let before = before.map(|version| version.text.as_str());
    let version = versions.iter().find(|version| version.number == number).cloned();
    let version = version.ok_or_else(Problem::not_found)?;
    Ok(html(&VersionPage {
        frame,
        fingerprint: rules::short(&rules::fingerprint(&version.text)),
        lines: version.text.lines().map(str::to_owned).collect(),
        changes: before.map(|text| rules::difference(text, &version.text)).unwrap_or_default(),
        newest,
        version,
    }))
}

async fn about(State(state): State<NoticeState>, frame: Frame) -> Response {
    let build = (!state.faults.on(Fault::HideBuild)).then(|| state.build.clone());
    let (source_sha256, operator) =
        (Arc::clone(&state.source_sha256), state.notices.operator.clone());
    html(&AboutPage { frame, build, source_sha256, operator })
}

async fn list(State(state): State<NoticeState>) -> Json<Vec<PromiseReply>> {
    Json(replies(&state))
}

async fn run_all(State(state): State<NoticeState>) -> Json<Vec<PromiseReply>> {
    state.runner.run_all(state.clock.now()).await;
    Json(replies(&state))
}

fn replies(state: &NoticeState) -> Vec<PromiseReply> {
    let reports = state.runner.reports(state.clock.now());
    reports
        .into_iter()
        .map(|report| PromiseReply {
            id: report.entry.id.to_string(),
            sentence: report.entry.said().to_owned(),
            state: report.state.word().to_owned(),
            checked_at: report.last.as_ref().map(|last| last.at.to_string()),
            fact: report.last.map(|last| last.fact),
            repeat_by: report.entry.repeat_by,
            mutation: match report.mutations.is_empty() {
                true => report.entry.mutation,
                false => report.mutations.join(", "),
            },
        })
        .collect()
}

fn away(error: DatabaseError) -> Problem {
    tracing::error!(%error, "notices store");
    Problem::unavailable("The store of notices does not answer; try again in a moment.")
}
