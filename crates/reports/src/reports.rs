//! Asking for reports, making their editions, withdrawing them.

use std::sync::Arc;

use candor_database::{Database, DatabaseError};
use candor_inventory::promise::{Allowed, Part};
use candor_inventory::{InForce, PublishRequest, Publishing, Standing};
use candor_kernel::{Day, Faults, PersonName, ReportId, Timestamp, limits};
use candor_segments::{LandingError, MetricSource};
use tokio::sync::watch;

use crate::rules::{Plan, Span, Spec, words};
use crate::store;

mod due;
mod given;
mod make;

pub use due::{Alarm, Alarms, Trouble};
pub(crate) use make::released;

/// Reports and their editions. Cheap to clone.
#[derive(Clone)]
pub struct Reports {
    /// Where reports and editions are kept.
    pub db: Database,
    /// Where the totals come from.
    pub source: Arc<dyn MetricSource>,
    /// Publication review.
    pub publishing: Arc<dyn Publishing>,
    /// What is in force.
    pub in_force: watch::Receiver<Arc<InForce>>,
    /// What is stopped because a promise does not hold.
    pub standing: watch::Receiver<Arc<Standing>>,
    /// Days for which pings are kept.
    pub raw_days: u32,
    /// What the operator should look at.
    pub alarms: Alarms,
    /// Enforcements that a demonstration switched off.
    pub faults: Faults,
}

/// A version of a report.
#[derive(Debug, Clone)]
pub struct Report {
    /// What it asks, and everything that decides its numbers.
    pub plan: Plan,
    /// Its number, from 1.
    pub version: u32,
    /// The number of its review; none while that could not be asked.
    pub request: Option<i64>,
    /// When it was asked for.
    pub proposed: Timestamp,
    /// When and why it was withdrawn.
    pub withdrawn: Option<Withdrawn>,
}

/// The end of a report; its editions stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawn {
    /// When.
    pub at: Timestamp,
    /// Why, to be shown beside the editions.
    pub note: String,
}

/// A report as the public sees it.
#[derive(Debug, Clone)]
pub struct Published {
    /// The version that was granted last; where none is granted now, the last that has editions.
    pub report: Report,
    /// True while new editions are made of it.
    pub granted: bool,
    /// All versions that have editions, this one too.
    pub versions: Vec<u32>,
}

/// An edition as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The report's version.
    pub version: u32,
    /// The period.
    pub span: Span,
    /// The document, byte for byte.
    pub text: String,
    /// Its SHA-256.
    pub sha256: [u8; 32],
}

/// What a week gave away at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spent {
    /// Of the clients of this product.
    pub product: String,
    /// In this week, by number.
    pub week: i64,
    /// By reading this metric; empty for all of them together.
    pub group: String,
    /// In millionths of ε.
    pub epsilon_millionths: u64,
}

/// What a proposal became.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proposed {
    /// The report's version.
    pub version: u32,
    /// The number of its publication review.
    pub request: i64,
}

/// Why a report or an edition was not made. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// It asks for something that is not there.
    #[error("{0}")]
    NotPossible(String),
    /// Another product has a report of this name.
    #[error("Another product has a report of this name; choose another.")]
    NameTaken,
    /// There is no such report.
    #[error("There is no report of this name.")]
    Unknown,
    /// No review has granted it.
    #[error("No review has granted this report; a steward decides its request.")]
    Unreviewed,
    /// It was withdrawn.
    #[error("This report was withdrawn: {0} Its editions stay.")]
    Withdrawn(String),
    /// The period has not ended, or its pings are gone.
    #[error(
        "An edition is made from 03:00 UTC after its period has ended, while all of its pings are \
         kept."
    )]
    NotTheTime,
    /// It would give away too much.
    #[error("{0}")]
    OverBudget(String),
    /// A promise does not hold.
    #[error("Publishing is paused because the promise {0} does not hold or was not checked.")]
    Paused(String),
    /// The store failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The totals could not be read.
    #[error(transparent)]
    Landing(#[from] LandingError),
    /// The review could not be asked, or the machine gave no randomness.
    #[error("{0}")]
    Failed(String),
}

impl Reports {
    /// Asks for a report. The same spec again is the same version; a changed one is the next, with a
    /// review of its own.
    pub async fn propose(
        &self,
        spec: Spec,
        requester: PersonName,
        now: Timestamp,
    ) -> Result<Proposed, ReportError> {
        let in_force = Arc::clone(&self.in_force.borrow());
        let plan = Plan::of(spec, &in_force).map_err(ReportError::NotPossible)?;
        let version = store::propose(&self.db, &plan, now).await?.ok_or(ReportError::NameTaken)?;
        let (report, question) = (plan.spec.report.clone(), words::asks(&plan, version));
        let terms = plan.terms(version);
        let request = PublishRequest { report, question, terms, requester };
        let request = self.publishing.ask(request, now).await.map_err(ReportError::Failed)?;
        store::set_request(&self.db, &plan.spec.report, version, request).await?;
        Ok(Proposed { version, request })
    }

