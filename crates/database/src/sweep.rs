//! The retention sweeper: rows go when their declaration says so (S30).

use std::sync::atomic::{AtomicBool, Ordering};

use candor_inventory::declaration::TimeUnit;
use candor_inventory::{Inventory, Retention, Store};
use candor_kernel::{DAY_MICROS, Fault, Faults, Timestamp};
use candor_preference::Maintenance;

use crate::{Database, DatabaseError, Engine, Work, identifier};

const BATCH_ROWS: u64 = candor_kernel::limits::SWEEP_ROWS as u64;

/// Removes rows that are older than their declared retention.
pub struct Sweeper {
    db: Database,
    rules: Vec<Rule>,
    faults: Faults,
    checkpoint_due: AtomicBool,
}

/// What one run removed from a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swept {
    /// The table.
    pub table: String,
    /// How many rows are gone.
    pub rows: u64,
}

/// A table that still holds what should be gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overdue {
    /// The table.
    pub table: String,
    /// Whole days by which its oldest row is over its retention.
    pub days_over: i64,
}

/// A declared retention in days.
#[derive(Debug, Clone)]
struct Rule {
    table: String,
    days: i64,
    by: String,
    unit: TimeUnit,
}

impl Sweeper {
    /// Makes a sweeper of all database records that end after a number of days.
    ///
    /// Errors: `Name` when a declared table or column cannot stand in SQL.
    pub fn new(
        db: Database,
        declared: &[Inventory],
        faults: Faults,
    ) -> Result<Self, DatabaseError> {
        let mut rules = Vec::new();
        for (name, record) in declared.iter().flat_map(|inventory| &inventory.records) {
            let Retention::Days { days, by, unit } = &record.retention else { continue };
            if record.store == Store::Database {
                let (table, by) = (identifier(name)?.to_owned(), identifier(by)?.to_owned());
                rules.push(Rule { table, days: i64::from(*days), by, unit: *unit });
            }
        }
        Ok(Self { db, rules, faults, checkpoint_due: AtomicBool::new(false) })
    }

    /// Removes everything that is over its time at `now`, and reports the tables it touched.
    ///
    /// A table that cannot be swept does not keep the others: its error comes at the end. A clock
    /// that went back removes less, never more. Rows whose column is NULL have not begun to age.
    pub async fn tick(&self, now: Timestamp, _: Maintenance) -> Result<Vec<Swept>, DatabaseError> {
        let mut swept = Vec::new();
        if self.faults.on(Fault::SweepNothing) {
            return Ok(swept);
        }
        let mut trouble = None;
        for rule in self.standing_rules().await? {
            match self.sweep(rule, now).await {
                Ok(0) => {}
                Ok(rows) => swept.push(Swept { table: rule.table.clone(), rows }),
                Err(error) => trouble = trouble.or(Some(error)),
            }
        }
        if self.checkpoint_due.load(Ordering::SeqCst) && self.db.checkpoint().await? {
            self.checkpoint_due.store(false, Ordering::SeqCst);
        }
        trouble.map_or(Ok(swept), Err)
    }

    /// Lists the tables that hold rows over their time at `now`; empty after a full [`Self::tick`].
    pub async fn oldest(&self, now: Timestamp) -> Result<Vec<Overdue>, DatabaseError> {
        let mut overdue = Vec::new();
        for rule in self.standing_rules().await? {
            let Rule { table, by, .. } = rule;
            let sql = format!("SELECT MIN({by}) FROM {table}");
            let oldest: Option<i64> =
                sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(self.db.reader()).await?;
            if let Some(days_over) = oldest.and_then(|oldest| rule.days_over(oldest, now)) {
                overdue.push(Overdue { table: table.clone(), days_over });
            }
        }
        Ok(overdue)
    }

    /// Returns the rules of tables that exist: a service that is off has none.
    async fn standing_rules(&self) -> Result<Vec<&Rule>, DatabaseError> {
        let schema = self.db.schema().await?;
        let stands =
            |rule: &&Rule| schema.get(&rule.table).is_some_and(|has| has.contains(&rule.by));
        Ok(self.rules.iter().filter(stands).collect())
    }

    async fn sweep(&self, rule: &Rule, now: Timestamp) -> Result<u64, DatabaseError> {
        let cutoff = rule.cutoff(now);
        let sql = rule.delete_sql(self.db.engine());
        let sql = sql.as_str();
        let mut removed = 0;
        loop {
            let rows = self
                .db
                .transact(|tx| -> Work<'_, u64, DatabaseError> {
                    Box::pin(async move {
                        let delete = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(cutoff);
                        Ok(delete.execute(&mut **tx).await?.rows_affected())
                    })
                })
                .await?;
            removed += rows;
            if rows > 0 {
                self.checkpoint_due.store(true, Ordering::SeqCst);
            }
            if rows < BATCH_ROWS {
                return Ok(removed);
            }
        }
    }
}

impl Rule {
    /// Returns the newest value that is over its time.
    fn cutoff(&self, now: Timestamp) -> i64 {
        match self.unit {
            TimeUnit::Day => now.day().number().saturating_sub(self.days),
            TimeUnit::Micros => now.micros().saturating_sub(self.days.saturating_mul(DAY_MICROS)),
        }
    }

    fn days_over(&self, oldest: i64, now: Timestamp) -> Option<i64> {
        let over = self.cutoff(now).saturating_sub(oldest);
        let unit = match self.unit {
            TimeUnit::Day => 1,
            TimeUnit::Micros => DAY_MICROS,
        };
        (over >= 0).then_some(over / unit)
    }

    fn delete_sql(&self, engine: Engine) -> String {
        let Self { table, by, .. } = self;
        let row = match engine {
            Engine::Sqlite => "rowid",
            Engine::Postgres => "ctid",
        };
        format!(
            "DELETE FROM {table} WHERE {row} IN \
             (SELECT {row} FROM {table} WHERE {by} <= $1 LIMIT {BATCH_ROWS})"
        )
    }
}

#[cfg(test)]
mod tests {
    use candor_kernel::Day;

    use super::*;

    #[test]
    fn a_row_ends_that_many_days_after_what_it_says() {
        let noon = Day::from_number(100).start().plus(std::time::Duration::from_secs(43_200));
        for (unit, days, expected) in [
            (TimeUnit::Day, 30, 70),
            (TimeUnit::Day, 0, 100),
            (TimeUnit::Micros, 30, noon.micros() - 30 * DAY_MICROS),
            (TimeUnit::Micros, 0, noon.micros()),
        ] {
            let rule = Rule { table: "t".into(), days, by: "at".into(), unit };
            assert_eq!(rule.cutoff(noon), expected, "{unit:?} {days}");
            assert_eq!(rule.days_over(expected, noon), Some(0));
            assert_eq!(rule.days_over(expected + 1, noon), None);
            let later = Timestamp::from_micros(noon.micros() + 2 * DAY_MICROS);
            assert_eq!(rule.days_over(expected, later), Some(2));
        }
    }
}
