//! A row of a request: what a steward needs to know of a datum, from the definitions themselves.

use std::collections::BTreeMap;

use candor_inventory::compare::{self, Change, Subject};
use candor_inventory::glean::{Definitions, Metric, Ping};
use candor_inventory::proposal::{Proposal, propose};
use candor_inventory::{Category, compile, plain};
use candor_kernel::{DatumId, ProductId};

use super::Item;

/// Places of earlier reviews that are named one by one.
const PLACES: usize = 5;

/// What definitions say of a datum.
#[derive(Debug, Clone, Copy)]
pub enum Declared<'a> {
    /// It is a ping, of this name.
    Ping(&'a str, &'a Ping),
    /// It is a metric.
    Metric(&'a Metric),
}

impl<'a> Declared<'a> {
    /// Finds what definitions say of a datum; none where they do not declare it.
    #[must_use]
    pub fn find(
        product: &ProductId,
        definitions: &'a Definitions,
        datum: &DatumId,
    ) -> Option<Self> {
        let (kind, name) = datum
            .as_str()
            .strip_prefix(product.as_str())
            .and_then(|rest| rest.strip_prefix('/'))
            .and_then(|rest| rest.split_once('/'))?;
        match kind {
            "ping" => {
                let (name, ping) = definitions.pings.get_key_value(name)?;
                Some(Self::Ping(name.as_str(), ping))
            }
            _ => definitions.metrics.get(name).map(Self::Metric),
        }
    }

    /// Returns where its reviews are, as it was written.
    #[must_use]
    pub fn reviews(self) -> &'a [String] {
        match self {
            Self::Ping(_, ping) => &ping.reviews,
            Self::Metric(metric) => &metric.reviews,
        }
    }
}

/// What a steward reads of a datum. All texts are the product's, not this server's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// What it is.
    pub description: String,
    /// ping, or the metric's type.
    pub kind: String,
    /// What its value is, in plain words; of a ping, whether it carries the client's id.
    pub value: String,
    /// The pings it travels in; empty for a ping.
    pub pings: Vec<String>,
    /// When its own declaration ends; empty for a ping.
    pub until: String,
    /// Who is responsible.
    pub people: Vec<String>,
    /// Where its work is tracked.
    pub bugs: Vec<String>,
    /// Where its reviews are.
    pub reviews: Vec<String>,
    /// Another category than the declared one that its words suggest, with the reason.
    pub proposed: Option<Proposal>,
}

impl Row {
    /// Gathers what definitions say of a datum.
    #[must_use]
    pub fn of(datum: &DatumId, declared: Declared<'_>) -> Self {
        match declared {
            Declared::Ping(_, ping) => Self::of_ping(ping),
            Declared::Metric(metric) => Self::of_metric(datum, metric),
        }
    }

    fn of_ping(ping: &Ping) -> Self {
        let with = |has: bool| if has { "with" } else { "without" };
        Self {
            description: ping.description.clone(),
            kind: "ping".to_owned(),
            value: format!(
                "{} the client's id, {} device information",
                with(ping.client_id),
                with(ping.info_sections)
            ),
            people: ping.emails.clone(),
            bugs: ping.bugs.clone(),
            reviews: ping.reviews.clone(),
            ..Self::default()
        }
    }

    fn of_metric(datum: &DatumId, metric: &Metric) -> Self {
        let name = datum.as_str().rsplit('/').next().unwrap_or_default();
        let proposed = propose(Some(metric.kind), name, &metric.description);
        let higher = |proposal: &Proposal| {
            metric.category == Category::Unclassified || proposal.category > metric.category
        };
        Self {
            description: metric.description.clone(),
            kind: metric.kind.slug().to_owned(),
            value: plain::value(metric),
            pings: metric.pings.iter().map(ToString::to_string).collect(),
            until: plain::expires(metric.expires),
            people: metric.emails.clone(),
            bugs: metric.bugs.clone(),
            reviews: metric.reviews.clone(),
            proposed: proposed.filter(higher),
        }
    }
}

/// One datum of a request, with all that a steward reads of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// What is asked.
    pub item: Item,
    /// What the definitions say of it.
    pub row: Row,
    /// What changed of it, in sentences.
    pub says: Vec<String>,
}

/// Explains items by the definitions that they were asked with. What is not found there, since a
/// request asks for something else than a product's data, has an empty row.
#[must_use]
pub fn explain(
    product: &ProductId,
    items: Vec<Item>,
    definitions: Option<&Definitions>,
    changes: &BTreeMap<DatumId, Change>,
) -> Vec<Explained> {
    let explain = |item: Item| {
        let declared = definitions.and_then(|all| Declared::find(product, all, &item.datum));
        let row = declared.map(|declared| Row::of(&item.datum, declared)).unwrap_or_default();
        let says = changes.get(&item.datum).map(|change| says(change).to_vec());
        Explained { item, row, says: says.unwrap_or_default() }
    };
    items.into_iter().map(explain).collect()
}

/// Returns the sentences of a change.
#[must_use]
pub fn says(change: &Change) -> &[String] {
    match &change.how {
        compare::How::Changed(says) => says,
        compare::How::Added | compare::How::Removed => &[],
    }
}

/// Says what changed between two states, by datum, in the order of the comparison.
#[must_use]
pub fn changes(
    product: &ProductId,
    before: &Definitions,
    after: &Definitions,
) -> BTreeMap<DatumId, Change> {
    let changes = compare::compare(before, after).into_iter();
    changes.map(|change| (subject(product, &change.subject), change)).collect()
}

fn subject(product: &ProductId, subject: &Subject) -> DatumId {
    match subject {
        Subject::Ping(name) => compile::datum(product, "ping", name.as_str()),
        Subject::Metric(id) => compile::datum(product, "metric", id.as_str()),
    }
}

/// Tells whether a text is the address of a page.
#[must_use]
pub fn is_link(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

/// Says where the reviews of these data are, by host, most links first.
#[must_use]
pub fn places<'a>(reviews: impl IntoIterator<Item = &'a str>) -> String {
    let mut hosts = BTreeMap::<&str, usize>::new();
    for review in reviews.into_iter().filter(|review| is_link(review)) {
        let host = review.split('/').nth(2).unwrap_or_default();
        *hosts.entry(host).or_default() += 1;
    }
    let mut hosts: Vec<_> = hosts.into_iter().collect();
    hosts.sort_by_key(|(_, links)| std::cmp::Reverse(*links));
    let more = hosts.len().saturating_sub(PLACES);
    let named = hosts.iter().take(PLACES).map(|(host, links)| format!("{host} ({links})"));
    let more = (more > 0).then(|| format!("{more} more"));
    plain::list(named.chain(more))
}

#[cfg(test)]
mod tests;
