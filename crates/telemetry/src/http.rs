//! `POST /submit/<app>/<ping>/<version>/<document>`: the one public route that takes
//! anything. Beside it the public reads who looked at single pings (`raw`).
//!
//! 200 `{"result": "accepted" | "duplicate" | "debug", "dropped": {reason: times}}`, or 200 with the name of
//! a refusal that the sender can do nothing about; other refusals are problems. The table stands
//! in [`crate::rules::refusal`].

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::{Body, HttpBody};
use axum::extract::{Path, Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, CONTENT_ENCODING, HeaderName,
};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use candor_database::Database;
use candor_kernel::{Clock, DocumentId, limits};
use candor_segments::LandingError;
use candor_web::{Own, Place, Problem, Quiet, SubmitLimit, Taken, signals};
use http_body_util::BodyExt;
use serde::Serialize;

use crate::ingest::{Accepted, From, Ingest, Submission};
use crate::rules::{Refusal, deletion};

mod debug;
mod erasures;
mod raw;

pub use debug::{
    DebugState, FieldReply, LinkReply, SeenReply, admin as debug_admin, routes as debug_routes,
};
mod mutation;

pub use erasures::{EraseRequest, ErasureReply};
pub use raw::{Look, LookedReply, PingReply};

/// What the route needs; shared, so that a request copies one pointer.
pub struct TelemetryState {
    /// The edge.
    pub ingest: Ingest,
    /// Where looks at single pings are recorded.
    pub db: Database,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// How much may be on its way at one time.
    pub limit: SubmitLimit,
}

/// Returns the routes of this slice.
pub fn routes(state: Arc<TelemetryState>) -> Router {
    // Without the preflight a browser's SDK cannot send gzip or name itself (docs/glean.md 3.2).
    let route = post(submit).options(|| async { (StatusCode::NO_CONTENT, PREFLIGHT) });
    Router::new()
        .route("/submit/{app}/{ping}/{version}/{document}", route)
        .layer(map_response(any_origin))
        .with_state(Arc::clone(&state))
        .merge(raw::routes(state))
}

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// What a script of another origin may send with a ping: the headers of the SDKs, no cookie.
const PREFLIGHT: [(HeaderName, &str); 3] = [
    (ACCESS_CONTROL_ALLOW_METHODS, "POST"),
    (
        ACCESS_CONTROL_ALLOW_HEADERS,
        "Content-Encoding, Content-Type, Date, X-Telemetry-Agent, X-Debug-ID, X-Source-Tags",
    ),
    (ACCESS_CONTROL_MAX_AGE, "86400"),
];

/// Products' pages are on other origins than this server, and their SDK reads the status.
async fn any_origin(mut reply: Response) -> Response {
    let headers = reply.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    // A beacon reads no answer, and browsers complain of one that it may not read.
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
    if reply.status() == StatusCode::OK {
        reply.extensions_mut().insert(Quiet);
    }
    reply
}

/// Returns the administration routes, each with the scope that opens it. Stored pings are read
/// over the admin socket only: no token has the scope `pings:read`.
pub fn admin(state: &Arc<TelemetryState>) -> Vec<(&'static str, Router)> {
    let read = raw::admin(Arc::clone(state));
    let erase = erasures::routes(Arc::clone(state));
    vec![("pings:read", read), ("pings:erase", erase)]
}

/// Reads files beside the work of others.
async fn aside<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, LandingError> + Send + 'static,
) -> Result<T, Problem> {
    let failed = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "landing");
        Problem::unavailable("The stored pings cannot be read right now.")
    };
    let read = tokio::task::spawn_blocking(read).await.map_err(|error| failed(&error))?;
    read.map_err(|error| failed(&error))
}

fn parse(document: &str) -> Result<DocumentId, Problem> {
    DocumentId::parse(document).ok_or_else(|| {
        Problem::bad_request("`document` is a UUID as it stands in the path of a ping.")
    })
}

