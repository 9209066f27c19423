//! The one history of the schema: forward only, by number, each migration belonging to a service.

use std::collections::{BTreeMap, BTreeSet};

use candor_kernel::Timestamp;
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;

use crate::schema::POSTGRES_LOCK;
use crate::{Database, DatabaseError, Engine};

/// A step of the schema: a file of `migrations/`.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// The file's name without its ending: `0001_core`.
    pub name: &'static str,
    /// Its SQL. The first line says whose it is: `-- service: core`.
    pub text: &'static str,
}

macro_rules! migrations {
    ($($name:literal,)+) => {
        /// All migrations, in order. A new file is one more line here.
        pub const MIGRATIONS: &[Migration] = &[
            $(Migration {
                name: $name,
                text: include_str!(concat!("../migrations/", $name, ".sql")),
            },)+
        ];
    };
}

migrations![
    "0001_core",
    "0002_review",
    "0003_telemetry",
    "0004_reports",
    "0005_notices",
    "0006_access",
    "0007_revisions",
    "0008_editions",
    "0009_unread",
    "0010_raw_reads",
];

/// Returns the names of all services that have a migration.
#[must_use]
pub fn services() -> BTreeSet<&'static str> {
    MIGRATIONS.iter().map(Migration::service).collect()
}

impl Migration {
    fn number(&self) -> i64 {
        self.name.get(..4).and_then(|digits| digits.parse().ok()).unwrap_or(0)
    }

    fn service(&self) -> &'static str {
        self.text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("-- service: "))
            .unwrap_or("core")
    }

    fn fingerprint(&self) -> String {
        Sha256::digest(self.text).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Adds the tables that it makes and takes away those that it drops.
    fn change_tables(&self, tables: &mut BTreeSet<String>) {
        for line in self.text.lines() {
            let name = |rest: &str| -> String {
                rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
            };
            if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
                tables.insert(name(rest));
            } else if let Some(rest) = line.strip_prefix("DROP TABLE ") {
                tables.remove(&name(rest));
            }
        }
    }
}

impl Database {
    /// Brings the schema up to date for `core` and the given services. A service that is off makes
    /// no table; one that is turned on later gets its migrations then.
    ///
    /// All or nothing; concurrent starts wait for each other. Errors: `ChangedMigration`;
    /// `NewerSchema`, after which this database can be read but not written.
    pub async fn migrate(&self, services: &[&str], now: Timestamp) -> Result<(), DatabaseError> {
        self.migrate_to(MIGRATIONS, services, now).await
    }

    /// Does what [`Database::migrate`] does, with a history of the caller's own.
    pub async fn migrate_to(
        &self,
        known: &[Migration],
        services: &[&str],
        now: Timestamp,
    ) -> Result<(), DatabaseError> {
        // Not serializable: a start that waited for the lock must see what the other one made.
        let begin = match self.engine() {
            Engine::Sqlite => "BEGIN IMMEDIATE",
            Engine::Postgres => "BEGIN",
        };
        let mut transaction = self.writer().begin_with(begin).await?;
        if self.engine() == Engine::Postgres {
            let patience = "SET LOCAL lock_timeout = '120s'; SET LOCAL statement_timeout = 0;";
            sqlx::raw_sql(patience).execute(&mut *transaction).await?;
            sqlx::query(POSTGRES_LOCK).execute(&mut *transaction).await?;
        }
        let applied = read_history(&mut transaction).await?;
        let pending = match plan(&applied, known, services) {
            Err(error @ DatabaseError::NewerSchema { .. }) => {
                self.set_read_only();
                self.set_tables(tables_of(known, &applied, &[]));
                return Err(error);
            }
            plan => plan?,
        };
        for migration in &pending {
            sqlx::raw_sql(migration.text).execute(&mut *transaction).await?;
            write_history(&mut transaction, migration, now).await?;
            tracing::info!(migration = migration.name, "schema changed");
        }
        transaction.commit().await?;
        self.set_tables(tables_of(known, &applied, &pending));
        Ok(())
    }
}

/// Fingerprints of applied migrations by number.
type History = BTreeMap<i64, String>;

/// Says which migrations are to be applied, in order.
fn plan<'m>(
    applied: &History,
    known: &'m [Migration],
    services: &[&str],
) -> Result<Vec<&'m Migration>, DatabaseError> {
    let last_known = known.iter().map(Migration::number).max().unwrap_or(0);
    let knows = |number: i64| known.iter().any(|migration| migration.number() == number);
    if let Some(&found) = applied.keys().rev().find(|&&number| !knows(number)) {
        return Err(DatabaseError::NewerSchema { found, known: last_known });
    }
    let mut pending = Vec::new();
    for migration in known {
        match applied.get(&migration.number()) {
            Some(fingerprint) if *fingerprint != migration.fingerprint() => {
                return Err(DatabaseError::ChangedMigration { name: migration.name.into() });
            }
            Some(_) => {}
            None if ["core"].iter().chain(services).any(|on| *on == migration.service()) => {
                pending.push(migration);
            }
            None => {}
        }
    }
    Ok(pending)
}

