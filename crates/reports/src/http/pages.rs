//! The pages, in a plain form.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use candor_kernel::Fault;
use candor_web::{Frame, Problem, html};

use super::{ReportsState, problem, published, read};
use crate::reports::Report;
use crate::rules::{Bar, Edition, Period, Span, Tenths, bars, week};

/// Rows of an edition's table; the rest is in its JSON and CSV.
const ROWS: usize = 200;

#[derive(Template)]
#[template(path = "reports/list.html")]
struct ListPage {
    frame: Frame,
    /// Each with its newest edition.
    reports: Vec<(Report, Option<Edition>)>,
    paused: Option<String>,
}

#[derive(Template)]
#[template(path = "reports/report.html")]
struct ReportPage {
    frame: Frame,
    report: Report,
    /// The newest edition of each period, with where it is.
    newest: Vec<(Edition, Span)>,
    /// For a report of one number: a chart of its shortest period.
    chart: Option<Chart>,
    paused: Option<String>,
    /// The most that one week gave away, as a number of ε with one digit.
    week_epsilon: String,
    /// A label that nothing has earned; in a demonstration that breaks S08.
    unlinkable: bool,
}

struct Chart {
    bars: Vec<Bar>,
    threshold: Tenths,
    words: &'static str,
    threshold_people: u64,
}

pub(super) async fn list(
    State(state): State<ReportsState>,
    frame: Frame,
) -> Result<Response, Problem> {
    let mut reports = Vec::new();
    for one in state.reports.published(state.clock.now().day()).await.map_err(problem)? {
        let (id, version) = (&one.report.plan.spec.report, one.report.version);
        let editions = state.reports.editions(id, version).await.map_err(problem)?;
        let newest = editions.last().map(read).transpose()?;
        reports.push((one.report, newest));
    }
    Ok(html(&ListPage { frame, reports, paused: paused(&state) }))
}

pub(super) async fn report(
    State(state): State<ReportsState>,
    Path(report): Path<String>,
    frame: Frame,
) -> Result<Response, Problem> {
    let report = published(&state, &report).await?.report;
    let (id, version) = (&report.plan.spec.report, report.version);
    let kept = state.reports.editions(id, version).await.map_err(problem)?;
    let mut editions = Vec::new();
    for kept in &kept {
        editions.push((read(kept)?, kept.span));
    }
    let week_epsilon = most_in_a_week(&state, &report).await?;
    let newest_of = |period: &Period| {
        editions.iter().rev().find(|(edition, _)| edition.period == *period).cloned()
    };
    Ok(html(&ReportPage {
        frame,
        newest: report.plan.spec.periods.iter().filter_map(newest_of).collect(),
        chart: chart(&report, &editions),
        paused: paused(&state),
        week_epsilon,
        unlinkable: state.faults.on(Fault::LabelUnlinkable),
        report,
    }))
}

/// A chart of the report's shortest period, where an edition is one number.
fn chart(report: &Report, editions: &[(Edition, Span)]) -> Option<Chart> {
    let shortest = *report.plan.spec.periods.iter().min()?;
    let of_period = editions.iter().filter(|(edition, _)| edition.period == shortest);
    let mut one_number = of_period.filter(|(edition, _)| edition.cells.len() == 1);
    let points: Vec<_> =
        one_number.clone().map(|(edition, span)| (*span, edition.cells[0].people)).collect();
    let (newest, _) = one_number.next_back()?;
    let (bars, threshold) = bars(&points, newest.threshold, newest.error_95.people);
    let threshold_people = newest.threshold;
    Some(Chart { bars, threshold, words: shortest.words(), threshold_people })
}

async fn most_in_a_week(state: &ReportsState, report: &Report) -> Result<String, Problem> {
    let from = week(state.clock.now().day()) - super::LEDGER_WEEKS;
    let spent = state.reports.spent(from).await.map_err(problem)?;
    let product = report.plan.spec.product.as_str();
    let weeks = spent.iter().filter(|one| one.product == product && one.group.is_empty());
    let most = weeks.map(|one| one.epsilon_millionths).max().unwrap_or(0);
    Ok(format!("{}.{}", most / 1_000_000, most % 1_000_000 / 100_000))
}

fn paused(state: &ReportsState) -> Option<String> {
    state.reports.may_publish(state.clock.now()).err().map(|error| error.to_string())
}
