//! The proof scan: every column of a file is decoded and searched for bytes. Packed bytes cannot be
//! searched as they lie.

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use candor_kernel::limits;
use memchr::memmem::Finder;

use super::table::{Ids, Table};
use super::{Hidden, failed};
use crate::row::LandingError;

/// Tells whether a file holds a hidden client's row, or any of the bytes in any column.
pub(crate) fn holds(
    table: &Table,
    hidden: &Hidden,
    needles: &[&[u8]],
) -> Result<bool, LandingError> {
    let keys = hidden.iter().map(|subject| subject.0.as_slice());
    let needles = needles.iter().copied().filter(|needle| !needle.is_empty()).chain(keys);
    let needles: Vec<_> = needles.map(Finder::new).collect();
    for batch in table.read(None, limits::REST_BATCH_ROWS)? {
        let batch = batch.map_err(failed)?;
        let ids = Ids::of(&batch)?;
        if (0..batch.num_rows()).any(|row| ids.hidden_by(hidden, row).is_some())
            || holds_any(&batch, &needles)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn holds_any(batch: &RecordBatch, needles: &[Finder<'_>]) -> Result<bool, LandingError> {
    for (column, field) in batch.columns().iter().zip(batch.schema().fields()) {
        let found = search(column.as_ref(), needles)
            .ok_or_else(|| failed(format!("the column {} cannot be searched", field.name())))?;
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Searches the values of a column one by one, and all at once where they lie together: a hit across
/// two of them is looked at again. None for a type that files of ours do not have.
fn search(column: &dyn Array, needles: &[Finder<'_>]) -> Option<bool> {
    let any = |bytes: &[u8]| needles.iter().any(|needle| needle.find(bytes).is_some());
    Some(match column.data_type() {
        // The longest number has 20 digits, and no needle is one.
        DataType::Boolean | DataType::Int64 => false,
        DataType::Utf8 => {
            let texts = column.as_string::<i32>();
            any(texts.value_data()) && texts.iter().flatten().any(|text| any(text.as_bytes()))
        }
        DataType::Binary => {
            let bytes = column.as_binary::<i32>();
            any(bytes.value_data()) && bytes.iter().flatten().any(any)
        }
        DataType::FixedSizeBinary(_) => {
            let keys = column.as_fixed_size_binary();
            any(keys.value_data()) && keys.iter().flatten().any(any)
        }
        DataType::Dictionary(..) => {
            return search(column.as_dictionary_opt::<Int32Type>()?.values().as_ref(), needles);
        }
        _ => return None,
    })
}
