//! Checks that look at more than one metric.

use std::collections::{BTreeMap, BTreeSet};

use super::{Item, is_built_in};
use crate::glean::{At, FileKind, Source};
use crate::lint::{Nit, Options, Profile, Severity};

const GENERIC: [&str; 2] = ["metrics", "events"];

/// Metrics that travel in pings that nobody declares.
pub(super) fn unknown_pings(metrics: &[Item<'_>], pings: &[Item<'_>], nits: &mut Vec<Nit>) {
    let known: BTreeSet<&str> = pings.iter().map(|ping| ping.entry.name.as_str()).collect();
    for metric in metrics.iter().filter(|it| !it.no_lint().contains("UNKNOWN_PING_REFERENCED")) {
        for ping in metric.pings() {
            if !is_built_in(ping) && !known.contains(ping) && !is_sdk_s_own(ping) {
                let says = format!("Ping `{ping} `in `send_in_pings` is unknown.");
                nits.push(metric.nit("UNKNOWN_PING_REFERENCED", Severity::Error, says));
            }
        }
    }
}

/// Names that only definitions of an SDK itself may hold.
fn is_sdk_s_own(ping: &str) -> bool {
    ping == crate::glean::ALL_PINGS || ping.starts_with("glean_")
}

/// Metrics whose names differ in dots and underscores only.
pub(super) fn similar_names(metrics: &[Item<'_>], nits: &mut Vec<Nit>) {
    let mut seen = BTreeMap::<String, String>::new();
    for metric in metrics.iter().filter(|it| !it.no_lint().contains("NAME_TOO_SIMILAR")) {
        let id = metric.id();
        if let Some(before) = seen.insert(id.replace(['_', '.'], ""), id.clone()) {
            let says = format!("Metric `{id}`'s name is too similar to existing metric `{before}`");
            nits.push(metric.nit("NAME_TOO_SIMILAR", Severity::Error, says));
        }
    }
}

/// Names that stand twice in one file: of a map, only the later one counts.
pub(super) fn redefined(sources: &[Source], options: &Options, nits: &mut Vec<Nit>) {
    let files = sources.iter().filter(|source| source.kind == FileKind::Metrics);
    // Glean looks at the top of the first file only.
    let looked_at = if options.profile == Profile::Glean { 1 } else { usize::MAX };
    for source in files.clone().take(looked_at) {
        if let Some(name) = &source.root.twice {
            nits.push(of_category(
                source,
                "REDEFINED_CATEGORY",
                name,
                format!("Category redefined {name}"),
            ));
        }
    }
    let mut categories = BTreeSet::new();
    for (source, category) in
        files.flat_map(|source| source.declared().map(move |category| (source, category)))
    {
        let Some(metrics) = category.node.map().filter(|map| !map.entries.is_empty()) else {
            continue;
        };
        let first = categories.insert(&category.name);
        if let Some(name) =
            metrics.twice.as_ref().filter(|_| first || options.profile == Profile::Candor)
        {
            let says = format!("Metric redefined {name}");
            nits.push(of_category(source, "REDEFINED_METRIC", &category.name, says));
        }
    }
}

fn of_category(source: &Source, check: &'static str, about: &str, message: String) -> Nit {
    let line = source.root.entries.iter().find(|entry| entry.name == about).map_or(0, |it| it.line);
    let at = At { file: source.file.clone(), line };
    Nit { check, severity: Severity::Error, at, about: about.to_owned(), message, fix: None }
}

/// Categories that say nothing, with metrics or without.
pub(super) fn generic_categories(sources: &[Source], nits: &mut Vec<Nit>) {
    let files = || sources.iter().filter(|source| source.kind == FileKind::Metrics);
    for generic in GENERIC {
        let Some(first) = files().find(|source| source.root.get(generic).is_some()) else {
            continue;
        };
        let off = |metric: &Item<'_>| metric.no_lint().contains("CATEGORY_GENERIC");
        if files().flat_map(super::metrics).any(|it| it.category == generic && off(&it)) {
            continue;
        }
        let says = format!(
            "Category '{generic}' is too generic. Don't use 'metrics', or 'events' for category names"
        );
        nits.push(of_category(first, "CATEGORY_GENERIC", generic, says));
    }
}
