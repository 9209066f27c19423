//! The one way to ask what is stored: a closed question, and bounded totals as the answer.
//!
//! A [`Question`] names lists that are closed before anything is read, so that every cell of the
//! answer is known in advance. What one client can change is bounded by [`Bounder`], which both the
//! landing rows and the files at rest go through; nothing that is returned names or shows a client.
//! The totals are still true ones: noise and threshold are the business of who publishes them.

use candor_inventory::glean::MetricKind;
use candor_kernel::{Day, MetricId, PingName, ProductId, limits};

mod bounder;
mod columns;
pub(crate) mod merge;
mod payload;
mod rows;

pub use bounder::{Bounder, Said};

/// The place of what is on no list, in the words of pages.
pub const OTHER: &str = "other";

/// What is asked: one measure, over whole days, by closed lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The product whose pings are counted; never more than one.
    pub product: ProductId,
    /// The kind of ping.
    pub ping: PingName,
    /// The first day of arrival.
    pub first: Day,
    /// The last day of arrival, itself counted.
    pub last: Day,
    /// Who counts once.
    pub unit: Unit,
    /// What is counted.
    pub measure: Measure,
    /// By what it is told apart, at most three.
    pub dimensions: Vec<Dimension>,
    /// How much one unit may change.
    pub bounds: Bounds,
}

/// Who counts once, and whose change is bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// All pings of one client id in the days asked for. Pings without client id are left out.
    Client,
    /// Each ping for itself, with or without client id: no promise to a person follows from it.
    Ping,
}

/// What is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measure {
    /// How many units sent the ping; where a value is named, how many have it above zero.
    Contributors {
        /// The value that must be above zero.
        value: Option<Value>,
    },
    /// The total of a value, beside how many contributed to it.
    Sum(Value),
    /// How far units came. A unit stands in one cell by dimension: that of the furthest step that
    /// it reached with all before it, each step a value above zero. Two to five steps.
    Funnel(Vec<Value>),
    /// How values are spread over buckets: below the first edge, from each edge to before the next,
    /// from the last edge on. Of a distribution the sums hold its samples; of any other value a
    /// unit stands in one bucket by dimension, that of its value over all its pings.
    Histogram {
        /// The value.
        value: Value,
        /// The edges, each above the one before; there is one bucket more than edges.
        edges: Vec<u64>,
    },
    /// Two totals of the same units: how many of the whole are of the part. The sums hold the part
    /// first.
    Ratio {
        /// What is counted of the whole, errors for example.
        part: Value,
        /// What it is a part of.
        whole: Value,
    },
}

/// A number in a ping: a counter, quantity or timespan as it is, a boolean as 0 or 1, how many
/// samples a distribution holds, how often an event happened. Of anything else 1, where it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A metric.
    Metric {
        /// Its id.
        metric: MetricId,
        /// Its type.
        kind: MetricKind,
        /// Which label of a labeled type. None for all of them together, or, where labels are a
        /// dimension, for each in its cell.
        label: Option<String>,
    },
    /// How often an event happened.
    Event(MetricId),
}

/// A closed list by which cells are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dimension {
    /// What stands on the list.
    pub by: By,
    /// The list; anything else, and nothing, falls into [`OTHER`], the place after the last.
    pub values: Vec<String>,
}

/// What a dimension's list names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// The registered application.
    App,
    /// A field of `client_info`; a number as its digits.
    Info(String),
    /// A string metric, or a boolean one as `true` and `false`.
    Metric {
        /// Its id.
        metric: MetricId,
        /// Its type.
        kind: MetricKind,
    },
    /// The labels of the value that is measured.
    Label,
}

/// How much one unit may change. What is beyond goes uncounted; which cells stay is decided by a
/// hash of the unit and the cell, so that no other unit matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// In how many cells it may stand.
    pub cells_max: u32,
    /// How much it may add to one cell's sum; each of two sums for itself.
    pub value_max: u64,
}

