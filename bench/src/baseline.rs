//! What Candor is compared with, on the same front: the floor, which does only what no ingest can
//! leave out (inflate, parse, append, flush), and the empty server, which reads and answers 200.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use anyhow::{Context, Result};
use candor_kernel::limits::{
    HTTP_HEAD_BYTES, HTTP_HEAD_SECONDS, LANDING_GROUP, LANDING_LINGER_MICROS, LANDING_LINGERS,
    LANDING_QUEUE, PING_INFLATED_BYTES, PING_WIRE_BYTES,
};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use libdeflater::Decompressor;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// The answer to a ping that was taken; Candor says the same.
const ACCEPTED: &str = r#"{"result":"accepted","dropped":{}}"#;

/// Answers until the process ends: as the floor with a writer, else as the empty server.
pub(crate) async fn serve(listener: TcpListener, writer: Option<Writer>) {
    loop {
        // A connection that went away before it was accepted is nobody's.
        let Ok((stream, _)) = listener.accept().await else { continue };
        let writer = writer.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| answer(request, writer.as_ref()));
            let mut builder = http1::Builder::new();
            builder
                .timer(TokioTimer::new())
                .header_read_timeout(Duration::from_secs(HTTP_HEAD_SECONDS as u64))
                .max_buf_size(HTTP_HEAD_BYTES);
            // It ends with an error when the client goes away.
            let _ = builder.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    writer: Option<&Writer>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path().to_owned();
    let status = match Limited::new(request.into_body(), PING_WIRE_BYTES).collect().await {
        Err(_) => StatusCode::PAYLOAD_TOO_LARGE,
        Ok(body) => match writer {
            None => StatusCode::OK,
            Some(writer) => writer.take(path, &body.to_bytes()).await,
        },
    };
    let text = if status == StatusCode::OK { ACCEPTED } else { "" };
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    Ok(response)
}

/// The shape that Candor reads a ping into (`rules/body.rs` of telemetry).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload<'a> {
    #[serde(default)]
    ping_info: BTreeMap<String, Value>,
    #[serde(default)]
    client_info: BTreeMap<String, Value>,
    #[serde(borrow, default)]
    metrics: BTreeMap<String, BTreeMap<String, &'a RawValue>>,
    #[serde(borrow, default)]
    events: Vec<&'a RawValue>,
}

impl Payload<'_> {
    /// Counts what was read, so that no part of the reading can be left out.
    fn parts(&self) -> usize {
        self.ping_info.len() + self.client_info.len() + self.metrics.len() + self.events.len()
    }
}

/// A record that waits to be durable, and who waits for it.
type Waiting = (Vec<u8>, oneshot::Sender<()>);

/// The way to the one thread that appends to the one file.
#[derive(Clone)]
pub(crate) struct Writer(SyncSender<Waiting>);

impl Writer {
    /// Makes the file and starts the thread.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let path = folder.join("pings");
        let file = File::create(&path).with_context(|| path.display().to_string())?;
        let (queue, waiting) = sync_channel(LANDING_QUEUE);
        std::thread::spawn(move || append(file, &waiting));
        Ok(Self(queue))
    }

    async fn take(&self, path: String, wire: &[u8]) -> StatusCode {
        let Some(record) = read(path, wire) else { return StatusCode::BAD_REQUEST };
        let (reply, durable) = oneshot::channel();
        match self.0.try_send((record, reply)) {
            Ok(()) if durable.await.is_ok() => StatusCode::OK,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// Inflates and parses; returns what is appended.
fn read(path: String, wire: &[u8]) -> Option<Vec<u8>> {
    let mut inflated = vec![0; (wire.len() * 4).max(4096)];
    let length = loop {
        let room = inflated.len();
        match Decompressor::new().gzip_decompress(wire, &mut inflated) {
            Ok(length) => break length,
            Err(_) if room < PING_INFLATED_BYTES => {
                inflated.resize((room * 4).min(PING_INFLATED_BYTES), 0);
            }
            Err(_) => return None,
        }
    };
    let payload: Payload<'_> = serde_json::from_slice(&inflated[..length]).ok()?;
    let mut record = path.into_bytes();
    record.extend_from_slice(format!(" {} ", payload.parts()).as_bytes());
    record.extend_from_slice(&inflated[..length]);
    record.push(b'\n');
    Some(record)
}

/// Gathers as Candor's writer does, appends, flushes once for the group, and answers.
fn append(mut file: File, waiting: &Receiver<Waiting>) {
    let linger = Duration::from_micros(LANDING_LINGER_MICROS as u64);
    while let Ok((mut records, reply)) = waiting.recv() {
        let mut replies = vec![reply];
        for _ in 0..LANDING_LINGERS {
            std::thread::sleep(linger);
            let before = replies.len();
            while replies.len() < LANDING_GROUP
                && let Ok((record, reply)) = waiting.try_recv()
            {
                records.extend_from_slice(&record);
                replies.push(reply);
            }
            if replies.len() == before || replies.len() == LANDING_GROUP {
                break;
            }
        }
        if file.write_all(&records).and_then(|()| file.sync_data()).is_err() {
            // Whoever waits for the group sees its replies dropped, and says 503.
            continue;
        }
        for reply in replies {
            let _ = reply.send(());
        }
    }
}
