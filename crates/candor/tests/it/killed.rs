//! kill -9 while pings arrive: what was answered 200 is there once, the rest at most once; what was
//! refused is not there; and what was erased does not come back.

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
const ACKNOWLEDGED_MAX: usize = 30;

#[tokio::test]
async fn on_sqlite_nothing_acknowledged_is_lost() {
    check(Engine::Sqlite, 20).await;
}

#[tokio::test]
async fn on_postgres_nothing_acknowledged_is_lost() {
    check(Engine::Postgres, 20).await;
}

async fn check(engine: Engine, rounds: u64) {
    let home = Home::on(engine, SERVICES).await.accepted();
    let mut running = home.serve_ready().await;
    sample::granted(&home);
    // What was sent, and what came of it.
    let mut sent = BTreeMap::new();
    for round in 0..rounds {
        if round == rounds / 2 {
            erase(&home, &running, &mut sent).await;
        }
        sent.extend(until_killed(running, round).await);
        // The lock and the socket of the dead one are in nobody's way.
        running = home.serve_ready().await;
        let stored = stored(&home);
        let key = sample::document_key(&home);
        for (document, sent) in &sent {
            let times = stored.get(&sample::keyed(&key, document)).copied().unwrap_or(0);
            let right = match sent {
                Sent::Acknowledged => times == 1,
                Sent::Unanswered => times <= 1,
                Sent::Refused | Sent::Erased => times == 0,
            };
            assert!(right, "round {round}: {document}, {sent:?}, stored {times} times");
        }
        let known: Vec<_> = sent.keys().map(|document| sample::keyed(&key, document)).collect();
        let unknown = stored.keys().find(|document| !known.contains(document));
        assert_eq!(unknown, None, "round {round}: it was never sent");
    }
    for outcome in [Sent::Acknowledged, Sent::Refused, Sent::Erased] {
        let times = sent.values().filter(|sent| **sent == outcome).count();
        assert!(times >= rounds as usize / 2, "{outcome:?}: {times}");
    }
    assert_eq!(running.stop().code, Some(0));
}

/// What came of a ping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    Acknowledged,
    Refused,
    Erased,
    /// The server was killed before it answered.
    Unanswered,
}

/// Has the client of all pings so far deleted, and opts in again with a new id, as an SDK does.
async fn erase(home: &Home, running: &Running, sent: &mut BTreeMap<String, Sent>) {
    let document = sample::document(&SeededDice::new(5));
    let client = sample::CLIENTS[0];
    let (status, body) = sample::delete(&running.client, &running.url, &document, client).await;
    assert_eq!(status, 200, "{body}");
    sent.values_mut().filter(|sent| **sent != Sent::Refused).for_each(|sent| *sent = Sent::Erased);
    assert_eq!(stored(home), BTreeMap::new(), "{body}");
}

/// Sends from many sides at once, and kills the server in the middle of it: after so many answers
/// as the dice say.
async fn until_killed(running: Running, round: u64) -> BTreeMap<String, Sent> {
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
                // One of the senders objects to being measured.
                let objects = sender == 0;
                let client_id = sample::CLIENTS[usize::from(round >= 10)];
                match sample::send_as(&client, &url, &document, client_id, objects).await {
                    Ok((status, body)) => {
                        assert_eq!(status, 200, "{body}");
                        let refused = body.contains("opted-out");
                        assert_eq!(refused, objects, "{body}");
                        sent.push((
                            document,
                            if refused { Sent::Refused } else { Sent::Acknowledged },
                        ));
                    }
                    Err(_) => {
                        sent.push((
                            document,
                            if objects { Sent::Refused } else { Sent::Unanswered },
                        ));
                        return sent;
                    }
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
    let rows = home.json("pings @ --by Tess --reason what-was-kept --json --limit 1000", &[]);
    let rows = rows.as_array().expect("a list");
    assert!(rows.len() < 1000, "all of them are seen");
    let mut stored = BTreeMap::new();
    // The server's own checks leave a probe when they are killed, until they run again.
    for row in rows.iter().filter(|row| row["product"] == "sample") {
        *stored.entry(row["document"].as_str().expect("text").to_owned()).or_default() += 1;
    }
    stored
}
