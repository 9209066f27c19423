//! From YAML as written to definitions as asked. Keys we do not ask are left alone here; the
//! linter judges them.

use std::collections::{BTreeMap, BTreeSet};

use candor_kernel::{Day, MetricId, PingName};

use super::{
    At, Definitions, Expires, Extra, ExtraKey, FileKind, Lenient, Metric, MetricKind, Ping, Source,
    product,
};
use crate::Category;
use crate::yaml::{Entry, Map, Node, Value};

/// The category whose metrics have no category in a payload.
const INTERNAL: &str = "glean.internal.metrics";

/// What is wrong in a file: the line, and a sentence.
type Wrong = (usize, String);

/// Reads what one file declares.
pub(crate) fn read_source(
    source: &Source,
    lenient: Lenient,
    into: &mut Definitions,
    found: &mut Vec<Wrong>,
) {
    if source.kind == FileKind::Product {
        return product::read(source, &mut into.product, lenient, found);
    }
    for entry in source.declared() {
        let mut find = |line, message: String| found.push((line, message));
        let Some(map) = entry.node.map() else {
            find(entry.line, format!("{} is no map; see a Glean file.", entry.name));
            continue;
        };
        match source.kind {
            FileKind::Metrics => {
                for metric in &map.entries {
                    let read = read_metric(source, entry, metric);
                    keep(&mut into.metrics, read, metric, &mut find);
                }
            }
            FileKind::Pings => {
                keep(&mut into.pings, read_ping(source, entry, map), entry, &mut find);
            }
            FileKind::Tags => {
                let tag = wanted(map, "description", Node::text)
                    .map(|description| (entry.name.clone(), description.trim().to_owned()));
                keep(&mut into.tags, tag, entry, &mut find);
            }
            FileKind::Product => {}
        }
    }
}

fn keep<K: Ord, V>(
    into: &mut BTreeMap<K, V>,
    read: Result<(K, V), String>,
    entry: &Entry,
    find: &mut impl FnMut(usize, String),
) {
    match read {
        Ok((key, _)) if into.contains_key(&key) => {
            find(entry.line, format!("{} is declared twice; keep one.", entry.name));
        }
        Ok((key, value)) => {
            into.insert(key, value);
        }
        Err(message) => find(entry.line, format!("{} {message}", entry.name)),
    }
}

fn read_metric(
    source: &Source,
    category: &Entry,
    entry: &Entry,
) -> Result<(MetricId, Metric), String> {
    let full = match category.name.as_str() {
        INTERNAL => entry.name.clone(),
        category => format!("{category}.{}", entry.name),
    };
    let id = MetricId::parse(&full).map_err(|error| format!("has no good name: {error}."))?;
    let body = entry.node.map().ok_or("is no map of its properties.")?;
    let kind = wanted(body, "type", Node::text)?;
    let kind = MetricKind::by_slug(kind)
        .ok_or_else(|| format!("has the type {kind:?}, which Glean does not know."))?;
    let disabled = body.get("disabled").and_then(Node::bool).unwrap_or(false);
    let tags = body.get("metadata").and_then(Node::map).and_then(|data| data.get("tags"));
    let tags = tags.into_iter().flat_map(Node::texts).chain(source.tags());
    Ok((
        id,
        Metric {
            kind,
            description: wanted(body, "description", Node::text)?.trim().to_owned(),
            category: category_of(&texts(body, "data_sensitivity"))?,
            pings: pings_of(body, kind)?,
            expires: match disabled {
                true => Expires::Expired,
                false => expires(wanted(body, "expires", Some)?)?,
            },
            labels: body
                .get("labels")
                .filter(|node| node.list().is_some())
                .map(|labels| labels.texts().map(str::to_owned).collect()),
            extra_keys: extra_keys(body)?,
            lifetime: body.get("lifetime").and_then(Node::text).unwrap_or("ping").to_owned(),
            unit: ["unit", "time_unit", "memory_unit"]
                .into_iter()
                .find_map(|key| body.get(key).and_then(Node::text))
                .map(str::to_owned),
            disabled,
            emails: texts(body, "notification_emails"),
            bugs: texts(body, "bugs"),
            reviews: texts(body, "data_reviews"),
            tags: tags.map(str::to_owned).collect(),
            no_lint: no_lint(source, body),
            purpose: None,
            at: at(source, entry),
        },
    ))
}