async fn submit(
    State(state): State<Arc<TelemetryState>>,
    place: Place,
    Path((app, ping, version, document)): Path<(String, String, String, String)>,
    // Taken apart here: as an argument of its own, the headers would be a copy.
    request: Request,
) -> Response {
    let (Parts { headers, extensions, .. }, body) = request.into_parts();
    let now = state.clock.now();
    let refuse = |refusal| {
        state.ingest.counts.refused(now.day(), None, refusal);
        refused(refusal)
    };
    let Ok(mut room) = state.limit.begin(place, state.clock.monotonic()) else {
        return refuse(Refusal::Overloaded);
    };
    let body = match read(body, &mut room).await {
        Ok(body) => mutation::body(&state.ingest.faults, &headers, body),
        Err(refusal) => return refuse(refusal),
    };
    let own = extensions.get::<Own>().is_some();
    let from = if own { From::Inside } else { From::Outside };
    let submission = Submission {
        path: [&app, &ping, &version, &document],
        encoding: headers.get(CONTENT_ENCODING).map(|value| value.as_bytes()),
        signals: mutation::signals(&state.ingest.faults, signals(&headers)),
        body: &body,
    };
    // A tagged wish to leave is carried out like any other.
    let tag = debug::tag(&headers).filter(|_| from == From::Outside && ping != deletion::PING);
    let result = match tag {
        Some(tag) => state.ingest.look(submission, &tag, now).await,
        None => state.ingest.accept(submission, from, now).await,
    };
    match result {
        Ok(accepted) => taken(&accepted),
        Err(refusal) => refused(refusal),
    }
}

/// Reads a body as it arrives, within what one ping and all together may take. Room is taken for
/// what is allocated, and for a length that is declared before the first byte of it is read.
async fn read(mut body: Body, room: &mut Taken) -> Result<Vec<u8>, Refusal> {
    let mut read = Vec::new();
    let declared = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut room = make_room(&mut read, declared, room).map(|()| room);
    let mut passed_by = 0;
    while let Some(frame) = body.frame().await {
        // It broke off; what came of it is no ping.
        let Ok(bytes) = frame.map_err(|_| Refusal::Malformed)?.into_data() else { continue };
        room = room.and_then(|room| {
            make_room(&mut read, bytes.len(), room)?;
            read.extend_from_slice(&bytes);
            Ok(room)
        });
        // Who is cut off while they send may not see the answer, and would send it all again: so
        // the rest passes by, as long as it is not endless.
        passed_by += if room.is_err() { bytes.len() } else { 0 };
        if passed_by > limits::PING_PASSED_BY_BYTES {
            break;
        }
    }
    room.map(|_| read)
}

fn make_room(read: &mut Vec<u8>, more: usize, room: &mut Taken) -> Result<(), Refusal> {
    let wanted = read.len().saturating_add(more);
    if wanted > limits::PING_WIRE_BYTES {
        return Err(Refusal::TooLarge);
    }
    if wanted > read.capacity() {
        // Twice as much each time: who sends byte by byte does not make this copy byte by byte.
        let capacity = wanted.max(2 * read.capacity()).min(limits::PING_WIRE_BYTES);
        room.more(capacity - read.capacity()).map_err(|_| Refusal::Overloaded)?;
        read.reserve_exact(capacity - read.len());
    }
    Ok(())
}

fn taken(accepted: &Accepted) -> Response {
    let none = BTreeMap::new();
    let (dropped, state) = match accepted {
        Accepted::Kept { dropped } => (dropped, None),
        Accepted::Deletion(state) => (&none, Some(state.name())),
        Accepted::Duplicate | Accepted::Debug => (&none, None),
    };
    let dropped = dropped.iter().map(|(reason, times)| (reason.slug(), *times)).collect();
    Json(SubmitReply { dropped, result: accepted.slug(), state }).into_response()
}

/// What the sender of a ping is told.
#[derive(Serialize)]
struct SubmitReply {
    /// How many things were left out, by reason.
    dropped: BTreeMap<&'static str, u64>,
    /// What became of it.
    result: &'static str,
    /// How far a deletion is.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
}

fn refused(refusal: Refusal) -> Response {
    if refusal.status() == 200 {
        let (dropped, result) = (BTreeMap::new(), refusal.slug());
        return Json(SubmitReply { dropped, result, state: None }).into_response();
    }
    Problem::from(refusal).into_response()
}

impl std::convert::From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = StatusCode::from_u16(refusal.status());
        let status = status.unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        Self::new(status, refusal.slug(), "This ping was not taken", refusal.sentence())
    }
}
