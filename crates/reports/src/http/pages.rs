//! The pages.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use candor_kernel::{Fault, ReportId};
use candor_web::{Frame, Problem, html};

use super::figure::{Around, Figure, Links};
use super::made::Made;
use super::privacy::{self, ProductSpent, epsilon, odds};
use super::told::{Told, tell};
use super::{ReportsState, VersionOf, problem, published, read};
use crate::reports::{Published, Report, Trouble};
use crate::rules::{Edition, Period, Span};

/// Earlier editions of a period that the page links; all are in the report's JSON.
const EARLIER: usize = 12;

#[derive(Template)]
#[template(path = "reports/list.html")]
struct ListPage {
    frame: Frame,
    reports: Vec<Line>,
    paused: Option<String>,
}

/// A report in the list.
struct Line {
    report: Report,
    granted: bool,
    newest: Option<Newest>,
    overdue: bool,
}

/// The newest edition in one line: its number, or how many it has.
struct Newest {
    time: String,
    cells: usize,
    /// How many of them are shown.
    shown: usize,
    told: Told,
}

#[derive(Template)]
#[template(path = "reports/report.html")]
struct ReportPage {
    frame: Frame,
    report: Report,
    granted: bool,
    newest: Option<Newest>,
    figures: Vec<Figure>,
    paused: Option<String>,
    /// Periods whose edition was due and is not there.
    overdue: Vec<String>,
    made: Made,
    spent: ReportSpent,
    /// A label that nothing has earned; in a demonstration that breaks S08.
    unlinkable: bool,
}

#[derive(Template)]
#[template(path = "reports/edition.html")]
struct EditionPage {
    frame: Frame,
    edition: Edition,
    withdrawn: Option<String>,
    newest: Newest,
    figure: Figure,
    made: Made,
}

#[derive(Template)]
#[template(path = "reports/privacy.html")]
struct PrivacyPage {
    frame: Frame,
    products: Vec<ProductSpent>,
    bound: String,
}

/// What a report gives away, beside all of its product.
struct ReportSpent {
    epsilon: String,
    odds: Option<u32>,
    person: bool,
    product: Option<ProductSpent>,
}

pub(super) async fn list(
    State(state): State<ReportsState>,
    frame: Frame,
) -> Result<Response, Problem> {
    let now = state.clock.now();
    let overdue = overdue(&state).await?;
    let mut reports = Vec::new();
    for Published { report, granted, .. } in
        state.reports.published(now.day()).await.map_err(problem)?
    {
        let id = &report.plan.spec.report;
        let editions = state.reports.editions(id, report.version).await.map_err(problem)?;
        let newest = match editions.last() {
            Some(kept) => Some(Newest::of(&read(kept)?, kept.span)),
            None => None,
        };
        let overdue = overdue.iter().any(|(late, _)| late == id);
        reports.push(Line { report, granted, newest, overdue });
    }
    Ok(html(&ListPage { frame, reports, paused: paused(&state) }))
}

pub(super) async fn report(
    State(state): State<ReportsState>,
    Path(report): Path<String>,
    frame: Frame,
) -> Result<Response, Problem> {
    let Published { report, granted, .. } = published(&state, &report).await?;
    let id = &report.plan.spec.report;
    let kept = state.reports.editions(id, report.version).await.map_err(problem)?;
    let mut editions = Vec::new();
    for kept in kept.iter().rev() {
        editions.push((read(kept)?, kept.span));
    }
    let made_of = editions.first().map(|(edition, _)| edition).zip(kept.last());
    let overdue = overdue(&state).await?;
    let late = overdue.into_iter().filter(|(late, _)| late == id).map(|(_, span)| span);
    Ok(html(&ReportPage {
        newest: editions.first().map(|(edition, span)| Newest::of(edition, *span)),
        figures: figures(&state, &report, granted, &editions),
        paused: paused(&state),
        overdue: late.map(|span| span.to_string()).collect(),
        made: Made::of(&report, made_of, state.reports.raw_days),
        spent: report_spent(&state, &report).await?,
        unlinkable: state.faults.on(Fault::LabelUnlinkable),
        frame,
        granted,
        report,
    }))
}