fn read_ping(source: &Source, entry: &Entry, body: &Map) -> Result<(PingName, Ping), String> {
    let name =
        PingName::parse(&entry.name).map_err(|error| format!("has no good name: {error}."))?;
    let metadata = body.get("metadata").and_then(Node::map);
    let yes =
        |key: &str| metadata.and_then(|data| data.get(key)).and_then(Node::bool).unwrap_or(true);
    let reasons = body.get("reasons").and_then(Node::map).map_or(&[][..], |map| &map.entries);
    let tags = metadata.and_then(|data| data.get("tags"));
    Ok((
        name,
        Ping {
            description: wanted(body, "description", Node::text)?.trim().to_owned(),
            client_id: wanted(body, "include_client_id", Node::bool)?,
            info_sections: yes("include_info_sections"),
            follows_collection: yes("follows_collection_enabled"),
            reasons: reasons
                .iter()
                .map(|reason| {
                    (reason.name.clone(), reason.node.text().unwrap_or_default().trim().to_owned())
                })
                .collect(),
            emails: texts(body, "notification_emails"),
            bugs: texts(body, "bugs"),
            reviews: texts(body, "data_reviews"),
            tags: tags.into_iter().flat_map(Node::texts).map(str::to_owned).collect(),
            no_lint: no_lint(source, body),
            purpose: None,
            at: at(source, entry),
        },
    ))
}

fn at(source: &Source, entry: &Entry) -> At {
    At { file: source.file.clone(), line: entry.line }
}

/// Takes what must be there, and of that form.
pub(super) fn wanted<'a, T>(
    body: &'a Map,
    key: &str,
    form: impl FnOnce(&'a Node) -> Option<T>,
) -> Result<T, String> {
    let node = body.get(key).ok_or_else(|| format!("lacks `{key}`."))?;
    form(node).ok_or_else(|| format!("has a `{key}` of another type than Glean wants."))
}

fn no_lint(source: &Source, body: &Map) -> BTreeSet<String> {
    let own = body.get("no_lint").into_iter().flat_map(Node::texts);
    own.chain(source.no_lint()).map(str::to_owned).collect()
}

fn texts(body: &Map, key: &str) -> Vec<String> {
    body.get(key).into_iter().flat_map(Node::texts).map(str::to_owned).collect()
}

/// Names that begin with `glean_` stand for the info sections, whose fields this server declares
/// itself.
fn pings_of(body: &Map, kind: MetricKind) -> Result<BTreeSet<PingName>, String> {
    let named = match body.get("send_in_pings") {
        Some(node) => node.texts().collect(),
        None => vec!["default"],
    };
    let named = named.into_iter().filter(|name| !name.starts_with("glean_"));
    named.map(|name| ping_name(name, kind)).collect()
}

fn ping_name(name: &str, kind: MetricKind) -> Result<PingName, String> {
    let name = match (name, kind) {
        ("default", MetricKind::Event) => "events",
        ("default", _) => "metrics",
        (name, _) => name,
    };
    PingName::parse(name).map_err(|error| format!("names a ping: {error}."))
}

fn extra_keys(body: &Map) -> Result<BTreeMap<String, ExtraKey>, String> {
    let keys = body.get("extra_keys").and_then(Node::map).map_or(&[][..], |map| &map.entries);
    let key = |entry: &Entry| {
        let of = |key: &str| entry.node.map()?.get(key)?.text();
        let kind = extra_kind(of("type").unwrap_or("string"))?;
        let description = of("description").unwrap_or_default().trim().to_owned();
        Ok((entry.name.clone(), ExtraKey { kind, description }))
    };
    keys.iter().map(key).collect()
}

fn extra_kind(kind: &str) -> Result<Extra, String> {
    match kind {
        "string" => Ok(Extra::String),
        "boolean" => Ok(Extra::Boolean),
        "quantity" => Ok(Extra::Quantity),
        other => Err(format!(
            "has an extra key of type {other:?}; string, boolean and quantity are known."
        )),
    }
}

/// The highest of several rules (docs/glean.md 7.1); none is never taken for technical.
fn category_of(sensitivities: &[String]) -> Result<Category, String> {
    let mut highest = None;
    for sensitivity in sensitivities {
        let category = match sensitivity.as_str() {
            "technical" => Category::Technical,
            "interaction" => Category::Interaction,
            "stored_content" | "web_activity" => Category::StoredContent,
            "highly_sensitive" => Category::HighlySensitive,
            other => {
                return Err(format!("has the sensitivity {other:?}, which Glean does not know."));
            }
        };
        highest = highest.max(Some(category));
    }
    Ok(highest.unwrap_or(Category::Unclassified))
}

/// Reads when a metric's own declaration ends, or says what to write.
pub(crate) fn expires(node: &Node) -> Result<Expires, String> {
    let read = match &node.value {
        Value::Text(text) if text == "never" => Some(Expires::Never),
        Value::Text(text) if text == "expired" => Some(Expires::Expired),
        Value::Text(text) => Day::parse(text).map(Expires::On),
        Value::Int(version) => u32::try_from(*version).ok().map(Expires::WithVersion),
        _ => None,
    };
    read.ok_or_else(|| {
        let written = node.text().map_or_else(|| "that".to_owned(), |text| format!("{text:?}"));
        format!("expires {written}; write a day (yyyy-mm-dd), a version, never or expired.")
    })
}
