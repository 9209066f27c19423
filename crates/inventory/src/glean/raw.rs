//! From YAML as written to definitions as asked. Keys we do not ask are left alone here; the
//! linter judges them.

use std::collections::{BTreeMap, BTreeSet};

use candor_kernel::{Day, MetricId, PingName};
use serde::Deserialize;
use serde_json::Value;

use super::{Expires, Extra, Metric, MetricKind, Ping};
use crate::{Category, Finding};

#[derive(Deserialize)]
struct RawMetric {
    #[serde(rename = "type")]
    kind: String,
    description: String,
    expires: Value,
    #[serde(default)]
    data_sensitivity: Vec<String>,
    send_in_pings: Option<Vec<String>>,
    labels: Option<Vec<String>>,
    #[serde(default)]
    extra_keys: BTreeMap<String, RawExtra>,
    #[serde(default = "ping_lifetime")]
    lifetime: String,
    #[serde(default)]
    notification_emails: Vec<String>,
    #[serde(default)]
    disabled: bool,
}

#[derive(Deserialize)]
struct RawExtra {
    #[serde(rename = "type", default = "string_type")]
    kind: String,
}

#[derive(Deserialize)]
struct RawPing {
    description: String,
    include_client_id: bool,
    #[serde(default)]
    reasons: BTreeMap<String, String>,
    #[serde(default)]
    notification_emails: Vec<String>,
    #[serde(default)]
    metadata: RawPingMetadata,
}

#[derive(Deserialize)]
struct RawPingMetadata {
    #[serde(default = "yes")]
    include_info_sections: bool,
}

impl Default for RawPingMetadata {
    fn default() -> Self {
        Self { include_info_sections: true }
    }
}

fn ping_lifetime() -> String {
    "ping".to_owned()
}
fn string_type() -> String {
    "string".to_owned()
}
fn yes() -> bool {
    true
}

/// Reads the categories and metrics of one file.
pub(super) fn metrics(
    file: &str,
    document: &BTreeMap<String, Value>,
    into: &mut BTreeMap<MetricId, Metric>,
    findings: &mut Vec<Finding>,
) {
    for (category, metrics) in document.iter().filter(|(key, _)| is_name(key)) {
        let Some(metrics) = metrics.as_object() else {
            findings.push(Finding::new(
                format!("{file}: {category}"),
                "is not a map of metrics; write one metric per key below its category.",
            ));
            continue;
        };
        for (name, body) in metrics {
            let full = format!("{category}.{name}");
            let place = format!("{file}: {full}");
            let read = MetricId::parse(&full)
                .map_err(|error| error.to_string())
                .and_then(|id| Ok((id, metric(body)?)));
            match read {
                Ok((id, _)) if into.contains_key(&id) => {
                    findings.push(Finding::new(place, "is declared twice; keep one."));
                }
                Ok((id, metric)) => {
                    into.insert(id, metric);
                }
                Err(message) => findings.push(Finding::new(place, message)),
            }
        }
    }
}

/// Reads the pings of one file.
pub(super) fn pings(
    file: &str,
    document: &BTreeMap<String, Value>,
    into: &mut BTreeMap<PingName, Ping>,
    findings: &mut Vec<Finding>,
) {
    for (name, body) in document.iter().filter(|(key, _)| is_name(key)) {
        let place = format!("{file}: {name}");
        let read = PingName::parse(name).map_err(|error| error.to_string()).and_then(|name| {
            let raw: RawPing = deserialize(body)?;
            Ok((name, ping(raw)))
        });
        match read {
            Ok((name, _)) if into.contains_key(&name) => {
                findings.push(Finding::new(place, "is declared twice; keep one."));
            }
            Ok((name, ping)) => {
                into.insert(name, ping);
            }
            Err(message) => findings.push(Finding::new(place, message)),
        }
    }
}

fn is_name(key: &str) -> bool {
    !key.starts_with('$') && key != "no_lint"
}

fn deserialize<T: for<'a> Deserialize<'a>>(body: &Value) -> Result<T, String> {
    T::deserialize(body).map_err(|error| format!("{error}."))
}

fn metric(body: &Value) -> Result<Metric, String> {
    let raw: RawMetric = deserialize(body)?;
    let kind = MetricKind::by_slug(&raw.kind)
        .ok_or_else(|| format!("has the type {:?}, which Glean does not know.", raw.kind))?;
    let pings = raw.send_in_pings.unwrap_or_else(|| vec!["default".to_owned()]);
    let pings = pings.iter().map(|name| ping_name(name, kind)).collect::<Result<_, _>>()?;
    let extra_keys = raw
        .extra_keys
        .into_iter()
        .map(|(key, extra)| Ok((key, extra_kind(&extra.kind)?)))
        .collect::<Result<_, String>>()?;
    Ok(Metric {
        kind,
        description: raw.description.trim().to_owned(),
        category: category(&raw.data_sensitivity)?,
        pings,
        expires: if raw.disabled { Expires::Expired } else { expires(&raw.expires)? },
        labels: raw.labels.map(BTreeSet::from_iter),
        extra_keys,
        lifetime: raw.lifetime,
        emails: raw.notification_emails,
    })
}

fn ping(raw: RawPing) -> Ping {
    Ping {
        description: raw.description.trim().to_owned(),
        client_id: raw.include_client_id,
        info_sections: raw.metadata.include_info_sections,
        reasons: raw.reasons.into_keys().collect(),
        emails: raw.notification_emails,
    }
}

fn ping_name(name: &str, kind: MetricKind) -> Result<PingName, String> {
    let name = match (name, kind) {
        ("default", MetricKind::Event) => "events",
        ("default", _) => "metrics",
        (name, _) => name,
    };
    PingName::parse(name).map_err(|error| error.to_string())
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
fn category(sensitivities: &[String]) -> Result<Category, String> {
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

fn expires(value: &Value) -> Result<Expires, String> {
    match value {
        Value::String(text) if text == "never" => Ok(Expires::Never),
        Value::String(text) if text == "expired" => Ok(Expires::Expired),
        Value::String(text) => Day::parse(text).map(Expires::On).ok_or(()),
        Value::Number(number) => {
            number.as_u64().and_then(|n| u32::try_from(n).ok()).map(Expires::WithVersion).ok_or(())
        }
        _ => Err(()),
    }
    .map_err(|()| {
        format!("expires {value}; write a day (yyyy-mm-dd), a version, never or expired.")
    })
}
