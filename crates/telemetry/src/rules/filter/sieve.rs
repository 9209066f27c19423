//! One ping on its way through: part by part, kept or left out, and told where somebody asked.

use std::collections::{BTreeMap, BTreeSet};

use candor_inventory::{InForce, MetricTerms, PingTerms, Why};
use candor_preference::Permit;
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

use super::{INFO_TEXT_BYTES, Switched, event, outlived};
use crate::rules::body::{Fields, Payload};
use crate::rules::json::{text, whole};
use crate::rules::trace::Found;
use crate::rules::{Cause, Dropped, Trace, value};

/// What is left of a ping, in the order of names: each value was understood, and is written anew.
#[derive(Default, Serialize)]
pub(super) struct Stripped<'p> {
    #[serde(skip_serializing_if = "Named::is_empty")]
    client_info: Named<'p, Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    events: Vec<Box<RawValue>>,
    #[serde(skip_serializing_if = "Named::is_empty")]
    metrics: Named<'p, Named<'p, Value>>,
    #[serde(skip_serializing_if = "Named::is_empty")]
    ping_info: Named<'p, Value>,
}

/// An object whose names stand in order and once already, as in the ping they are from.
struct Named<'p, T>(Vec<(&'p str, T)>);

impl<T> Named<'_, T> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T> Default for Named<'_, T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Serialize> Serialize for Named<'_, T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl Stripped<'_> {
    pub(super) fn has_no_metrics(&self) -> bool {
        self.metrics.is_empty() && self.events.is_empty()
    }

    pub(super) fn json(&self) -> String {
        serde_json::to_string(self).expect("names and raw JSON can be written")
    }
}

/// Writes a value that was understood.
pub(super) fn write(value: &Value) -> Box<RawValue> {
    to_raw_value(value).expect("a value of JSON can be written")
}

pub(super) struct Sieve<'a> {
    in_force: &'a InForce,
    pub(super) ping: &'a PingTerms,
    name: &'a str,
    permit: Permit,
    pub(super) switched: Switched,
    version: Option<u32>,
    dropped: BTreeMap<Dropped, u64>,
    trace: Option<&'a mut Trace>,
}

impl<'a> Sieve<'a> {
    pub(super) fn new(
        in_force: &'a InForce,
        ping: &'a PingTerms,
        permit: Permit,
        switched: Switched,
        version: Option<u32>,
        trace: Option<&'a mut Trace>,
    ) -> Self {
        let name = ping.datum.as_str().rsplit('/').next().unwrap_or_default();
        let dropped = BTreeMap::new();
        Self { in_force, ping, name, permit, switched, version, dropped, trace }
    }

    /// Returns the permit again, and how much was left out.
    pub(super) fn end(self) -> (Permit, BTreeMap<Dropped, u64>) {
        (self.permit, self.dropped)
    }

    pub(super) fn strip<'p>(&mut self, payload: &'p Payload<'_>) -> Stripped<'p> {
        let mut stripped = Stripped {
            client_info: self.info("client_info", &payload.client_info),
            ping_info: self.info("ping_info", &payload.ping_info),
            ..Stripped::default()
        };
        for (kind, values) in payload.metrics.iter() {
            let kept =
                values.iter().filter_map(|(id, raw)| Some((id, self.metric(kind, id, raw)?)));
            let kept = Named(kept.collect());
            if !kept.is_empty() {
                stripped.metrics.0.push((kind, kept));
            }
        }
        stripped.events = event::strip(self, &payload.events, payload.events_beyond);
        stripped
    }

    /// Counts a part that is left out, and tells of it.
    pub(super) fn leave(&mut self, cause: Cause, found: Found<'_>) {
        *self.dropped.entry(cause.dropped()).or_default() += 1;
        self.tell(cause, found);
    }

    /// Tells of a part of a part that was counted, or will be.
    pub(super) fn tell(&mut self, cause: Cause, found: Found<'_>) {
        if let Some(trace) = &mut self.trace {
            trace.left_out(found, cause, self.name);
        }
    }

    /// Counts without telling: where telling of each would say the same over and over.
    pub(super) fn count(&mut self, cause: Cause, times: u64) {
        *self.dropped.entry(cause.dropped()).or_default() += times;
    }

    pub(super) fn keep(&mut self, found: Found<'_>) {
        if let Some(trace) = &mut self.trace {
            trace.kept(found);
        }
    }

