//! Points in time and UTC days. The only source of either is a [`Clock`] that was handed in.

use std::fmt;
use std::time::Duration;

/// Microseconds in a UTC day.
pub const DAY_MICROS: i64 = 86_400_000_000;

/// Tells the time. Made only by the binary and by tests.
pub trait Clock: Send + Sync {
    /// Returns the wall clock, in UTC.
    fn now(&self) -> Timestamp;
    /// Returns a clock that never goes back, for deadlines; its zero means nothing.
    fn monotonic(&self) -> Duration;
}

/// A point in time: microseconds since 1970-01-01T00:00:00 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Makes a timestamp of microseconds since the epoch.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Returns microseconds since the epoch.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Returns the UTC day this point lies in.
    #[must_use]
    pub const fn day(self) -> Day {
        Day(self.0.div_euclid(DAY_MICROS))
    }

    /// Returns the point `duration` later, stopping at the end of time.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(micros))
    }

    /// Returns how long after `earlier` this is; zero when the clock went back.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl fmt::Display for Timestamp {
    /// Writes RFC 3339 in UTC, to the second: `2026-11-21T20:26:59Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let second = self.0.rem_euclid(DAY_MICROS) / 1_000_000;
        let (hour, minute) = (second / 3600, second / 60 % 60);
        write!(f, "{}T{hour:02}:{minute:02}:{:02}Z", self.day(), second % 60)
    }
}

/// A UTC day, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i64);

impl Day {
    /// Makes a day of its number since 1970-01-01.
    #[must_use]
    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// Returns the number of days since 1970-01-01.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }

    /// Reads `yyyy-mm-dd`; nothing else is a day.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 10 {
            return None;
        }
        let date: jiff::civil::Date = text.parse().ok()?;
        let epoch = jiff::civil::date(1970, 1, 1);
        Some(Self(i64::from(date.since(epoch).ok()?.get_days())))
    }

    /// Returns the first Monday after this day; weeks begin on Mondays (ISO 8601).
    #[must_use]
    pub const fn next_monday(self) -> Self {
        // 1970-01-01 was a Thursday.
        Self(self.0 + 7 - (self.0 + 3).rem_euclid(7))
    }

    /// Returns the day `days` later (or earlier when negative).
    #[must_use]
    pub const fn plus(self, days: i64) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Returns midnight, the first point of the day.
    #[must_use]
    pub const fn start(self) -> Timestamp {
        Timestamp(self.0.saturating_mul(DAY_MICROS))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let epoch = jiff::civil::date(1970, 1, 1);
        let date = i32::try_from(self.0)
            .ok()
            .and_then(|days| epoch.checked_add(jiff::Span::new().try_days(days).ok()?).ok());
        match date {
            Some(date) => write!(f, "{date}"),
            None => write!(f, "day {}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_begin_on_mondays() {
        for (day, monday) in [("2026-11-22", 23), ("2026-11-23", 30), ("2026-11-16", 23)] {
            let monday = Day::parse(&format!("2026-11-{monday}"));
            assert_eq!(Day::parse(day).map(Day::next_monday), monday, "{day}");
        }
        assert_eq!(Day::from_number(-4).next_monday(), Day::from_number(-3));
    }

    #[test]
    fn days_read_and_write_one_form() {
        for text in ["1970-01-01", "1969-12-31", "2024-02-29", "2026-11-21", "9999-12-30"] {
            assert_eq!(Day::parse(text).map(|day| day.to_string()).as_deref(), Some(text));
        }
        for text in ["2026-11-31", "2026-1-1", "20261121", "today", "", "2026-11-21T"] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }

    #[test]
    fn points_before_the_epoch_lie_in_the_right_day() {
        assert_eq!(Timestamp::from_micros(-1).day(), Day::from_number(-1));
        assert_eq!(Timestamp::from_micros(-1).to_string(), "1969-12-31T23:59:59Z");
    }

    #[test]
    fn a_clock_that_went_back_gives_no_time() {
        let (early, late) = (Timestamp::from_micros(5), Timestamp::from_micros(9));
        assert_eq!(early.since(late), Duration::ZERO);
        assert_eq!(late.since(early), Duration::from_micros(4));
    }
}
