//! What one server needs: folders, a configuration, and the way to talk to it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use candor_database::Engine;
use candor_testing::TestDatabase;
use reqwest::{Client, RequestBuilder};
use serde_json::Value;
use sqlx::{AnyConnection, Connection};
use tempfile::TempDir;

use crate::process::{Process, Said};

/// Telemetry and reports.
pub(crate) const SERVICES: &str = "[services]\ntelemetry = true\nreports = true\n";

/// The folders and the configuration of one server.
pub(crate) struct Home {
    folder: TempDir,
    /// Where it is not the file in the data folder.
    database: Option<TestDatabase>,
}

/// A server that answers.
pub(crate) struct Running {
    pub(crate) process: Process,
    pub(crate) url: String,
    pub(crate) client: Client,
}

impl Home {
    /// Makes an empty one whose configuration is `config`.
    pub(crate) fn new(config: &str) -> Self {
        let folder = tempfile::tempdir().expect("the system has a folder for temporary files");
        let home = Self { folder, database: None };
        std::fs::write(home.path("candor.toml"), config).expect("the folder is ours");
        home
    }

    /// Makes an empty one on an engine.
    pub(crate) async fn on(engine: Engine, config: &str) -> Self {
        let database = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(TestDatabase::open(engine).await),
        };
        Self { database, ..Self::new(config) }
    }

    /// Accepts the server's own declarations.
    pub(crate) fn accepted(self) -> Self {
        self.run(&["init", "--accept", "--by", "Olive Owner"]).fine();
        self
    }

    /// Returns the place of a file or folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The same, as an argument.
    pub(crate) fn argument(&self, name: &str) -> String {
        self.path(name).to_str().expect("a plain path").to_owned()
    }

    /// Returns the address of the database.
    pub(crate) fn database(&self) -> String {
        match &self.database {
            Some(database) => database.url.clone(),
            None => format!("sqlite:{}", self.argument("data/candor.db")),
        }
    }

    /// Runs `init` or `serve` here, with these arguments before ours; those given count.
    pub(crate) fn start(&self, arguments: &[&str]) -> Process {
        let mut all: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        let ours = [
            ("--config", self.argument("candor.toml")),
            ("--data", self.argument("data")),
            ("--keys", self.argument("keys")),
            ("--database", self.database()),
            ("--listen", "127.0.0.1:0".to_owned()),
        ];
        for (name, value) in ours {
            if !arguments.contains(&name) {
                all.extend([name.to_owned(), value]);
            }
        }
        Process::start(&all.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Does the same, and waits for its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        self.start(arguments).finish()
    }

    /// Runs a command that goes to the server of this folder: a line, with `--data` where `@`
    /// stands, and then arguments that may hold blanks.
    pub(crate) fn ask(&self, line: &str, more: &[&str]) -> Said {
        let data = self.argument("data");
        let words = line.split(' ').flat_map(|word| match word {
            "@" => vec!["--data", &data],
            word => vec![word],
        });
        Process::start(&words.chain(more.iter().copied()).collect::<Vec<_>>()).finish()
    }

    /// Does the same with a command that must succeed and answers JSON.
    pub(crate) fn json(&self, line: &str, more: &[&str]) -> Value {
        let out = self.ask(line, more).fine();
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}"))
    }

    /// Starts a server and waits for its address.
    pub(crate) async fn serve(&self) -> Running {
        self.serve_with(&[]).await
    }

    /// Does the same with more arguments.
    pub(crate) async fn serve_with(&self, arguments: &[&str]) -> Running {
        let arguments = [&["serve"], arguments].concat();
        let process = self.start(&arguments);
        let said = process.says("Candor is at ");
        let (_, url) = said.rsplit_once(' ').expect("the line has blanks");
        Running { url: url.to_owned(), client: client(None), process }
    }

    /// Starts a server and waits until it is ready.
    pub(crate) async fn serve_ready(&self) -> Running {
        let running = self.serve().await;
        running.becomes(200, "/health/ready", "\"ready\":true").await;
        running
    }

    /// Reads every file below a folder.
    pub(crate) fn files(&self, below: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        read(&self.path(below), &mut found);
        found
    }
}

impl Running {
    /// Asks for a page.
    pub(crate) async fn get(&self, path: &str) -> (u16, String) {
        answer(self.client.get(format!("{}{path}", self.url))).await.expect("the server answers")
    }

    /// Asks again and again, until the status and the words are those.
    pub(crate) async fn becomes(&self, status: u16, path: &str, words: &str) {
        let mut last = None;
        for _ in 0..600 {
            last = answer(self.client.get(format!("{}{path}", self.url))).await.ok();
            if last.as_ref().is_some_and(|(is, body)| *is == status && body.contains(words)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{path} did not become {status} with {words:?}: {last:?}");
    }

    /// Stops it in order.
    pub(crate) fn stop(self) -> Said {
        self.process.terminate();
        self.process.finish()
    }
}

/// Makes a client that waits for 15 seconds at most and trusts one more authority.
pub(crate) fn client(authority: Option<&Path>) -> Client {
    // A second call changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder().no_proxy().timeout(Duration::from_secs(15));
    if let Some(path) = authority {
        let pem = std::fs::read(path).expect("the server made it");
        builder =
            builder.tls_certs_only([reqwest::Certificate::from_pem(&pem).expect("it is one")]);
    }
    builder.build().expect("nothing here can be wrong")
}

/// Sends a request: status and body.
pub(crate) async fn answer(request: RequestBuilder) -> reqwest::Result<(u16, String)> {
    let reply = request.send().await?;
    let status = reply.status().as_u16();
    Ok((status, reply.text().await?))
}

fn read(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            read(&path, found);
        } else if path.is_file() {
            found.insert(path.clone(), std::fs::read(&path).expect("it is ours"));
        }
    }
}

/// Changes a store whose server has stopped, as nobody should.
pub(crate) async fn tamper(url: &str, sql: &'static str) {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(url).await.expect("the server has let go of it");
    if url.starts_with("postgres") {
        let found = sqlx::raw_sql("SET search_path = candor").execute(&mut connection).await;
        found.expect("the server made the schema");
    }
    sqlx::raw_sql(sql).execute(&mut connection).await.expect("the engine can do it");
    connection.close().await.expect("it is whole");
}
