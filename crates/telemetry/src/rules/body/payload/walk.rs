//! Through the bytes of a ping, once: what is nested is read where it stands.

use std::fmt;

use candor_kernel::limits;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{Broken, ByName, Fields, Payload};
use crate::rules::Refusal;
use crate::rules::json::{Name, Text};

/// Reads the parts of a ping.
pub fn parse(json: &[u8]) -> Result<Payload<'_>, Broken> {
    let json = str::from_utf8(json).map_err(|error| {
        malformed(format!("Byte {} of the body is not UTF-8.", error.valid_up_to() + 1))
    })?;
    let mut walk = Walk { room: limits::PING_ENTRIES, part: "", kind: None, broken: None };
    let mut reader = serde_json::Deserializer::from_str(json);
    let read = Parts(&mut walk).deserialize(&mut reader);
    read.and_then(|payload| reader.end().map(|()| payload)).map_err(|error| walk.explain(&error))
}

/// Where a walk is, and what it may still take.
struct Walk<'a> {
    /// Entries that may still come.
    room: usize,
    /// The part it is in; empty at the top.
    part: &'static str,
    /// The type of metrics it is in.
    kind: Option<Name<'a>>,
    /// Why it ended early.
    broken: Option<Broken>,
}

impl<'a> Walk<'a> {
    fn stop<E: Error>(&mut self, broken: Broken) -> E {
        self.broken = Some(broken);
        E::custom("stopped")
    }

    fn take<E: Error>(&mut self) -> Result<(), E> {
        match self.room.checked_sub(1) {
            Some(room) => self.room = room,
            None => {
                let most = limits::PING_ENTRIES;
                return Err(self.stop(Broken {
                    refusal: Refusal::TooLarge,
                    at: format!("The ping has more than {most} fields and metrics."),
                }));
            }
        }
        Ok(())
    }

    fn by_name<T, E: Error>(&mut self, entries: Vec<(Name<'a>, T)>) -> Result<ByName<'a, T>, E> {
        ByName::new(entries).map_err(|name| {
            let path = format!("{}.{name}", self.path());
            self.stop(twice(&path))
        })
    }

    fn path(&self) -> String {
        match &self.kind {
            Some(kind) => format!("{}.{}", self.part, cut(kind)),
            None => self.part.to_owned(),
        }
    }

    /// The parser's line and column are of the whole body.
    fn explain(self, error: &serde_json::Error) -> Broken {
        if let Some(broken) = self.broken {
            return broken;
        }
        if !error.is_data() {
            let (line, column) = (error.line(), error.column());
            return malformed(format!("The JSON breaks at line {line}, column {column}."));
        }
        let wanted = if self.part == "events" { "a list" } else { "an object" };
        let path = self.path();
        let what = if path.is_empty() { "The body".to_owned() } else { quoted(&path) };
        malformed(format!("{what} is not {wanted}."))
    }
}

/// The whole.
struct Parts<'w, 'a>(&'w mut Walk<'a>);

/// An info section, or the metrics of one type.
struct Section<'w, 'a>(&'w mut Walk<'a>);

/// The metrics of all types.
struct Metrics<'w, 'a>(&'w mut Walk<'a>);

/// The first events, and how many came after them.
struct Events;

const PARTS: [&str; 5] = ["ping_info", "client_info", "metrics", "events", "$schema"];

impl<'a> Visitor<'a> for Parts<'_, 'a> {
    type Value = Payload<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Payload<'a>, A::Error> {
        let walk = self.0;
        let mut payload = Payload::default();
        let mut seen = [false; PARTS.len()];
        while let Some(Text(name)) = map.next_key()? {
            let Some(place) = PARTS.iter().position(|part| *part == name) else {
                let at = format!("{} is no part of a ping.", quoted(&name));
                return Err(walk.stop(malformed(at)));
            };
            if std::mem::replace(&mut seen[place], true) {
                return Err(walk.stop(twice(&name)));
            }
            walk.part = PARTS[place];
            match walk.part {
                "ping_info" => payload.ping_info = map.next_value_seed(Section(walk))?,
                "client_info" => payload.client_info = map.next_value_seed(Section(walk))?,
                "metrics" => payload.metrics = map.next_value_seed(Metrics(walk))?,
                "events" => {
                    (payload.events, payload.events_beyond) = map.next_value_seed(Events)?;
                }
                // Which schema the sender followed; never kept.
                _ => drop(map.next_value::<&RawValue>()?),
            }
            walk.part = "";
        }
        Ok(payload)
    }
}

impl<'a> Visitor<'a> for Section<'_, 'a> {
    type Value = Fields<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Fields<'a>, A::Error> {
        let mut entries = Vec::new();
        while let Some((Text(name), value)) = map.next_entry()? {
            self.0.take()?;
            entries.push((name, value));
        }
        self.0.by_name(entries)
    }
}

impl<'a> Visitor<'a> for Metrics<'_, 'a> {
    type Value = ByName<'a, Fields<'a>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let walk = self.0;
        let mut kinds = Vec::new();
        while let Some(Text(kind)) = map.next_key()? {
            walk.take()?;
            walk.kind = Some(kind.clone());
            kinds.push((kind, map.next_value_seed(Section(walk))?));
            walk.kind = None;
        }
        walk.by_name(kinds)
    }
}

impl<'a> Visitor<'a> for Events {
    type Value = (Vec<&'a RawValue>, u64);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let (mut first, mut beyond) = (Vec::new(), 0);
        while let Some(event) = list.next_element()? {
            match first.len() < limits::EVENTS_PER_PING {
                true => first.push(event),
                false => beyond += 1,
            }
        }
        Ok((first, beyond))
    }
}

/// Each of them reads one form and no other: a list is never taken for an object.
macro_rules! seed {
    ($($reader:ty => $form:ident),+) => {
        $(impl<'a> DeserializeSeed<'a> for $reader {
            type Value = <Self as Visitor<'a>>::Value;

            fn deserialize<D: Deserializer<'a>>(self, from: D) -> Result<Self::Value, D::Error> {
                from.$form(self)
            }
        })+
    };
}

seed!(
    Parts<'_, 'a> => deserialize_map,
    Section<'_, 'a> => deserialize_map,
    Metrics<'_, 'a> => deserialize_map,
    Events => deserialize_seq
);

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
