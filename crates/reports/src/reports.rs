//! Proposing reports and making editions.

use std::sync::Arc;

use candor_database::{Database, DatabaseError};
use candor_inventory::glean::MetricKind;
use candor_inventory::promise::{Allowed, Part};
use candor_inventory::{InForce, PublishRequest, Publishing, Standing};
use candor_kernel::{Day, MetricId, PersonName, PingName, ProductId, ReportId, Timestamp};
use candor_segments::{LandingError, MetricSource};
use tokio::sync::watch;

use crate::noise;
use crate::rules::{EPSILON_MILLI, Report, Shown, shown};
use crate::store;

/// Editions are made for this many past days; raw pings live longer.
const CATCH_UP_DAYS: i64 = 13;

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
}

/// A report as somebody asks for it.
#[derive(Debug, Clone)]
pub struct Proposal {
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

/// Why a report or an edition was not made. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// It asks for something that is not there.
    #[error("{0}")]
    NotPossible(String),
    /// Another report has this name.
    #[error("Another report has this name; choose another.")]
    NameTaken,
    /// There is no such report.
    #[error("There is no report of this name.")]
    Unknown,
    /// No review has granted it.
    #[error("No review has granted this report; a steward decides its request.")]
    Unreviewed,
    /// The day has not ended, or its pings are gone.
    #[error("An edition is made after its day has ended and while its pings are kept.")]
    NotTheTime,
    /// A promise does not hold.
    #[error("Publishing is paused because the promise {0} does not hold or was not checked.")]
    Paused(String),
    /// The store failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The totals could not be read.
    #[error(transparent)]
    Landing(#[from] LandingError),
    /// The review could not be asked.
    #[error("{0}")]
    Review(String),
}

impl Reports {
    /// Asks for a report. Returns the number of its publication review.
    pub async fn propose(&self, proposal: Proposal, now: Timestamp) -> Result<i64, ReportError> {
        let kind = self.countable(&proposal)?;
        let Proposal { report, product, ping, metric, question, requester } = proposal;
        let report = Report { report, product, ping, metric, kind, question };
        if !store::propose(&self.db, &report, now).await? {
            return Err(ReportError::NameTaken);
        }
        let terms = report.terms();
        let Report { report, question, .. } = report;
        let request = PublishRequest { report, question, terms, requester };
        self.publishing.ask(request, now).await.map_err(ReportError::Review)
    }

    /// Makes the edition of a day, or returns the one that was made. It never changes afterwards.
    pub async fn run(
        &self,
        report: &ReportId,
        day: Day,
        now: Timestamp,
    ) -> Result<Shown, ReportError> {
        let report = self.report(report).await?;
        if let Some(made) = store::edition_of(&self.db, &report.report, day).await? {
            return Ok(made);
        }
        self.may_publish(now)?;
        if !self.granted(&report, now.day()).await? {
            return Err(ReportError::Unreviewed);
        }
        if day >= now.day() || day < now.day().plus(-CATCH_UP_DAYS) {
            return Err(ReportError::NotTheTime);
        }
        let Report { product, ping, metric, kind, .. } = &report;
        let count = self.source.distinct_clients(product, ping, (metric, *kind), day)?;
        let noise =
            noise::discrete_laplace(EPSILON_MILLI).expect("the bound is a constant above 0");
        Ok(store::keep(&self.db, &report, day, shown(count, noise), now).await?)
    }

    /// Makes every edition that is due. An error of one report does not keep the others.
    pub async fn tick(&self, now: Timestamp) -> Result<u64, ReportError> {
        if self.may_publish(now).is_err() {
            return Ok(0);
        }
        let mut made = 0;
        for report in store::reports(&self.db).await? {
            if !self.granted(&report, now.day()).await? {
                continue;
            }
            let kept = store::editions(&self.db, &report.report, CATCH_UP_DAYS + 1).await?;
            // Only days after the newest edition are due; the first is yesterday's.
            let newest = kept.last().map_or(now.day().plus(-2), |(day, _)| *day);
            let first = newest.plus(1).max(now.day().plus(-CATCH_UP_DAYS));
            let mut day = first;
            while day < now.day() {
                match self.run(&report.report, day, now).await {
                    Ok(_) => made += 1,
                    Err(error) => tracing::error!(report = %report.report, %error, "no edition"),
                }
                day = day.plus(1);
            }
        }
        Ok(made)
    }

    /// Reads a report.
    pub async fn report(&self, report: &ReportId) -> Result<Report, ReportError> {
        let all = store::reports(&self.db).await?;
        all.into_iter().find(|one| one.report == *report).ok_or(ReportError::Unknown)
    }

    /// Reads all reports that a review has granted.
    pub async fn published(&self, today: Day) -> Result<Vec<Report>, ReportError> {
        let mut published = Vec::new();
        for report in store::reports(&self.db).await? {
            if self.granted(&report, today).await? {
                published.push(report);
            }
        }
        Ok(published)
    }

    /// Returns when a report was asked for.
    pub async fn proposed(&self, report: &ReportId) -> Result<Option<Timestamp>, ReportError> {
        Ok(store::proposed(&self.db, report).await?)
    }

    /// Reads the newest editions, oldest of them first.
    pub async fn editions(&self, report: &ReportId) -> Result<Vec<(Day, Shown)>, ReportError> {
        Ok(store::editions(&self.db, report, CATCH_UP_DAYS + 1).await?)
    }

    /// Returns the most that one week gave away about one client of a product, in thousandths of ε.
    pub async fn spent_in_a_week_milli(&self, product: &ProductId) -> Result<i64, ReportError> {
        Ok(store::spent_in_a_week_milli(&self.db, product).await?)
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

    async fn granted(&self, report: &Report, today: Day) -> Result<bool, ReportError> {
        self.publishing.granted(report.terms(), today).await.map_err(ReportError::Review)
    }

    fn countable(&self, proposal: &Proposal) -> Result<MetricKind, ReportError> {
        let refuse = |why: String| Err(ReportError::NotPossible(why));
        let Proposal { product, ping, metric, question, .. } = proposal;
        if question.trim().len() < 10 {
            return refuse("A report answers a question; write it out.".into());
        }
        let in_force = self.in_force.borrow();
        let app = in_force.apps.values().find(|app| app.product == *product);
        let Some(terms) = app.and_then(|app| app.pings.get(ping)) else {
            return refuse(format!(
                "The product {product} declares no ping {ping}; push it first."
            ));
        };
        if terms.client_id.is_none() {
            return refuse(format!(
                "The ping {ping} carries no client id: people cannot be counted."
            ));
        }
        match terms.metrics.get(metric).map(|metric| metric.kind) {
            None => refuse(format!("The ping {ping} declares no metric {metric}; push it first.")),
            Some(MetricKind::Event) => {
                refuse(format!("{metric} is an event; reports of events come later."))
            }
            Some(kind) => Ok(kind),
        }
    }
}
