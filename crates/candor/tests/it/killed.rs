//! kill -9 while pings arrive: what was answered 200 is there once, the rest at most once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use candor_database::Engine;
use candor_kernel::Dice;
use candor_testing::SeededDice;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::home::{Home, Running, SERVICES};
use crate::sample;

const SENDERS: usize = 16;
/// All rounds together stay below the thousand pings that one answer of `candor pings` holds.
const ACKNOWLEDGED_MAX: usize = 150;

#[tokio::test]
async fn on_sqlite_nothing_acknowledged_is_lost() {
    check(Engine::Sqlite, 5).await;
}

#[tokio::test]
async fn on_postgres_nothing_acknowledged_is_lost() {
    check(Engine::Postgres, 2).await;
}

async fn check(engine: Engine, rounds: u64) {
    let home = Home::on(engine, SERVICES).await.accepted();
    let mut running = home.serve_ready().await;
    sample::granted(&home);
    // What was sent, and whether it was answered 200.
    let mut sent = BTreeMap::new();
    for round in 0..rounds {
        sent.extend(until_killed(running, round).await);
        // The lock and the socket of the dead one are in nobody's way.
        running = home.serve_ready().await;
        let stored = stored(&home);
        for (document, answered) in &sent {
            let times = stored.get(document).copied().unwrap_or(0);
            let right = if *answered { times == 1 } else { times <= 1 };
            assert!(right, "round {round}: {document}, answered: {answered}, stored {times} times");
        }
        let unknown = stored.keys().find(|document| !sent.contains_key(*document));
        assert_eq!(unknown, None, "round {round}: it was never sent");
    }
    assert!(sent.values().filter(|answered| **answered).count() >= rounds as usize);
    assert_eq!(running.stop().code, Some(0));
}

/// Sends from many sides at once, and kills the server in the middle of it: after so many answers
/// as the dice say.
async fn until_killed(running: Running, round: u64) -> BTreeMap<String, bool> {
    let dice = SeededDice::new(round);
    let mut bytes = [0; 8];
    dice.fill(&mut bytes);
    let last = 1 + u64::from_le_bytes(bytes) as usize % ACKNOWLEDGED_MAX;
    let (answers, reached) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let mut senders = JoinSet::new();
    for sender in 0..SENDERS as u64 {
        let dice = SeededDice::new(1000 * (round + 1) + sender);
        let (client, url) = (running.client.clone(), running.url.clone());
        let (answers, reached) = (Arc::clone(&answers), Arc::clone(&reached));
        senders.spawn(async move {
            let mut sent = Vec::new();
            loop {
                let document = sample::document(&dice);
                let answer = sample::send(&client, &url, &document).await;
                sent.push((document, matches!(answer, Ok((200, _)))));
                match answer {
                    Ok((status, body)) => assert_eq!(status, 200, "{body}"),
                    Err(_) => return sent,
                }
                if answers.fetch_add(1, Ordering::SeqCst) + 1 == last {
                    reached.notify_one();
                }
            }
        });
    }
    tokio::select! {
        () = reached.notified() => {}
        Some(ended) = senders.join_next() => panic!("a sender ended before the server: {ended:?}"),
    }
    running.process.kill();
    let mut all = BTreeMap::new();
    while let Some(sent) = senders.join_next().await {
        all.extend(sent.expect("no sender panics"));
    }
    all
}

/// Counts what is stored by document.
fn stored(home: &Home) -> BTreeMap<String, usize> {
    let rows = home.json("pings @ --json --limit 1000", &[]);
    let rows = rows.as_array().expect("a list");
    assert!(rows.len() < 1000, "all of them are seen");
    let mut stored = BTreeMap::new();
    // The server's own checks leave a probe when they are killed, until they run again.
    for row in rows.iter().filter(|row| row["product"] == "sample") {
        *stored.entry(row["document"].as_str().expect("text").to_owned()).or_default() += 1;
    }
    stored
}
