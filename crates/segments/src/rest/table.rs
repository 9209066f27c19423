//! One file at rest, open for reading: its columns by name, its rows in batches.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::ops::RangeInclusive;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, BinaryArray, BooleanArray, FixedSizeBinaryArray, RecordBatch};
use arrow_schema::SchemaRef;
use candor_kernel::SubjectKey;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder, RowSelection, RowSelector,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::{KeyValue, PageIndexPolicy};
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::statistics::Statistics;

use super::column::{DOCUMENT, SECONDARY, SUBJECT};
use super::manifest::{FORMAT, Part};
use super::write::{FORMAT_KEY, LEFT_KEY};
use super::{Hidden, failed, hidden_by};
use crate::row::LandingError;

/// A file whose footer was read. Cheap to clone; clones can be read side by side.
#[derive(Clone)]
pub(crate) struct Table {
    pub(crate) part: Arc<Part>,
    bytes: Bytes,
    about: ArrowReaderMetadata,
    left: Arc<[String]>,
}

impl Table {
    /// Reads the footer. A newer format, and a file that is none of ours, are errors.
    pub(crate) fn open(part: Part, file: File) -> Result<Self, LandingError> {
        let name = part.file.clone();
        let wrong = |what: String| LandingError::Failed(format!("{name}: {what}"));
        let bytes = Bytes { length: file.metadata().map_err(failed)?.len(), file: Arc::new(file) };
        let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
        let about =
            ArrowReaderMetadata::load(&bytes, options).map_err(|error| wrong(error.to_string()))?;
        let words = about.metadata().file_metadata().key_value_metadata();
        let word = |key: &str| {
            let pair = words?.iter().find(|pair| pair.key == key)?;
            pair.value.clone()
        };
        let format = word(FORMAT_KEY).and_then(|format| format.parse::<i64>().ok());
        match format {
            None => return Err(wrong("it is no file of Candor's".to_owned())),
            Some(format) if format > FORMAT => {
                let build = format!("it has the format {format} of a newer build");
                return Err(wrong(format!("{build}, this one knows {FORMAT}")));
            }
            Some(_) => {}
        }
        let left = word(LEFT_KEY).unwrap_or_else(|| "[]".to_owned());
        let left: Vec<String> = serde_json::from_str(&left).map_err(|e| wrong(e.to_string()))?;
        Ok(Self { part: Arc::new(part), bytes, about, left: left.into() })
    }

    /// Returns its columns.
    pub(crate) fn schema(&self) -> &SchemaRef {
        self.about.schema()
    }

    /// Tells whether a metric or field stays in the rest, by what its columns would begin with.
    pub(crate) fn leaves(&self, base: &str) -> bool {
        self.left.iter().any(|left| left == base)
    }

    /// Returns the words about it, to be written to the file that takes its place.
    pub(super) fn words(&self) -> Vec<KeyValue> {
        let words = self.about.metadata().file_metadata().key_value_metadata();
        // The schema is written anew with the columns.
        let ours = words.into_iter().flatten().filter(|pair| pair.key.starts_with("candor."));
        ours.cloned().collect()
    }

    /// Returns how many groups of rows it has.
    pub(crate) fn groups(&self) -> usize {
        self.about.metadata().num_row_groups()
    }

    /// Reads columns of all rows in their order; all columns where none are named.
    pub(crate) fn read(
        &self,
        columns: Option<&[&str]>,
        batch_rows: usize,
    ) -> Result<ParquetRecordBatchReader, LandingError> {
        self.reader(columns, batch_rows).build().map_err(failed)
    }

    /// Reads columns of one group of rows.
    pub(crate) fn read_group(
        &self,
        columns: &[&str],
        batch_rows: usize,
        group: usize,
    ) -> Result<ParquetRecordBatchReader, LandingError> {
        let reader = self.reader(Some(columns), batch_rows);
        reader.with_row_groups(vec![group]).build().map_err(failed)
    }

    /// Reads columns of the rows whose subject is in a range, and of some rows beside it: pages are
    /// read whole.
    pub(crate) fn read_range(
        &self,
        columns: &[&str],
        batch_rows: usize,
        range: &RangeInclusive<u128>,
    ) -> Result<ParquetRecordBatchReader, LandingError> {
        let within = |(least, most)| least <= *range.end() && most >= *range.start();
        let may_hold = |subjects: Option<_>| subjects.is_some_and(within);
        let rows = (0..self.groups()).flat_map(|group| self.rows_where(group, may_hold));
        let selection = RowSelection::from(rows.collect::<Vec<_>>());
        let reader = self.reader(Some(columns), batch_rows);
        reader.with_row_selection(selection).build().map_err(failed)
    }

    /// Reads the ids of the rows by which clients may be known, and of some rows beside them. Pages
    /// are left out by what the file says of them: all of their subjects are others, and none of the
    /// rows of their group has a secondary id.
    pub(crate) fn read_ids(
        &self,
        clients: &Hidden,
        batch_rows: usize,
    ) -> Result<ParquetRecordBatchReader, LandingError> {
        let mut keys: Vec<_> = clients.iter().map(|key| u128::from_be_bytes(key.0)).collect();
        keys.sort_unstable();
        let rows = (0..self.groups()).flat_map(|group| {
            let alone = self.lacks_secondary(group);
            let within = |(least, most)| {
                let next = keys.partition_point(|key| *key < least);
                keys.get(next).is_some_and(|key| *key <= most)
            };
            self.rows_where(group, |subjects| !alone || subjects.is_some_and(within))
        });
        let selection = RowSelection::from(rows.collect::<Vec<_>>());
        let reader = self.reader(Some(&Ids::COLUMNS), batch_rows);
        reader.with_row_selection(selection).build().map_err(failed)
    }

