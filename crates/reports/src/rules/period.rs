//! Which days an edition counts, and when it is due.

use std::fmt;
use std::time::Duration;

use candor_kernel::{Day, Timestamp};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

/// Hours after a period's end at which its edition is made: always the same, whatever is in it.
pub const DUE_HOURS: u64 = 3;

/// A length of time that editions count, by day of arrival in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// One day.
    Day,
    /// Seven days, Monday first.
    Week,
    /// Four weeks. They follow each other without a gap; they are not the calendar's months.
    Month,
}

impl Period {
    /// All of them, shortest first.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// Returns its name, as specs and addresses write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// Returns the words for a page.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "four weeks",
        }
    }

    /// Finds a period by its name, or says which there are.
    pub fn parse(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|period| period.name() == name);
        found.ok_or_else(|| match name {
            "quarter" | "year" => format!(
                "A {name} is longer than pings are kept, so no edition of it could be made; the \
                 longest period is `month`, four weeks."
            ),
            _ => format!("{name:?} is no period; there are day, week, and month (four weeks)."),
        })
    }

    /// Returns how many days it has.
    #[must_use]
    pub const fn days(self) -> i64 {
        match self {
            Self::Day => 1,
            Self::Week => 7,
            Self::Month => 28,
        }
    }

    /// Returns how many of them one week of a client touches at most.
    #[must_use]
    pub const fn editions_by_week(self) -> u64 {
        match self {
            Self::Day => 7,
            Self::Week | Self::Month => 1,
        }
    }

    /// Returns the one that a day lies in.
    #[must_use]
    pub const fn of(self, day: Day) -> Span {
        let start = match self {
            Self::Day => day,
            Self::Week => week_start(week(day)),
            Self::Month => week_start(week(day).div_euclid(4) * 4),
        };
        Span { period: self, start }
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// One period: a certain day, a certain week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// How long it is.
    pub period: Period,
    /// Its first day.
    pub start: Day,
}

impl Span {
    /// Reads a period and its first day; says what is wrong where no period begins there.
    pub fn parse(period: &str, start: &str) -> Result<Self, String> {
        let period = Period::parse(period)?;
        let start = Day::parse(start).ok_or("A start is a day, written yyyy-mm-dd.")?;
        let span = period.of(start);
        if span.start == start {
            return Ok(span);
        }
        Err(format!("The {} that {start} lies in begins on {}.", period.words(), span.start))
    }

    /// Returns the last day, itself counted.
    #[must_use]
    pub const fn last(self) -> Day {
        self.start.plus(self.period.days() - 1)
    }

    /// Returns the period after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self { period: self.period, start: self.start.plus(self.period.days()) }
    }

    /// Returns when its edition is made.
    #[must_use]
    pub fn due(self) -> Timestamp {
        self.next().start.start().plus(Duration::from_secs(DUE_HOURS * 3600))
    }

    /// Returns the weeks it touches, by number.
    pub fn weeks(self) -> impl Iterator<Item = i64> + Clone + Send {
        week(self.start)..=week(self.last())
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.period {
            Period::Day => write!(f, "{}", self.start),
            Period::Week | Period::Month => write!(f, "{} to {}", self.start, self.last()),
        }
    }
}

/// Counts weeks since the epoch, Monday first: 1970-01-01 was a Thursday.
#[must_use]
pub const fn week(day: Day) -> i64 {
    (day.number() + 3).div_euclid(7)
}

/// Returns the Monday of a week.
#[must_use]
pub const fn week_start(week: i64) -> Day {
    Day::from_number(week * 7 - 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).expect("a day")
    }

    #[test]
    fn periods_begin_where_they_should_and_leave_no_gap() {
        for (period, inside, first, last) in [
            (Period::Day, "2026-11-21", "2026-11-21", "2026-11-21"),
            (Period::Week, "2026-11-22", "2026-11-16", "2026-11-22"),
            (Period::Week, "2026-11-23", "2026-11-23", "2026-11-29"),
            (Period::Month, "2026-11-22", "2026-11-16", "2026-12-13"),
            (Period::Week, "1969-12-29", "1969-12-29", "1970-01-04"),
        ] {
            let span = period.of(day(inside));
            assert_eq!((span.start, span.last()), (day(first), day(last)), "{inside}");
            assert_eq!(span.next().start, day(last).plus(1));
            assert_eq!(period.of(span.next().start), span.next());
        }
    }

    #[test]
    fn weeks_that_a_period_touches_are_its_own() {
        let weeks = |period: Period| period.of(day("2026-11-18")).weeks().collect::<Vec<_>>();
        assert_eq!(weeks(Period::Day), weeks(Period::Week));
        assert_eq!(weeks(Period::Month).len(), 4);
        assert!(weeks(Period::Month).contains(&weeks(Period::Day)[0]));
        assert_eq!(week_start(weeks(Period::Day)[0]), day("2026-11-16"));
    }

    #[test]
    fn an_edition_is_due_at_three_in_the_morning() {
        let due = |period: Period| period.of(day("2026-11-18")).due().to_string();
        assert_eq!(due(Period::Day), "2026-11-19T03:00:00Z");
        assert_eq!(due(Period::Week), "2026-11-23T03:00:00Z");
        assert_eq!(due(Period::Month), "2026-12-14T03:00:00Z");
    }

    #[test]
    fn what_is_no_period_is_explained() {
        assert_eq!(Span::parse("week", "2026-11-16"), Ok(Period::Week.of(day("2026-11-16"))));
        for (period, start, part) in [
            ("week", "2026-11-17", "The week that 2026-11-17 lies in begins on 2026-11-16."),
            ("quarter", "2026-11-17", "longer than pings are kept"),
            ("hour", "2026-11-17", "there are day, week, and month"),
            ("day", "today", "yyyy-mm-dd"),
        ] {
            let said = Span::parse(period, start).expect_err("not a period");
            assert!(said.contains(part), "{said}");
        }
    }
}
