//! What is measured: Candor or a baseline, each a process of its own on a folder of its own.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;
use tempfile::TempDir;

use crate::client::Line;
use crate::sample::DEFINITIONS;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// Reads and answers 200.
    Empty,
    /// Inflates, parses, appends, flushes.
    Floor,
    /// The real binary.
    Candor,
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Floor => "floor",
            Self::Candor => "candor",
        }
    }
}

/// A running server. It is killed, and its folder removed, when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    folder: TempDir,
}

impl Server {
    /// Starts a server and waits until it takes pings.
    pub(crate) async fn start(kind: Kind) -> Result<Self> {
        // Beside the binary: a folder for temporary files may be memory, where a flush is free.
        let own = std::env::current_exe()?;
        let folder = tempfile::tempdir_in(own.parent().context("a binary is in a folder")?)?;
        let candor = own.with_file_name("candor");
        let mut command = match kind {
            Kind::Candor => prepare(&candor, folder.path())?,
            Kind::Floor | Kind::Empty => {
                let mut command = Command::new(own);
                command.arg(kind.name());
                if kind == Kind::Floor {
                    command.arg(folder.path());
                }
                command
            }
        };
        let out = folder.path().join("out");
        command.stdin(Stdio::null()).stdout(File::create(&out)?);
        command.stderr(File::create(folder.path().join("log"))?);
        let child = command.spawn().with_context(|| format!("{command:?}"))?;
        // From here on the child is ended whatever happens.
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut server = Self { child, address, folder };
        server.address = server.said(&out).await?;
        if kind == Kind::Candor {
            server.becomes_ready().await?;
            grant(&candor, server.folder.path())?;
        }
        Ok(server)
    }

    /// Waits for the address on standard output.
    async fn said(&mut self, out: &Path) -> Result<SocketAddr> {
        for _ in 0..3000 {
            let said = fs::read_to_string(out)?;
            let address = said.split_once("http://").and_then(|(_, rest)| rest.split_once('\n'));
            if let Some((address, _)) = address {
                return address.parse().with_context(|| said.clone());
            }
            ensure!(self.alive()?, "the server ended before it said its address");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        bail!("the server did not say its address");
    }

    async fn becomes_ready(&self) -> Result<()> {
        let request = b"GET /health/ready HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
        for _ in 0..600 {
            if Line::open(self.address).await?.ask(request).await?.status == 200 {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("the server did not become ready");
    }

    /// Tells whether the process runs.
    pub(crate) fn alive(&mut self) -> Result<bool> {
        Ok(self.child.try_wait()?.is_none())
    }

    /// The processor time it took so far, in microseconds.
    pub(crate) fn cpu_micros(&self) -> Result<f64> {
        let stat = self.about("stat")?;
        let (_, fields) = stat.rsplit_once(')').context("stat has a name")?;
        let mut fields = fields.split_whitespace().skip(11).take(2);
        // User and system time, in hundredths of a second.
        let ticks = fields.try_fold(0.0, |sum, field| field.parse::<f64>().map(|n| sum + n))?;
        Ok(ticks * 10_000.0)
    }

    /// The most memory it ever held, in megabytes (10^6 bytes).
    pub(crate) fn peak_megabytes(&self) -> Result<f64> {
        let status = self.about("status")?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = peak.and_then(|rest| rest.trim().strip_suffix(" kB"));
        let kibibytes: f64 = kibibytes.context("the process has ended")?.parse()?;
        Ok(kibibytes * 1024.0 / 1e6)
    }

    fn about(&self, file: &str) -> Result<String> {
        let path = format!("/proc/{}/{file}", self.child.id());
        fs::read_to_string(&path).with_context(|| format!("{path}: this measures on Linux only"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already when these fail.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Accepts Candor's own declarations, as its operator would; returns the command that serves.
fn prepare(binary: &Path, folder: &Path) -> Result<Command> {
    let config = folder.join("candor.toml");
    // One generator stands for many senders: it says so as a proxy would, and may send at once.
    let settings = "trusted_proxies = [\"127.0.0.0/8\"]\npings_per_minute = 1000000000\n";
    fs::write(&config, format!("{settings}[services]\ntelemetry = true\n"))?;
    let here = |words: &[&str]| {
        let mut command = Command::new(binary);
        command.args(words).args(["--listen", "127.0.0.1:0"]).arg("--config").arg(&config);
        command.arg("--data").arg(folder.join("data")).arg("--keys").arg(folder.join("keys"));
        command
    };
    run(&mut here(&["init", "--accept", "--by", "Olive Owner"]))?;
    Ok(here(&["serve"]))
}

/// Pushes the definitions of the sample to a running server and grants them.
fn grant(binary: &Path, folder: &Path) -> Result<()> {
    let ask = |words: &[&str]| {
        let mut command = Command::new(binary);
        command.args(words).arg("--data").arg(folder.join("data"));
        command
    };
    let mut push = ask(&["definitions", "push", "--product", "sample", "--title", "Sample"]);
    push.args(["--contact", "steward@example.org", "--app", "org-example-sample=beta"]);
    push.args(["--json", "--by", "Robin Requester"]);
    for (name, text) in DEFINITIONS {
        fs::write(folder.join(name), text)?;
        push.arg(folder.join(name));
    }
    let pushed: serde_json::Value = serde_json::from_str(&run(&mut push)?)?;
    let request = pushed["request"].as_i64().context("no request was opened")?.to_string();
    run(&mut ask(&["review", "grant", &request, "--by", "Sam Steward"]))?;
    Ok(())
}

/// Runs a command that must succeed; returns what it said.
fn run(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("{command:?}"))?;
    ensure!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}
