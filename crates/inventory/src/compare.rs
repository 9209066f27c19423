//! What changed between two states of a product's definitions, and what of it matters for people.

use std::fmt;

use candor_kernel::{MetricId, PingName};

use crate::glean::{Definitions, Terms};

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
    /// It is another than before; sentences say in what, as they matter for people.
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

/// Compares two states: pings first, in the order of names.
#[must_use]
pub fn compare(before: &Definitions, after: &Definitions) -> Vec<Change> {
    let pings = sides(before.pings.iter(), after.pings.iter()).map(|(name, old, new)| {
        change(Subject::Ping(name.clone()), old.map(|p| p.terms()), new.map(|p| p.terms()))
    });
    let metrics = sides(before.metrics.iter(), after.metrics.iter()).map(|(id, old, new)| {
        change(Subject::Metric(id.clone()), old.map(|m| m.terms()), new.map(|m| m.terms()))
    });
    pings.chain(metrics).flatten().collect()
}

fn change(subject: Subject, old: Option<Terms>, new: Option<Terms>) -> Option<Change> {
    let (how, voids) = match (old, new) {
        (None, Some(_)) => (How::Added, false),
        (Some(_), None) => (How::Removed, true),
        (Some(old), Some(new)) if old != new => (How::Changed(Vec::new()), true),
        _ => return None,
    };
    Some(Change { subject, how, voids })
}

/// Pairs what two sorted maps hold under the same name.
fn sides<'a, K: Ord + 'a, V: 'a>(
    before: impl Iterator<Item = (&'a K, &'a V)>,
    after: impl Iterator<Item = (&'a K, &'a V)>,
) -> impl Iterator<Item = (&'a K, Option<&'a V>, Option<&'a V>)> {
    let mut both = std::collections::BTreeMap::<&K, (Option<&V>, Option<&V>)>::new();
    for (name, value) in before {
        both.entry(name).or_default().0 = Some(value);
    }
    for (name, value) in after {
        both.entry(name).or_default().1 = Some(value);
    }
    both.into_iter().map(|(name, (old, new))| (name, old, new))
}
