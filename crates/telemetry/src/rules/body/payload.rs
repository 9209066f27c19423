//! The parts of a ping (docs/glean.md 3.3), and no more of them than a bounded number: what a ping
//! makes this server allocate is a small multiple of what is declared, whatever it holds. Values
//! stay raw until it is known which are wanted.

use candor_kernel::DocumentId;
use serde_json::value::RawValue;

use crate::rules::json::{Name, text};
use crate::rules::{Refusal, Trace};

mod walk;

pub use walk::parse;

/// What an object holds, in the order of names; each name once.
#[derive(Clone)]
pub struct ByName<'a, T>(Vec<(Name<'a>, T)>);

/// Raw values by name.
pub type Fields<'a> = ByName<'a, &'a RawValue>;

/// The parts of a ping. Anything beside them makes it malformed, and so does any key of theirs
/// that stands twice.
#[derive(Default)]
pub struct Payload<'a> {
    /// Fields about the ping.
    pub ping_info: Fields<'a>,
    /// Fields about the client, its id among them.
    pub client_info: Fields<'a>,
    /// Metrics by type and id.
    pub metrics: ByName<'a, Fields<'a>>,
    /// The first events, in the order they happened.
    pub events: Vec<&'a RawValue>,
    /// How many events came beyond those that a ping may have.
    pub events_beyond: u64,
}

impl<T> Default for ByName<'_, T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'a, T> ByName<'a, T> {
    /// Orders entries; fails with a name that stands twice.
    fn new(mut entries: Vec<(Name<'a>, T)>) -> Result<Self, Name<'a>> {
        entries.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        match entries.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            Some(pair) => Err(pair[0].0.clone()),
            None => Ok(Self(entries)),
        }
    }

    /// Finds one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&T> {
        let place = self.0.binary_search_by(|(other, _)| other.as_ref().cmp(name)).ok()?;
        Some(&self.0[place].1)
    }

    /// Returns all, in the order of names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value))
    }

    /// Returns how many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Tells whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
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
        self.metrics.iter().any(|(_, values)| !values.is_empty()) || !self.events.is_empty()
    }
}
