//! Writing a file at rest: rows in the order of their subjects, divided into columns.

use std::sync::Arc;

use arrow_array::builder::{
    ArrayBuilder, BinaryBuilder, BooleanBuilder, FixedSizeBinaryBuilder, Int64Builder,
    StringBuilder, StringDictionaryBuilder,
};
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use candor_kernel::limits;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

use super::column::{self, FIXED, Form, Name};
use super::divide::{Cell, Plan};
use super::failed;
use super::files::{Files, Upload};
use super::manifest::FORMAT;
use crate::row::LandingError;

/// Where a file says its format.
pub(super) const FORMAT_KEY: &str = "candor.format";
/// Where a file names what stays in the rest although its kind has columns, as a list in JSON.
pub(super) const LEFT_KEY: &str = "candor.left";

/// One ping on its way to a file.
pub(crate) struct Line {
    pub(crate) subject: Option<[u8; 16]>,
    pub(crate) document: [u8; 16],
    pub(crate) secondary: Vec<u8>,
    pub(crate) app: String,
    pub(crate) ids: i64,
    pub(crate) revision: i64,
    pub(crate) payload: String,
}

/// A file that is being filled.
pub(super) struct Filling {
    plan: Plan,
    schema: SchemaRef,
    writer: Writer,
    subject: FixedSizeBinaryBuilder,
    document: FixedSizeBinaryBuilder,
    secondary: BinaryBuilder,
    app: StringDictionaryBuilder<Int32Type>,
    ids: Int64Builder,
    revision: Int64Builder,
    rest: StringBuilder,
    values: Vec<Values>,
}

/// The batches of a file, packed and written.
pub(super) struct Writer(ArrowWriter<Upload>);

enum Values {
    Flag(BooleanBuilder),
    Whole(Int64Builder),
    Word(StringDictionaryBuilder<Int32Type>),
    Json(StringBuilder),
}

impl Filling {
    /// Begins a file whose pings have these columns.
    pub(super) fn begin(files: &Files, name: &str, plan: Plan) -> Result<Self, LandingError> {
        let schema = schema(&plan.columns);
        let left = serde_json::to_string(&plan.left).map_err(failed)?;
        let about = [(FORMAT_KEY, FORMAT.to_string()), (LEFT_KEY, left)];
        let about = about.map(|(key, value)| KeyValue::new(key.to_owned(), value)).to_vec();
        let writer = Writer::begin(files, name, Arc::clone(&schema), about)?;
        let form = |name: &String| Name::parse(name).map_or(Form::Json, Name::form);
        let values = plan.columns.iter().map(|name| Values::new(form(name))).collect();
        Ok(Self {
            plan,
            schema,
            writer,
            subject: FixedSizeBinaryBuilder::new(16),
            document: FixedSizeBinaryBuilder::new(16),
            secondary: BinaryBuilder::new(),
            app: StringDictionaryBuilder::new(),
            ids: Int64Builder::new(),
            revision: Int64Builder::new(),
            rest: StringBuilder::new(),
            values,
        })
    }

    /// Takes the next ping.
    pub(super) fn push(&mut self, line: &Line) -> Result<(), LandingError> {
        match line.subject {
            Some(subject) => self.subject.append_value(subject).map_err(failed)?,
            None => self.subject.append_null(),
        }
        self.document.append_value(line.document).map_err(failed)?;
        let secondary = Some(line.secondary.as_slice()).filter(|ids| !ids.is_empty());
        self.secondary.append_option(secondary);
        self.app.append_value(&line.app);
        self.ids.append_value(line.ids);
        self.revision.append_value(line.revision);
        let (cells, rest) = self.plan.divide(&line.payload);
        self.rest.append_option(rest);
        for (values, cell) in self.values.iter_mut().zip(cells) {
            values.push(cell);
        }
        if self.ids.len() == limits::REST_BATCH_ROWS {
            self.flush()?;
        }
        Ok(())
    }