    /// Withdraws a report: no edition is made any more, and the note stands beside the old ones. A
    /// later proposal of the same name begins a new version. One that was withdrawn keeps its note.
    pub async fn withdraw(
        &self,
        report: &ReportId,
        note: &str,
        now: Timestamp,
    ) -> Result<Report, ReportError> {
        if note.trim().is_empty() {
            return Err(ReportError::NotPossible(
                "Say why it is withdrawn; the note is shown beside its numbers.".into(),
            ));
        }
        store::withdraw(&self.db, report, note.trim(), now).await?;
        let all = store::reports(&self.db).await?;
        let newest = all.into_iter().rev().find(|one| one.plan.spec.report == *report);
        newest.ok_or(ReportError::Unknown)
    }

    /// Reads all reports that the public sees: granted ones, and those that have editions.
    pub async fn published(&self, today: Day) -> Result<Vec<Published>, ReportError> {
        let made = store::versions_made(&self.db).await?;
        let all = store::reports(&self.db).await?;
        let mut published = Vec::new();
        for versions in all.chunk_by(|a, b| a.plan.spec.report == b.plan.spec.report) {
            let mut granted = None;
            for report in versions.iter().rev() {
                if report.withdrawn.is_none() && self.granted(report, today).await? {
                    granted = Some(report);
                    break;
                }
            }
            let has_editions = |report: &&Report| {
                made.contains(&(report.plan.spec.report.to_string(), report.version))
            };
            let shown = granted.or_else(|| versions.iter().rev().find(has_editions));
            published.extend(shown.map(|report| Published {
                report: report.clone(),
                granted: granted.is_some(),
                versions: versions.iter().filter(has_editions).map(|one| one.version).collect(),
            }));
        }
        Ok(published)
    }

    /// Reads the newest editions of a version, oldest of them first.
    pub async fn editions(
        &self,
        report: &ReportId,
        version: u32,
    ) -> Result<Vec<Kept>, ReportError> {
        let kept = store::editions(&self.db, report, version, limits::REPORT_LISTED_EDITIONS);
        Ok(kept.await?.into_iter().map(|kept| given::given(&self.faults, kept)).collect())
    }

    /// Reads one version of a report, whether anybody granted it or not.
    pub async fn version(
        &self,
        report: &ReportId,
        version: u32,
    ) -> Result<Option<Report>, ReportError> {
        let all = store::reports(&self.db).await?;
        let mut found = all.into_iter().filter(|one| one.plan.spec.report == *report);
        Ok(found.find(|one| one.version == version))
    }

    /// Reads the editions of all reports that were made last, newest first.
    pub async fn newest(&self, limit: usize) -> Result<Vec<Kept>, ReportError> {
        Ok(store::newest(&self.db, limit).await?)
    }

    /// Reads the edition of a period: of one version, or of the newest that has one.
    pub async fn edition(
        &self,
        report: &ReportId,
        version: Option<u32>,
        span: Span,
    ) -> Result<Option<Kept>, ReportError> {
        let kept = store::edition(&self.db, report, version, span).await?;
        Ok(kept.map(|kept| given::given(&self.faults, kept)))
    }

    /// Reads what each week gave away from a week on, newest first; of each product over all metrics
    /// first, where the group is empty.
    pub async fn spent(&self, from_week: i64) -> Result<Vec<Spent>, ReportError> {
        Ok(store::spent(&self.db, from_week).await?)
    }

    /// Tells whether publishing is paused, and by which promise.
    pub fn may_publish(&self, now: Timestamp) -> Result<(), ReportError> {
        match self.standing.borrow().allows(Part::Reports, now) {
            Allowed::Open => Ok(()),
            Allowed::Wait(stop) | Allowed::Refuse(stop) => {
                Err(ReportError::Paused(stop.promise.to_string()))
            }
        }
    }

    /// Returns the version of each report of which editions are made now.
    async fn current(&self, today: Day) -> Result<Vec<Report>, ReportError> {
        let published = self.published(today).await?;
        Ok(published.into_iter().filter(|one| one.granted).map(|one| one.report).collect())
    }

    async fn granted(&self, report: &Report, today: Day) -> Result<bool, ReportError> {
        let terms = report.plan.terms(report.version);
        self.publishing.granted(terms, today).await.map_err(ReportError::Failed)
    }
}
