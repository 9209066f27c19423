//! Making one edition: count, noise, threshold, then edition and ledger together or nothing.

use candor_kernel::{Fault, Faults, ReportId, Timestamp};
use candor_segments::tally::{Question, Tally};
use prio::dp::DpError;

use super::{Kept, Report, ReportError, Reports};
use crate::noise;
use crate::rules::budget::shown_values;
use crate::rules::{Budget, Edition, Making, Noise, Release, Shown, Span};
use crate::store::{self, NewEdition, Outcome};

/// What was made in memory. If it is not kept, nobody has seen its noise.
struct Made {
    text: String,
    empty: bool,
}

impl Reports {
    /// Makes the edition of a period, or returns the one that was made. It never changes afterwards.
    pub async fn run(
        &self,
        report: &ReportId,
        span: Span,
        now: Timestamp,
    ) -> Result<Kept, ReportError> {
        let report = self.to_be_made(report, now).await?;
        let (id, version) = (&report.plan.spec.report, report.version);
        if let Some(made) = store::edition(&self.db, id, Some(version), span).await? {
            return Ok(made);
        }
        if let Some(withdrawn) = report.withdrawn {
            return Err(ReportError::Withdrawn(withdrawn.note));
        }
        self.may_publish(now)?;
        if !self.granted(&report, now.day()).await? {
            return Err(ReportError::Unreviewed);
        }
        if !report.plan.spec.periods.contains(&span.period) {
            let words = span.period.words();
            return Err(ReportError::NotPossible(format!(
                "The review of this report names no editions of one {words}."
            )));
        }
        if now < span.due() || span.start < self.first_kept(now) {
            return Err(ReportError::NotTheTime);
        }
        self.make(report, span, now).await
    }

    /// Returns the version of a report that counts: the one that is granted, else the newest.
    async fn to_be_made(&self, id: &ReportId, now: Timestamp) -> Result<Report, ReportError> {
        let current = self.current(now.day()).await?;
        if let Some(report) = current.into_iter().find(|one| one.plan.spec.report == *id) {
            return Ok(report);
        }
        let all = store::reports(&self.db).await?;
        all.into_iter().rev().find(|one| one.plan.spec.report == *id).ok_or(ReportError::Unknown)
    }

    async fn make(&self, report: Report, span: Span, now: Timestamp) -> Result<Kept, ReportError> {
        let question = report.plan.question(span);
        let cells =
            question.check().map_err(|error| ReportError::NotPossible(error.to_string()))?;
        let budget = report.plan.budget(span, cells);
        let version = report.version;
        let new = |text, empty| NewEdition {
            plan: &report.plan,
            version,
            span,
            text,
            epsilon_millionths: budget.epsilon_millionths(),
            empty,
        };
        if let Some(refused) = store::refusal(&self.db, new("", false)).await? {
            return Err(ReportError::OverBudget(refused));
        }
        let (source, plan) = (std::sync::Arc::clone(&self.source), report.plan.clone());
        let (request, faults) = (report.request.unwrap_or(0), self.faults.clone());
        let counted = tokio::task::spawn_blocking(move || {
            let tally = source.tally(&question)?;
            let empty = tally.cells.iter().all(|cell| cell.contributors == 0);
            let shown = released(&faults, &question, &budget, &tally)
                .map_err(|error| ReportError::Failed(format!("no noise: {error}")))?;
            let making = Making { plan: &plan, version, request, span, now };
            Ok(Made { text: Edition::of(making, &question, &budget, &shown).text(), empty })
        });
        let made: Result<Made, ReportError> =
            counted.await.map_err(|error| ReportError::Failed(error.to_string()))?;
        let Made { text, empty } = made?;
        match store::keep(&self.db, new(&text, empty), now).await? {
            Outcome::Kept(kept) => Ok(kept),
            Outcome::OverBudget(refused) => Err(ReportError::OverBudget(refused)),
        }
    }
}

/// Draws noise, adds it, and shows what reaches the threshold with it: the one way from true totals
/// to what is published. The checks of B18 and S08 go it too.
pub(crate) fn released(
    faults: &Faults,
    question: &Question,
    budget: &Budget,
    tally: &Tally,
) -> Result<Vec<Shown>, DpError> {
    let (cells, values) = (tally.cells.len(), shown_values(&question.measure) as usize);
    let noise = match faults.on(Fault::SkipNoise) {
        false => noise::draw(budget, cells, values)?,
        true => Noise::none(cells),
    };
    let release = Release::of(question, budget);
    Ok(match faults.on(Fault::SkipThreshold) {
        false => release.shown(tally, &noise),
        true => release.without_threshold().shown(tally, &noise),
    })
}
