//! The debug view: what became of pings that their sender tagged with `X-Debug-ID`, for the
//! operator. It is bounded, in memory only, and everything in it is gone after 24 hours; a ping
//! shown here is not stored anywhere.
//!
//! Everybody can send tagged pings. So a tag that somebody looks at is not displaced by those of
//! others, and what is over the limit goes where most is held.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use candor_kernel::{Dice, Secret, Timestamp, limits};
use subtle::ConstantTimeEq;

use crate::rules::cause::cut;
use crate::rules::{Refusal, Trace};

const LIFE: Duration = Duration::from_secs(limits::DEBUG_HOURS as u64 * 3600);
const WATCHED: Duration = Duration::from_secs(limits::DEBUG_WATCHED_SECONDS as u64);
/// What a row takes beside its texts.
const ROW_BYTES: usize = 128;

/// The tag of a sender: 1 to 20 of a-z A-Z 0-9 -, as SDKs check it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tag(String);

impl Tag {
    /// Reads a tag; anything else is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        let is_tag = (1..=20).contains(&text.len()) && text.bytes().all(allowed);
        is_tag.then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What became of a tagged ping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It would have been kept.
    Accepted,
    /// One with its id was kept before; it would have been noticed.
    Duplicate,
    /// It was refused whole.
    Refused(Refusal),
}

impl Outcome {
    /// Returns its name, as replies and counters use it.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Duplicate => "duplicate",
            Self::Refused(refusal) => refusal.slug(),
        }
    }
}

/// A tagged ping as it is shown.
pub struct Seen {
    /// Grows with every tagged ping of this process.
    pub number: u64,
    /// When it arrived.
    pub arrived: Timestamp,
    /// App, kind and document as its path named them; none where a person does not want it kept.
    pub path: Option<[String; 3]>,
    /// What became of it.
    pub outcome: Outcome,
    /// What became of its parts.
    pub trace: Trace,
}

impl Seen {
    fn new(number: u64, path: [&str; 4], outcome: Outcome, trace: Trace, now: Timestamp) -> Self {
        if outcome == Outcome::Refused(Refusal::OptedOut) {
            return Self { number, arrived: now, path: None, outcome, trace: Trace::default() };
        }
        let [app, ping, _, document] = path;
        let path = Some([app, ping, document].map(cut));
        Self { number, arrived: now, path, outcome, trace }
    }

    fn bytes(&self) -> usize {
        let texts = self.path.iter().flatten().map(String::len).sum::<usize>();
        let rows = self.trace.rows.iter().map(|row| row.bytes() + ROW_BYTES).sum::<usize>();
        ROW_BYTES + texts + rows
    }

    fn old(&self, now: Timestamp) -> bool {
        now.since(self.arrived) >= LIFE
    }
}

/// The store of the debug view.
#[derive(Default)]
pub struct Debug(Mutex<Held>);

#[derive(Default)]
struct Held {
    tags: BTreeMap<Tag, Tagged>,
    links: VecDeque<Link>,
    count: u64,
}

#[derive(Default)]
struct Tagged {
    /// Newest last.
    pings: VecDeque<Arc<Seen>>,
    bytes: usize,
    watched: Option<Timestamp>,
}

struct Link {
    tag: Tag,
    secret: Secret,
    made: Timestamp,
}

impl Debug {
    /// Takes a tagged ping in.
    pub fn add(&self, tag: &Tag, path: [&str; 4], outcome: Outcome, trace: Trace, now: Timestamp) {
        let mut held = self.held(now);
        if !held.has_room_for(tag, now) {
            return;
        }
        held.count += 1;
        let seen = Arc::new(Seen::new(held.count, path, outcome, trace, now));
        held.tags.entry(tag.clone()).or_default().push(seen);
        while held.bytes() > limits::DEBUG_BYTES {
            held.drop_one(now);
        }
    }

    /// Returns the pings of a tag, newest first, and remembers that somebody looks.
    #[must_use]
    pub fn look(&self, tag: &Tag, now: Timestamp) -> Vec<Arc<Seen>> {
        let mut held = self.held(now);
        if !held.has_room_for(tag, now) {
            held.forget_least_watched();
        }
        let tagged = held.tags.entry(tag.clone()).or_default();
        tagged.watched = Some(now);
        tagged.pings.iter().rev().cloned().collect()
    }