    /// Ends the file: it is durable.
    pub(super) fn end(mut self) -> Result<(), LandingError> {
        self.flush()?;
        self.writer.end()
    }

    fn flush(&mut self) -> Result<(), LandingError> {
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(self.subject.finish()),
            Arc::new(self.document.finish()),
            Arc::new(self.secondary.finish()),
            Arc::new(self.app.finish()),
            Arc::new(self.ids.finish()),
            Arc::new(self.revision.finish()),
            Arc::new(self.rest.finish()),
        ];
        columns.extend(self.values.iter_mut().map(Values::finish));
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(failed)?;
        self.writer.write(&batch)
    }
}

impl Writer {
    /// Begins a file with these columns and these words about it.
    pub(super) fn begin(
        files: &Files,
        name: &str,
        schema: SchemaRef,
        about: Vec<KeyValue>,
    ) -> Result<Self, LandingError> {
        let level = ZstdLevel::try_new(1).map_err(failed)?;
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .set_max_row_group_row_count(Some(limits::REST_GROUP_ROWS))
            .set_key_value_metadata(Some(about));
        for keys in [column::SUBJECT, column::DOCUMENT] {
            // Nearly all different: a dictionary of them would be read for nothing.
            let keys = ColumnPath::from(keys);
            properties = properties.set_column_dictionary_enabled(keys, false);
        }
        let upload = files.begin(name).map_err(failed)?;
        let writer = ArrowWriter::try_new(upload, schema, Some(properties.build()));
        writer.map(Self).map_err(failed)
    }

    /// Writes rows.
    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), LandingError> {
        self.0.write(batch).map_err(failed)?;
        if self.0.memory_size() > limits::REST_GROUP_BYTES {
            self.0.flush().map_err(failed)?;
        }
        Ok(())
    }

    /// Ends the file: it is durable.
    pub(super) fn end(self) -> Result<(), LandingError> {
        self.0.into_inner().map_err(failed)?.end().map_err(failed)
    }
}

impl Values {
    fn new(form: Form) -> Self {
        match form {
            Form::Flag => Self::Flag(BooleanBuilder::new()),
            Form::Whole => Self::Whole(Int64Builder::new()),
            Form::Word => Self::Word(StringDictionaryBuilder::new()),
            Form::Json => Self::Json(StringBuilder::new()),
        }
    }

    fn push(&mut self, cell: Option<Cell>) {
        match (self, cell) {
            (Self::Flag(values), Some(Cell::Flag(flag))) => values.append_value(flag),
            (Self::Whole(values), Some(Cell::Whole(number))) => values.append_value(number),
            (Self::Word(values), Some(Cell::Word(text))) => values.append_value(text),
            (Self::Json(values), Some(Cell::Json(json))) => values.append_value(json.to_string()),
            (Self::Flag(values), _) => values.append_null(),
            (Self::Whole(values), _) => values.append_null(),
            (Self::Word(values), _) => values.append_null(),
            (Self::Json(values), _) => values.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Flag(values) => ArrayBuilder::finish(values),
            Self::Whole(values) => ArrayBuilder::finish(values),
            Self::Word(values) => ArrayBuilder::finish(values),
            Self::Json(values) => ArrayBuilder::finish(values),
        }
    }
}

fn schema(columns: &[String]) -> SchemaRef {
    let keys = || DataType::FixedSizeBinary(16);
    let types = [
        keys(),
        keys(),
        DataType::Binary,
        column::words(),
        DataType::Int64,
        DataType::Int64,
        DataType::Utf8,
    ];
    let nullable = [column::SUBJECT, column::SECONDARY, column::REST];
    let fixed = FIXED.iter().zip(types);
    let fixed = fixed.map(|(name, kind)| Field::new(*name, kind, nullable.contains(name)));
    let values = columns.iter().map(|name| {
        let form = Name::parse(name).map_or(Form::Json, Name::form);
        Field::new(name, form.data_type(), true)
    });
    Arc::new(Schema::new(fixed.chain(values).collect::<Vec<_>>()))
}
