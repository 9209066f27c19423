//! Pings at rest, read column by column: only the columns that a question asks for, a batch at a
//! time, without a value of its own for each ping.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use arrow_array::cast::AsArray;
use arrow_array::{Array, FixedSizeBinaryArray, RecordBatch};
use candor_kernel::limits;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

use super::merge::Lane;
use super::payload::Payload;
use super::{Bounder, By, Question, Said, Unit};
use crate::rest::column::{DOCUMENT, REST, SUBJECT};
use crate::rest::table::{Ids, Table};
use crate::rest::{Hidden, failed};
use crate::row::LandingError;

mod numbers;
mod places;

use numbers::Numbers;
use places::Places;

/// What a question reads of one file.
pub(crate) struct Shape<'q> {
    table: &'q Table,
    question: &'q Question,
    /// For each dimension, where its text stands.
    places: Vec<Places<'q>>,
    /// For each value of the measure, where its number stands.
    numbers: Vec<Numbers<'q>>,
    /// The dimension of labels, where they are told apart.
    by_label: Option<usize>,
    columns: Vec<String>,
    /// Whether something of it stands in the rest.
    reads_rest: bool,
}

impl<'q> Shape<'q> {
    /// Finds the columns. Where clients are hidden, those by which they are known are read, too.
    pub(crate) fn of(table: &'q Table, question: &'q Question, hidden: &Hidden) -> Self {
        let places: Vec<_> =
            question.dimensions.iter().map(|dimension| Places::of(table, dimension)).collect();
        let values = question.measure.values();
        let numbers: Vec<_> = values.into_iter().map(|value| Numbers::of(table, value)).collect();
        let reads_rest = places.iter().any(Places::in_rest) || numbers.iter().any(Numbers::in_rest);
        let id = match question.unit {
            Unit::Client => SUBJECT,
            Unit::Ping => DOCUMENT,
        };
        let mut columns = vec![id.to_owned()];
        columns.extend(places.iter().filter_map(Places::column));
        columns.extend(numbers.iter().flat_map(Numbers::columns));
        columns.extend(reads_rest.then(|| REST.to_owned()));
        if !hidden.is_empty() {
            columns.extend(Ids::COLUMNS.map(str::to_owned));
        }
        let by_label = question.dimensions.iter().position(|one| one.by == By::Label);
        Self { table, question, places, numbers, by_label, columns, reads_rest }
    }

    /// Returns how many groups of rows there are.
    pub(crate) fn groups(&self) -> usize {
        self.table.groups()
    }

    fn columns(&self) -> Vec<&str> {
        self.columns.iter().map(String::as_str).collect()
    }
}

/// The pings of one file, or of a part of it.
pub(super) struct TableLane<'s> {
    shape: &'s Shape<'s>,
    hidden: &'s Hidden,
    range: RangeInclusive<u128>,
    batches: ParquetRecordBatchReader,
    batch: Batch,
    row: usize,
    key: Option<u128>,
}

/// What a batch says, row by row.
#[derive(Default)]
struct Batch {
    ids: Option<FixedSizeBinaryArray>,
    /// Rows that nobody may see.
    left_out: Option<Vec<bool>>,
    /// The place of each row.
    places: Vec<usize>,
    /// The numbers of each row, as many as there are values.
    numbers: Vec<Option<u64>>,
    /// Where the pairs of each row begin; one more than rows, or none at all.
    begins: Vec<usize>,
    /// Labels, as places and numbers; or samples, as values and how often.
    pairs: Vec<(u64, u64)>,
}

impl<'s> TableLane<'s> {
    /// Begins with the first client in the range.
    pub(super) fn of_range(
        shape: &'s Shape<'s>,
        hidden: &'s Hidden,
        range: RangeInclusive<u128>,
    ) -> Result<Self, LandingError> {
        let (columns, rows) = (shape.columns(), limits::REST_BATCH_ROWS);
        let batches = shape.table.read_range(&columns, rows, &range)?;
        Self::begin(shape, hidden, range, batches)
    }

    /// Begins with the first ping of a group.
    pub(super) fn of_group(
        shape: &'s Shape<'s>,
        hidden: &'s Hidden,
        group: usize,
    ) -> Result<Self, LandingError> {
        let (columns, rows) = (shape.columns(), limits::REST_BATCH_ROWS);
        let batches = shape.table.read_group(&columns, rows, group)?;
        Self::begin(shape, hidden, 0..=u128::MAX, batches)
    }

    fn begin(
        shape: &'s Shape<'s>,
        hidden: &'s Hidden,
        range: RangeInclusive<u128>,
        batches: ParquetRecordBatchReader,
    ) -> Result<Self, LandingError> {
        let batch = Batch::default();
        let mut lane = Self { shape, hidden, range, batches, batch, row: 0, key: None };
        lane.find()?;
        Ok(lane)
    }