    /// Tells whether somebody looked at a tag a short time ago.
    #[must_use]
    pub fn watched(&self, tag: &Tag, now: Timestamp) -> bool {
        self.held(now).tags.get(tag).is_some_and(|tagged| tagged.watched(now))
    }

    /// Makes a link to the page of a tag, which opens for a day: its path.
    #[must_use]
    pub fn link(&self, tag: &Tag, dice: &dyn Dice, now: Timestamp) -> String {
        let secret = Secret::roll(dice);
        let path = format!("/debug/{tag}/{}", base16(&secret));
        let mut held = self.held(now);
        if held.links.len() >= limits::DEBUG_LINKS {
            held.links.pop_front();
        }
        held.links.push_back(Link { tag: tag.clone(), secret, made: now });
        path
    }

    /// Tells whether a secret opens the page of a tag. Every link is compared, none ends it early.
    #[must_use]
    pub fn opens(&self, tag: &Tag, secret: &str, now: Timestamp) -> bool {
        let held = self.held(now);
        let links = held.links.iter().filter(|link| link.tag == *tag);
        links.fold(false, |opens, link| {
            opens | bool::from(base16(&link.secret).as_bytes().ct_eq(secret.as_bytes()))
        })
    }

    /// Forgets what is over its time; called every minute, and by everything else here.
    pub fn forget_old(&self, now: Timestamp) {
        drop(self.held(now));
    }

    /// Nothing that is over its time is ever in what this returns.
    fn held(&self, now: Timestamp) -> MutexGuard<'_, Held> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.forget_old(now);
        held
    }
}

impl Held {
    fn forget_old(&mut self, now: Timestamp) {
        self.links.retain(|link| now.since(link.made) < LIFE);
        for tagged in self.tags.values_mut() {
            while tagged.pings.front().is_some_and(|seen| seen.old(now)) {
                tagged.pop();
            }
        }
        self.tags.retain(|_, tagged| !tagged.pings.is_empty() || tagged.watched(now));
    }

    /// Makes room for one more tag where there must be; tells whether there is.
    fn has_room_for(&mut self, tag: &Tag, now: Timestamp) -> bool {
        if self.tags.contains_key(tag) || self.tags.len() < limits::DEBUG_TAGS {
            return true;
        }
        let unwatched = self.tags.iter().filter(|(_, tagged)| !tagged.watched(now));
        let oldest = unwatched.min_by_key(|(_, tagged)| tagged.pings.back().map(|s| s.number));
        let oldest = oldest.map(|(tag, _)| tag.clone());
        oldest.is_some_and(|tag| self.tags.remove(&tag).is_some())
    }

    fn forget_least_watched(&mut self) {
        let least = self.tags.iter().min_by_key(|(_, tagged)| tagged.watched);
        if let Some(tag) = least.map(|(tag, _)| tag.clone()) {
            self.tags.remove(&tag);
        }
    }

    fn bytes(&self) -> usize {
        self.tags.values().map(|tagged| tagged.bytes).sum()
    }

    /// Drops the oldest ping of the tag that holds most, of those that nobody watches first.
    fn drop_one(&mut self, now: Timestamp) {
        let full = self.tags.values_mut().filter(|tagged| !tagged.pings.is_empty());
        let most = full.max_by_key(|tagged| (!tagged.watched(now), tagged.bytes));
        if let Some(tagged) = most {
            tagged.pop();
        }
    }
}

impl Tagged {
    fn push(&mut self, seen: Arc<Seen>) {
        self.bytes += seen.bytes();
        self.pings.push_back(seen);
        if self.pings.len() > limits::DEBUG_PINGS_PER_TAG {
            self.pop();
        }
    }

    fn pop(&mut self) {
        if let Some(seen) = self.pings.pop_front() {
            self.bytes -= seen.bytes();
        }
    }

    fn watched(&self, now: Timestamp) -> bool {
        self.watched.is_some_and(|at| now.since(at) < WATCHED)
    }
}

fn base16(secret: &Secret) -> String {
    secret.expose().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
