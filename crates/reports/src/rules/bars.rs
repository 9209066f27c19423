//! The chart: one bar for each period, laid out in whole tenths of a percent.

use super::Span;

/// One bar of the chart: a row for each period. Lengths are in tenths of a percent of the bar's
/// place, so that the text beside it keeps the size of the page's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// The period.
    pub span: Span,
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

/// Lays out the bars of some periods, oldest first, and the line of the threshold.
#[must_use]
pub fn bars(periods: &[(Span, Option<i64>)], threshold: u64, error_95: u64) -> (Vec<Bar>, Tenths) {
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let (threshold, error) = (whole(threshold), whole(error_95));
    let most = periods.iter().filter_map(|(_, people)| *people).max().unwrap_or(0);
    let end = i128::from(most.max(threshold).max(1)) + i128::from(error);
    let scale = |people: i64| {
        Tenths(i64::try_from(i128::from(people.max(0)) * 1000 / end).unwrap_or(1000).min(1000))
    };
    let bar = |(span, people): &(Span, Option<i64>)| {
        let (from, to) = match people {
            Some(people) => (people.saturating_sub(error), people.saturating_add(error)),
            None => (0, threshold),
        };
        let range = Tenths(scale(to).0 - scale(from).0);
        Bar { span: *span, people: *people, sure: scale(from), range }
    };
    (periods.iter().map(bar).collect(), scale(threshold))
}

#[cfg(test)]
mod tests {
    use candor_kernel::Day;

    use super::*;
    use crate::rules::Period;

    #[test]
    fn few_and_none_are_drawn_alike_and_bars_stay_in_their_place() {
        let day = |number: i64| Period::Day.of(Day::from_number(20_000 + number));
        let (drawn, threshold) =
            bars(&[(day(0), None), (day(1), Some(20)), (day(2), Some(197))], 20, 3);
        assert_eq!((drawn[0].people, drawn[0].sure, drawn[0].range), (None, Tenths(0), threshold));
        assert_eq!(threshold, Tenths(100));
        assert_eq!((drawn[1].sure, drawn[1].range), (Tenths(85), Tenths(30)), "17 to 23 of 200");
        assert_eq!(drawn[2].sure.0 + drawn[2].range.0, 1000);
        assert_eq!(drawn[1].sure.to_string(), "8.5%");
        let (few, threshold) = bars(&[(day(0), None)], 20, 3);
        assert!(few[0].range == threshold && threshold < Tenths(1000));
        let (most, _) = bars(&[(day(0), Some(i64::MAX))], 20, 3);
        assert!(most[0].sure.0 + most[0].range.0 <= 1000);
        assert!(bars(&[], 20, 3).0.is_empty());
    }
}
