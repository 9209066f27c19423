//! How much may be on its way at one time: pings by place and minute, bytes of bodies by place and
//! in all. It is told nothing of a sender but their place, so it cannot spare or punish anybody (S10).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use candor_kernel::limits::{SUBMIT_BYTES, SUBMIT_PER_MINUTE, SUBMIT_PLACE_BYTES, SUBMIT_PLACES};

use super::{LIFE, Place};

const MINUTE: Duration = Duration::from_secs(60);

/// Why a sender is asked to come again later. Never a reason to lose what they sent: answer 503,
/// since SDKs forget a ping after any 4xx, 429 too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Overload {
    /// This place has sent as many pings as one may in a minute.
    #[error("too many pings came from one network within a minute")]
    Often,
    /// The bodies that this place is sending hold as many bytes as those of one may.
    #[error("too many bytes are on their way from one network")]
    Place,
    /// The bodies of all places hold as many bytes as this server takes at one time.
    #[error("too many bytes are on their way from everybody together")]
    Server,
}

/// Admits pings and counts their bytes while they are on their way. Cheap to clone.
///
/// Memory is bounded by what it counts and by how many places it remembers. A place is forgotten
/// when its minute is over and nothing of it is on its way, at the latest after an hour.
#[derive(Clone)]
pub struct SubmitLimit(Arc<Senders>);

/// How much is admitted.
#[derive(Debug, Clone, Copy)]
pub struct Admits {
    /// Pings from one place in a minute.
    pub per_minute: usize,
    /// Bytes of bodies on their way from one place.
    pub place_bytes: usize,
    /// Bytes of bodies on their way from all places.
    pub bytes: usize,
    /// Places that are remembered.
    pub places: usize,
}

impl Default for Admits {
    fn default() -> Self {
        Self {
            per_minute: SUBMIT_PER_MINUTE,
            place_bytes: SUBMIT_PLACE_BYTES,
            bytes: SUBMIT_BYTES,
            places: SUBMIT_PLACES,
        }
    }
}

/// One ping on its way. What it has taken is given back when this is dropped.
pub struct Taken {
    senders: Arc<Senders>,
    place: Place,
    bytes: usize,
}

struct Senders {
    admits: Admits,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    places: HashMap<Place, Sender>,
    bytes: usize,
}

struct Sender {
    /// When its minute began.
    since: Duration,
    /// Pings in that minute.
    pings: usize,
    /// Pings on their way.
    under_way: usize,
    /// Their bytes so far.
    bytes: usize,
}

impl Default for SubmitLimit {
    fn default() -> Self {
        Self::new(Admits::default())
    }
}

impl SubmitLimit {
    /// Makes a limit that admits this much.
    #[must_use]
    pub fn new(admits: Admits) -> Self {
        Self(Arc::new(Senders { admits, state: Mutex::default() }))
    }

    /// Admits one ping at `now` (of a monotonic clock), before anything of its body is read.
    pub fn begin(&self, place: Place, now: Duration) -> Result<Taken, Overload> {
        let Admits { per_minute, places, .. } = self.0.admits;
        let mut state = self.0.state();
        if !state.places.contains_key(&place) && state.places.len() >= places {
            // All idle ones at once, so that a flood of places pays for this once in a while only.
            state.places.retain(|_, sender| sender.under_way > 0);
            if state.places.len() >= places {
                return Err(Overload::Server);
            }
        }
        let fresh = Sender { since: now, pings: 0, under_way: 0, bytes: 0 };
        let sender = state.places.entry(place).or_insert(fresh);
        if now.saturating_sub(sender.since) >= MINUTE {
            (sender.since, sender.pings) = (now, 0);
        }
        if sender.pings >= per_minute {
            return Err(Overload::Often);
        }
        sender.pings += 1;
        sender.under_way += 1;
        Ok(Taken { senders: Arc::clone(&self.0), place, bytes: 0 })
    }

    /// Forgets places that are over their minute; called every half minute.
    pub fn forget_old(&self, now: Duration) {
        self.0.state().places.retain(|_, sender| {
            let age = now.saturating_sub(sender.since);
            age < MINUTE || (sender.under_way > 0 && age < LIFE)
        });
    }

    /// Returns how long the place that is remembered longest has been; nothing where none is.
    #[must_use]
    pub fn oldest(&self, now: Duration) -> Option<Duration> {
        let state = self.0.state();
        state.places.values().map(|sender| now.saturating_sub(sender.since)).max()
    }

    /// Returns how many bytes are on their way now.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.0.state().bytes
    }
}

impl Senders {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    /// Takes so many bytes more, as they arrive. What was refused is not taken.
    pub fn more(&mut self, bytes: usize) -> Result<(), Overload> {
        let Admits { place_bytes, bytes: all_bytes, .. } = self.senders.admits;
        let mut state = self.senders.state();
        let all = state.bytes.saturating_add(bytes);
        if all > all_bytes {
            return Err(Overload::Server);
        }
        if let Some(sender) = state.places.get_mut(&self.place) {
            let place = sender.bytes.saturating_add(bytes);
            if place > place_bytes {
                return Err(Overload::Place);
            }
            sender.bytes = place;
        }
        state.bytes = all;
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let mut state = self.senders.state();
        state.bytes -= self.bytes;
        // It may have been forgotten, or forgotten and seen anew.
        if let Some(sender) = state.places.get_mut(&self.place) {
            sender.under_way = sender.under_way.saturating_sub(1);
            sender.bytes = sender.bytes.saturating_sub(self.bytes);
        }
    }
}

#[cfg(test)]
mod tests;
