//! What the interface takes and answers.

use std::collections::BTreeMap;

use candor_kernel::ReportId;
use serde::{Deserialize, Serialize};

use crate::reports::{Kept, Report};
use crate::rules::edition::hex;
use crate::rules::{Edition, Period, Preset};

/// What a proposal became.
#[derive(Debug, Serialize, Deserialize)]
pub struct Asked {
    /// The number of the publication review.
    pub request: i64,
    /// The version of the report.
    pub version: u32,
}

/// Which edition to make.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// A day, `yyyy-mm-dd`, or a length and its first day: `week/2026-11-16`.
    pub period: String,
}

/// Why a report ends.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdraw {
    /// The note that is shown beside its editions.
    pub note: String,
}

/// Which version of a report is meant.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VersionOf {
    /// Its number; none for the newest.
    #[serde(default)]
    pub version: Option<u32>,
}

/// A report with its editions.
#[derive(Debug, Serialize, Deserialize)]
pub struct ReportReply {
    /// Its name.
    pub report: String,
    /// Its version: the one that is granted, else the last with editions.
    pub version: u32,
    /// All versions with editions.
    pub versions: Vec<u32>,
    /// The question it answers.
    pub question: String,
    /// The product.
    pub product: String,
    /// The ping that is counted.
    pub ping: String,
    /// Over which lengths of time.
    pub periods: Vec<Period>,
    /// How careful it is.
    pub preset: Preset,
    /// What it gives away of one client's week at most, in thousandths of ε.
    pub epsilon_week_milli: u64,
    /// The number of its review.
    pub request: Option<i64>,
    /// True while new editions are made.
    pub granted: bool,
    /// Why it was withdrawn.
    pub withdrawn: Option<String>,
    /// The newest editions, oldest of them first.
    pub editions: Vec<EditionLine>,
}

/// One edition, in a line.
#[derive(Debug, Serialize, Deserialize)]
pub struct EditionLine {
    /// The length of its period.
    pub period: Period,
    /// Its first day.
    pub start: String,
    /// Its last day.
    pub end: String,
    /// How many cells it has.
    pub cells: usize,
    /// About how many people, where it has one cell; null where there are too few to tell.
    pub people: Option<i64>,
    /// The error of people that is not exceeded in 95 of 100 cases.
    pub error_95_people: u64,
    /// The SHA-256 of its document.
    pub sha256: String,
    /// Where the document is.
    pub path: String,
}

/// What one week gave away about one product's clients at most.
#[derive(Debug, Serialize, Deserialize)]
pub struct LedgerReply {
    /// The product.
    pub product: String,
    /// The week's Monday.
    pub week: String,
    /// Over all reports, in millionths of ε.
    pub epsilon_millionths: u64,
    /// What it may be.
    pub budget_millionths: u64,
    /// By metric; an edition that reads two is charged to both.
    pub metrics: BTreeMap<String, u64>,
}

impl EditionLine {
    pub(super) fn of(report: &ReportId, kept: &Kept, edition: &Edition) -> Self {
        let (period, version) = (kept.span.period.name(), kept.version);
        let start = kept.span.start;
        Self {
            period: edition.period,
            start: edition.start.clone(),
            end: edition.end.clone(),
            cells: edition.cells.len(),
            people: match edition.cells.as_slice() {
                [only] => only.people,
                _ => None,
            },
            error_95_people: edition.error_95.people,
            sha256: hex(&kept.sha256),
            path: format!("/api/reports/{report}/{period}/{start}?version={version}"),
        }
    }
}

impl ReportReply {
    pub(super) fn of(
        report: Report,
        granted: bool,
        versions: Vec<u32>,
        editions: Vec<EditionLine>,
    ) -> Self {
        let Report { plan, version, request, withdrawn, .. } = report;
        Self {
            report: plan.spec.report.to_string(),
            version,
            versions,
            question: plan.spec.question,
            product: plan.spec.product.to_string(),
            ping: plan.spec.ping.to_string(),
            periods: plan.spec.periods,
            preset: plan.preset,
            epsilon_week_milli: plan.preset.epsilon_milli(),
            request,
            granted,
            withdrawn: withdrawn.map(|withdrawn| withdrawn.note),
            editions,
        }
    }
}
