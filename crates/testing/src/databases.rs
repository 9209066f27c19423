//! A fresh database of each engine for each test.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use candor_database::{Database, Engine, services};
use candor_kernel::Timestamp;
use sqlx::{AnyConnection, Connection};
use tempfile::TempDir;

const SERVER: &str = "postgres://postgres@127.0.0.1:5432/postgres";

/// A database that lasts as long as the test.
pub struct TestDatabase {
    /// The open database.
    pub db: Database,
    /// Its address, for opening it once more.
    pub url: String,
    /// Ends it after the pools have let go.
    _end: End,
}

enum End {
    Folder { _folder: TempDir },
    Server { server: String, name: String },
}

/// Runs a test on a fresh SQLite and a fresh PostgreSQL database with the tables of all services.
///
/// Panics with a sentence where PostgreSQL does not answer.
pub async fn on_both(test: impl AsyncFn(&TestDatabase)) {
    on_both_empty(async |fresh| {
        let services: Vec<_> = services().into_iter().collect();
        let epoch = Timestamp::from_micros(0);
        fresh.db.migrate(&services, epoch).await.expect("a fresh database takes all migrations");
        test(fresh).await;
    })
    .await;
}

/// Does what [`on_both`] does, on databases that were opened only.
pub async fn on_both_empty(test: impl AsyncFn(&TestDatabase)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        test(&TestDatabase::open(engine).await).await;
    }
}

impl TestDatabase {
    /// Makes and opens an empty database.
    ///
    /// Panics with a sentence where PostgreSQL does not answer.
    pub async fn open(engine: Engine) -> Self {
        let (url, end) = match engine {
            Engine::Sqlite => in_folder(),
            Engine::Postgres => on_server().await,
        };
        let db = Database::open(&url).await.expect("a fresh database opens");
        Self { db, url, _end: end }
    }
}

fn in_folder() -> (String, End) {
    let folder = tempfile::tempdir().expect("the system has a folder for temporary files");
    let url = format!("sqlite:{}", folder.path().join("candor.db").display());
    (url, End::Folder { _folder: folder })
}

/// Makes a database whose own order of text is not that of bytes: what leans on it shows.
#[expect(clippy::disallowed_methods, reason = "tests run without the binary that reads it")]
async fn on_server() -> (String, End) {
    let server = std::env::var("CANDOR_TEST_POSTGRES").unwrap_or_else(|_| SERVER.to_owned());
    let name = format!("candor_test_{:016x}", RandomState::new().build_hasher().finish());
    run(
        &server,
        format!(
            "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' \
             LOCALE_PROVIDER icu ICU_LOCALE 'en'"
        ),
    )
    .await
    .unwrap_or_else(|error| {
        panic!(
            "Tests need PostgreSQL 15 or newer with ICU, and a role that may make databases. Start \
             one and name it in CANDOR_TEST_POSTGRES=postgres://USER@HOST/postgres. ({error})"
        )
    });
    let (address, parameters) = server.split_once('?').map_or((&*server, ""), |(a, p)| (a, p));
    let host = address.rfind('/').map_or(address, |end| &address[..end]);
    let url = format!("{host}/{name}?{parameters}");
    (url, End::Server { server, name })
}

async fn run(server: &str, sql: String) -> Result<(), sqlx::Error> {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(server).await?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await?;
    connection.close().await
}

impl Drop for End {
    /// Also after a failed test, so from a thread with a runtime of its own.
    fn drop(&mut self) {
        let Self::Server { server, name } = self else { return };
        let (server, sql) = (server.clone(), format!("DROP DATABASE {name} WITH (FORCE)"));
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            // What cannot be dropped stays behind with a name that says what it is.
            let _ = runtime.map(|runtime| runtime.block_on(run(&server, sql)));
        });
        let _ = dropping.join();
    }
}
