//! Which place of a dimension each row of a batch has.

use std::collections::HashMap;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{Array, RecordBatch};

use super::by_text;
use crate::rest::column::{APP, base, has_parts};
use crate::rest::table::Table;
use crate::tally::payload::{Payload, text_of};
use crate::tally::{By, Dimension};

/// A dimension, and where its text stands in a file.
pub(super) struct Places<'q> {
    dimension: &'q Dimension,
    by_text: HashMap<&'q str, usize>,
    stands: Stands,
}

enum Stands {
    Column(String),
    Rest,
    /// No ping of the file has it.
    Nowhere,
    /// Each label of a row has a place of its own.
    Label,
}

impl<'q> Places<'q> {
    pub(super) fn of(table: &Table, dimension: &'q Dimension) -> Self {
        let found = |base: String| match table.schema().column_with_name(&base) {
            Some(_) => Stands::Column(base),
            None if table.leaves(&base) => Stands::Rest,
            None => Stands::Nowhere,
        };
        let stands = match &dimension.by {
            By::App => Stands::Column(APP.to_owned()),
            By::Info(field) => found(base("client_info", field)),
            // A value with parts is no text.
            By::Metric { kind, .. } if has_parts(*kind) => Stands::Nowhere,
            By::Metric { metric, kind } => found(base(kind.slug(), metric.as_str())),
            By::Label => Stands::Label,
        };
        Self { dimension, by_text: by_text(&dimension.values), stands }
    }

    pub(super) fn in_rest(&self) -> bool {
        matches!(self.stands, Stands::Rest)
    }

    pub(super) fn column(&self) -> Option<String> {
        match &self.stands {
            Stands::Column(column) => Some(column.clone()),
            _ => None,
        }
    }

    pub(super) fn count(&self) -> usize {
        self.dimension.places()
    }

    pub(super) fn place_of(&self, text: &str) -> usize {
        self.by_text.get(text).copied().unwrap_or(self.dimension.values.len())
    }

    /// Adds the place of each row.
    pub(super) fn add(&self, batch: &RecordBatch, rests: &[Payload], places: &mut [usize]) {
        let other = self.dimension.values.len();
        let all_other = |places: &mut [usize]| places.iter_mut().for_each(|place| *place += other);
        match &self.stands {
            Stands::Label => {}
            Stands::Nowhere => all_other(places),
            Stands::Rest => {
                for (place, rest) in places.iter_mut().zip(rests) {
                    // No application stands in the rest.
                    *place += rest.place(self.dimension, "");
                }
            }
            Stands::Column(column) => match batch.column_by_name(column) {
                Some(column) => self.add_column(column.as_ref(), places),
                None => all_other(places),
            },
        }
    }

    fn add_column(&self, column: &dyn Array, places: &mut [usize]) {
        let other = self.dimension.values.len();
        let mut add = |place_of: &mut dyn FnMut(usize) -> usize| {
            for (row, place) in places.iter_mut().enumerate() {
                *place += if column.is_null(row) { other } else { place_of(row) };
            }
        };
        if let Some(words) = column.as_dictionary_opt::<Int32Type>() {
            let Some(texts) = words.values().as_string_opt::<i32>() else { return };
            let keys = words.keys().values();
            // Each text is looked up once in a batch.
            let mut known = vec![usize::MAX; texts.len()];
            add(&mut |row| {
                let key = usize::try_from(keys[row]).unwrap_or_default();
                if known[key] == usize::MAX {
                    known[key] = self.place_of(texts.value(key));
                }
                known[key]
            });
        } else if let Some(flags) = column.as_boolean_opt() {
            let both = ["false", "true"].map(|text| self.place_of(text));
            add(&mut |row| both[usize::from(flags.value(row))]);
        } else if let Some(numbers) = column.as_primitive_opt::<Int64Type>() {
            add(&mut |row| self.place_of(&numbers.value(row).to_string()));
        } else if let Some(texts) = column.as_string_opt::<i32>() {
            add(&mut |row| {
                let json = serde_json::from_str(texts.value(row)).ok();
                json.as_ref().and_then(text_of).map_or(other, |text| self.place_of(&text))
            });
        }
    }
}
