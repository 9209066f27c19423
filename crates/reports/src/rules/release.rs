//! From true totals and noise to what is shown. Pure: the noise is an argument, drawn elsewhere.

use candor_segments::tally::{Cell, Measure, Question, Tally};

use super::Budget;
use super::budget::shown_values;

/// Noise for every cell: for people, and for up to two values.
#[derive(Clone)]
pub struct Noise {
    /// For people.
    pub people: Vec<i64>,
    /// For values; empty where none are shown.
    pub values: [Vec<i64>; 2],
}

/// What a cell shows. All of it is absent where there are too few to tell, for none and few alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shown {
    /// About how many people.
    pub people: Option<i64>,
    /// About which total: the sum, the part of a whole, the samples of a bucket.
    pub value: Option<i64>,
    /// About which whole.
    pub whole: Option<i64>,
}

/// How cells are shown.
#[derive(Debug, Clone)]
pub struct Release {
    /// Steps of a funnel; 1 where it is none.
    steps: usize,
    /// How many values stand beside the people.
    values: usize,
    /// What the sum of one, two, … noised cells must reach.
    thresholds: Vec<u64>,
}

impl Release {
    /// Decides how the cells of a question are shown.
    #[must_use]
    pub fn of(question: &Question, budget: &Budget) -> Self {
        let steps = match &question.measure {
            Measure::Funnel(steps) => steps.len(),
            _ => 1,
        };
        let values = shown_values(&question.measure) as usize;
        Self { steps, values, thresholds: (1..=steps).map(|n| budget.threshold(n)).collect() }
    }

    /// Shows everything, however few. For tests that attack what the threshold protects.
    #[must_use]
    pub fn without_threshold(mut self) -> Self {
        self.thresholds.fill(0);
        self
    }

    /// Adds the noise and shows what reaches the threshold with it.
    #[must_use]
    pub fn shown(&self, tally: &Tally, noise: &Noise) -> Vec<Shown> {
        let noised = tally.cells.iter().enumerate().map(|(at, cell)| self.noised(at, cell, noise));
        let noised: Vec<[i64; 3]> = noised.collect();
        let mut shown = Vec::with_capacity(noised.len());
        for place in noised.chunks(self.steps) {
            for (step, cell) in place.iter().enumerate() {
                // A step is reached by all who stand there or further on.
                let reached = place[step..].iter().map(|cell| cell[0]);
                let people = reached.fold(0_i64, i64::saturating_add);
                shown.push(self.cell(people, cell, self.thresholds[self.steps - step - 1]));
            }
        }
        shown
    }

    fn noised(&self, at: usize, cell: &Cell, noise: &Noise) -> [i64; 3] {
        let with = |total: u64, noise: &[i64]| {
            let total = i64::try_from(total).unwrap_or(i64::MAX);
            total.saturating_add(noise.get(at).copied().unwrap_or(0))
        };
        let [first, second] = &noise.values;
        [
            with(cell.contributors, &noise.people),
            with(cell.sums[0], first),
            with(cell.sums[1], second),
        ]
    }

    fn cell(&self, people: i64, noised: &[i64; 3], threshold: u64) -> Shown {
        if people < i64::try_from(threshold).unwrap_or(i64::MAX) {
            return Shown::default();
        }
        // Nothing is counted below zero; cutting the noise there gives nothing away.
        let value = |at: usize| (self.values >= at).then(|| noised[at].max(0));
        Shown { people: Some(people.max(0)), value: value(1), whole: value(2) }
    }
}

impl Noise {
    /// Makes no noise. For tests that attack what the noise protects.
    #[must_use]
    pub fn none(cells: usize) -> Self {
        Self { people: vec![0; cells], values: [vec![0; cells], vec![0; cells]] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(cells: &[(u64, [u64; 2])]) -> Tally {
        let cell = |(contributors, sums): &(u64, [u64; 2])| Cell {
            contributors: *contributors,
            sums: *sums,
        };
        Tally { cells: cells.iter().map(cell).collect() }
    }

    fn release(steps: usize, values: usize, thresholds: &[u64]) -> Release {
        Release { steps, values, thresholds: thresholds.to_vec() }
    }

    #[test]
    fn the_threshold_is_on_the_number_with_noise() {
        for (people, noise, expected) in [
            (20, 0, Some(20)),
            (19, 0, None),
            (25, -6, None),
            (15, 5, Some(20)),
            (0, 0, None),
            (0, -40, None),
            (u64::MAX, i64::MAX, Some(i64::MAX)),
        ] {
            let noise = Noise { people: vec![noise], values: Default::default() };
            let shown = release(1, 0, &[20]).shown(&tally(&[(people, [7, 0])]), &noise);
            assert_eq!(shown, [Shown { people: expected, ..Shown::default() }], "{people}");
        }
    }

    #[test]
    fn values_are_shown_with_their_people_and_hidden_with_them() {
        let noise = Noise { people: vec![0, 0], values: [vec![5, 5], vec![-9, -900]] };
        let cells = tally(&[(30, [100, 200]), (19, [100, 200])]);
        let shown = release(1, 2, &[20]).shown(&cells, &noise);
        assert_eq!(shown[0], Shown { people: Some(30), value: Some(105), whole: Some(191) });
        assert_eq!(shown[1], Shown::default());
        let one = release(1, 1, &[20]).shown(&cells, &noise);
        assert_eq!((one[0].value, one[0].whole), (Some(105), None));
        let below = release(1, 2, &[0]).shown(&cells, &noise);
        assert_eq!(below[1].whole, Some(0), "no total is below zero");
    }

    #[test]
    fn a_step_holds_all_who_came_further_and_has_a_threshold_of_its_own() {
        let cells = tally(&[
            (50, [0; 2]),
            (30, [0; 2]),
            (9, [0; 2]),
            (1, [0; 2]),
            (2, [0; 2]),
            (3, [0; 2]),
        ]);
        let noise = Noise { people: vec![1; 6], values: Default::default() };
        let people = |thresholds: &[u64]| {
            let shown = release(3, 0, thresholds).shown(&cells, &noise);
            shown.iter().map(|cell| cell.people).collect::<Vec<_>>()
        };
        assert_eq!(people(&[10, 20, 30]), [Some(92), Some(41), Some(10), None, None, None]);
        assert_eq!(people(&[11, 42, 92]), [Some(92), None, None, None, None, None]);
    }
}
