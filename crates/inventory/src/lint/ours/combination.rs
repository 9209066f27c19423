//! What identifies people only together: data that travel in one ping (C13).

use std::collections::BTreeSet;

use candor_kernel::{MetricId, PingName};

use super::{Found, Item};
use crate::Category;
use crate::glean::{Definitions, Metric, MetricKind, RESERVED_PINGS};
use crate::proposal::{self, Topic};

/// Metrics that a sentence names; of more it says how many.
const NAMED: usize = 3;

/// Words of names that stand for what a program writes down about itself.
const LOGS: [&str; 7] = ["log", "crash", "error", "exception", "stack", "trace", "diagnostics"];

type Metrics<'a> = Vec<(&'a MetricId, &'a Metric)>;

type Is<'a> = &'a dyn Fn(&MetricId, &Metric) -> bool;

/// What is too much together.
struct Combined<'a> {
    check: &'static str,
    /// The metrics that are rated lower than they are together with the rest.
    metrics: Metrics<'a>,
    /// What they stand beside, in words.
    beside: String,
}

/// Looks at every ping, Glean's own that metrics travel in among them.
pub(super) fn check(definitions: &Definitions, found: &mut Found) {
    for (name, ping) in &definitions.pings {
        let item = Item::of_ping(name.as_str(), ping);
        if !ping.follows_collection {
            let says = "It is sent although the person switched collection off.";
            let fix = "metadata: {follows_collection_enabled: true}";
            found.error(&item, "PING_OUTLIVES_OPTOUT", says, fix);
        }
        let metrics = travelling(definitions, name.as_str());
        if let Some(Combined { check, metrics, beside }) = combined(&metrics, ping.client_id, true)
        {
            let says = format!(
                "It carries {} beside {beside}: together that is highly sensitive.",
                names(&metrics)
            );
            let fix = "leave one of the two out, or rate the first as highly_sensitive";
            found.error(&item, check, &says, fix);
        }
    }
    let named: BTreeSet<_> = definitions.metrics.values().flat_map(|it| &it.pings).collect();
    let built_in = |name: &&&PingName| {
        // A deletion request is not kept.
        RESERVED_PINGS.contains(&name.as_str()) && name.as_str() != "deletion-request"
    };
    for name in named.iter().filter(built_in).filter(|it| !definitions.pings.contains_key(**it)) {
        in_glean_s_own(definitions, name, found);
    }
}

/// A ping of Glean's own is declared elsewhere, so the finding stands at the metrics.
fn in_glean_s_own(definitions: &Definitions, name: &PingName, found: &mut Found) {
    let Some(Combined { check, metrics, beside }) =
        combined(&travelling(definitions, name.as_str()), true, true)
    else {
        return;
    };
    for (id, metric) in metrics {
        let says = format!(
            "In Glean's ping {name} it travels beside {beside}: together that is highly sensitive."
        );
        let fix = "data_sensitivity: [highly_sensitive], or a ping of its own without a client id";
        found.error(&Item::of_metric(id.as_str(), metric), check, &says, fix);
    }
}

/// Tells whether a ping's data are highly sensitive together, whatever each is alone. What its
/// authors switched off for the linter counts here, too.
pub(crate) fn identifies(definitions: &Definitions, ping: &str) -> bool {
    // Glean's own pings carry the client's id.
    let client_id = definitions.pings.get(ping).is_none_or(|ping| ping.client_id);
    combined(&travelling(definitions, ping), client_id, false).is_some()
}

fn travelling<'a>(definitions: &'a Definitions, ping: &str) -> Metrics<'a> {
    definitions.metrics.iter().filter(|(_, metric)| metric.travels_in(ping)).collect()
}

/// Finds the first combination of a ping's data that is more than its parts. What is rated highly
/// sensitive already is known to be so.
fn combined<'a>(
    metrics: &Metrics<'a>,
    client_id: bool,
    may_be_switched_off: bool,
) -> Option<Combined<'a>> {
    let those = |is: Is<'_>| -> Metrics<'a> {
        metrics.iter().copied().filter(|(id, metric)| is(id, metric)).collect()
    };
    let (ids, logs) = (those(&is_identifier), those(&is_log));
    let groups = those(&|id, _| id.as_str().contains("cohort"));
    let persistent = if client_id { "the client's id".to_owned() } else { names(&ids) };
    let few = if persistent.is_empty() { names(&groups) } else { persistent.clone() };
    let content: &'static str =
        if client_id { "CLIENT_ID_WITH_STORED_CONTENT" } else { "COMBINATION_IDENTIFIES" };
    let rated = |id: &MetricId, metric: &Metric| {
        metric.category == Category::StoredContent && !is_identifier(id, metric)
    };
    let located = |id: &MetricId, metric: &Metric| is_about(Topic::Location, id, metric);
    let visited = |id: &MetricId, metric: &Metric| is_about(Topic::Visited, id, metric);
    let rules: [(_, Is<'_>, _); 3] = [
        (content, &rated, persistent),
        ("COMBINATION_IDENTIFIES", &located, few),
        ("COMBINATION_IDENTIFIES", &visited, names(&logs)),
    ];
    rules.into_iter().filter(|(.., beside)| !beside.is_empty()).find_map(|(check, is, beside)| {
        let metrics = those(&|id, metric| {
            is(id, metric)
                && metric.category < Category::HighlySensitive
                && !(may_be_switched_off && metric.no_lint.contains(check))
        });
        (!metrics.is_empty()).then_some(Combined { check, metrics, beside })
    })
}

fn is_identifier(id: &MetricId, metric: &Metric) -> bool {
    proposal::is_identifier(metric.kind, id.as_str(), &metric.description)
}

fn is_about(topic: Topic, id: &MetricId, metric: &Metric) -> bool {
    let Metric { kind, description, extra_keys, .. } = metric;
    let own = || proposal::topics(Some(*kind), id.as_str(), description);
    let extras = || {
        let extras = extra_keys.iter();
        extras.flat_map(|(key, extra)| proposal::topics(None, key, &extra.description))
    };
    (*kind == MetricKind::Url && topic == Topic::Visited)
        || own().into_iter().chain(extras()).any(|(one, _)| one == topic)
}

fn is_log(id: &MetricId, metric: &Metric) -> bool {
    metric.category == Category::Technical
        && (proposal::holds_words(metric.kind) || metric.kind == MetricKind::Event)
        && id.as_str().split(['.', '_']).any(|word| LOGS.contains(&word))
}

fn names(metrics: &Metrics<'_>) -> String {
    let named: Vec<_> = metrics.iter().take(NAMED).map(|(id, _)| id.as_str()).collect();
    match metrics.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}
