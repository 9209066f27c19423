//! S30, the half about columns.

use candor_database::DatabaseError;
use candor_inventory::Verdict;
use candor_kernel::Timestamp;
use candor_preference::Maintenance;

use super::{NoticeChecks, words};
use crate::rules::{Checked, Outcome};
use crate::store;

/// Older than any retention that is counted in days.
const LONG_OVER_DAYS: i64 = 5000;

impl NoticeChecks {
    /// The schema on disk is what was declared, with an end each; a row planted past its end goes.
    pub(super) async fn every_column_ends(&self, at: Timestamp) -> Result<Verdict, String> {
        match self.db.audit(&self.own).await {
            Ok(()) => {}
            Err(error @ (DatabaseError::Undeclared(_) | DatabaseError::Missing(_))) => {
                return Ok(Verdict::broken(error.to_string()));
            }
            Err(away) => return Err(away.to_string()),
        }
        let planted = Checked {
            at: at.day().plus(-LONG_OVER_DAYS).start(),
            outcome: Outcome::CouldNotRun,
            fact: "planted".to_owned(),
            since: at,
        };
        let build = &self.build.commit;
        store::keep_result(&self.db, "S30", &planted, build).await.map_err(words)?;
        if self.sweeper.oldest(at).await.map_err(words)?.is_empty() {
            return Err("a row past its end was planted and not found".to_owned());
        }
        #[expect(clippy::disallowed_methods, reason = "the check sweeps what it planted")]
        let maintenance = Maintenance::claim();
        self.sweeper.tick(at, maintenance).await.map_err(words)?;
        if let Some(over) = self.sweeper.oldest(at).await.map_err(words)?.first() {
            let (table, days) = (&over.table, over.days_over);
            return Ok(Verdict::broken(format!(
                "The table {table} holds a row that should have gone {days} days ago."
            )));
        }
        let records = self.own.iter().flat_map(|part| part.records.values());
        let fields: usize = records.map(|record| record.fields.len()).sum();
        Ok(Verdict::kept(format!(
            "{fields} declared fields have an end; a row planted past its end was removed."
        )))
    }
}