fn tables_of(known: &[Migration], applied: &History, now: &[&Migration]) -> BTreeSet<String> {
    let mut tables = BTreeSet::new();
    let just = |number| now.iter().any(|migration| migration.number() == number);
    for migration in known {
        if applied.contains_key(&migration.number()) || just(migration.number()) {
            migration.change_tables(&mut tables);
        }
    }
    tables
}

async fn read_history(connection: &mut AnyConnection) -> Result<History, DatabaseError> {
    sqlx::raw_sql(
        "CREATE TABLE IF NOT EXISTS schema_history (number BIGINT PRIMARY KEY, \
         name CTEXT NOT NULL, fingerprint CTEXT NOT NULL, applied_us BIGINT NOT NULL)",
    )
    .execute(&mut *connection)
    .await?;
    let rows: Vec<(i64, String)> = sqlx::query_as("SELECT number, fingerprint FROM schema_history")
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().collect())
}

async fn write_history(
    connection: &mut AnyConnection,
    migration: &Migration,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query(
        "INSERT INTO schema_history (number, name, fingerprint, applied_us) VALUES ($1, $2, $3, $4)",
    )
    .bind(migration.number())
    .bind(migration.name)
    .bind(migration.fingerprint())
    .bind(now.micros())
    .execute(connection)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CORE: Migration =
        Migration { name: "0001_core", text: "-- service: core\nCREATE TABLE a (x BIGINT);\n" };
    const CALLS: Migration =
        Migration { name: "0002_calls", text: "-- service: calls\nCREATE TABLE b (x BIGINT);\n" };
    const MORE: Migration =
        Migration { name: "0003_more", text: "-- service: core\nDROP TABLE a;\n" };

    fn history(applied: &[Migration]) -> History {
        applied.iter().map(|migration| (migration.number(), migration.fingerprint())).collect()
    }

    #[test]
    fn a_service_gets_its_migrations_when_it_is_on() {
        let known = [CORE, CALLS, MORE];
        for (applied, services, expected) in [
            (&[][..], &[][..], vec!["0001_core", "0003_more"]),
            (&[], &["calls"], vec!["0001_core", "0002_calls", "0003_more"]),
            (&[CORE, MORE], &["calls"], vec!["0002_calls"]),
            (&[CORE, CALLS], &[], vec!["0003_more"]),
            (&[CORE, CALLS, MORE], &["calls"], vec![]),
        ] {
            let pending = plan(&history(applied), &known, services).expect("nothing was changed");
            let names: Vec<_> = pending.iter().map(|migration| migration.name).collect();
            assert_eq!(names, expected, "{applied:?} {services:?}");
        }
    }

    #[test]
    fn a_changed_and_a_newer_history_are_told_apart() {
        let edited = Migration { text: "-- service: core\nCREATE TABLE a (y BIGINT);\n", ..CORE };
        let edited = [edited];
        let changed = plan(&history(&[CORE]), &edited, &[]);
        assert!(
            matches!(changed, Err(DatabaseError::ChangedMigration { name }) if name == "0001_core")
        );
        let newer = plan(&history(&[CORE, CALLS, MORE]), &[CORE, CALLS], &[]);
        assert!(
            matches!(newer, Err(DatabaseError::NewerSchema { found: 3, known: 2 })),
            "{newer:?}"
        );
    }

    #[test]
    fn tables_are_those_that_applied_migrations_left() {
        let known = [CORE, CALLS, MORE];
        let tables = tables_of(&known, &history(&[CORE]), &[&CALLS]);
        assert_eq!(tables, BTreeSet::from(["a".to_owned(), "b".to_owned()]));
        assert_eq!(tables_of(&known, &history(&[CORE, MORE]), &[]), BTreeSet::new());
    }

    #[test]
    fn the_migrations_follow_the_house_rules() {
        let mut last = 0;
        for migration in MIGRATIONS {
            let Migration { name, text } = migration;
            assert!(migration.number() > last, "{name}: numbers rise");
            last = migration.number();
            assert!(text.starts_with("-- service: "), "{name}: the first line names the service");
            let mut comment = String::new();
            for line in text.lines() {
                if line.starts_with("--") {
                    comment.push_str(line);
                    continue;
                }
                if line.starts_with("CREATE TABLE ") {
                    assert!(
                        comment.contains("Retention: "),
                        "{name}: say above when it ends: {line}"
                    );
                }
                for word in
                    [" TEXT", "INTEGER", "BOOLEAN", "BLOB", "JSON", "EXISTS", "RENAME TO", "ROWID"]
                {
                    assert!(
                        !line.contains(word),
                        "{name}: {word} is outside of the subset: {line}"
                    );
                }
                comment.clear();
            }
        }
    }

    #[test]
    fn every_file_of_the_folder_is_applied() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        for entry in std::fs::read_dir(folder).expect("the folder is there") {
            let file = entry.expect("it can be listed").file_name().into_string().expect("plain");
            let listed =
                MIGRATIONS.iter().any(|migration| format!("{}.sql", migration.name) == file);
            assert!(listed, "{file} is not in the list of migrations");
        }
    }
}