    /// Tells whether no row of a group has a secondary id; false where the file does not say.
    fn lacks_secondary(&self, group: usize) -> bool {
        let Ok(at) = self.schema().index_of(SECONDARY) else { return false };
        let group = self.about.metadata().row_group(group);
        let nulls = group.column(at).statistics().and_then(Statistics::null_count_opt);
        nulls.is_some_and(|nulls| i64::try_from(nulls) == Ok(group.num_rows()))
    }

    /// Selects the pages of a group by their least and their most subject, none where the page has
    /// no subject; all pages where the file does not say what they hold.
    fn rows_where(
        &self,
        group: usize,
        may_hold: impl Fn(Option<(u128, u128)>) -> bool,
    ) -> Vec<RowSelector> {
        let metadata = self.about.metadata();
        let rows = metadata.row_group(group).num_rows();
        let index = metadata.page_index_for_row_group(group);
        let subjects = self.schema().index_of(SUBJECT).ok();
        let pages = subjects.and_then(|at| index.column_index(at).zip(index.page_locations(at)));
        let Some((ColumnIndexMetaData::FIXED_LEN_BYTE_ARRAY(bounds), places)) = pages else {
            return vec![RowSelector::select(usize::try_from(rows).unwrap_or_default())];
        };
        let key = |bytes: Option<&[u8]>| bytes?.try_into().ok().map(u128::from_be_bytes);
        let ends = places.iter().skip(1).map(|place| place.first_row_index).chain([rows]);
        let pages = places.iter().zip(ends).enumerate();
        let selectors = pages.map(|(page, (place, end))| {
            let subjects = key(bounds.min_value(page)).zip(key(bounds.max_value(page)));
            let known = bounds.is_null_page(page) || subjects.is_some();
            let beside = known && !may_hold(subjects);
            let rows = usize::try_from(end - place.first_row_index).unwrap_or_default();
            if beside { RowSelector::skip(rows) } else { RowSelector::select(rows) }
        });
        selectors.collect()
    }

    fn reader(
        &self,
        columns: Option<&[&str]>,
        batch_rows: usize,
    ) -> ParquetRecordBatchReaderBuilder<Bytes> {
        let metadata = self.about.clone();
        let reader =
            ParquetRecordBatchReaderBuilder::new_with_metadata(self.bytes.clone(), metadata)
                .with_batch_size(batch_rows);
        let Some(columns) = columns else { return reader };
        let fields = self.schema().fields().iter().enumerate();
        let roots = fields.filter(|(_, field)| columns.contains(&field.name().as_str()));
        let mask = ProjectionMask::roots(reader.parquet_schema(), roots.map(|(index, _)| index));
        reader.with_projection(mask)
    }
}

/// The columns of a batch by which a ping is found.
pub(crate) struct Ids<'b> {
    pub(crate) subject: &'b FixedSizeBinaryArray,
    secondary: &'b BinaryArray,
}

impl<'b> Ids<'b> {
    /// What [`Table::read`] must be asked for.
    pub(crate) const COLUMNS: [&'static str; 2] = [SUBJECT, SECONDARY];

    /// Finds them in a batch.
    pub(crate) fn of(batch: &'b RecordBatch) -> Result<Self, LandingError> {
        let lacks = || failed("a file lacks a column that every file has");
        let column = |name| batch.column_by_name(name).ok_or_else(lacks);
        let subject = column(SUBJECT)?.as_fixed_size_binary_opt().ok_or_else(lacks)?;
        let secondary = column(SECONDARY)?.as_binary_opt::<i32>().ok_or_else(lacks)?;
        Ok(Self { subject, secondary })
    }

    /// Returns the id by which a row is hidden; none where it may be seen.
    pub(crate) fn hidden_by(&self, hidden: &Hidden, row: usize) -> Option<SubjectKey> {
        let subject = self.subject.is_valid(row).then(|| self.subject.value(row));
        let secondary =
            if self.secondary.is_valid(row) { self.secondary.value(row) } else { &[][..] };
        hidden_by(hidden, subject, secondary)
    }

    /// Returns which rows may be seen; none where all may.
    pub(crate) fn shown(&self, hidden: &Hidden) -> Option<BooleanArray> {
        let rows = self.subject.len();
        let any = !hidden.is_empty() && (0..rows).any(|row| self.hidden_by(hidden, row).is_some());
        any.then(|| (0..rows).map(|row| Some(self.hidden_by(hidden, row).is_none())).collect())
    }
}

/// Returns the document of each row of a batch.
pub(crate) fn documents(batch: &RecordBatch) -> Result<&FixedSizeBinaryArray, LandingError> {
    let documents = batch.column_by_name(DOCUMENT).and_then(|all| all.as_fixed_size_binary_opt());
    documents.ok_or_else(|| failed("a file lacks a column that every file has"))
}

/// The bytes of a file, read without a place of its own, so that threads do not disturb each other.
#[derive(Clone)]
struct Bytes {
    file: Arc<File>,
    length: u64,
}

struct Reading {
    file: Arc<File>,
    at: u64,
}

impl Length for Bytes {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for Bytes {
    type T = BufReader<Reading>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(BufReader::new(Reading { file: Arc::clone(&self.file), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<bytes::Bytes, ParquetError> {
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, start)?;
        Ok(bytes.into())
    }
}

impl Read for Reading {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(into, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}
