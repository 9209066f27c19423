//! The generator: as fast as the server answers, and at a rate that is fixed beforehand.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::task::JoinSet;
use tokio::time::{sleep_until, timeout};

use crate::client::Line;
use crate::sample::Ping;

/// A phase that takes so much longer than it should has a server that does not answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// Senders of the open loop: more than a server keeps waiting at 80 % of its maximum.
const SENDERS: usize = 256;

/// What one sender saw: the time of each accepted ping in microseconds, and how many were not.
#[derive(Default)]
struct Seen {
    micros: Vec<u32>,
    failed: u64,
}

/// What a phase found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Phase {
    /// Accepted pings per second.
    pub(crate) rate: f64,
    pub(crate) accepted: u64,
    /// Pings that were not accepted, or not answered.
    pub(crate) failed: u64,
    pub(crate) p50_millis: f64,
    pub(crate) p99_millis: f64,
    pub(crate) p999_millis: f64,
}

/// Sends on each connection as soon as the last ping was answered.
pub(crate) async fn closed(
    address: SocketAddr,
    connections: usize,
    time: Duration,
) -> Result<Phase> {
    let all = Sender::open(address, connections).await?;
    let begin = Instant::now();
    let mut senders = JoinSet::new();
    for mut sender in all {
        senders.spawn(async move {
            // Once at least, on the slowest machine too.
            loop {
                sender.send(Instant::now()).await?;
                if begin.elapsed() >= time {
                    return Ok(sender.seen);
                }
            }
        });
    }
    gather(senders, begin, time).await
}

/// Sends `rate` pings per second, each at its time, whatever became of those before. What a ping
/// took counts from the time it should have been sent.
pub(crate) async fn open(address: SocketAddr, rate: f64, time: Duration) -> Result<Phase> {
    let (next, pings) = (Arc::new(AtomicU64::new(0)), (rate * time.as_secs_f64()) as u64);
    let all = Sender::open(address, SENDERS).await?;
    let begin = Instant::now();
    let mut senders = JoinSet::new();
    for mut sender in all {
        let next = Arc::clone(&next);
        senders.spawn(async move {
            loop {
                let ping = next.fetch_add(1, Ordering::Relaxed);
                if ping >= pings {
                    return Ok(sender.seen);
                }
                let due = begin + Duration::from_secs_f64(ping as f64 / rate);
                sleep_until(due.into()).await;
                sender.send(due).await?;
            }
        });
    }
    gather(senders, begin, time).await
}

/// A connection with a ping of its own.
struct Sender {
    address: SocketAddr,
    line: Line,
    ping: Ping,
    seen: Seen,
}

impl Sender {
    /// Connects one after the other, before time counts.
    async fn open(address: SocketAddr, senders: usize) -> Result<Vec<Self>> {
        let mut all = Vec::new();
        for ping in Ping::captured().into_iter().cycle().take(senders) {
            let line = Line::open(address).await?;
            all.push(Self { address, line, ping, seen: Seen::default() });
        }
        Ok(all)
    }

    async fn send(&mut self, from: Instant) -> Result<()> {
        match self.line.ask(self.ping.anew()).await {
            Ok(answer) if answer.status == 200 && answer.accepted => {
                let micros = from.elapsed().as_micros();
                self.seen.micros.push(u32::try_from(micros).unwrap_or(u32::MAX));
            }
            Ok(_) => self.seen.failed += 1,
            Err(_) => {
                self.seen.failed += 1;
                self.line = Line::open(self.address).await?;
            }
        }
        Ok(())
    }
}

async fn gather(
    mut senders: JoinSet<Result<Seen>>,
    begin: Instant,
    time: Duration,
) -> Result<Phase> {
    let mut all = Seen::default();
    let gathered = timeout(time + PATIENCE, async {
        while let Some(seen) = senders.join_next().await {
            let seen = seen.context("a sender ended early")??;
            all.micros.extend(seen.micros);
            all.failed += seen.failed;
        }
        Ok::<_, anyhow::Error>(())
    });
    gathered.await.context("the server stopped answering")??;
    Ok(all.phase(begin.elapsed()))
}

impl Seen {
    fn phase(mut self, time: Duration) -> Phase {
        self.micros.sort_unstable();
        let millis = |share| f64::from(percentile(&self.micros, share)) / 1000.0;
        Phase {
            rate: self.micros.len() as f64 / time.as_secs_f64(),
            accepted: self.micros.len() as u64,
            failed: self.failed,
            p50_millis: millis(0.5),
            p99_millis: millis(0.99),
            p999_millis: millis(0.999),
        }
    }
}

/// The smallest value that this share of all values does not exceed; 0 where there are none.
fn percentile(sorted: &[u32], share: f64) -> u32 {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::baseline::{self, Writer};

    #[test]
    fn percentiles_are_values_that_were_seen() {
        let hundred: Vec<u32> = (1..=100).collect();
        for (sorted, share, expected) in [
            (&hundred[..], 0.5, 50),
            (&hundred, 0.99, 99),
            (&hundred, 0.999, 100),
            (&hundred[..1], 0.5, 1),
            (&hundred[..2], 0.5, 1),
            (&hundred[..3], 0.99, 3),
            (&[], 0.99, 0),
        ] {
            assert_eq!(percentile(sorted, share), expected, "{share} of {}", sorted.len());
        }
    }

    #[tokio::test]
    async fn both_baselines_accept_what_is_sent() {
        let folder = tempfile::tempdir().expect("a folder");
        let writer = Writer::open(folder.path()).expect("it is ours");
        for writer in [Some(writer), None] {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
            let address = listener.local_addr().expect("it is open");
            tokio::spawn(baseline::serve(listener, writer));
            let found = open(address, 500.0, Duration::from_millis(100)).await.expect("answers");
            assert_eq!((found.accepted, found.failed), (50, 0));
            assert!(found.p50_millis > 0.0 && found.p50_millis <= found.p999_millis);
            let found = closed(address, 2, Duration::from_millis(20)).await.expect("answers");
            assert!(found.accepted >= 2 && found.failed == 0, "{found:?}");
        }
        let stored = std::fs::read_to_string(folder.path().join("pings")).expect("it was made");
        assert!(stored.lines().count() > 50, "the floor writes each ping");
        assert!(stored.lines().all(|line| line.starts_with("/submit/") && line.ends_with('}')));
    }

    #[tokio::test]
    async fn time_counts_from_when_a_ping_was_due() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is open");
        tokio::spawn(stalls(listener, Duration::from_millis(300)));
        // More than there are senders: most are sent after the stall, and were due in it.
        let found = open(address, 10_000.0, Duration::from_millis(100)).await.expect("answers");
        assert_eq!((found.accepted, found.failed), (1000, 0));
        assert!(found.p50_millis > 150.0, "{found:?}");
    }

    /// Answers nobody for so long after the first ping, and then all at once.
    async fn stalls(listener: TcpListener, time: Duration) {
        let first = Arc::new(OnceLock::new());
        while let Ok((mut stream, _)) = listener.accept().await {
            let first = Arc::clone(&first);
            tokio::spawn(async move {
                let mut request = [0; 4096];
                while stream.read(&mut request).await.is_ok_and(|bytes| bytes > 0) {
                    sleep_until((*first.get_or_init(Instant::now) + time).into()).await;
                    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n\"accepted\"";
                    stream.write_all(answer).await.expect("the sender waits");
                }
            });
        }
    }
}
