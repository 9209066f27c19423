//! What may be given away about one client's week, how it is shared out, and the noise that follows.
//! Whole numbers and fractions only; reasons in docs/decisions/0009-mechanism.md.

use candor_inventory::Category;
use candor_segments::tally::{Bounds, Measure, Question, Unit};
use serde::{Deserialize, Serialize};

use super::Period;

/// What one product's reports may give away of a client's week, in millionths of ε.
pub const PRODUCT_MILLIONTHS: u64 = 8_000_000;
/// What all reports that read one metric may give away, in millionths of ε.
pub const METRIC_MILLIONTHS: u64 = 2_000_000;
/// The same for a metric of stored content.
pub const STORED_CONTENT_MILLIONTHS: u64 = 500_000;

/// Thousandths of a scale below which one noise stays in 95 of 100 cases, and the sum of two, three,
/// four, five of them.
const ERROR_95_MILLI: [u64; 5] = [2996, 4114, 4969, 5693, 6333];
/// The same for what is exceeded, above only, once in a thousand times.
const RARE_MILLI: [u64; 5] = [6215, 7805, 9040, 10_097, 11_038];

/// How careful a report is. People choose one of three words, never an ε.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// For a product with tens of people: smaller errors, less noise.
    SmallGroup,
    /// For everything else.
    Normal,
    /// For what people store or visit: larger errors, more noise.
    Careful,
}

impl Preset {
    /// Returns its words for a page.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::SmallGroup => "small group",
            Self::Normal => "normal",
            Self::Careful => "careful",
        }
    }

    /// Returns what a report gives away of a client's week at most, in thousandths of ε.
    #[must_use]
    pub const fn epsilon_milli(self) -> u64 {
        match self {
            Self::SmallGroup => 2000,
            Self::Normal => 1000,
            Self::Careful => 250,
        }
    }

    /// Returns k: below about this many people nothing is shown, however small the noise.
    #[must_use]
    pub const fn people_min(self) -> u64 {
        match self {
            Self::SmallGroup => 10,
            Self::Normal => 20,
            Self::Careful => 50,
        }
    }
}

/// Returns what all reports that read a metric may give away of a client's week, in millionths.
#[must_use]
pub const fn metric_budget_millionths(category: Category) -> u64 {
    match category {
        Category::Technical | Category::Interaction => METRIC_MILLIONTHS,
        Category::StoredContent => STORED_CONTENT_MILLIONTHS,
        Category::HighlySensitive | Category::Unclassified => 0,
    }
}

/// A fraction; what is below is never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fraction {
    /// What is above the line.
    pub above: u128,
    /// What is below.
    pub below: u128,
}

impl Fraction {
    /// Multiplies with thousandths, adds a half where asked, and rounds up.
    const fn times_milli(self, milli: u64, and_a_half: bool) -> u64 {
        let half = if and_a_half { 500 } else { 0 };
        let above = self.above * milli as u128 + half * self.below;
        above.div_ceil(self.below * 1000) as u64
    }
}

/// What one edition gives away, and its noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// ε of the whole edition.
    pub epsilon: Fraction,
    /// Scale of the noise of a count of people.
    pub people: Fraction,
    /// Scale of the noise of a value; none where no values are shown.
    pub value: Option<Fraction>,
    people_min: u64,
}

impl Budget {
    /// Computes the budget of an edition of a question that is within limits. `cells` is how many it
    /// has, `periods` among how many the report shares out what it may give away.
    #[must_use]
    pub fn of(
        preset: Preset,
        periods: usize,
        period: Period,
        question: &Question,
        cells: usize,
    ) -> Self {
        let shares = 1000 * periods.max(1) as u128 * u128::from(period.editions_by_week());
        let epsilon = Fraction { above: u128::from(preset.epsilon_milli()), below: shares };
        let Bounds { cells_max, value_max } = question.bounds;
        let changed = u128::from(cells_max) * exchanges(period, question, cells);
        let scale = |changed: u128, parts: u128| Fraction {
            above: changed * parts * epsilon.below,
            below: epsilon.above,
        };
        let values = shown_values(&question.measure);
        let value = (values > 0).then(|| scale(changed * u128::from(value_max), 2 * values));
        let people = scale(changed, if values > 0 { 2 } else { 1 });
        Self { epsilon, people, value, people_min: preset.people_min() }
    }

    /// Returns ε in millionths, rounded up: the ledger never says less than what was spent.
    #[must_use]
    pub const fn epsilon_millionths(&self) -> u64 {
        self.epsilon.times_milli(1_000_000_000, false)
    }

    /// Returns how many people a number with noise must reach to be shown, where it is the sum of
    /// `noises` noised cells: k, or what an empty cell exceeds once in a thousand times.
    #[must_use]
    pub fn threshold(&self, noises: usize) -> u64 {
        self.people.times_milli(RARE_MILLI[place(noises)], true).max(self.people_min)
    }

    /// Returns the error of a number of people that is not exceeded in 95 of 100 cases.
    #[must_use]
    pub const fn error_95_people(&self, noises: usize) -> u64 {
        self.people.times_milli(ERROR_95_MILLI[place(noises)], false)
    }

    /// Returns the error of a value that is not exceeded in 95 of 100 cases.
    #[must_use]
    pub fn error_95_value(&self) -> Option<u64> {
        self.value.map(|scale| scale.times_milli(ERROR_95_MILLI[0], false))
    }
}

/// Returns how many values are shown beside the people of a cell.
#[must_use]
pub fn shown_values(measure: &Measure) -> u128 {
    match measure {
        Measure::Contributors { .. } | Measure::Funnel(_) => 0,
        Measure::Sum(_) => 1,
        Measure::Histogram { .. } => u128::from(measure.of_samples()),
        Measure::Ratio { .. } => 2,
    }
}

/// In four weeks a client is there with its other weeks. One week more can take it out of as many
/// cells as it brings it into, wherever it has a choice of cells.
fn exchanges(period: Period, question: &Question, cells: usize) -> u128 {
    let one_cell_of_several = match &question.measure {
        Measure::Funnel(_) => true,
        Measure::Histogram { .. } => !question.measure.of_samples(),
        _ => false,
    };
    let crowded = cells as u64 > u64::from(question.bounds.cells_max);
    let stays = question.unit == Unit::Client && period == Period::Month;
    if stays && (one_cell_of_several || crowded) { 2 } else { 1 }
}

const fn place(noises: usize) -> usize {
    let last = ERROR_95_MILLI.len() - 1;
    let place = noises.saturating_sub(1);
    if place > last { last } else { place }
}

#[cfg(test)]
pub(crate) mod tests;
