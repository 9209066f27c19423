//! Writing a file anew without the rows of erased clients.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::Array;
use arrow_select::filter::filter_record_batch;
use candor_kernel::{DocumentKey, SubjectKey, limits};

use super::manifest::Part;
use super::table::{Ids, Table};
use super::write::Writer;
use super::{Hidden, Rest, Step, failed};
use crate::row::LandingError;

/// A file that can take another's place.
pub(crate) struct Cleaned {
    /// The name of the other.
    pub(crate) old: String,
    /// What takes its place; none where nothing is left.
    pub(crate) new: Option<Part>,
    /// How many pings each wish took along.
    pub(crate) removed: BTreeMap<DocumentKey, u64>,
}

/// Looks for rows of hidden clients in a file. Returns none where there are none; else the file
/// without them, which counts for nothing yet. `wish_of` tells which wish a client's id came with.
pub(crate) fn clean(
    rest: &Rest,
    table: &Table,
    hidden: &Hidden,
    wish_of: &BTreeMap<SubjectKey, DocumentKey>,
) -> Result<Option<Cleaned>, LandingError> {
    let removed = found(table, hidden, wish_of)?;
    if removed.is_empty() {
        return Ok(None);
    }
    let (product, ping, day) = (&table.part.product, &table.part.ping, table.part.day);
    let others = rest.manifest()?.parts(Some((product, ping)), day..=day).map_err(failed)?;
    let mut part = Part::next(product, ping, day, &others);
    let mut writer =
        Writer::begin(&rest.files, &part.file, Arc::clone(table.schema()), table.words())?;
    for batch in table.read(None, limits::REST_BATCH_ROWS)? {
        rest.going()?;
        let mut batch = batch.map_err(failed)?;
        let shown = Ids::of(&batch)?.shown(hidden);
        if let Some(shown) = shown {
            batch = filter_record_batch(&batch, &shown).map_err(failed)?;
        }
        part.pings += batch.num_rows() as u64;
        writer.write(&batch)?;
    }
    writer.end()?;
    rest.after(Step::Rewritten)?;
    let old = table.part.file.clone();
    if part.pings == 0 {
        rest.files.remove(&part.file).map_err(failed)?;
        return Ok(Some(Cleaned { old, new: None, removed }));
    }
    Ok(Some(Cleaned { old, new: Some(part), removed }))
}

/// Counts the rows of hidden clients, by the wish that hides them.
pub(crate) fn found(
    table: &Table,
    hidden: &Hidden,
    wish_of: &BTreeMap<SubjectKey, DocumentKey>,
) -> Result<BTreeMap<DocumentKey, u64>, LandingError> {
    let mut found = BTreeMap::new();
    for batch in table.read_ids(hidden, limits::REST_BATCH_ROWS)? {
        let batch = batch.map_err(failed)?;
        let ids = Ids::of(&batch)?;
        for row in 0..ids.subject.len() {
            if let Some(subject) = ids.hidden_by(hidden, row) {
                // A tombstone that was forgotten meanwhile hides as well; nobody asks for its count.
                let wish = wish_of.get(&subject).copied().unwrap_or(DocumentKey([0; 16]));
                *found.entry(wish).or_insert(0) += 1;
            }
        }
    }
    Ok(found)
}
