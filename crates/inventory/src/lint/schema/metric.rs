//! Metrics: their form, what depends on their type, and the names that are Glean's own.

use std::collections::BTreeSet;

use super::form::Misshapen;
use super::{Seen, error, one, structure, tables, twice};
use crate::glean::{ALL_PINGS, Expires, RESERVED_PINGS, Source};
use crate::lint::{Nit, Options};
use crate::yaml::{Entry, Map, Node};

/// Most labels of one metric.
const LABELS: usize = 4096;

/// Tells what in one category has not its form.
pub(super) fn category(source: &Source, entry: &Entry, all: &mut Vec<(String, Misshapen)>) {
    if !tables::is_category(source, &entry.name) {
        let says = format!(
            "{:?} is no category: up to 40 characters of snake_case with dots, and not pings or tags.",
            entry.name
        );
        all.push((entry.name.clone(), (entry.line, says)));
    }
    let Some(metrics) = entry.node.map() else {
        let says = "It is no map of metrics; write one metric per name below its category.";
        return all.push((entry.name.clone(), (entry.line, says.to_owned())));
    };
    for metric in &metrics.entries {
        let about = format!("{}.{}", entry.name, metric.name);
        let good = tables::is_metric(source, &metric.name);
        let before = all.len();
        one(metric, &about, good, tables::metric(source), all);
        if let (true, Some(body)) = (all.len() == before, metric.node.map()) {
            let says = by_type(source, body).into_iter();
            all.extend(
                says.map(|(line, says)| (about.clone(), (line.unwrap_or(metric.line), says))),
            );
        }
    }
}

/// Something that its type does not allow: the line where it has one, and a sentence.
type Unfit = (Option<usize>, String);

/// Tells what the type of a metric wants and has not, or has and may not.
fn by_type(source: &Source, body: &Map) -> Vec<Unfit> {
    let kind = body.get("type").and_then(Node::text).unwrap_or_default();
    let mut unfit = Vec::new();
    let mut lacks = |names: &[&str]| {
        for name in names.iter().filter(|name| body.get(name).is_none()) {
            unfit.push((None, format!("A {kind} needs `{name}`.")));
        }
    };
    match kind {
        "custom_distribution" if tables::is_first(source) => {
            lacks(&["range_max", "bucket_count", "histogram_type", "gecko_datapoint"]);
        }
        "custom_distribution" => lacks(&["range_max", "bucket_count", "histogram_type"]),
        "labeled_custom_distribution" => lacks(&["range_max", "bucket_count"]),
        "memory_distribution" => lacks(&["memory_unit"]),
        "quantity" => lacks(&["unit"]),
        "object" => lacks(&["structure"]),
        "dual_labeled_counter" => lacks(&["dual_labels"]),
        "datetime" | "timing_distribution" | "timespan"
            if body.get("unit").is_some() && !tables::is_first(source) =>
        {
            lacks(&["time_unit"]);
        }
        _ => {}
    }
    for entry in &body.entries {
        if let Some(says) = forbids(kind, entry) {
            unfit.push((Some(entry.line), says));
        }
    }
    if let Some(keys) = body.get("extra_keys").and_then(Node::map) {
        extra_keys(source, keys, &mut unfit);
    }
    if let Some(structure) = body.get("structure") {
        let says = structure::check(structure);
        unfit.extend(says.map(|says| (Some(structure.line), says)));
    }
    unfit
}

/// Says why a property may not stand there, or not so.
fn forbids(kind: &str, entry: &Entry) -> Option<String> {
    let text = entry.node.text();
    let only = |kinds: &[&str]| {
        (!kinds.contains(&kind))
            .then(|| format!("`{}` is only for {}.", entry.name, kinds.join(", ")))
    };
    match entry.name.as_str() {
        "type" if kind == "jwe" => Some("Glean no longer has the type jwe.".to_owned()),
        "lifetime" if kind == "event" && text != Some("ping") => {
            Some("An event has the lifetime ping.".to_owned())
        }
        "lifetime" if kind == "text" && text == Some("user") => {
            Some("A text has the lifetime ping or application.".to_owned())
        }
        "data_sensitivity" if kind == "text" => {
            let low = entry.node.texts().any(|one| matches!(one, "technical" | "interaction"));
            let says = "A text is at least stored_content: nobody knows what stands in it.";
            low.then(|| says.to_owned())
        }
        "send_in_pings" if kind == "text" => {
            let built_in =
                |name: &str| RESERVED_PINGS.contains(&name) || name.starts_with("glean_");
            let says = "A text travels in a product's own pings only.";
            entry.node.texts().any(built_in).then(|| says.to_owned())
        }
        "in_session" if kind != "event" && entry.node.bool() == Some(true) => only(&["event"]),
        "gecko_datapoint" if text != Some("") => only(&[
            "timing_distribution",
            "custom_distribution",
            "memory_distribution",
            "quantity",
            "boolean",
            "string",
            "labeled_counter",
        ]),
        "denominator_metric" => only(&["rate"]),
        "extra_keys" => only(&["event"]),
        "structure" => only(&["object"]),
        "dual_labels" => only(&["dual_labeled_counter"]),
        "time_unit" => {
            only(&["timespan", "datetime", "timing_distribution", "labeled_timing_distribution"])
        }
        "memory_unit" => only(&["memory_distribution", "labeled_memory_distribution"]),
        "range_min" | "range_max" | "bucket_count" | "histogram_type" => {
            only(&["custom_distribution", "labeled_custom_distribution"])
        }
        "labels" if !kind.starts_with("labeled_") => {
            Some("`labels` is only for labeled types.".into())
        }
        "labels" if entry.node.list().is_some_and(|all| all.len() > LABELS) => {
            Some(format!("There are more than {LABELS} labels."))
        }
        _ => None,
    }
}

