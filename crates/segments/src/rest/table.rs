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
        let rows = (0..self.groups()).flat_map(|group| self.rows_in_range(group, range));
        let selection = RowSelection::from(rows.collect::<Vec<_>>());
        let reader = self.reader(Some(columns), batch_rows);
        reader.with_row_selection(selection).build().map_err(failed)
    }

    /// Selects the pages of a group that may hold subjects of a range; all where the file does not
    /// say what they hold.
    fn rows_in_range(&self, group: usize, range: &RangeInclusive<u128>) -> Vec<RowSelector> {
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
            let (least, most) = (key(bounds.min_value(page)), key(bounds.max_value(page)));
            let beside = bounds.is_null_page(page)
                || least.is_some_and(|least| least > *range.end())
                || most.is_some_and(|most| most < *range.start());
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
