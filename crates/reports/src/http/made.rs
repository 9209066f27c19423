//! How a number was made, in plain words, and the exact facts for those who want them.

use crate::reports::{Kept, Report};
use crate::rules::edition::{UnitName, hex};
use crate::rules::{Edition, words};

use super::privacy::epsilon;
use super::told::grouped;

/// The story of an edition, or of those that are to come.
pub(super) struct Made {
    /// What happens to what was sent, step by step.
    pub(super) steps: Vec<String>,
    /// Names and values of an edition's own facts; none while there is no edition.
    pub(super) facts: Vec<(&'static str, String)>,
}

impl Made {
    pub(super) fn of(report: &Report, edition: Option<(&Edition, &Kept)>, raw_days: u32) -> Self {
        let facts = edition.map(|(edition, kept)| facts(edition, kept)).unwrap_or_default();
        Self { steps: steps(report, raw_days), facts }
    }
}

fn steps(report: &Report, raw_days: u32) -> Vec<String> {
    let (spec, preset) = (&report.plan.spec, report.plan.preset);
    let person = report.plan.unit() == candor_segments::tally::Unit::Client;
    let whose = match person {
        true => "Programs whose switch is on sent it; each is one here, however often it sends",
        false => {
            "These pings do not say who sent them, so each counts for itself, and nothing is promised \
             to a single person"
        }
    };
    let cells = match spec.bounds.cells {
        1 => "in one cell".to_owned(),
        cells => format!("in {} cells at most", grouped(u64::from(cells))),
    };
    let adds = match spec.bounds.value {
        Some(value) => format!(" and adds at most {} there", grouped(value)),
        None => String::new(),
    };
    vec![
        format!("Counted in the ping {} of {}: {}. {whose}.", spec.ping, spec.product, words::counts(&spec.measure)),
        format!("Before anything is added up, what one of them can change is cut: it stands {cells}{adds}."),
        "To every number, also where nobody is, random noise is added that nobody here can predict \
         or take away again."
            .to_owned(),
        format!(
            "What is too small with its noise is not shown, for none and few alike; nothing below \
             about {} is.",
            preset.people_min()
        ),
        format!(
            "The result is kept and never computed again: many noises of the same number would tell \
             the number. What was sent is erased after {raw_days} days."
        ),
    ]
}

fn facts(edition: &Edition, kept: &Kept) -> Vec<(&'static str, String)> {
    let whose = match edition.unit {
        UnitName::ClientWeek => "one client id in one week, Monday first",
        UnitName::Ping => "one ping, no per-person guarantee",
    };
    let mut errors = format!("±{}", grouped(edition.error_95.people));
    if let Some(step) = edition.steps.first() {
        errors =
            format!("{errors} at the last step, ±{} at the first", grouped(step.error_95_people));
    }
    if let Some(value) = edition.error_95.value {
        errors = format!("{errors}; of totals ±{}", grouped(value));
    }
    let noise = format!(
        "discrete Laplace, this edition ε = {} ({})",
        epsilon(edition.epsilon_millionths),
        edition.preset.words()
    );
    vec![
        ("Whose privacy is bounded", whose.to_owned()),
        ("Noise", noise),
        ("Error, 95 of 100 cases", errors),
        ("Shown from", format!("{}, noise included", grouped(edition.threshold))),
        ("Version", edition.version.to_string()),
        (
            "Review",
            format!("number {}, of exactly these terms: {}", edition.request, edition.terms),
        ),
        ("Made", edition.made_at.clone()),
        ("SHA-256 of the document", hex(&kept.sha256)),
    ]
}
