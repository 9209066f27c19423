//! The parts of a ping (docs/glean.md 3.3), and no more of them than a bounded number: what a ping
//! makes this server allocate is a small multiple of what is declared, whatever it holds. Values
//! stay raw until it is known which are wanted.

use std::collections::BTreeMap;

use candor_kernel::{DocumentId, limits};
use serde_json::value::RawValue;

use crate::rules::json::{Name, Stop, each, items, text};
use crate::rules::{Refusal, Trace};

/// Raw values by name.
pub type Fields<'a> = BTreeMap<Name<'a>, &'a RawValue>;

/// The parts of a ping. Anything beside them makes it malformed, and so does any key of theirs
/// that stands twice.
#[derive(Default)]
pub struct Payload<'a> {
    /// Fields about the ping.
    pub ping_info: Fields<'a>,
    /// Fields about the client, its id among them.
    pub client_info: Fields<'a>,
    /// Metrics by type and id.
    pub metrics: BTreeMap<Name<'a>, Fields<'a>>,
    /// The first events, in the order they happened.
    pub events: Vec<&'a RawValue>,
    /// How many events came beyond those that a ping may have.
    pub events_beyond: u64,
}

/// Why a body is no ping, and where.
#[derive(Debug, PartialEq, Eq)]
pub struct Broken {
    /// The refusal its sender is told.
    pub refusal: Refusal,
    /// What is wrong where, for the person who builds the sender.
    pub at: String,
}

impl Broken {
    /// Notes the place where somebody looks, and leaves the refusal.
    pub fn noted(self, trace: Option<&mut Trace>) -> Refusal {
        if let Some(trace) = trace {
            trace.at = Some(self.at);
        }
        self.refusal
    }
}

impl From<Broken> for Refusal {
    fn from(broken: Broken) -> Self {
        broken.refusal
    }
}

/// Reads the parts of a ping.
pub fn parse(json: &[u8]) -> Result<Payload<'_>, Broken> {
    let json = str::from_utf8(json).map_err(|error| {
        malformed(format!("Byte {} of the body is not UTF-8.", error.valid_up_to() + 1))
    })?;
    let mut payload = Payload::default();
    let mut room = limits::PING_ENTRIES;
    let mut parts = Vec::new();
    let read = each(json, |name, part| {
        // Each may stand once: their number is that of the match below.
        if parts.contains(&name) {
            return Err(twice(&name));
        }
        match name.as_ref() {
            "ping_info" => payload.ping_info = fields(&|| "ping_info".into(), part, &mut room)?,
            "client_info" => {
                payload.client_info = fields(&|| "client_info".into(), part, &mut room)?;
            }
            "metrics" => payload.metrics = metrics(part, &mut room)?,
            "events" => (payload.events, payload.events_beyond) = events(part)?,
            // Which schema the sender followed; never kept.
            "$schema" => {}
            other => return Err(malformed(format!("{} is no part of a ping.", quoted(other)))),
        }
        parts.push(name);
        Ok(())
    });
    read.map_err(|stop| broken(stop, "The body"))?;
    Ok(payload)
}

impl Payload<'_> {
    /// Returns the client's random id, where there is one.
    #[must_use]
    pub fn client_id(&self) -> Option<DocumentId> {
        let id = text(self.client_info.get("client_id")?, 36)?;
        DocumentId::parse(&id)
    }

    /// Tells whether it holds any metric or event, wanted or not.
    #[must_use]
    pub fn has_metrics(&self) -> bool {
        self.metrics.values().any(|values| !values.is_empty()) || !self.events.is_empty()
    }
}

fn metrics<'a>(
    part: &'a RawValue,
    room: &mut usize,
) -> Result<BTreeMap<Name<'a>, Fields<'a>>, Broken> {
    let mut metrics = BTreeMap::new();
    let read = each(part.get(), |kind, values| {
        take(room)?;
        let values = fields(&|| format!("metrics.{}", cut(&kind)), values, room)?;
        match metrics.contains_key(&kind) {
            true => Err(twice(&format!("metrics.{}", cut(&kind)))),
            false => {
                metrics.insert(kind, values);
                Ok(())
            }
        }
    });
    read.map_err(|stop| broken(stop, "`metrics`"))?;
    Ok(metrics)
}

/// The path is written only where something is wrong with it.
fn fields<'a>(
    path: &dyn Fn() -> String,
    part: &'a RawValue,
    room: &mut usize,
) -> Result<Fields<'a>, Broken> {
    let mut fields = Fields::new();
    let read = each(part.get(), |name, value| {
        take(room)?;
        match fields.contains_key(&name) {
            true => Err(twice(&format!("{}.{name}", path()))),
            false => {
                fields.insert(name, value);
                Ok(())
            }
        }
    });
    read.map_err(|stop| broken(stop, &quoted(&path())))?;
    Ok(fields)
}

fn events(part: &RawValue) -> Result<(Vec<&RawValue>, u64), Broken> {
    let (mut first, mut beyond) = (Vec::new(), 0);
    let read = items(part.get(), |event| {
        match first.len() < limits::EVENTS_PER_PING {
            true => first.push(event),
            false => beyond += 1,
        }
        Ok(())
    });
    read.map_err(|stop| broken(stop, "`events`"))?;
    Ok((first, beyond))
}

fn take(room: &mut usize) -> Result<(), Broken> {
    *room = room.checked_sub(1).ok_or_else(|| Broken {
        refusal: Refusal::TooLarge,
        at: format!("The ping has more than {} fields and metrics.", limits::PING_ENTRIES),
    })?;
    Ok(())
}

/// The parser's line and column are of the whole body where `what` is; of a part they would say
/// nothing, and there only the form can be wrong, since the whole was read before.
fn broken(stop: Stop<Broken>, what: &str) -> Broken {
    match stop {
        Stop::Visitor(broken) => broken,
        Stop::Json(error) if error.is_data() => {
            let wanted = if what == "`events`" { "a list" } else { "an object" };
            malformed(format!("{what} is not {wanted}."))
        }
        Stop::Json(error) => malformed(format!(
            "The JSON breaks at line {}, column {}.",
            error.line(),
            error.column()
        )),
    }
}

fn malformed(at: String) -> Broken {
    Broken { refusal: Refusal::Malformed, at }
}

fn twice(path: &str) -> Broken {
    malformed(format!("{} stands twice.", quoted(path)))
}

fn quoted(text: &str) -> String {
    format!("`{}`", cut(text))
}

fn cut(text: &str) -> String {
    text.chars().take(120).collect()
}
