//! What one unit may change, and not more. Pure; both stores go through it.

use sha2::{Digest, Sha256};

use super::{Bounds, Cell, Measure, Question, QuestionError, Tally};

/// Work of one unit that waits to be merged; a unit with more pings costs time, not memory.
const HELD: usize = 1024;

/// Takes the pings of one unit after the other and gives bounded totals.
///
/// Call [`unit`](Self::unit) where a unit begins, then [`ping`](Self::ping) for each place that each
/// of its pings names; all pings of a unit must come together.
pub struct Bounder<'q> {
    question: &'q Question,
    cells: Vec<Cell>,
    unit: [u8; 16],
    held: Vec<Held>,
    merge_at: usize,
    chosen: Vec<(usize, [u64; 2])>,
}

/// What a ping says at one place.
#[derive(Debug, Clone, Copy)]
pub enum Said<'p> {
    /// A number for each of [`Measure::values`], in their order; none where the ping has none.
    Numbers(&'p [Option<u64>]),
    /// The samples of a distribution, where [`Measure::of_samples`]: value and how often.
    Samples(&'p [(u64, u64)]),
}

/// What a unit has said at one place so far: two numbers, or a bit for each step of a funnel.
#[derive(Clone, Copy)]
struct Held {
    place: usize,
    numbers: [u64; 2],
}

impl<'q> Bounder<'q> {
    /// Makes one for a question that is within limits.
    pub fn new(question: &'q Question) -> Result<Self, QuestionError> {
        let cells = vec![Cell::default(); question.check()?];
        let (held, chosen) = (Vec::new(), Vec::new());
        Ok(Self { question, cells, unit: [0; 16], held, merge_at: HELD, chosen })
    }

    /// Returns what is asked.
    #[must_use]
    pub const fn question(&self) -> &'q Question {
        self.question
    }

    /// Begins the next unit: the keyed hash of a client, or of a ping where each counts for itself.
    pub fn unit(&mut self, unit: &[u8; 16]) {
        self.end();
        self.unit = *unit;
    }

    /// Takes what a ping says at one place, as [`Question::place`] counts them.
    pub fn ping(&mut self, place: usize, said: Said<'_>) {
        match (said, &self.question.measure) {
            (Said::Numbers(numbers), measure) => {
                if let Some(numbers) = numbers_of(measure, numbers) {
                    self.hold(Held { place, numbers });
                }
            }
            (Said::Samples(samples), Measure::Histogram { edges, .. }) => {
                for (value, times) in samples.iter().filter(|(_, times)| *times > 0) {
                    let place = place * (edges.len() + 1) + bucket(edges, *value);
                    self.hold(Held { place, numbers: [*times, 0] });
                }
            }
            (Said::Samples(_), _) => {}
        }
    }

    /// Ends the last unit and returns the totals.
    #[must_use]
    pub fn finish(mut self) -> Tally {
        self.end();
        Tally { cells: self.cells }
    }

    fn hold(&mut self, held: Held) {
        if let Some(last) = self.held.last_mut().filter(|last| last.place == held.place) {
            last.numbers = joined(&self.question.measure, last.numbers, held.numbers);
            return;
        }
        self.held.push(held);
        if self.held.len() >= self.merge_at {
            self.merge();
            // Never more than twice what is needed, and no unit is merged over and over.
            self.merge_at = HELD.max(self.held.len() * 2);
        }
    }

    fn merge(&mut self) {
        self.held.sort_unstable_by_key(|held| held.place);
        let measure = &self.question.measure;
        self.held.dedup_by(|next, kept| {
            let same = next.place == kept.place;
            if same {
                kept.numbers = joined(measure, kept.numbers, next.numbers);
            }
            same
        });
    }

    /// Adds what the unit may change to the totals.
    fn end(&mut self) {
        if self.held.is_empty() {
            return;
        }
        self.merge();
        self.merge_at = HELD;
        let measure = &self.question.measure;
        self.chosen.clear();
        self.chosen.extend(self.held.drain(..).filter_map(|held| cell_of(measure, held)));
        let Bounds { cells_max, value_max } = self.question.bounds;
        let cells_max = usize::try_from(cells_max).unwrap_or(usize::MAX);
        if self.chosen.len() > cells_max {
            let unit = &self.unit;
            self.chosen.sort_by_cached_key(|(cell, _)| lot(unit, *cell));
            self.chosen.truncate(cells_max);
        }
        for (cell, sums) in &self.chosen {
            let cell = &mut self.cells[*cell];
            cell.contributors += 1;
            for (total, sum) in cell.sums.iter_mut().zip(sums) {
                *total = total.saturating_add((*sum).min(value_max));
            }
        }
    }
}

/// What decides which cells of a unit count. It knows neither the other units nor how often a cell
/// was named, and it is the same for the same unit in every question with these cells.
fn lot(unit: &[u8; 16], cell: usize) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(unit);
    hash.update((cell as u64).to_be_bytes());
    hash.finalize().into()
}

/// What a ping contributes at its place; none where it has nothing to do with the question.
fn numbers_of(measure: &Measure, numbers: &[Option<u64>]) -> Option<[u64; 2]> {
    let number = |at: usize| numbers.get(at).copied().flatten();
    match measure {
        Measure::Contributors { value: None } => Some([0; 2]),
        Measure::Contributors { value: Some(_) } => number(0).filter(|n| *n > 0).map(|_| [0; 2]),
        Measure::Sum(_) => number(0).filter(|n| *n > 0).map(|n| [n, 0]),
        Measure::Histogram { .. } => number(0).map(|n| [n, 0]),
        Measure::Funnel(steps) => {
            let reached = (0..steps.len()).filter(|step| number(*step).is_some_and(|n| n > 0));
            let bits = reached.fold(0, |bits, step| bits | 1 << step);
            (bits > 0).then_some([bits, 0])
        }
        Measure::Ratio { .. } => {
            let both = [number(0).unwrap_or(0), number(1).unwrap_or(0)];
            (both != [0, 0]).then_some(both)
        }
    }
}

fn joined(measure: &Measure, one: [u64; 2], other: [u64; 2]) -> [u64; 2] {
    let added = |adds_up: bool, at: usize| match adds_up {
        true => one[at].saturating_add(other[at]),
        false => one[at].max(other[at]),
    };
    match measure {
        Measure::Contributors { .. } => [0; 2],
        Measure::Funnel(_) => [one[0] | other[0], 0],
        // A total is a total; only the one value that a unit is sorted by may be the largest.
        Measure::Sum(_) | Measure::Ratio { .. } => [added(true, 0), added(true, 1)],
        Measure::Histogram { value, .. } => [added(value.adds_up(), 0), 0],
    }
}

/// The cell in which a unit stands for one place, and what it adds there.
fn cell_of(measure: &Measure, held: Held) -> Option<(usize, [u64; 2])> {
    let Held { place, numbers } = held;
    match measure {
        Measure::Funnel(steps) => {
            // The first step that is missing, counted from 0, is how many were reached in a row.
            let reached = (numbers[0].trailing_ones() as usize).min(steps.len());
            reached.checked_sub(1).map(|furthest| (place * steps.len() + furthest, [0; 2]))
        }
        Measure::Histogram { value, edges } if !value.is_distribution() => {
            Some((place * (edges.len() + 1) + bucket(edges, numbers[0]), [0; 2]))
        }
        _ => Some((place, numbers)),
    }
}

fn bucket(edges: &[u64], value: u64) -> usize {
    edges.partition_point(|edge| *edge <= value)
}

#[cfg(test)]
mod tests;