    /// Finds the next row that counts, from the present one on.
    fn find(&mut self) -> Result<(), LandingError> {
        loop {
            while let Some(key) = self.batch.key(self.row) {
                match key.filter(|key| *key >= *self.range.start()) {
                    Some(key) => {
                        self.key = Some(key).filter(|key| key <= self.range.end());
                        return Ok(());
                    }
                    None => self.row += 1,
                }
            }
            let Some(batch) = self.batches.next() else {
                self.key = None;
                return Ok(());
            };
            self.batch.fill(self.shape, self.hidden, &batch.map_err(failed)?)?;
            self.row = 0;
        }
    }

    fn tell_row(&self, bounder: &mut Bounder<'_>) {
        let (row, place) = (self.row, self.batch.places[self.row]);
        if self.batch.begins.is_empty() {
            let values = self.shape.numbers.len();
            let numbers = &self.batch.numbers[row * values..(row + 1) * values];
            return bounder.ping(place, Said::Numbers(numbers));
        }
        let pairs = &self.batch.pairs[self.batch.begins[row]..self.batch.begins[row + 1]];
        if self.shape.by_label.is_none() {
            return bounder.ping(place, Said::Samples(pairs));
        }
        for (label, number) in pairs {
            let label = usize::try_from(*label).expect("it is a place");
            bounder.ping(place + label, Said::Numbers(&[Some(*number)]));
        }
    }
}

impl Lane for TableLane<'_> {
    fn key(&self) -> Option<u128> {
        self.key
    }

    fn tell(&mut self, bounder: &mut Bounder<'_>) -> Result<(), LandingError> {
        let unit = self.key;
        while self.key == unit && unit.is_some() {
            self.tell_row(bounder);
            self.row += 1;
            self.find()?;
            if self.shape.question.unit == Unit::Ping {
                break;
            }
        }
        Ok(())
    }
}

impl Batch {
    /// Returns the unit of a row; none past the end, and none within where it is nobody's, or nobody
    /// may see it.
    fn key(&self, row: usize) -> Option<Option<u128>> {
        let ids = self.ids.as_ref().filter(|ids| row < ids.len())?;
        let shown = self.left_out.as_ref().is_none_or(|left_out| !left_out[row]);
        let id = (shown && ids.is_valid(row)).then(|| ids.value(row));
        Some(id.and_then(|id| id.try_into().ok()).map(u128::from_be_bytes))
    }

    fn fill(
        &mut self,
        shape: &Shape<'_>,
        hidden: &Hidden,
        batch: &RecordBatch,
    ) -> Result<(), LandingError> {
        let lacks = || failed("a file lacks a column that every file has");
        let ids = batch.column_by_name(&shape.columns[0]);
        self.ids =
            Some(ids.and_then(|ids| ids.as_fixed_size_binary_opt()).ok_or_else(lacks)?.clone());
        self.left_out = None;
        if !hidden.is_empty() {
            let shown = Ids::of(batch)?.shown(hidden);
            self.left_out = shown.map(|shown| shown.values().iter().map(|shown| !shown).collect());
        }
        let rests = if shape.reads_rest { rests(batch) } else { Vec::new() };
        self.fill_places(shape, batch, &rests);
        self.fill_numbers(shape, batch, &rests);
        Ok(())
    }

    fn fill_places(&mut self, shape: &Shape<'_>, batch: &RecordBatch, rests: &[Payload]) {
        self.places.clear();
        self.places.resize(batch.num_rows(), 0);
        for places in &shape.places {
            for place in &mut self.places {
                *place *= places.count();
            }
            places.add(batch, rests, &mut self.places);
        }
    }

    fn fill_numbers(&mut self, shape: &Shape<'_>, batch: &RecordBatch, rests: &[Payload]) {
        let (rows, values) = (batch.num_rows(), shape.numbers.len());
        self.begins.clear();
        self.pairs.clear();
        let first = shape.numbers.first();
        if let (Some(at), Some(numbers)) = (shape.by_label, first) {
            // A label's place stands among the others as its dimension does.
            let behind = shape.question.dimensions[at + 1..].iter();
            let behind: usize = behind.map(super::Dimension::places).product();
            let dimension = &shape.places[at];
            let place = |label: &str| (dimension.place_of(label) * behind) as u64;
            return numbers.labels(batch, rests, place, &mut self.begins, &mut self.pairs);
        }
        if let (true, Some(numbers)) = (shape.question.measure.of_samples(), first) {
            return numbers.samples(batch, rests, &mut self.begins, &mut self.pairs);
        }
        self.numbers.clear();
        self.numbers.resize(rows * values, None);
        for (at, numbers) in shape.numbers.iter().enumerate() {
            numbers.write(batch, rests, &mut self.numbers, (at, values));
        }
    }
}

/// Reads the rest of each row, where something of it is asked for.
fn rests(batch: &RecordBatch) -> Vec<Payload> {
    let texts = batch.column_by_name(REST).and_then(|rest| rest.as_string_opt::<i32>());
    let read = |text: Option<&str>| {
        let read = text.map(serde_json::from_str);
        read.and_then(Result::ok).unwrap_or_default()
    };
    texts.map(|texts| texts.iter().map(read).collect()).unwrap_or_default()
}

/// Returns the places of a list by its texts.
fn by_text(values: &[String]) -> HashMap<&str, usize> {
    values.iter().map(String::as_str).zip(0..).collect()
}
