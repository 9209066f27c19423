//! The layout of a chart: one bar for each row, in whole tenths of a percent.

/// Bars of cells that are not shown have this length where the chart counts no people.
const FEW: Tenths = Tenths(80);

/// What a row of a chart shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// A number, and the range that holds in 95 of 100 cases.
    Shown {
        /// The lower end of the range.
        low: i64,
        /// The number.
        at: i64,
        /// The upper end of the range.
        high: i64,
    },
    /// Too few to tell: nothing of none or few is known here, so nothing of it can be drawn.
    Few {
        /// From which number on it would be shown; none where the chart counts no people.
        below: Option<u64>,
    },
}

/// One bar. Lengths are in tenths of a percent of the bar's place, so that the text beside it keeps
/// the size of the page's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    /// True for too few to tell: the bar is hollow and has no error mark.
    pub few: bool,
    /// How long it is.
    pub at: Tenths,
    /// Where its error mark begins.
    pub low: Tenths,
    /// Where its error mark ends.
    pub high: Tenths,
}

/// A length in tenths of a percent, written as a percentage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tenths(pub i64);

impl std::fmt::Display for Tenths {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}%", self.0 / 10, self.0 % 10)
    }
}

/// Lays out a bar for each point; the longest error mark ends where their place ends.
#[must_use]
pub fn bars(points: &[Point]) -> Vec<Bar> {
    let end = points.iter().map(|point| match point {
        Point::Shown { at, high, .. } => *(at.max(high)),
        Point::Few { below } => whole(below.unwrap_or(0)),
    });
    let end = i128::from(end.max().unwrap_or(0).max(1));
    let place = |number: i64| {
        let tenths = i128::from(number.max(0)) * 1000 / end;
        Tenths(i64::try_from(tenths).unwrap_or(1000).min(1000))
    };
    let bar = |point: &Point| match *point {
        Point::Shown { low, at, high } => {
            Bar { few: false, at: place(at), low: place(low), high: place(high) }
        }
        Point::Few { below } => {
            let at = below.map_or(FEW, |below| place(whole(below)));
            Bar { few: true, at, low: at, high: at }
        }
    };
    points.iter().map(bar).collect()
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stay_in_their_place_and_marks_around_their_ends() {
        let few = Point::Few { below: Some(20) };
        let shown = |at: i64| Point::Shown { low: at - 3, at, high: at + 3 };
        let drawn = bars(&[few, shown(20), shown(197)]);
        assert_eq!((drawn[0].few, drawn[0].at), (true, Tenths(100)), "20 of 200");
        assert_eq!(
            (drawn[1].low, drawn[1].at, drawn[1].high),
            (Tenths(85), Tenths(100), Tenths(115))
        );
        assert_eq!((drawn[2].at, drawn[2].high), (Tenths(985), Tenths(1000)));
        assert_eq!(drawn[1].low.to_string(), "8.5%");
        let most = bars(&[Point::Shown { low: i64::MIN, at: i64::MAX, high: i64::MAX }]);
        assert_eq!((most[0].low, most[0].high), (Tenths(0), Tenths(1000)));
        assert_eq!(bars(&[few])[0].at, Tenths(1000));
        assert_eq!(bars(&[Point::Few { below: None }, shown(9)])[0].at, FEW);
        assert!(bars(&[]).is_empty());
    }
}
