//! All that this server remembers to limit abuse: in memory, for an hour at most (S10).

use std::sync::Arc;
use std::time::Duration;

use super::{FailureLimit, Places, SubmitLimit};

/// The limits of one server and what they go by. Cheap to clone.
#[derive(Clone)]
pub struct Memory {
    /// Wrong tries of tokens and owner codes.
    pub failures: Arc<FailureLimit>,
    /// Pings on their way.
    pub submits: SubmitLimit,
    /// Places, and their key.
    pub places: Arc<Places>,
}

impl Memory {
    /// Forgets what is over its time; called every half minute.
    pub fn forget_old(&self, now: Duration) {
        self.failures.forget_old(now);
        self.submits.forget_old(now);
        self.places.forget_old(now);
    }

    /// Returns the age of the oldest thing that is remembered; nothing where there is none.
    #[must_use]
    pub fn oldest(&self, now: Duration) -> Option<Duration> {
        let ages = [self.failures.oldest(now), self.submits.oldest(now), self.places.oldest(now)];
        ages.into_iter().flatten().max()
    }
}
