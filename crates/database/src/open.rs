//! Opening an engine: two pools, of which one cannot write.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyConnection, AnyPool, Connection};

use crate::DatabaseError;
use crate::schema::prepare_postgres;

const CONNECT_SECONDS: u64 = candor_kernel::limits::DATABASE_CONNECT_SECONDS as u64;
/// Writers queue for SQLite's one write connection; this many seconds is too long a queue.
const SQLITE_QUEUE_SECONDS: u64 = 20;
const POSTGRES_CONNECTIONS: u32 = 4;
const SQLITE_READERS: u32 = 4;

// Secrets of people must not reach temporary files; what is acknowledged must be on the disk.
const SQLITE_WRITER: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; \
    PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; \
    PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;";
const SQLITE_READER: &str = "PRAGMA busy_timeout = 5000; PRAGMA temp_store = MEMORY; \
    PRAGMA trusted_schema = OFF; PRAGMA query_only = ON;";
const POSTGRES_WRITER: &str = "SET search_path = candor; SET statement_timeout = '30s'; \
    SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '60s'; \
    SET synchronous_commit = on; SET client_min_messages = warning;";
const POSTGRES_READER: &str = "SET search_path = candor; SET statement_timeout = '30s'; \
    SET client_min_messages = warning; SET default_transaction_read_only = on;";

/// Which engine stands behind a [`Database`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// One file, in this process.
    Sqlite,
    /// A server, version 15 or newer.
    Postgres,
}

/// The relational store. A clone is another handle to the same pools.
#[derive(Clone)]
pub struct Database(Arc<Inner>);

struct Inner {
    engine: Engine,
    writer: AnyPool,
    reader: AnyPool,
    read_only: AtomicBool,
    /// The tables that the applied migrations made.
    tables: Mutex<BTreeSet<String>>,
}

impl Database {
    /// Opens `sqlite:PATH` (made when missing, for this user only) or `postgres://…`.
    ///
    /// On PostgreSQL everything stands in a schema of its own, `candor`, made when missing. Errors:
    /// `Away` within about 5 seconds, `Unwritable` with the path, `Unsuitable`.
    pub async fn open(url: &str) -> Result<Self, DatabaseError> {
        sqlx::any::install_default_drivers();
        if let Some(path) = url.strip_prefix("sqlite:") {
            open_sqlite(path).await
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            open_postgres(url).await
        } else {
            // The address itself may hold a password, so it is not repeated.
            Err(DatabaseError::Unsuitable(
                "The address of the database is not understood. Write sqlite:PATH or \
                 postgres://USER@HOST/DATABASE."
                    .into(),
            ))
        }
    }

    /// Returns the pool for reading; the engine refuses every write on it.
    #[must_use]
    pub fn reader(&self) -> &AnyPool {
        &self.0.reader
    }

    /// Returns the engine.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.0.engine
    }

    /// Tells whether a newer build has changed the schema, so that this one must not write.
    #[must_use]
    pub fn read_only(&self) -> bool {
        self.0.read_only.load(Ordering::SeqCst)
    }

    /// Moves what was written from SQLite's log into its file and empties the log, where deleted
    /// rows would stay readable. Returns false when readers were in the way: call again later.
    ///
    /// Needed after each deletion of something personal, outside of a transaction. PostgreSQL has
    /// nothing to do here.
    pub async fn checkpoint(&self) -> Result<bool, DatabaseError> {
        if self.engine() == Engine::Postgres {
            return Ok(true);
        }
        let (blocked, _, _): (i64, i64, i64) =
            sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(self.writer()).await?;
        Ok(blocked == 0)
    }

    /// Ends all connections, once those in use have come back.
    pub async fn close(&self) {
        self.0.reader.close().await;
        self.0.writer.close().await;
    }

    pub(crate) fn writer(&self) -> &AnyPool {
        &self.0.writer
    }

    pub(crate) fn set_read_only(&self) {
        self.0.read_only.store(true, Ordering::SeqCst);
    }

    pub(crate) fn tables(&self) -> BTreeSet<String> {
        self.0.tables.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_tables(&self, tables: BTreeSet<String>) {
        *self.0.tables.lock().unwrap_or_else(PoisonError::into_inner) = tables;
    }

    fn new(engine: Engine, writer: AnyPool, reader: AnyPool) -> Self {
        let (read_only, tables) = (AtomicBool::new(false), Mutex::default());
        Self(Arc::new(Inner { engine, writer, reader, read_only, tables }))
    }
}