pub(super) async fn edition(
    State(state): State<ReportsState>,
    Path((report, period, start)): Path<(String, String, String)>,
    Query(of): Query<VersionOf>,
    frame: Frame,
) -> Result<Response, Problem> {
    let published = published(&state, &report).await?;
    let id = ReportId::parse(&report).map_err(|_| Problem::not_found())?;
    let span = Span::parse(&period, &start).map_err(Problem::bad_request)?;
    let kept = state.reports.edition(&id, of.version, span).await.map_err(problem)?;
    let kept = kept.ok_or_else(Problem::not_found)?;
    let edition = read(&kept)?;
    // An older version was made of its own plan.
    let own = state.reports.version(&id, kept.version).await.map_err(problem)?;
    let report = own.ok_or_else(Problem::not_found)?;
    let granted = published.granted && published.report.version == kept.version;
    let all = state.reports.editions(&id, kept.version).await.map_err(problem)?;
    let made = &all.iter().map(|kept| kept.span).collect();
    let around = Around { plan: &report.plan, granted, made, now: state.clock.now() };
    Ok(html(&EditionPage {
        frame,
        newest: Newest::of(&edition, span),
        figure: Figure::of(&edition, span, Some(&around)),
        made: Made::of(&report, Some((&edition, &kept)), state.reports.raw_days),
        withdrawn: report.withdrawn.map(|withdrawn| withdrawn.note),
        edition,
    }))
}

pub(super) async fn privacy(
    State(state): State<ReportsState>,
    frame: Frame,
) -> Result<Response, Problem> {
    let products = privacy::spent(&state, state.clock.now()).await?;
    Ok(html(&PrivacyPage { frame, products, bound: privacy::bound() }))
}

impl Newest {
    fn of(edition: &Edition, span: Span) -> Self {
        let shown = edition.cells.iter().filter(|cell| cell.people.is_some()).count();
        let cells = edition.cells.len();
        Self { time: span.to_string(), cells, shown, told: tell(edition, 0) }
    }
}

/// A picture for each period of the report: over time where an edition is one number, else of the
/// newest edition. `editions` are newest first.
fn figures(
    state: &ReportsState,
    report: &Report,
    granted: bool,
    editions: &[(Edition, Span)],
) -> Vec<Figure> {
    let made = &editions.iter().map(|(_, span)| *span).collect();
    let around = Around { plan: &report.plan, granted, made, now: state.clock.now() };
    let mut periods = report.plan.spec.periods.clone();
    periods.sort_unstable();
    let figure = |period: Period| {
        let of_period = editions.iter().filter(|(edition, _)| edition.period == period);
        let of_period: Vec<_> = of_period.cloned().collect();
        let (newest, span) = of_period.first()?;
        if of_period.iter().all(|(edition, _)| edition.cells.len() == 1) {
            return Figure::over_time(&of_period, &around);
        }
        let earlier = of_period[1..].iter().take(EARLIER);
        let earlier = earlier.map(|(edition, span)| Links::of(edition, *span)).collect();
        Some(Figure { earlier, ..Figure::of(newest, *span, Some(&around)) })
    };
    periods.into_iter().filter_map(figure).collect()
}

async fn report_spent(state: &ReportsState, report: &Report) -> Result<ReportSpent, Problem> {
    let products = privacy::spent(state, state.clock.now()).await?;
    let product = report.plan.spec.product.as_str();
    let millionths = report.plan.preset.epsilon_milli() * 1000;
    Ok(ReportSpent {
        epsilon: epsilon(millionths),
        odds: odds(millionths),
        person: report.plan.unit() == candor_segments::tally::Unit::Client,
        product: products.into_iter().find(|one| one.product == product),
    })
}

/// Editions that were due and are not there. That one counted nobody is for the operator alone: it
/// would tell none from few.
async fn overdue(state: &ReportsState) -> Result<Vec<(ReportId, Span)>, Problem> {
    let alarms = state.reports.alarms(state.clock.now()).await.map_err(problem)?;
    let missing = alarms.into_iter().filter(|alarm| alarm.trouble == Trouble::Missing);
    Ok(missing.map(|alarm| (alarm.report, alarm.span)).collect())
}

fn paused(state: &ReportsState) -> Option<String> {
    state.reports.may_publish(state.clock.now()).err().map(|error| error.to_string())
}
