//! One cell in words: about how many, how sure that is, and what stands beside it.

use crate::rules::edition::{EditionCell, UnitName};
use crate::rules::spec::MeasureSpec;
use crate::rules::{Edition, Point};

/// A cell in words.
pub(super) struct Told {
    /// The number, such as `about 1,240`; none for too few to tell.
    pub(super) number: Option<String>,
    /// Its error, such as `±3`.
    pub(super) error: String,
    /// What it counts, such as `people`.
    pub(super) unit: &'static str,
    /// From whom it comes, where that is another number.
    pub(super) beside: Option<String>,
    /// The same, to be drawn.
    pub(super) point: Point,
}

impl Told {
    /// Returns it in one line, without what it counts; that stands above.
    pub(super) fn short(&self) -> String {
        match &self.number {
            Some(number) => format!("{number} {}", self.error).trim_end().to_owned(),
            None => self.line(),
        }
    }

    /// Returns it in one line.
    pub(super) fn line(&self) -> String {
        let Some(number) = &self.number else { return format!("too few {} to tell", self.unit) };
        let parts = [number.as_str(), self.error.as_str(), self.unit];
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(" ")
    }
}

/// Tells one cell of an edition.
pub(super) fn tell(edition: &Edition, cell: usize) -> Told {
    let marks = edition.marks(cell);
    let unit = people(edition);
    let Some(EditionCell { people: Some(people), value, whole, .. }) = edition.cells.get(cell)
    else {
        let counts_people = edition.error_95.value.is_none();
        return few(unit, counts_people.then_some(marks.threshold));
    };
    let beside =
        || Some(format!("from about {} {unit} ±{}", spaced(*people), marks.error_95_people));
    match (value, whole, edition.error_95.value) {
        (Some(part), Some(whole), Some(error)) => rate(*part, *whole, error, beside()),
        (Some(value), None, Some(error)) => {
            let unit = match edition.measure {
                MeasureSpec::Distribution(_) => "samples",
                _ => "in all",
            };
            Told { unit, beside: beside(), ..number(*value, error) }
        }
        _ => Told { unit, ..number(*people, marks.error_95_people) },
    }
}

/// Says who is counted.
pub(super) fn people(edition: &Edition) -> &'static str {
    match edition.unit {
        UnitName::ClientWeek => "people",
        UnitName::Ping => "pings",
    }
}

/// Writes a number with its thousands apart.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let mut said = digits[..first].to_owned();
    for start in (first..digits.len()).step_by(3) {
        if !said.is_empty() {
            said.push(',');
        }
        said.push_str(&digits[start..start + 3]);
    }
    said
}

/// What is said of a cell that is not shown: always the same, for none and few.
fn few(unit: &'static str, below: Option<u64>) -> Told {
    let (error, point) = (String::new(), Point::Few { below });
    Told { number: None, error, unit, beside: None, point }
}

fn number(number: i64, error: u64) -> Told {
    let range = i64::try_from(error).unwrap_or(i64::MAX);
    let (low, high) = (number.saturating_sub(range).max(0), number.saturating_add(range));
    Told {
        number: Some(format!("about {}", spaced(number))),
        error: format!("±{}", grouped(error)),
        unit: "",
        beside: None,
        point: Point::Shown { low, at: number, high },
    }
}

/// A part of a whole, both with noise. That neither leaves its range has to hold in 95 of 100 cases,
/// so each range is 37/30 as wide: ln 40 by ln 20 is 1.2314.
fn rate(part: i64, whole: i64, error: u64, beside: Option<String>) -> Told {
    let (part, whole) = (i128::from(part), i128::from(whole));
    let error = i128::from(error) * 37 / 30 + 1;
    let beside = beside.map(|from| format!("{part} of {whole}, {from}"));
    if whole <= error {
        let number = Some("no rate: the whole is smaller than its noise".to_owned());
        let point = Point::Few { below: None };
        return Told { number, error: String::new(), unit: "", beside, point };
    }
    // The ends are rounded outwards, the rate to the next.
    let milli = |part: i128, whole: i128, more: i128| {
        i64::try_from((part.max(0) * 1000 + more) / whole).unwrap_or(i64::MAX)
    };
    let at = milli(part, whole, whole / 2);
    let low = milli(part - error, whole + error, 0);
    let high = milli(part + error, whole - error, whole - error - 1);
    Told {
        number: Some(format!("about {} %", tenth(at))),
        error: format!("({} to {} %)", tenth(low), tenth(high)),
        unit: "",
        beside,
        point: Point::Shown { low, at, high },
    }
}

fn tenth(milli: i64) -> String {
    format!("{}.{}", milli / 10, milli % 10)
}

fn spaced(number: i64) -> String {
    grouped(number.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        for (number, said) in
            [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (12_345, "12,345")]
        {
            assert_eq!(grouped(number), said);
        }
        assert_eq!(grouped(u64::MAX), "18,446,744,073,709,551,615");
    }

    #[test]
    fn a_rate_has_a_range_of_both_its_noises() {
        let told = rate(100, 1000, 30, None);
        assert_eq!(told.line(), "about 10.0 % (5.9 to 14.4 %)", "62 of 1038, 138 of 962");
        assert_eq!(told.point, Point::Shown { low: 59, at: 100, high: 144 });
        let none = rate(3, 30, 30, None);
        assert!(none.line().starts_with("no rate") && none.point == Point::Few { below: None });
        assert!(rate(i64::MAX, 2, 0, None).number.is_some(), "more than the whole, by noise");
    }

    #[test]
    fn errors_are_told_as_they_are_drawn() {
        let told = number(1240, 3);
        assert_eq!(
            (told.line().as_str(), told.point),
            ("about 1,240 ±3", Point::Shown { low: 1237, at: 1240, high: 1243 })
        );
        assert_eq!(number(2, 3).point, Point::Shown { low: 0, at: 2, high: 5 });
        assert_eq!(few("people", None).line(), "too few people to tell");
    }
}
