//! A closed day, read from landing in small pieces and written to files that count for nothing yet.

use std::path::Path;

use candor_kernel::{Day, limits};
use rusqlite::{Connection, params};

use super::divide::Survey;
use super::manifest::Part;
use super::write::{Filling, Line};
use super::{Hidden, Rest, Step, failed, hidden_by};
use crate::row::LandingError;
use crate::{documents, file};

/// A day that can be switched.
pub(crate) struct Filled {
    pub(crate) day: Day,
    pub(crate) parts: Vec<Part>,
}

/// Writes the files of a day, and the list of its documents. Rows of `erased` clients stay out.
pub(crate) fn fill(
    rest: &Rest,
    landing: &Path,
    day: Day,
    erased: &Hidden,
) -> Result<Filled, LandingError> {
    let mut parts = Vec::new();
    let Some(segment) = file::open_to_read(landing, day).map_err(failed)? else {
        return Ok(Filled { day, parts });
    };
    let others = rest.manifest()?.parts(None, day..=day).map_err(failed)?;
    for (product, ping) in kinds(&segment).map_err(failed)? {
        let mut part = Part::next(&product, &ping, day, &others);
        part.pings = fill_one(rest, &segment, &part, erased)?;
        if part.pings > 0 {
            parts.push(part);
        }
    }
    rest.after(Step::Filled)?;
    drop(segment);
    documents::write(landing, day).map_err(failed)?;
    rest.after(Step::Listed)?;
    Ok(Filled { day, parts })
}

fn fill_one(
    rest: &Rest,
    segment: &Connection,
    part: &Part,
    erased: &Hidden,
) -> Result<u64, LandingError> {
    write(rest, part, |take| each(rest, segment, part, erased, take))
}

/// Writes a file of what `each` gives, which is asked twice: first the columns are found. Returns
/// how many pings were written; without any there is no file.
pub(crate) fn write(
    rest: &Rest,
    part: &Part,
    mut each: impl FnMut(Take<'_>) -> Result<(), LandingError>,
) -> Result<u64, LandingError> {
    let mut survey = Survey::default();
    let mut pings = 0;
    each(&mut |line| {
        pings += 1;
        survey.look(&line.payload);
        Ok(())
    })?;
    if pings == 0 {
        return Ok(0);
    }
    let mut filling = Filling::begin(&rest.files, &part.file, survey.plan())?;
    // Fewer where a client asked for deletion meanwhile.
    let mut pings = 0;
    each(&mut |line| {
        pings += 1;
        filling.push(&line)
    })?;
    filling.end()?;
    Ok(pings)
}

/// What becomes of one ping after the other.
pub(crate) type Take<'t> = &'t mut dyn FnMut(Line) -> Result<(), LandingError>;

fn kinds(segment: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    let mut kinds = segment.prepare("SELECT DISTINCT product, ping FROM ping")?;
    kinds.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// Reads the pings of a kind in the order of their subjects, first those without. Each piece is read
/// for itself: a long read would hold an erasure up.
fn each(
    rest: &Rest,
    segment: &Connection,
    part: &Part,
    erased: &Hidden,
    take: Take<'_>,
) -> Result<(), LandingError> {
    const COLUMNS: &str = "SELECT rowid, subject, document, app, ids, revision, payload FROM ping";
    let without = format!(
        "{COLUMNS} WHERE product = ?1 AND ping = ?2 AND subject IS NULL AND rowid > ?4 \
         AND ?3 IS NOT NULL ORDER BY rowid LIMIT ?5"
    );
    let with = format!(
        "{COLUMNS} WHERE product = ?1 AND ping = ?2 AND (subject, rowid) > (?3, ?4) \
         ORDER BY subject, rowid LIMIT ?5"
    );
    for text in [without, with] {
        let mut last = (Vec::new(), 0);
        loop {
            rest.going()?;
            let lines = piece(segment, &text, part, &last).map_err(failed)?;
            let Some((rowid, line)) = lines.last() else { break };
            last = (line.subject.map(Vec::from).unwrap_or_default(), *rowid);
            for (_, line) in lines {
                let subject = line.subject.as_ref().map(<[u8; 16]>::as_slice);
                if hidden_by(erased, subject, &line.secondary).is_none() {
                    take(line)?;
                }
            }
        }
    }
    Ok(())
}

fn piece(
    segment: &Connection,
    text: &str,
    part: &Part,
    (subject, rowid): &(Vec<u8>, i64),
) -> rusqlite::Result<Vec<(i64, Line)>> {
    let mut secondary = segment
        .prepare_cached("SELECT subject FROM secondary_id WHERE document = ?1 ORDER BY subject")?;
    let line = |row: &rusqlite::Row<'_>| {
        let line = Line {
            subject: row.get(1)?,
            document: row.get(2)?,
            secondary: Vec::new(),
            app: row.get(3)?,
            ids: row.get(4)?,
            revision: row.get(5)?,
            payload: row.get(6)?,
        };
        Ok((row.get(0)?, line))
    };
    let rows = i64::try_from(limits::REST_BATCH_ROWS).unwrap_or(i64::MAX);
    let named = params![part.product, part.ping, subject, rowid, rows];
    let mut lines: Vec<(i64, Line)> =
        segment.prepare_cached(text)?.query_map(named, line)?.collect::<rusqlite::Result<_>>()?;
    for (_, line) in &mut lines {
        if line.ids > i64::from(line.subject.is_some()) {
            let ids =
                secondary.query_map(params![line.document], |row| row.get::<_, [u8; 16]>(0))?;
            line.secondary = ids.collect::<rusqlite::Result<Vec<_>>>()?.concat();
        }
    }
    Ok(lines)
}
