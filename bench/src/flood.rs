//! The worst that a server may be sent, all at once: what it holds in memory must stay bounded, and
//! it must take pings again afterwards.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use candor_kernel::limits::{
    HTTP_BODY_SECONDS, HTTP_HEAD_BYTES, PING_INFLATED_BYTES, PING_WIRE_BYTES,
};
use libdeflater::{CompressionLvl, Compressor};
use serde::Serialize;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::client::Line;
use crate::sample::Ping;
use crate::server::Server;

/// Connections of each kind of attack that send at once.
const EAGER: usize = 24;
/// Connections whose bodies arrive but for the last byte.
const SLOW: usize = 1000;
/// Connections whose heads never end.
const HEADS: usize = 2000;
const SLOW_BODIES: &str = "slow bodies";
const ENDLESS_HEADS: &str = "endless heads";
/// How long the last byte is kept back.
const HELD: Duration = Duration::from_secs(4);
/// No answer may take longer: a body's time, and as much again.
const PATIENCE: Duration = Duration::from_secs(2 * HTTP_BODY_SECONDS as u64);

/// Between two tries of somebody who was not answered.
const PAUSE: Duration = Duration::from_millis(100);

type Answers = BTreeMap<u16, u64>;

/// What a flood found.
#[derive(Debug, Serialize)]
pub(crate) struct Flood {
    pub(crate) peak_megabytes: f64,
    /// How often each status came, by attack; 0 stands for no answer.
    pub(crate) answers: BTreeMap<&'static str, Answers>,
    /// Seconds until an ordinary ping was accepted again; none when none was.
    pub(crate) recovered_seconds: Option<f64>,
}

/// Sends everything for so long, then looks.
pub(crate) async fn flood(server: &mut Server, time: Duration) -> Result<Flood> {
    let begin = Instant::now();
    let mut senders = JoinSet::new();
    for (name, ping) in attacks()? {
        let ping = Arc::new(ping);
        for _ in 0..EAGER {
            let (address, ping) = (server.address, Arc::clone(&ping));
            senders.spawn(repeat(name, begin, time, async move || whole(address, &ping).await));
        }
    }
    let slow = Arc::new(Ping::new("sample-bundle", None, &vec![b' '; PING_WIRE_BYTES]));
    for _ in 0..SLOW {
        let (address, ping) = (server.address, Arc::clone(&slow));
        senders.spawn(repeat(SLOW_BODIES, begin, time, async move || held(address, &ping).await));
    }
    for _ in 0..HEADS {
        let address = server.address;
        senders.spawn(repeat(ENDLESS_HEADS, begin, time, async move || head(address).await));
    }
    let mut answers = BTreeMap::<_, Answers>::new();
    while let Some(seen) = senders.join_next().await {
        let (name, seen) = seen.context("a sender ended early")?;
        for (status, times) in seen {
            *answers.entry(name).or_default().entry(status).or_default() += times;
        }
    }
    let recovered_seconds = recovers(server.address).await;
    ensure!(server.alive()?, "the server did not outlive the flood; its answers were {answers:?}");
    Ok(Flood { peak_megabytes: server.peak_megabytes()?, answers, recovered_seconds })
}

/// Bodies at the limits, each hard in another way.
fn attacks() -> Result<Vec<(&'static str, Ping)>> {
    let many = |item: &str| item.repeat(PING_INFLATED_BYTES);
    let group = |number: usize| {
        let keys: Vec<_> = (0..3000).map(|key| format!("\"{key:x}\":1")).collect();
        format!("\"g{number}\":{{{}}},", keys.join(","))
    };
    let keys: String = (0..400).map(group).collect();
    let buckets: String = (1000..400_000).map(|bucket| format!("\"{bucket}\":1,")).collect();
    let bombs = [
        // Maps of maps, numbers that take sixteen times their text, and empty events.
        ("keys of metrics", "{\"metrics\":{", keys.as_str(), "\"g\":{}}}"),
        ("keys of info", "{\"client_info\":{", &keys, "\"g\":{}}}"),
        ("numbers", "{\"client_info\":{\"a\":[", &many("0,"), "0]}}"),
        ("events", "{\"events\":[", &many("{},"), "{}]}"),
        // A ping that is valid, declared and granted, as large as it can be.
        (
            "buckets",
            "{\"metrics\":{\"timing_distribution\":{\"sample.app.load_time\":{\"sum\":1,\"values\":{",
            &buckets,
            "\"1\":1}}}}}",
        ),
    ];
    let mut pings = Vec::new();
    for (name, begin, items, end) in bombs {
        let wire = bomb(begin, items, end)?;
        pings.push((name, Ping::new("sample-bundle", Some("gzip"), &wire)));
    }
    Ok(pings)
}

