//! Time and chance that a test decides.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use candor_kernel::{Clock, Day, Dice, Timestamp};

/// A clock that moves only when told. Its monotonic side follows steps forward and never goes back.
pub struct FixedClock(Mutex<(Timestamp, Duration)>);

impl FixedClock {
    /// Makes a clock that stands at `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(Mutex::new((now, Duration::ZERO)))
    }

    /// Makes a clock that stands at noon of a day, `yyyy-mm-dd`.
    ///
    /// Panics when the text is no day.
    #[must_use]
    pub fn on(day: &str) -> Self {
        let day = Day::parse(day).expect("a test names a real day, yyyy-mm-dd");
        Self::at(day.start().plus(Duration::from_secs(12 * 3600)))
    }

    /// Sets the wall clock, back or forward.
    pub fn set(&self, now: Timestamp) {
        let mut time = self.time();
        let passed = now.since(time.0);
        *time = (now, time.1 + passed);
    }

    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        let mut time = self.time();
        *time = (time.0.plus(by), time.1 + by);
    }

    fn time(&self) -> MutexGuard<'_, (Timestamp, Duration)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.time().0
    }

    fn monotonic(&self) -> Duration {
        self.time().1
    }
}

/// Dice that give the same bytes for the same seed. Never for secrets of a real server.
pub struct SeededDice(Mutex<u64>);

impl SeededDice {
    /// Makes dice of a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }
}

impl Dice for SeededDice {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for chunk in bytes.chunks_mut(8) {
            // SplitMix64 (Steele, Lea and Flood, 2014).
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut word = *state;
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            word ^= word >> 31;
            chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_monotonic_side_never_goes_back() {
        let clock = FixedClock::on("2026-11-21");
        let start = clock.now();
        assert_eq!(start.to_string(), "2026-11-21T12:00:00Z");
        clock.advance(Duration::from_secs(10));
        clock.set(start);
        assert_eq!((clock.now(), clock.monotonic()), (start, Duration::from_secs(10)));
        clock.set(start.plus(Duration::from_secs(5)));
        assert_eq!(clock.monotonic(), Duration::from_secs(15));
    }

    #[test]
    fn dice_fall_the_same_way_for_the_same_seed() {
        let roll = |seed: u64| {
            let (dice, mut bytes) = (SeededDice::new(seed), [0; 20]);
            dice.fill(&mut bytes);
            bytes
        };
        assert_eq!(roll(1), roll(1));
        assert_ne!(roll(1), roll(2));
        // The published first output for the seed 1234567 is 6457827717110365317.
        assert_eq!(roll(1_234_567)[..8], 6_457_827_717_110_365_317_u64.to_le_bytes());
    }
}