    fn info<'p>(&mut self, section: &str, fields: &'p Fields<'_>) -> Named<'p, Value> {
        let mut kept = Named::default();
        for (field, raw) in fields.iter() {
            let found = Found { section, id: field, came: raw.get(), ..Found::NOTHING };
            if section == "client_info" && field == "client_id" {
                self.client_id(found, raw);
                continue;
            }
            match self.info_field(section, field, raw) {
                Ok(value) => {
                    self.keep(found);
                    kept.0.push((field, value));
                }
                Err(cause) => self.leave(cause, found),
            }
        }
        kept
    }

    fn info_field(&self, section: &str, field: &str, raw: &RawValue) -> Result<Value, Cause> {
        if !self.ping.info_sections {
            return Err(Cause::InfoSection);
        }
        let datum = self.in_force.info.get(section).and_then(|declared| declared.get(field));
        let datum = datum.ok_or(Cause::InfoField)?;
        if !self.permit.allows(datum) {
            return Err(Cause::Denied);
        }
        info_value(field, raw, &self.ping.reasons)
    }

    /// The id goes on as a keyed hash, if at all: it is never in what is kept here.
    fn client_id(&mut self, found: Found<'_>, raw: &RawValue) {
        if self.ping.client_id.is_none() {
            return self.leave(Cause::ClientUndeclared, found);
        }
        let id = text(raw, 36).and_then(|id| candor_kernel::DocumentId::parse(&id));
        match (id, &mut self.trace) {
            (None, _) => self.leave(Cause::ClientForm, found),
            (Some(_), Some(trace)) => trace.kept_unseen(found),
            (Some(_), None) => {}
        }
    }

    fn metric(&mut self, kind: &str, id: &str, raw: &RawValue) -> Option<Value> {
        let mut found = Found { section: "metrics", kind, id, came: raw.get(), ..Found::NOTHING };
        let Some(metric) = self.ping.metrics.get(id) else {
            self.leave(Cause::of_undeclared(id), found);
            return self.switched.keep_undeclared.then(|| serde_json::from_str(raw.get()).ok())?;
        };
        if let Err(cause) = self.standing(metric) {
            self.leave(cause, found);
            return None;
        }
        if metric.kind.slug() != kind {
            self.leave(Cause::OtherType, Found { wants: metric.kind.slug(), ..found });
            return None;
        }
        found.wants = value::wants(metric.kind);
        let mut folded = false;
        let checked =
            value::check(metric.kind, metric.labels.as_ref(), raw, &mut |label, raw, cause| {
                folded = true;
                self.tell(cause, Found { part: label, came: raw.get(), ..found });
            });
        let Some(checked) = checked else {
            self.leave(Cause::Value, found);
            return None;
        };
        if folded {
            self.count(Cause::Label, 1);
        }
        self.keep(found);
        Some(checked)
    }

    pub(super) fn standing(&self, metric: &MetricTerms) -> Result<(), Cause> {
        match metric.standing {
            Err(Why::Expired) => Err(Cause::Ended),
            Err(Why::Unreviewed) => Err(Cause::Unreviewed),
            Err(Why::Unclassified) => Err(Cause::Unclassified),
            Err(Why::Unsupported) => Err(Cause::Unsupported),
            Err(Why::Unread) => Err(Cause::Unread),
            Err(Why::Unexplained) => Err(Cause::Unexplained),
            Ok(()) if outlived(metric.expires, self.version) => Err(Cause::Outlived),
            Ok(()) if !self.permit.allows(&metric.datum) => Err(Cause::Denied),
            Ok(()) => Ok(()),
        }
    }
}

fn info_value(field: &str, raw: &RawValue, reasons: &BTreeSet<String>) -> Result<Value, Cause> {
    if let Some(number) = whole(raw) {
        // A reason is one of a list, and no list has a number.
        let is_reason = field == "reason";
        return (!is_reason).then(|| json!(number)).ok_or(Cause::Reason);
    }
    match text(raw, INFO_TEXT_BYTES) {
        Some(reason) if field == "reason" && !reasons.contains(reason.as_ref()) => {
            Err(Cause::Reason)
        }
        Some(text) if !text.contains('\0') => Ok(json!(text)),
        _ => Err(Cause::InfoValue),
    }
}
