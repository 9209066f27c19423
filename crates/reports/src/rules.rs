//! When a number may be shown, and how it is drawn. Pure; whole numbers only.

use candor_inventory::glean::MetricKind;
use candor_kernel::{Day, MetricId, PingName, ProductId, ReportId};
use sha2::{Digest, Sha256};

/// A number is shown only where about this many people or more contributed. Tested on the number
/// with noise: testing the true one would itself give something away.
pub const THRESHOLD_PEOPLE: i64 = 20;
/// What one edition gives away about one client's day at most: ε = 1.
pub const EPSILON_MILLI: u32 = 1000;
/// At ε = 1 the noise is at most this in 95 of 100 cases (97 exactly: 1 - 2e^-4 / (1 + 1/e)).
pub const ERROR_95_PEOPLE: i64 = 3;

/// A report as it was asked for.
#[derive(Debug, Clone)]
pub struct Report {
    /// Its name.
    pub report: ReportId,
    /// The product.
    pub product: ProductId,
    /// The ping whose clients are counted.
    pub ping: PingName,
    /// The metric it must hold.
    pub metric: MetricId,
    /// The metric's type.
    pub kind: MetricKind,
    /// The question it answers.
    pub question: String,
}

impl Report {
    /// Returns a hash of everything that decides its numbers.
    #[must_use]
    pub fn terms(&self) -> [u8; 32] {
        let Self { report, product, ping, metric, kind, question } = self;
        let kind = kind.slug();
        let text = format!(
            "people-by-day|{report}|{product}|{ping}|{metric}|{kind}|{question}|\
             {THRESHOLD_PEOPLE}|{EPSILON_MILLI}"
        );
        Sha256::digest(text).into()
    }
}

/// What an edition shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// About this many people.
    People(i64),
    /// Too few to tell: the same for none and for few.
    TooFew,
}

/// Decides what an edition shows of a true count and its noise.
#[must_use]
pub fn shown(count: u64, noise: i64) -> Shown {
    let noised = i64::try_from(count).unwrap_or(i64::MAX).saturating_add(noise);
    if noised >= THRESHOLD_PEOPLE { Shown::People(noised) } else { Shown::TooFew }
}

/// Counts weeks since the epoch, Monday first: 1970-01-01 was a Thursday.
#[must_use]
pub const fn week(day: Day) -> i64 {
    (day.number() + 3).div_euclid(7)
}

/// One bar of the chart: a row for each day. Lengths are in tenths of a percent of the bar's
/// place, so that the text beside it keeps the size of the page's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// The day.
    pub day: Day,
    /// About how many people; none for too few.
    pub people: Option<i64>,
    /// Up to where the bar is full: the lower end of the range that holds in 95 of 100 cases.
    pub sure: Tenths,
    /// How long the range is, from there on. For too few: everything below the threshold.
    pub range: Tenths,
}

/// A length in tenths of a percent, written as a percentage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tenths(pub i64);

impl std::fmt::Display for Tenths {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}%", self.0 / 10, self.0 % 10)
    }
}

/// Lays out the bars of some editions, oldest first, and the line of the threshold.
#[must_use]
pub fn bars(editions: &[(Day, Shown)]) -> (Vec<Bar>, Tenths) {
    let most = editions.iter().filter_map(|(_, shown)| people(*shown)).max().unwrap_or(0);
    let whole = most.max(THRESHOLD_PEOPLE).saturating_add(ERROR_95_PEOPLE);
    let scale = |people: i64| Tenths(people.max(0).saturating_mul(1000) / whole);
    let bar = |(day, shown): &(Day, Shown)| {
        let people = people(*shown);
        let (from, to) = match people {
            Some(people) => {
                (people.saturating_sub(ERROR_95_PEOPLE), people.saturating_add(ERROR_95_PEOPLE))
            }
            None => (0, THRESHOLD_PEOPLE),
        };
        Bar { day: *day, people, sure: scale(from), range: Tenths(scale(to).0 - scale(from).0) }
    };
    (editions.iter().map(bar).collect(), scale(THRESHOLD_PEOPLE))
}

const fn people(shown: Shown) -> Option<i64> {
    match shown {
        Shown::People(people) => Some(people),
        Shown::TooFew => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_threshold_is_on_the_number_with_noise() {
        for (count, noise, expected) in [
            (20, 0, Shown::People(20)),
            (19, 0, Shown::TooFew),
            (25, -6, Shown::TooFew),
            (15, 5, Shown::People(20)),
            (0, 0, Shown::TooFew),
            (0, -40, Shown::TooFew),
            (u64::MAX, i64::MAX, Shown::People(i64::MAX)),
        ] {
            assert_eq!(shown(count, noise), expected, "{count} {noise}");
        }
    }

    #[test]
    fn weeks_begin_on_monday() {
        let day = |text| Day::parse(text).expect("a day");
        assert_eq!(week(day("2026-11-16")), week(day("2026-11-22")), "Monday to Sunday");
        assert_ne!(week(day("2026-11-22")), week(day("2026-11-23")));
        assert_ne!(week(day("1969-12-28")), week(day("1969-12-29")), "before the epoch too");
    }

    #[test]
    fn few_and_none_are_drawn_alike_and_bars_stay_in_their_place() {
        let day = |number: i64| Day::from_number(20_000 + number);
        let (bars, threshold) = bars(&[
            (day(0), Shown::TooFew),
            (day(1), Shown::People(20)),
            (day(2), Shown::People(197)),
        ]);
        assert_eq!((bars[0].people, bars[0].sure, bars[0].range), (None, Tenths(0), threshold));
        assert_eq!(threshold, Tenths(100));
        assert_eq!((bars[1].sure, bars[1].range), (Tenths(85), Tenths(30)), "17 to 23 of 200");
        assert_eq!(bars[2].sure.0 + bars[2].range.0, 1000);
        assert_eq!(bars[1].sure.to_string(), "8.5%");
        let (few, threshold) = super::bars(&[(day(0), Shown::TooFew)]);
        assert!(few[0].range == threshold && threshold < Tenths(1000));
        let (most, _) = super::bars(&[(day(0), Shown::People(i64::MAX))]);
        assert!(most[0].sure.0 + most[0].range.0 <= 1000);
        assert!(super::bars(&[]).0.is_empty());
    }

    #[test]
    fn everything_that_decides_the_numbers_is_in_the_terms() {
        let report = |metric: &str, question: &str| Report {
            report: ReportId::parse("r").expect("an id"),
            product: ProductId::parse("p").expect("an id"),
            ping: PingName::parse("q").expect("a name"),
            metric: MetricId::parse(metric).expect("an id"),
            kind: MetricKind::Counter,
            question: question.to_owned(),
        };
        assert_eq!(report("a.b", "Why?").terms(), report("a.b", "Why?").terms());
        assert_ne!(report("a.b", "Why?").terms(), report("a.c", "Why?").terms());
        assert_ne!(report("a.b", "Why?").terms(), report("a.b", "How?").terms());
    }
}