/// True totals, row by row over the dimensions in their order, then over buckets or steps. Without
/// noise they are nobody's to see: they cannot be printed or written.
#[derive(Clone, PartialEq, Eq)]
pub struct Tally {
    /// A cell for each combination, empty ones too.
    pub cells: Vec<Cell>,
}

/// The true totals of one cell.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Cell {
    /// How many units stand in it.
    pub contributors: u64,
    /// What they add up to: the sum; part and whole; the samples of a bucket. Else zeros.
    pub sums: [u64; 2],
}

/// Why a question is not answered. Each says what to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// The days are none, or too many.
    #[error("A question is about 1 to {max} days, the first before the last.", max = limits::REPORT_DAYS)]
    Days,
    /// Too many dimensions.
    #[error("At most {max} dimensions are told apart; leave some out.", max = limits::REPORT_DIMENSIONS)]
    Dimensions,
    /// A list is empty, or names something twice, or what stands for everything else.
    #[error(
        "A dimension's values are named once each, and none is called \"other\": that is everything else."
    )]
    Values,
    /// Too many cells.
    #[error("That makes more than {max} cells; shorten the lists.", max = limits::REPORT_CELLS)]
    Cells,
    /// A funnel of too few or too many steps.
    #[error("A funnel has two to {max} steps.", max = limits::REPORT_STEPS)]
    Steps,
    /// Edges that are not in order.
    #[error("The edges of buckets are at least one, each above the one before.")]
    Edges,
    /// Bounds of nothing, or beyond the limits.
    #[error(
        "A client may stand in 1 to {cells} cells and add 1 to {value} to each.",
        cells = limits::REPORT_CELLS_OF_CLIENT, value = limits::REPORT_VALUE_OF_CLIENT
    )]
    Bounds,
    /// Labels as a dimension, where there are none or one was chosen.
    #[error("Labels can be told apart where one labeled metric is counted and no label is chosen.")]
    Labels,
}

impl Question {
    /// Checks that everything asked for is within limits. Returns the number of cells.
    pub fn check(&self) -> Result<usize, QuestionError> {
        let days = self.last.number().saturating_sub(self.first.number()).saturating_add(1);
        if !(1..=limits::REPORT_DAYS as i64).contains(&days) {
            return Err(QuestionError::Days);
        }
        let Bounds { cells_max, value_max } = self.bounds;
        if !(1..=limits::REPORT_CELLS_OF_CLIENT as u64).contains(&u64::from(cells_max))
            || !(1..=limits::REPORT_VALUE_OF_CLIENT as u64).contains(&value_max)
        {
            return Err(QuestionError::Bounds);
        }
        self.check_measure()?;
        self.check_dimensions()?;
        let cells = self.dimensions.iter().try_fold(self.measure.places(), |cells, dimension| {
            cells.checked_mul(dimension.places()).filter(|cells| *cells <= limits::REPORT_CELLS)
        });
        cells.filter(|cells| *cells <= limits::REPORT_CELLS).ok_or(QuestionError::Cells)
    }

    /// Returns the place of a combination of places, one for each dimension in their order.
    #[must_use]
    pub fn place(&self, places: &[usize]) -> usize {
        let pairs = self.dimensions.iter().zip(places);
        pairs.fold(0, |place, (dimension, one)| place * dimension.places() + one)
    }

    /// Tells whether labels are told apart.
    #[must_use]
    pub fn by_label(&self) -> bool {
        self.dimensions.iter().any(|dimension| dimension.by == By::Label)
    }

    fn check_measure(&self) -> Result<(), QuestionError> {
        match &self.measure {
            Measure::Funnel(steps) if !(2..=limits::REPORT_STEPS).contains(&steps.len()) => {
                Err(QuestionError::Steps)
            }
            Measure::Histogram { edges, .. }
                if edges.is_empty() || !edges.is_sorted_by(|one, next| one < next) =>
            {
                Err(QuestionError::Edges)
            }
            _ => Ok(()),
        }
    }

