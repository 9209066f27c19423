//! PostgreSQL goes away while the server runs: it stays up, says so, and goes on by itself.

use std::time::Duration;

use candor_database::Engine;
use candor_testing::{SeededDice, TestDatabase};
use tokio::task::{JoinHandle, JoinSet};

use crate::home::{Home, Running, SERVICES, answer};
use crate::line::{Line, State};
use crate::sample;

/// Pages, and how they answer without the store.
const PAGES: [(&str, u16); 10] = [
    ("/notice", 503),
    ("/notice/versions", 503),
    ("/reports", 503),
    ("/api/reports", 503),
    ("/health/live", 200),
    ("/", 200),
    ("/promises", 200),
    ("/promises/S30", 200),
    ("/api/promises", 200),
    ("/about", 200),
];

#[tokio::test]
async fn an_engine_that_stops() {
    check(State::Closed).await;
}

#[tokio::test]
async fn a_network_that_loses_everything() {
    check(State::Silent).await;
}

async fn check(cut: State) {
    let database = TestDatabase::open(Engine::Postgres).await;
    let (line, url) = Line::to(&database.url);
    let home = Home::new(SERVICES);
    let at_line = ["--database", &url];
    home.run(&[&["init", "--accept", "--by", "Olive Owner"], &at_line[..]].concat()).fine();
    let running = home.serve_with(&at_line).await;
    running.becomes(200, "/health/ready", "\"ready\":true").await;
    sample::granted(&home);
    let dice = SeededDice::new(4);
    let ping = async || {
        let document = sample::document(&dice);
        sample::send(&running.client, &running.url, &document).await.expect("the server answers")
    };
    assert_eq!(ping().await.0, 200);

    line.set(cut);
    let load = load(&running);
    // All at once: each waits a few seconds for the store.
    let mut asked = JoinSet::new();
    for (path, expected) in PAGES {
        let request = running.client.get(format!("{}{path}", running.url));
        asked.spawn(async move { (path, expected, answer(request).await) });
    }
    while let Some(asked) = asked.join_next().await {
        let (path, expected, answer) = asked.expect("no request panics");
        let (status, body) = answer.unwrap_or_else(|error| panic!("{path} hangs: {error}"));
        assert_eq!(status, expected, "{path}: {body}");
        assert!(status == 200 || body.contains("does not answer; try again"), "{path}: {body}");
    }
    running.becomes(503, "/health/ready", "the database does not answer").await;
    home.ask("review @ list", &[]).failed(18, &["The database does not answer", "503"]);
    assert!([200, 503].contains(&ping().await.0));

    line.set(State::Whole);
    running.becomes(200, "/health/ready", "\"ready\":true").await;
    assert_eq!(running.get("/notice").await.0, 200);
    assert_eq!(ping().await.0, 200);
    all_there(&home, load.await.expect("no sender panics"));
    assert_eq!(running.stop().code, Some(0));
}

/// Sends pings for some seconds; each is taken, or comes back later. Returns those that were taken.
fn load(running: &Running) -> JoinHandle<Vec<String>> {
    let (client, url) = (running.client.clone(), running.url.clone());
    tokio::spawn(async move {
        let dice = SeededDice::new(44);
        let mut taken = Vec::new();
        for _ in 0..100 {
            let document = sample::document(&dice);
            let (status, body) =
                sample::send(&client, &url, &document).await.expect("the server answers");
            assert!([200, 503].contains(&status), "{status} {body}");
            taken.extend((status == 200).then_some(document));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        taken
    })
}

fn all_there(home: &Home, taken: Vec<String>) {
    assert!(!taken.is_empty(), "pings are kept for a minute without the store");
    let rows = home.json("pings @ --by Tess --reason what-was-kept --json --limit 1000", &[]);
    let key = sample::document_key(home);
    for document in taken {
        let kept = sample::keyed(&key, &document);
        let times = rows.as_array().expect("a list").iter();
        assert_eq!(times.filter(|row| row["document"] == kept.as_str()).count(), 1, "{document}");
    }
}