async fn open_sqlite(path: &str) -> Result<Database, DatabaseError> {
    let path = make_file(path.strip_prefix("//").unwrap_or(path))?;
    let options: AnyConnectOptions = sqlite_url(&path).parse()?;
    let unusable = |error: sqlx::Error| match error {
        // 26 is NOTADB: the file is something else, or sealed.
        sqlx::Error::Database(inner) if inner.code().is_some_and(|code| code == "26") => {
            let path = path.display();
            DatabaseError::Unsuitable(format!(
                "{path} is not a SQLite database. Name another file."
            ))
        }
        error => DatabaseError::Unwritable { path: path.clone(), reason: error.to_string() },
    };
    // Tried once by hand: a pool would repeat a refused pragma until its time is up.
    let mut first = AnyConnection::connect_with(&options).await.map_err(unusable)?;
    sqlx::raw_sql(SQLITE_WRITER).execute(&mut first).await.map_err(unusable)?;
    first.close().await.map_err(unusable)?;

    let writer = pool(1, SQLITE_QUEUE_SECONDS, SQLITE_WRITER, &options);
    let reader = pool(SQLITE_READERS, CONNECT_SECONDS, SQLITE_READER, &options);
    Ok(Database::new(Engine::Sqlite, writer, reader))
}

async fn open_postgres(url: &str) -> Result<Database, DatabaseError> {
    let options: AnyConnectOptions = url.parse().map_err(unsuitable_address)?;
    let prepare = async {
        let mut first = AnyConnection::connect_with(&options).await.map_err(unsuitable_address)?;
        prepare_postgres(&mut first).await?;
        first.close().await?;
        Ok::<_, DatabaseError>(())
    };
    let timeout = Duration::from_secs(CONNECT_SECONDS);
    tokio::time::timeout(timeout, prepare).await.map_err(|_| DatabaseError::Away {
        reason: format!("no answer within {CONNECT_SECONDS} s"),
    })??;

    let writer = pool(POSTGRES_CONNECTIONS, CONNECT_SECONDS, POSTGRES_WRITER, &options);
    let reader = pool(POSTGRES_CONNECTIONS, CONNECT_SECONDS, POSTGRES_READER, &options);
    Ok(Database::new(Engine::Postgres, writer, reader))
}

fn pool(size: u32, wait_seconds: u64, setup: &'static str, options: &AnyConnectOptions) -> AnyPool {
    AnyPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(Duration::from_secs(wait_seconds))
        .after_connect(move |connection, _| {
            Box::pin(async move { sqlx::raw_sql(setup).execute(connection).await.map(drop) })
        })
        .connect_lazy_with(options.clone())
}

fn unsuitable_address(error: sqlx::Error) -> DatabaseError {
    match error {
        sqlx::Error::Configuration(cause) => DatabaseError::Unsuitable(format!(
            "The address of the database is not understood ({cause}). Write \
             postgres://USER@HOST/DATABASE."
        )),
        // PostgreSQL, appendix A: class 28 refuses the user, 3D000 and 42501 the database.
        sqlx::Error::Database(inner)
            if inner.code().is_some_and(|code| {
                code.starts_with("28") || matches!(&*code, "3D000" | "42501")
            }) =>
        {
            DatabaseError::Unsuitable(format!(
                "The database server refuses this address ({}). Check the user, its password and \
                 rights, and the name of the database.",
                inner.message()
            ))
        }
        error => error.into(),
    }
}

/// Makes the file when it is missing, for this user only, and returns its full path. SQLite gives
/// its log the same rights.
fn make_file(text: &str) -> Result<PathBuf, DatabaseError> {
    let path = Path::new(text);
    let unwritable = |error: std::io::Error| DatabaseError::Unwritable {
        path: path.to_path_buf(),
        reason: error.to_string(),
    };
    let Some(name) = path.file_name().filter(|_| !text.contains(['?', '\0'])) else {
        return Err(DatabaseError::Unsuitable(
            "The address of the database names no file. Write sqlite:PATH, without ? in it.".into(),
        ));
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new(".")).canonicalize().map_err(unwritable)?;
    let full = folder.join(name);
    let mut open = OpenOptions::new();
    open.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
    open.open(&full).map_err(unwritable)?;
    Ok(full)
}

/// Writes the path as sqlx reads it: everything but plain characters as `%xx`.
fn sqlite_url(path: &Path) -> String {
    let mut url = String::from("sqlite://");
    for &byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte) {
            url.push(char::from(byte));
        } else {
            url.push_str(&format!("%{byte:02X}"));
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_keep_their_characters() {
        assert_eq!(sqlite_url(Path::new("/a b/ü#.db")), "sqlite:///a%20b/%C3%BC%23.db");
    }
}
