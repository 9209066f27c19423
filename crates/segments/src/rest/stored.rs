//! Pings at rest, put together again for the operator.

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use candor_kernel::{DocumentKey, Personal, Revision, limits};

use super::column::{APP, DOCUMENT, FIXED, IDS, Name, REST, REVISION};
use super::divide::{Cell, join};
use super::table::{Ids, Table, documents};
use super::{Hidden, failed};
use crate::read::StoredPing;
use crate::row::LandingError;

/// Reads pings of a file, at most `limit`; of certain documents where they are named.
pub(crate) fn read(
    table: &Table,
    hidden: &Hidden,
    wanted: Option<&[DocumentKey]>,
    limit: usize,
    into: &mut Vec<StoredPing>,
) -> Result<(), LandingError> {
    if wanted.is_some_and(|wanted| !holds(table, wanted).unwrap_or(true)) {
        return Ok(());
    }
    for batch in table.read(None, limits::REST_BATCH_ROWS)? {
        let batch = batch.map_err(failed)?;
        let (ids, keys) = (Ids::of(&batch)?, documents(&batch)?);
        for row in 0..batch.num_rows() {
            let is = |document: &DocumentKey| document.0 == keys.value(row);
            if into.len() >= limit {
                return Ok(());
            }
            if wanted.is_none_or(|wanted| wanted.iter().any(is))
                && ids.hidden_by(hidden, row).is_none()
            {
                into.push(ping(table, &batch, row)?);
            }
        }
    }
    Ok(())
}

/// Looks for documents in the one column that has them, before all are decoded.
fn holds(table: &Table, wanted: &[DocumentKey]) -> Result<bool, LandingError> {
    for batch in table.read(Some(&[DOCUMENT]), limits::REST_BATCH_ROWS)? {
        let batch = batch.map_err(failed)?;
        let keys = documents(&batch)?;
        if keys.iter().flatten().any(|key| wanted.iter().any(|document| document.0 == key)) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn ping(table: &Table, batch: &RecordBatch, row: usize) -> Result<StoredPing, LandingError> {
    let part = &table.part;
    let number = |name| {
        let numbers = batch.column_by_name(name)?.as_primitive_opt::<Int64Type>()?;
        numbers.is_valid(row).then(|| numbers.value(row))
    };
    let lacks = || failed(format!("{} lacks a column that every file has", part.file));
    let rest = batch.column_by_name(REST).and_then(|rest| text(rest.as_ref(), row));
    let values = batch.columns().iter().zip(batch.schema_ref().fields()).skip(FIXED.len());
    let cells = values.filter_map(|(column, field)| {
        let name = Name::parse(field.name())?;
        Some((name, cell(name, column.as_ref(), row)?))
    });
    let payload = join(rest, cells);
    Ok(StoredPing {
        document: DocumentKey(documents(batch)?.value(row).try_into().map_err(failed)?),
        product: part.product.clone(),
        app: batch
            .column_by_name(APP)
            .and_then(|app| text(app.as_ref(), row))
            .ok_or_else(lacks)?
            .to_owned(),
        ping: part.ping.clone(),
        day: part.day,
        ids: number(IDS).ok_or_else(lacks)?.unsigned_abs(),
        revision: Revision(number(REVISION).ok_or_else(lacks)?),
        payload: Personal::new(payload),
    })
}

/// Returns a text, of few or of many different ones.
pub(crate) fn text(column: &dyn Array, row: usize) -> Option<&str> {
    if column.is_null(row) {
        return None;
    }
    if let Some(texts) = column.as_string_opt::<i32>() {
        return Some(texts.value(row));
    }
    let words = column.as_dictionary_opt::<Int32Type>()?;
    Some(words.values().as_string_opt::<i32>()?.value(words.key(row)?))
}

fn cell(name: Name<'_>, column: &dyn Array, row: usize) -> Option<Cell> {
    use super::column::Form;
    if column.is_null(row) {
        return None;
    }
    Some(match name.form() {
        Form::Flag => Cell::Flag(column.as_boolean_opt()?.value(row)),
        Form::Whole => Cell::Whole(column.as_primitive_opt::<Int64Type>()?.value(row)),
        Form::Word => Cell::Word(text(column, row)?.to_owned()),
        Form::Json => Cell::Json(serde_json::from_str(text(column, row)?).ok()?),
    })
}
