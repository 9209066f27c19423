//! Wrong tries, counted by place: for tokens and owner codes. The same for everybody (S10).

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use candor_kernel::limits::{AUTH_FAILURES_PER_HOUR, AUTH_PLACES};

use super::{LIFE, Place};
use crate::Problem;

/// Lets a place try a secret so many times an hour, counting from its first wrong try.
///
/// Memory is bounded: where too many places are remembered, the oldest is forgotten. This slows
/// guessing down; a secret must be too long to guess all the same.
#[derive(Default)]
pub struct FailureLimit(Mutex<HashMap<Place, Tries>>);

#[derive(Clone, Copy)]
struct Tries {
    since: Duration,
    count: usize,
}

impl FailureLimit {
    /// Admits one try at `now` (of a monotonic clock), or answers 429. The try counts as wrong
    /// until [`FailureLimit::succeeded`] says otherwise, so that tries made all at once count too.
    pub fn admit(&self, place: Place, now: Duration) -> Result<(), Problem> {
        let mut places = self.places();
        let old = |tries: &Tries| now.saturating_sub(tries.since) >= LIFE;
        if places.get(&place).is_some_and(old) {
            places.remove(&place);
        }
        if !places.contains_key(&place) && places.len() >= AUTH_PLACES {
            places.retain(|_, tries| !old(tries));
            forget_oldest(&mut places);
        }
        let tries = places.entry(place).or_insert(Tries { since: now, count: 0 });
        if tries.count >= AUTH_FAILURES_PER_HOUR {
            let wait = LIFE.saturating_sub(now.saturating_sub(tries.since));
            return Err(Problem::too_many_tries(wait.as_secs() + 1));
        }
        tries.count += 1;
        Ok(())
    }

    /// Takes one admitted try back: its secret was right.
    pub fn succeeded(&self, place: Place) {
        let mut places = self.places();
        if let Some(tries) = places.get_mut(&place) {
            tries.count = tries.count.saturating_sub(1);
            if tries.count == 0 {
                places.remove(&place);
            }
        }
    }

    /// Returns how long the place that is remembered longest has been; nothing where none is.
    #[must_use]
    pub fn oldest(&self, now: Duration) -> Option<Duration> {
        self.places().values().map(|tries| now.saturating_sub(tries.since)).max()
    }

    /// Forgets what is over its hour; called every half minute.
    pub fn forget_old(&self, now: Duration) {
        self.places().retain(|_, tries| now.saturating_sub(tries.since) < LIFE);
    }

    fn places(&self) -> MutexGuard<'_, HashMap<Place, Tries>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn forget_oldest(places: &mut HashMap<Place, Tries>) {
    if places.len() < AUTH_PLACES {
        return;
    }
    let oldest = places.iter().min_by_key(|(_, tries)| tries.since).map(|(place, _)| *place);
    if let Some(oldest) = oldest {
        places.remove(&oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(number: u128) -> Place {
        Place(number.to_be_bytes())
    }

    fn tries(limit: &FailureLimit, place: Place, now: Duration) -> usize {
        (0..100).take_while(|_| limit.admit(place, now).is_ok()).count()
    }

    #[test]
    fn nothing_is_remembered_longer_than_an_hour() {
        let limit = FailureLimit::default();
        let start = Duration::from_secs(7);
        assert!(limit.admit(place(1), start).is_ok());
        limit.forget_old(start + LIFE - Duration::from_secs(1));
        assert_eq!(limit.places().len(), 1);
        limit.forget_old(start + LIFE);
        assert_eq!(limit.places().len(), 0);
    }

    #[test]
    fn a_place_has_its_tries_and_then_waits_an_hour() {
        let limit = FailureLimit::default();
        let start = Duration::from_secs(7);
        assert_eq!(tries(&limit, place(1), start), AUTH_FAILURES_PER_HOUR);
        assert_eq!(tries(&limit, place(2), start), AUTH_FAILURES_PER_HOUR, "others are untouched");
        let almost = start + LIFE - Duration::from_millis(1);
        assert_eq!(tries(&limit, place(1), almost), 0);
        let problem = limit.admit(place(1), almost).expect_err("still waiting");
        assert_eq!(problem.status().as_u16(), 429);
        assert_eq!(tries(&limit, place(1), start + LIFE), AUTH_FAILURES_PER_HOUR);
    }

    #[test]
    fn right_tries_cost_nothing() {
        let limit = FailureLimit::default();
        for _ in 0..10 * AUTH_FAILURES_PER_HOUR {
            assert!(limit.admit(place(1), Duration::ZERO).is_ok());
            limit.succeeded(place(1));
        }
        assert!(limit.places().is_empty(), "nothing of a right try is kept");
        limit.succeeded(place(9));
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_is_forgotten() {
        let limit = FailureLimit::default();
        for number in 0..AUTH_PLACES as u128 + 5 {
            let now = Duration::from_millis(u64::try_from(number).expect("small"));
            assert!(limit.admit(place(number), now).is_ok());
        }
        assert_eq!(limit.places().len(), AUTH_PLACES);
        assert!(!limit.places().contains_key(&place(4)));
        assert!(limit.places().contains_key(&place(5)));
    }
}