/// As many items as fit, in gzip. The text inflates to the limit or almost.
fn bomb(begin: &str, items: &str, end: &str) -> Result<Vec<u8>> {
    let room = PING_INFLATED_BYTES - begin.len() - end.len();
    let cut = items[..items.len().min(room)].rfind(',').context("items have commas")? + 1;
    let text = [begin, &items[..cut], end].concat();
    let mut compressor = Compressor::new(CompressionLvl::default());
    let mut wire = vec![0; compressor.gzip_compress_bound(text.len())];
    let bytes = compressor.gzip_compress(text.as_bytes(), &mut wire)?;
    wire.truncate(bytes);
    ensure!(wire.len() <= PING_WIRE_BYTES, "{begin}: {} bytes are too many to send", wire.len());
    Ok(wire)
}

async fn repeat(
    name: &'static str,
    begin: Instant,
    time: Duration,
    send: impl AsyncFn() -> Result<u16>,
) -> (&'static str, Answers) {
    let mut seen = Answers::new();
    while begin.elapsed() < time {
        let status = timeout(PATIENCE, send()).await.map_or(0, |answer| answer.unwrap_or(0));
        *seen.entry(status).or_default() += 1;
        if status == 0 {
            // Whoever was not answered does not hammer.
            sleep(PAUSE).await;
        }
    }
    (name, seen)
}

async fn whole(address: SocketAddr, ping: &Ping) -> Result<u16> {
    let mut line = Line::open(address).await?;
    Ok(line.ask(ping.clone().elsewhere()).await?.status)
}

async fn held(address: SocketAddr, ping: &Ping) -> Result<u16> {
    let mut line = Line::open(address).await?;
    let mut ping = ping.clone();
    ping.elsewhere();
    let (most, last) = ping.split_last();
    line.send(most).await?;
    sleep(HELD).await;
    line.send(last).await?;
    Ok(line.answer().await?.status)
}

/// As much of a head as fits, and no more of it.
async fn head(address: SocketAddr) -> Result<u16> {
    let mut line = Line::open(address).await?;
    let fill = "a".repeat(HTTP_HEAD_BYTES - 100);
    line.send(format!("POST /submit HTTP/1.1\r\nFill: {fill}").as_bytes()).await?;
    Ok(line.answer().await?.status)
}

/// Sends ordinary pings until one is accepted.
async fn recovers(address: SocketAddr) -> Option<f64> {
    let begin = Instant::now();
    let mut ping = Ping::captured().remove(0);
    while begin.elapsed() < PATIENCE {
        let answer = async { Line::open(address).await?.ask(ping.anew()).await };
        if let Ok(Ok(answer)) = timeout(PATIENCE, answer).await
            && answer.status == 200
            && answer.accepted
        {
            return Some(begin.elapsed().as_secs_f64());
        }
        sleep(PAUSE).await;
    }
    None
}

impl Flood {
    /// The attacks that got no answer at all: they may not have arrived, and prove nothing. Heads
    /// that do not end need none.
    pub(crate) fn unanswered(&self) -> Vec<&'static str> {
        let silent = |answers: &Answers| answers.keys().all(|status| *status == 0);
        let silent = self.answers.iter().filter(|(_, answers)| silent(answers));
        silent.map(|(name, _)| *name).filter(|name| *name != ENDLESS_HEADS).collect()
    }
}

impl fmt::Display for Flood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Under the flood: {:.0} MB at most.", self.peak_megabytes)?;
        for (name, answers) in &self.answers {
            write!(f, "- {name}:")?;
            for (status, times) in answers {
                match status {
                    0 => write!(f, " no answer ×{times}")?,
                    _ => write!(f, " {status} ×{times}")?,
                }
            }
            writeln!(f)?;
        }
        match self.recovered_seconds {
            Some(seconds) => write!(f, "A ping was accepted {seconds:.1} s after it."),
            None => write!(f, "No ping was accepted after it."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_attack_is_too_large_to_send() {
        assert!(attacks().is_ok_and(|pings| pings.len() == 5));
    }

    #[test]
    fn bombs_are_json_at_the_limit_and_small_on_the_wire() {
        let wire = bomb("{\"a\":[", &"0,".repeat(PING_INFLATED_BYTES), "0]}").expect("it is made");
        assert!(wire.len() < 100_000, "{}", wire.len());
        let mut text = vec![0; PING_INFLATED_BYTES];
        let length = libdeflater::Decompressor::new().gzip_decompress(&wire, &mut text);
        let length = length.expect("it fits");
        assert!(PING_INFLATED_BYTES - length < 4, "{length}");
        assert!(serde_json::from_slice::<serde_json::Value>(&text[..length]).is_ok());
    }
}
