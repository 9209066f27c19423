//! The order of measuring: the servers take turns, so that a noisy machine hits all alike.

use std::fmt::Display;
use std::fs;
use std::time::Duration;

use anyhow::{Result, ensure};

use crate::figures::{self, Visit};
use crate::flood::flood;
use crate::load;
use crate::server::{Kind, Server};

/// How long is measured, and how often.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    rounds: usize,
    warm: Duration,
    closed: Duration,
    open: Duration,
    flood: Duration,
}

impl Effort {
    /// For figures that are kept.
    pub(crate) const FULL: Self = Self {
        rounds: 3,
        warm: Duration::from_secs(1),
        closed: Duration::from_secs(4),
        open: Duration::from_secs(10),
        flood: Duration::from_secs(20),
    };
    /// For a look while changing code.
    pub(crate) const QUICK: Self = Self {
        rounds: 1,
        warm: Duration::from_millis(300),
        closed: Duration::from_secs(1),
        open: Duration::from_secs(2),
        flood: Duration::from_secs(6),
    };
}

/// Connections of the closed loop; the best counts.
const CONNECTIONS: [usize; 2] = [64, 128];
/// The share of its maximum at which a server is asked for its latency.
const SHARE: f64 = 0.8;

/// Files that a process must be allowed to open: docs/operating.md gives a server as many.
const FILES: usize = 8192;

/// Measures everything and prints it; tells whether all targets are met.
pub(crate) async fn ingest(effort: Effort, json: bool) -> Result<bool> {
    let say = |line: &dyn Display| {
        if !json {
            println!("{line}");
        }
    };
    enough_files()?;
    let machine = figures::machine().await?;
    say(&machine);
    say(&"Server and generator share it. Each round:\n");
    say(&figures::HEAD);
    let mut visits = Vec::new();
    for round in 0..effort.rounds {
        let mut kinds = [Kind::Empty, Kind::Floor, Kind::Candor];
        if round % 2 == 1 {
            kinds.reverse();
        }
        for kind in kinds {
            let visit = visit(kind, effort).await?;
            say(&visit);
            visits.push(visit);
        }
    }
    let mut server = Server::start(Kind::Candor).await?;
    let flood = flood(&mut server, effort.flood).await?;
    drop(server);
    say(&format!("\nMedians:\n\n{}", figures::HEAD));
    figures::medians(&visits).iter().for_each(|median| say(median));
    say(&format!("\n{flood}\n"));
    let verdicts = figures::verdicts(&visits, &flood);
    verdicts.iter().for_each(|verdict| say(verdict));
    if json {
        println!("{}", figures::json(&machine, &visits, &flood));
    }
    Ok(verdicts.iter().all(|verdict| verdict.met))
}

/// A flood needs more connections than many systems give a process.
fn enough_files() -> Result<()> {
    let limits = fs::read_to_string("/proc/self/limits")?;
    let files = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let files = files.and_then(|rest| rest.split_whitespace().next()).unwrap_or_default();
    let enough = files == "unlimited" || files.parse::<usize>().is_ok_and(|files| files >= FILES);
    ensure!(enough, "a process may open {files} files here: run `ulimit -n {FILES}` before.");
    Ok(())
}

async fn visit(kind: Kind, effort: Effort) -> Result<Visit> {
    let server = Server::start(kind).await?;
    let warm = load::closed(server.address, CONNECTIONS[0], effort.warm).await?;
    let (mut rate, mut accepted, mut failed) = (0.0_f64, 0, warm.failed);
    let cpu_before = server.cpu_micros()?;
    for connections in CONNECTIONS {
        let phase = load::closed(server.address, connections, effort.closed).await?;
        rate = rate.max(phase.rate);
        accepted += phase.accepted;
        failed += phase.failed;
    }
    ensure!(accepted > 0, "{} accepted no ping at all", kind.name());
    let cpu_micros = (server.cpu_micros()? - cpu_before) / accepted as f64;
    let open = load::open(server.address, rate * SHARE, effort.open).await?;
    Ok(Visit {
        kind,
        rate,
        cpu_micros,
        p50_millis: open.p50_millis,
        p99_millis: open.p99_millis,
        p999_millis: open.p999_millis,
        peak_megabytes: server.peak_megabytes()?,
        failed: failed + open.failed,
    })
}
