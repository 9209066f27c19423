//! What changed between two states of a product's definitions, and what of it matters for people.

use std::collections::BTreeMap;
use std::fmt;

use candor_kernel::{MetricId, PingName};

use crate::glean::Definitions;

mod metric;
mod ping;
mod words;

/// What a change is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A ping.
    Ping(PingName),
    /// A metric.
    Metric(MetricId),
}

/// How something changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is another than before; sentences say in what, as they matter for people. They hold
    /// words of the definitions, and no markup of ours.
    Changed(Vec<String>),
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What it is about.
    pub subject: Subject,
    /// How it changed.
    pub how: How,
    /// Whether a grant for it ends: what a review covers is another.
    pub voids: bool,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ping(name) => write!(f, "{name}"),
            Self::Metric(id) => write!(f, "{id}"),
        }
    }
}

/// Compares two states: pings first, in the order of names. What changed for nobody, as a bug's
/// address, is no change.
#[must_use]
pub fn compare(before: &Definitions, after: &Definitions) -> Vec<Change> {
    let pings = sides(&before.pings, &after.pings).filter_map(|(name, old, new)| {
        let both = old.zip(new);
        let voids = both.is_none_or(|(old, new)| old.terms() != new.terms());
        let says = both.map(|(old, new)| ping::says(old, new));
        change(Subject::Ping(name.clone()), new.is_some(), says, voids)
    });
    let metrics = sides(&before.metrics, &after.metrics).filter_map(|(id, old, new)| {
        let both = old.zip(new);
        let voids = both.is_none_or(|(old, new)| old.terms() != new.terms());
        let says = both.map(|(old, new)| metric::says((before, old), (after, new)));
        change(Subject::Metric(id.clone()), new.is_some(), says, voids)
    });
    pings.chain(metrics).collect()
}

fn change(
    subject: Subject,
    stands: bool,
    says: Option<Vec<String>>,
    voids: bool,
) -> Option<Change> {
    let (how, voids) = match says {
        None if stands => (How::Added, false),
        None => (How::Removed, true),
        Some(says) if says.is_empty() && !voids => return None,
        Some(says) => (How::Changed(says), voids),
    };
    Some(Change { subject, how, voids })
}

/// Pairs what two maps hold under the same name.
fn sides<'a, K: Ord, V>(
    before: &'a BTreeMap<K, V>,
    after: &'a BTreeMap<K, V>,
) -> impl Iterator<Item = (&'a K, Option<&'a V>, Option<&'a V>)> {
    let gone = before.keys().filter(|name| !after.contains_key(name));
    let mut names: Vec<&K> = after.keys().chain(gone).collect();
    names.sort();
    names.into_iter().map(|name| (name, before.get(name), after.get(name)))
}

#[cfg(test)]
mod tests;