    fn check_dimensions(&self) -> Result<(), QuestionError> {
        if self.dimensions.len() > limits::REPORT_DIMENSIONS {
            return Err(QuestionError::Dimensions);
        }
        for (i, Dimension { by, values }) in self.dimensions.iter().enumerate() {
            let twice = |(i, value): (usize, &String)| values[..i].contains(value);
            if values.is_empty()
                || values.iter().any(|value| value == OTHER)
                || values.iter().enumerate().any(twice)
                || self.dimensions[..i].iter().any(|earlier| earlier.by == *by)
            {
                return Err(QuestionError::Values);
            }
        }
        let labels = match &self.measure {
            Measure::Contributors { value: Some(value) } | Measure::Sum(value) => {
                value.has_labels()
            }
            _ => false,
        };
        if self.by_label() && !labels { Err(QuestionError::Labels) } else { Ok(()) }
    }
}

impl Tally {
    /// Adds the totals of other units.
    pub(crate) fn add(&mut self, other: &Self) {
        for (cell, other) in self.cells.iter_mut().zip(&other.cells) {
            cell.contributors += other.contributors;
            for (sum, other) in cell.sums.iter_mut().zip(other.sums) {
                *sum = sum.saturating_add(other);
            }
        }
    }
}

impl Measure {
    /// Returns how many cells it has for each combination of dimensions.
    #[must_use]
    pub fn places(&self) -> usize {
        match self {
            Self::Contributors { .. } | Self::Sum(_) | Self::Ratio { .. } => 1,
            Self::Funnel(steps) => steps.len(),
            Self::Histogram { edges, .. } => edges.len() + 1,
        }
    }

    /// Returns the values it reads, in the order in which [`Said::Numbers`] holds them.
    #[must_use]
    pub fn values(&self) -> Vec<&Value> {
        match self {
            Self::Contributors { value } => value.iter().collect(),
            Self::Sum(value) | Self::Histogram { value, .. } => vec![value],
            Self::Funnel(steps) => steps.iter().collect(),
            Self::Ratio { part, whole } => vec![part, whole],
        }
    }

    /// Tells whether it counts the samples of a distribution, so that [`Said::Samples`] is wanted.
    #[must_use]
    pub fn of_samples(&self) -> bool {
        matches!(self, Self::Histogram { value, .. } if value.is_distribution())
    }
}

impl Value {
    /// Returns the metric it is read from.
    #[must_use]
    pub const fn metric(&self) -> &MetricId {
        match self {
            Self::Metric { metric, .. } | Self::Event(metric) => metric,
        }
    }

    /// Tells whether several pings of a unit add up; else the largest counts.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        match self {
            Self::Event(_) => true,
            Self::Metric { kind, .. } => {
                matches!(kind, MetricKind::Counter | MetricKind::LabeledCounter)
                    || self.is_distribution()
            }
        }
    }

    /// Tells whether it holds samples by bucket.
    #[must_use]
    pub fn is_distribution(&self) -> bool {
        let Self::Metric { kind, .. } = self else { return false };
        matches!(
            kind.of_label().unwrap_or(*kind),
            MetricKind::TimingDistribution
                | MetricKind::MemoryDistribution
                | MetricKind::CustomDistribution
        )
    }

    fn has_labels(&self) -> bool {
        matches!(self, Self::Metric { kind, label: None, .. } if kind.of_label().is_some())
    }
}

impl Dimension {
    /// Returns how many places it has: its values and [`OTHER`].
    #[must_use]
    pub fn places(&self) -> usize {
        self.values.len() + 1
    }

    /// Returns the place of a text; that of [`OTHER`] for what is not on the list or not there.
    #[must_use]
    pub fn place_of(&self, text: Option<&str>) -> usize {
        let found = text.and_then(|text| self.values.iter().position(|value| value == text));
        found.unwrap_or(self.values.len())
    }
}

#[cfg(test)]
mod tests;
