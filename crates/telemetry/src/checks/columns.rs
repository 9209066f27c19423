//! S30, the part about files of pings: each column in them was declared, at rest too.

use std::sync::Arc;

use candor_database::DatabaseError;
use candor_database::audit::{compare, compare_tables};
use candor_inventory::{Inventory, Store, Verdict};
use candor_segments::{Landing, LandingError};

use super::TelemetryChecks;

/// Compares the columns of every file of pings with what is declared: days in landing, the erasure
/// journal, lists of documents, the manifest, and every file at rest.
///
/// Errors: outside, that a file cannot be read; inside, what was found.
pub fn files_are_declared(
    landing: &Landing,
    own: &[Inventory],
) -> Result<Result<(), DatabaseError>, LandingError> {
    let (landed, at_rest) = (landing.schema()?, landing.schema_at_rest()?);
    // Before the first ping there is no segment to compare.
    if landed.contains_key("ping")
        && let Err(found) = compare_tables(Store::Landing, &landed, own)
    {
        return Ok(Err(found));
    }
    // Nor is there a file at rest before the first day closed; the lists of files are always there.
    let always = ["rest_file", "rest_move"].map(str::to_owned).into();
    Ok(compare(Store::Rest, &at_rest, own, &always))
}

impl TelemetryChecks {
    /// Returns what was found that nobody declared; else how many columns were read.
    pub(super) async fn every_file_is_declared(&self) -> Result<Result<usize, Verdict>, String> {
        let (landing, own) = (Arc::clone(&self.ingest.landing), Arc::clone(&self.own));
        let read = move || {
            let found = files_are_declared(&landing, &own)?;
            let tables =
                landing.schema()?.into_values().chain(landing.schema_at_rest()?.into_values());
            Ok::<_, LandingError>((found, tables.map(|columns| columns.len()).sum()))
        };
        let read = tokio::task::spawn_blocking(read).await.map_err(|error| error.to_string())?;
        let (found, columns) = read.map_err(|error| error.to_string())?;
        Ok(found.map(|()| columns).map_err(|found| Verdict::broken(found.to_string())))
    }
}