fn extra_keys(source: &Source, keys: &Map, unfit: &mut Vec<Unfit>) {
    let most = tables::extra_keys_most(source);
    if keys.entries.len() > most {
        unfit.push((None, format!("An event has at most {most} extra keys.")));
    }
    for key in &keys.entries {
        if !tables::is_extra_key(source, &key.name) {
            let says = format!("{:?} is no extra key: 1 to 40 printable characters.", key.name);
            unfit.push((Some(key.line), says));
        }
        let mut found = Vec::new();
        tables::extra_key(source).check(&key.node, &mut found);
        let says = |says: String| format!("In the extra key {}: {says}", key.name);
        unfit.extend(found.into_iter().map(|(_, wrong)| (Some(key.line), says(wrong))));
    }
}

/// Tells which metrics may not be declared so although their form is right.
pub(super) fn declared(
    source: &Source,
    options: &Options,
    seen: &mut Seen,
    nits: &mut Vec<Nit>,
    wrong: &mut BTreeSet<(String, String)>,
) {
    for category in source.declared() {
        if let Some(nit) = reserved_category(source, category).filter(|_| !options.allow_reserved) {
            nits.push(nit);
            wrong.insert((category.name.clone(), String::new()));
            continue;
        }
        for metric in category.node.map().map_or(&[][..], |map| &map.entries) {
            let about = format!("{}.{}", category.name, metric.name);
            let nit = problem(category, metric, options)
                .map(|(check, says)| error(check, &source.file, metric.line, &about, says))
                .or_else(|| twice(source, "metric", &about, metric.line, seen));
            if let Some(nit) = nit {
                nits.push(nit);
                wrong.insert((category.name.clone(), metric.name.clone()));
            }
        }
    }
}

fn reserved_category(source: &Source, category: &Entry) -> Option<Nit> {
    is_reserved(&category.name).then(|| {
        let says = "Categories that begin with glean are Glean's own.".to_owned();
        error("RESERVED_CATEGORY", &source.file, category.line, &category.name, says)
    })
}

/// Tells which names of a file are Glean's own, whatever else is wrong with it.
pub(super) fn reserved_names(source: &Source) -> Vec<Nit> {
    let mut nits = Vec::new();
    for category in source.declared() {
        if let Some(nit) = reserved_category(source, category) {
            nits.push(nit);
            continue;
        }
        for metric in category.node.map().map_or(&[][..], |map| &map.entries) {
            let about = format!("{}.{}", category.name, metric.name);
            let found = metric.node.map().and_then(|body| reserved(category, metric, body));
            nits.extend(
                found.map(|(check, says)| error(check, &source.file, metric.line, &about, says)),
            );
        }
    }
    nits
}

fn is_reserved(category: &str) -> bool {
    category.split('.').next() == Some("glean") && !is_half_reserved(category)
}

fn is_half_reserved(category: &str) -> bool {
    matches!(category, "glean.attribution" | "glean.distribution")
}

fn problem(category: &Entry, metric: &Entry, options: &Options) -> Option<(&'static str, String)> {
    let body = metric.node.map()?;
    if let Some(says) = expiry(body, options) {
        return Some(("EXPIRES_FORM", says));
    }
    if options.allow_reserved { None } else { reserved(category, metric, body) }
}

/// Tells what of a metric is Glean's own.
fn reserved(category: &Entry, metric: &Entry, body: &Map) -> Option<(&'static str, String)> {
    let extra = body.get("extra_keys").and_then(Node::map);
    let in_pings = body.get("send_in_pings");
    if is_half_reserved(&category.name) && metric.name != "ext" {
        let says = format!("Only {}.ext may stand in this category.", category.name);
        return Some(("RESERVED_CATEGORY", says));
    }
    if is_half_reserved(&category.name) && body.get("type").and_then(Node::text) != Some("object") {
        return Some(("RESERVED_CATEGORY", "It must have the type object.".to_owned()));
    }
    if extra.is_some_and(|keys| keys.entries.iter().any(|key| key.name.starts_with("glean."))) {
        let says = "Extra keys that begin with glean. are Glean's own.".to_owned();
        return Some(("RESERVED_EXTRA_KEY", says));
    }
    let all = in_pings.into_iter().flat_map(Node::texts).any(|name| name == ALL_PINGS);
    all.then(|| {
        let says = format!("Only Glean's own metrics travel in {ALL_PINGS}; name the pings.");
        ("ALL_PINGS", says)
    })
}

/// A product's metrics expire by day, or by version where its version is given: never mixed.
fn expiry(body: &Map, options: &Options) -> Option<String> {
    let node = body.get("expires")?;
    if matches!(node.text(), Some("never" | "expired")) {
        return None;
    }
    match (crate::glean::expires(node), options.version) {
        (Ok(Expires::WithVersion(_)), Some(_)) => None,
        (Ok(Expires::WithVersion(version)), None) => Some(format!(
            "It expires with version {version}, and the product's version was not given: \
             use --expire-by-version."
        )),
        (Ok(_), None) => None,
        (Ok(_), Some(_)) => {
            Some("It expires on a day, and this product's metrics expire by version.".to_owned())
        }
        (Err(_), _) => Some("It expires on no day; write yyyy-mm-dd, never or expired.".to_owned()),
    }
}
