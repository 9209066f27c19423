//! Which numbers each row of a batch has for a value.

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, RecordBatch};
use candor_inventory::glean::MetricKind;

use crate::rest::column::{base, has_parts};
use crate::rest::table::Table;
use crate::tally::Value;
use crate::tally::payload::{Payload, buckets, number};

/// A value, and where its number stands in a file.
pub(super) struct Numbers<'q> {
    value: &'q Value,
    /// The type of one column.
    kind: MetricKind,
    stands: Stands,
}

enum Stands {
    /// In all of these together: each label, each unit.
    Columns(Vec<(String, String)>),
    Rest,
}

impl<'q> Numbers<'q> {
    pub(super) fn of(table: &Table, value: &'q Value) -> Self {
        let (kind, label) = match value {
            Value::Event(_) => (MetricKind::Event, None),
            Value::Metric { kind, label, .. } => (*kind, label.as_deref()),
        };
        let base = base(kind.slug(), value.metric().as_str());
        if table.leaves(&base) {
            return Self { value, kind, stands: Stands::Rest };
        }
        let parts = format!("{base}/");
        let names = table.schema().fields().iter().map(|field| field.name());
        let columns = names.filter_map(|name| {
            let part = match has_parts(kind) {
                true => name.strip_prefix(&parts)?,
                false => Some("").filter(|_| *name == base)?,
            };
            let wanted = match kind {
                // That it is there is all that counts; it has both sides or none.
                MetricKind::Rate => part == "numerator",
                _ => kind.of_label().is_none() || label.is_none_or(|label| label == part),
            };
            wanted.then(|| (name.clone(), part.to_owned()))
        });
        let columns = columns.collect();
        Self { value, kind: kind.of_label().unwrap_or(kind), stands: Stands::Columns(columns) }
    }

    pub(super) fn in_rest(&self) -> bool {
        matches!(self.stands, Stands::Rest)
    }

    pub(super) fn columns(&self) -> Vec<String> {
        self.parts().iter().map(|(name, _)| name.clone()).collect()
    }

    fn parts(&self) -> &[(String, String)] {
        match &self.stands {
            Stands::Columns(columns) => columns,
            Stands::Rest => &[],
        }
    }

    /// Writes the number of each row to its place among those of all values.
    pub(super) fn write(
        &self,
        batch: &RecordBatch,
        rests: &[Payload],
        numbers: &mut [Option<u64>],
        (at, values): (usize, usize),
    ) {
        if self.in_rest() {
            for (row, rest) in rests.iter().enumerate() {
                numbers[row * values + at] = rest.number(self.value);
            }
            return;
        }
        for (name, _) in self.parts() {
            let Some(column) = batch.column_by_name(name) else { continue };
            each(self.kind, column.as_ref(), |row, number| {
                let place = &mut numbers[row * values + at];
                *place = Some(place.map_or(number, |before| before.saturating_add(number)));
            });
        }
    }

    /// Gives each row a pair for each of its labels: the label's place, and its number.
    pub(super) fn labels(
        &self,
        batch: &RecordBatch,
        rests: &[Payload],
        place_of: impl Fn(&str) -> u64,
        begins: &mut Vec<usize>,
        pairs: &mut Vec<(u64, u64)>,
    ) {
        if self.in_rest() {
            for rest in rests {
                begins.push(pairs.len());
                let labels = rest.labels(self.value).into_iter();
                pairs.extend(labels.map(|(label, number)| (place_of(label), number)));
            }
            begins.push(pairs.len());
            return;
        }
        // Column by column, then in the order of rows.
        let mut found: Vec<(usize, u64, u64)> = Vec::new();
        for (name, label) in self.parts() {
            let (Some(column), place) = (batch.column_by_name(name), place_of(label)) else {
                continue;
            };
            each(self.kind, column.as_ref(), |row, number| {
                found.push((row, place, number));
            });
        }
        begins.resize(batch.num_rows() + 1, 0);
        for (row, ..) in &found {
            begins[row + 1] += 1;
        }
        for row in 0..batch.num_rows() {
            begins[row + 1] += begins[row];
        }
        let mut next = begins.clone();
        pairs.resize(found.len(), (0, 0));
        for (row, place, number) in found {
            pairs[next[row]] = (place, number);
            next[row] += 1;
        }
    }

    /// Gives each row the samples of its distribution: value, and how often.
    pub(super) fn samples(
        &self,
        batch: &RecordBatch,
        rests: &[Payload],
        begins: &mut Vec<usize>,
        pairs: &mut Vec<(u64, u64)>,
    ) {
        let columns: Vec<_> = self
            .parts()
            .iter()
            .filter_map(|(name, _)| batch.column_by_name(name)?.as_string_opt::<i32>())
            .collect();
        for row in 0..batch.num_rows() {
            begins.push(pairs.len());
            if let Some(rest) = rests.get(row).filter(|_| self.in_rest()) {
                pairs.extend(rest.samples(self.value));
            }
            for column in columns.iter().filter(|column| column.is_valid(row)) {
                let json = serde_json::from_str(column.value(row));
                pairs.extend(json.map(|json| buckets(&json)).unwrap_or_default());
            }
        }
        begins.push(pairs.len());
    }
}

/// Gives the number of each row that has one, as it would be in a payload.
fn each(kind: MetricKind, column: &dyn Array, mut take: impl FnMut(usize, u64)) {
    if let Some(numbers) = column.as_primitive_opt::<Int64Type>() {
        let there = |row: usize| match kind {
            MetricKind::Rate => Some(1),
            _ => u64::try_from(numbers.value(row)).ok(),
        };
        there_rows(column, |row| there(row).into_iter().for_each(|number| take(row, number)));
    } else if let Some(flags) = column.as_boolean_opt() {
        there_rows(column, |row| take(row, flags.value(row).into()));
    } else if let Some(texts) = column.as_string_opt::<i32>() {
        there_rows(column, |row| {
            let json = serde_json::from_str(texts.value(row)).ok();
            let number = json.and_then(|json| number(kind, &json));
            number.into_iter().for_each(|number| take(row, number));
        });
    } else {
        // A short text: that it is there.
        there_rows(column, |row| take(row, 1));
    }
}

/// Walks the rows that have a value; of a label's column that is few, and the others cost nothing.
fn there_rows(column: &dyn Array, take: impl FnMut(usize)) {
    match column.nulls().filter(|nulls| nulls.null_count() > 0) {
        Some(nulls) => nulls.valid_indices().for_each(take),
        None => (0..column.len()).for_each(take),
    }
}
