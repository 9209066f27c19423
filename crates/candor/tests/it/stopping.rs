//! SIGTERM: what runs is finished, what was counted is stored, logs are folded in, the way is free.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;

use candor_database::{Database, Engine};
use candor_testing::SeededDice;

use crate::home::{Home, Running, SERVICES};
use crate::sample;

#[tokio::test]
async fn a_server_on_sqlite_stops_in_order() {
    check(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_server_on_postgres_stops_in_order() {
    check(Engine::Postgres).await;
}

#[tokio::test]
async fn a_server_that_has_just_begun_stops_in_order() {
    let home = Home::new(SERVICES).accepted();
    let said = home.serve().await.stop();
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(!home.path("data/admin.sock").exists());
    assert_eq!(unfolded(&home), Vec::<PathBuf>::new());
}

async fn check(engine: Engine) {
    let home = Home::on(engine, SERVICES).await.accepted();
    let running = home.serve_ready().await;
    sample::granted(&home);
    let dice = SeededDice::new(3);
    let sent: Vec<_> = (0..4).map(|_| sample::document(&dice)).collect();
    for document in &sent[1..] {
        let sent = sample::send(&running.client, &running.url, document).await;
        assert_eq!(sent.expect("the server answers").0, 200);
    }
    let address = running.url.trim_start_matches("http://").to_owned();
    let begun = begin(&address, &sent[0]);
    running.process.terminate();
    running.process.logs("\"stopping\"");
    refuses(&running, &address).await;
    let answer = end(begun);
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("\"accepted\""), "{answer}");
    let said = running.process.finish();
    assert_eq!(said.code, Some(0), "{}", said.err);

    assert!(!home.path("data/admin.sock").exists());
    assert_eq!(unfolded(&home), Vec::<PathBuf>::new());
    assert_eq!(accepted(&home).await, 4, "the last count was stored too");
    let again = home.serve_ready().await;
    for document in &sent {
        let found =
            home.json("pings @ --by Tess --reason what-was-kept --json --document", &[document]);
        assert_eq!(found.as_array().map(Vec::len), Some(1), "{document}");
    }
    assert_eq!(again.stop().code, Some(0));
}

/// Sends the head of a ping, and returns once the server has asked for its body.
fn begin(address: &str, document: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream.set_read_timeout(Some(Duration::from_secs(15))).expect("it is above 0");
    let (path, length) = (sample::PATH, sample::BODY.len());
    let head = format!(
        "POST {path}/{document} HTTP/1.1\r\nHost: {address}\r\nContent-Encoding: gzip\r\n\
         Content-Length: {length}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).expect("the server reads");
    let mut answer = [0; 25];
    stream.read_exact(&mut answer).expect("the server asks for the body");
    assert_eq!(&answer, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream
}

/// Sends the body and reads the answer.
fn end(mut stream: TcpStream) -> String {
    stream.write_all(sample::BODY).expect("the server still reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the server answers");
    answer
}

/// Waits until nobody new is let in.
async fn refuses(running: &Running, address: &str) {
    for _ in 0..500 {
        if TcpStream::connect(address).is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{} still lets people in", running.url);
}

/// Returns the write-ahead logs that still hold something.
fn unfolded(home: &Home) -> Vec<PathBuf> {
    let files = home.files("data");
    let log = |path: &PathBuf| path.extension().is_some_and(|end| end == "db-wal");
    files.into_iter().filter(|(path, bytes)| log(path) && !bytes.is_empty()).map(|f| f.0).collect()
}

async fn accepted(home: &Home) -> i64 {
    let db = Database::open(&home.database()).await.expect("the server has let go of it");
    let total = sqlx::query_scalar(
        "SELECT CAST(SUM(total) AS BIGINT) FROM telemetry_count \
         WHERE product = 'sample' AND reason = 'accepted'",
    );
    let total = total.fetch_one(db.reader()).await.expect("the table is there");
    db.close().await;
    total
}
