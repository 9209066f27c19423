//! Promises as pages show them: one, and all taken together.

use candor_kernel::{PromiseId, Timestamp};

use super::NoticeState;
use crate::rules::{self, Outcome, State};
use crate::runner::Report;

/// A promise as a page shows it.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) id: String,
    pub(super) sentence: String,
    pub(super) how: String,
    pub(super) state: &'static str,
    pub(super) when: String,
    pub(super) fact: String,
    pub(super) repeat: String,
    pub(super) strip: Vec<&'static str>,
}

/// All promises that are checked, taken together.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    pub(super) kept: usize,
    pub(super) stale: usize,
    pub(super) broken: usize,
    /// When the one that was checked longest ago was checked.
    pub(super) when: String,
    /// The worst of each day.
    pub(super) strip: Vec<&'static str>,
}

impl Tally {
    pub(super) const fn total(&self) -> usize {
        self.kept + self.stale + self.broken
    }

    /// The gravest state among them.
    pub(super) const fn state(&self) -> &'static str {
        match (self.broken, self.stale) {
            (0, 0) => State::Kept.word(),
            (0, _) => State::Stale.word(),
            _ => State::Broken.word(),
        }
    }
}

/// Reads all promises that are checked. Without the store the strips are missing; the states are
/// known all the same.
pub(super) async fn shown(state: &NoticeState) -> (Vec<Shown>, Tally) {
    let now = state.clock.now();
    let history = state.runner.history(now).await.unwrap_or_default();
    let mut tally = Tally { strip: rules::strip(&history, None, now), ..Tally::default() };
    let mut promises = Vec::new();
    let watched = state.runner.watched(now);
    for report in &watched {
        match report.state {
            State::Kept => tally.kept += 1,
            State::Broken => tally.broken += 1,
            _ => tally.stale += 1,
        }
        promises.push(show(report, &history, now));
    }
    let oldest = watched.iter().filter_map(|report| Some(report.last.as_ref()?.at)).min();
    tally.when = oldest.map(|at| rules::ago(at, now)).unwrap_or_default();
    (promises, tally)
}

type History = [(PromiseId, Timestamp, Outcome)];

pub(super) fn show(report: &Report, history: &History, now: Timestamp) -> Shown {
    let last = report.last.as_ref();
    Shown {
        id: report.entry.id.to_string(),
        sentence: report.entry.said().to_owned(),
        how: report.entry.how.clone(),
        state: report.state.word(),
        when: last.map(|last| rules::ago(last.at, now)).unwrap_or_default(),
        fact: last.map(|last| last.fact.clone()).unwrap_or_default(),
        repeat: report.repeat.clone(),
        strip: match report.state {
            State::Open => Vec::new(),
            _ => rules::strip(history, Some(&report.entry.id), now),
        },
    }
}
