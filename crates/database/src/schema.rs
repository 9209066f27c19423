//! The real schema of an engine: making PostgreSQL's, reading both.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AnyConnection, Connection};

use crate::{Database, DatabaseError, Engine};

/// Columns by table, without the engine's own tables.
pub(crate) type Tables = BTreeMap<String, BTreeSet<String>>;

/// Locks the making of a schema: "candor" in letters. Concurrent starts wait for each other.
pub(crate) const POSTGRES_LOCK: &str = "SELECT pg_advisory_xact_lock(7160567731011515000)";

/// The table of applied migrations, which belongs to this crate and holds nothing of anybody.
const HISTORY: &str = "schema_history";

/// Makes the schema `candor` and the type `CTEXT`, where they do not exist yet.
pub(crate) async fn prepare_postgres(connection: &mut AnyConnection) -> Result<(), DatabaseError> {
    let (version, encoding): (i64, String) = sqlx::query_as(
        "SELECT CAST(current_setting('server_version_num') AS BIGINT), \
         CAST(current_setting('server_encoding') AS TEXT)",
    )
    .fetch_one(&mut *connection)
    .await?;
    if version < 150_000 || encoding != "UTF8" {
        let version = version / 10_000;
        return Err(DatabaseError::Unsuitable(format!(
            "PostgreSQL 15 or newer with the encoding UTF8 is needed; this is {version} with \
             {encoding}. Use another server, or make the database with ENCODING 'UTF8'."
        )));
    }
    let mut transaction = connection.begin().await?;
    sqlx::query(POSTGRES_LOCK).execute(&mut *transaction).await?;
    // Looked up first: making a schema needs a right that its user need not keep.
    for (found, make) in [
        ("SELECT COUNT(*) FROM pg_namespace WHERE nspname = 'candor'", "CREATE SCHEMA candor"),
        (
            "SELECT COUNT(*) FROM pg_type \
             WHERE typname = 'ctext' AND typnamespace = CAST('candor' AS regnamespace)",
            "CREATE DOMAIN candor.ctext AS text COLLATE \"C\"",
        ),
    ] {
        let count: i64 = sqlx::query_scalar(found).fetch_one(&mut *transaction).await?;
        if count == 0 {
            sqlx::raw_sql(make).execute(&mut *transaction).await?;
        }
    }
    transaction.commit().await?;
    Ok(())
}

/// Reads all tables with their columns.
pub(crate) async fn read(
    engine: Engine,
    connection: &mut AnyConnection,
) -> Result<Tables, DatabaseError> {
    let columns: Vec<(String, String)> = sqlx::query_as(match engine {
        Engine::Sqlite => {
            "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_xinfo(m.name) c \
             WHERE m.type = 'table' AND substr(m.name, 1, 7) <> 'sqlite_'"
        }
        Engine::Postgres => {
            "SELECT CAST(c.relname AS TEXT), CAST(a.attname AS TEXT) \
             FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
             WHERE c.relnamespace = CAST('candor' AS regnamespace) \
             AND c.relkind IN ('r', 'p', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped"
        }
    })
    .fetch_all(connection)
    .await?;
    let mut tables = Tables::new();
    for (table, column) in columns {
        if table != HISTORY {
            tables.entry(table).or_default().insert(column);
        }
    }
    Ok(tables)
}

impl Database {
    pub(crate) async fn schema(&self) -> Result<Tables, DatabaseError> {
        let mut connection = self.reader().acquire().await?;
        read(self.engine(), &mut connection).await
    }
}
