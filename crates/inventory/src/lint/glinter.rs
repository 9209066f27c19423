//! What `glean_parser glinter` checks (version 22.0.1), by its names and nearly in its words, so
//! that whoever knows one knows the other (docs/glean.md 2.6).

use std::collections::BTreeSet;

use super::{Nit, Options, Profile, Severity};
use crate::glean::{At, FileKind, RESERVED_PINGS, Source};
use crate::yaml::{Entry, Map, Node};

mod across;
mod metric;
mod ping;

/// A metric or ping as it was written.
#[derive(Clone, Copy)]
pub(super) struct Item<'a> {
    source: &'a Source,
    /// Empty for a ping.
    category: &'a str,
    entry: &'a Entry,
    body: &'a Map,
}

/// What a check says of an item: none, or a sentence for each thing it found.
type Says = Vec<String>;

/// Runs every check over files that have their form.
pub(super) fn check(sources: &[Source], options: &Options) -> Vec<Nit> {
    let of = |kind| sources.iter().filter(move |source| source.kind == kind);
    let metrics: Vec<Item<'_>> = of(FileKind::Metrics).flat_map(metrics).collect();
    let pings: Vec<Item<'_>> = of(FileKind::Pings).flat_map(pings).collect();
    let tags: BTreeSet<&str> =
        of(FileKind::Tags).flat_map(Source::declared).map(|entry| entry.name.as_str()).collect();
    let mut nits = Vec::new();
    // On its own, glean_parser runs these only in builds that hand it both kinds together.
    if options.profile == Profile::Candor && !metrics.is_empty() && !pings.is_empty() {
        across::unknown_pings(&metrics, &pings, &mut nits);
        across::similar_names(&metrics, &mut nits);
    }
    across::redefined(sources, options, &mut nits);
    across::generic_categories(sources, &mut nits);
    for metric in &metrics {
        metric::check(metric, options, &mut nits);
        invalid_tags(metric, "metric", &tags, &mut nits);
    }
    for ping in &pings {
        ping::check(ping, options, &mut nits);
        invalid_tags(ping, "ping", &tags, &mut nits);
    }
    nits
}

/// The metrics of a file, in the order in which glean_parser takes them.
fn metrics(source: &Source) -> Vec<Item<'_>> {
    let mut metrics: Vec<_> = source
        .declared()
        .flat_map(|category| {
            let metrics = category.node.map().map_or(&[][..], |map| &map.entries);
            metrics.iter().filter_map(|entry| {
                Some(Item { source, category: &category.name, entry, body: entry.node.map()? })
            })
        })
        .collect();
    metrics.sort_by_key(|metric| (metric.category, &metric.entry.name));
    metrics
}

fn pings(source: &Source) -> impl Iterator<Item = Item<'_>> {
    source.declared().filter_map(move |entry| {
        Some(Item { source, category: "", entry, body: entry.node.map()? })
    })
}

impl<'a> Item<'a> {
    /// Returns its id.
    fn id(&self) -> String {
        match self.category {
            "" => self.entry.name.clone(),
            category => format!("{category}.{}", self.entry.name),
        }
    }

    fn text(&self, key: &str) -> Option<&'a str> {
        self.body.get(key).and_then(Node::text)
    }

    fn texts(&self, key: &str) -> impl Iterator<Item = &'a str> {
        self.body.get(key).into_iter().flat_map(Node::texts)
    }

    fn kind(&self) -> &'a str {
        self.text("type").unwrap_or_default()
    }

    /// The pings it travels in; `default` stands for one of them by its type.
    fn pings(&self) -> BTreeSet<&'a str> {
        let default = if self.kind() == "event" { "events" } else { "metrics" };
        let named: Vec<_> = match self.body.get("send_in_pings") {
            Some(node) => node.texts().collect(),
            None => vec!["default"],
        };
        named.into_iter().map(|name| if name == "default" { default } else { name }).collect()
    }

    fn no_lint(&self) -> BTreeSet<&'a str> {
        self.texts("no_lint").chain(self.source.no_lint()).collect()
    }

    /// Its tags; where the file has some for all, sorted as Glean does.
    fn tags(&self) -> Vec<&'a str> {
        let own = self.body.get("metadata").and_then(Node::map).and_then(|data| data.get("tags"));
        let own: Vec<_> = own.into_iter().flat_map(Node::texts).collect();
        let all: BTreeSet<_> = match self.source.kind {
            FileKind::Metrics => self.source.tags().collect(),
            _ => BTreeSet::new(),
        };
        if all.is_empty() {
            own
        } else {
            all.into_iter().chain(own).collect::<BTreeSet<_>>().into_iter().collect()
        }
    }

    fn nit(&self, check: &'static str, severity: Severity, message: String) -> Nit {
        let at = At { file: self.source.file.clone(), line: self.entry.line };
        Nit { check, severity, at, about: self.id(), message, fix: None }
    }
}

fn invalid_tags(item: &Item<'_>, kind: &str, known: &BTreeSet<&str>, nits: &mut Vec<Nit>) {
    let unknown: Vec<_> = item.tags().into_iter().filter(|tag| !known.contains(tag)).collect();
    if !unknown.is_empty() {
        let says = format!("Invalid tags specified in {kind}: {}", unknown.join(", "));
        nits.push(item.nit("INVALID_TAGS", Severity::Error, says));
    }
}

/// Numbers where addresses should stand: version 1 of the schema took them.
fn bug_numbers(item: &Item<'_>) -> Says {
    let bugs = item.body.get("bugs").and_then(Node::list).unwrap_or_default();
    let numbers: Vec<_> = bugs.iter().filter_map(Node::int).map(|n| n.to_string()).collect();
    let Some(first) = numbers.first() else { return Says::new() };
    vec![format!(
        "For bugs {}: Bug numbers are deprecated and should be changed to full URLs. For example, \
         use 'http://bugzilla.mozilla.org/{first}' instead of '{first}'.",
        numbers.join(", ")
    )]
}

fn tags_required(item: &Item<'_>, options: &Options) -> Says {
    let missing = options.require_tags && item.tags().is_empty();
    missing.then(|| "Tags are required but no tags specified".to_owned()).into_iter().collect()
}

/// Words of a name, between dots, dashes and underscores.
fn words(name: &str) -> Vec<&str> {
    name.split(['.', '_', '-']).collect()
}

/// Tells whether a ping is one that Glean has itself.
fn is_built_in(ping: &str) -> bool {
    RESERVED_PINGS.contains(&ping)
}
