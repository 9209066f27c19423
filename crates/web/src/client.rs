//! Where a request comes from, without its address: a keyed hash that lives for an hour at most.

mod failures;
mod network;

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use candor_kernel::{Clock, Dice, Secret, limits};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

pub use failures::FailureLimit;
pub use network::{Network, NetworkError};

/// Stands for the network that a request comes from: for limits, for an hour at most. Two requests
/// from one IPv4 address, or from one IPv6 /64, have the same place while the key lasts.
///
/// As an extractor it never fails: what came over no network shares one place.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place([u8; 16]);

impl Place {
    const NOWHERE: Self = Self([0; 16]);
}

impl<S: Send + Sync> FromRequestParts<S> for Place {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().copied().unwrap_or(Self::NOWHERE))
    }
}

/// The other end of a connection, from the listener to [`place`] and no further.
#[derive(Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// A key lives for this long.
const KEY_LIFE: Duration = Duration::from_secs(3600);

/// Headers in which proxies write addresses. No slice sees them.
const ADDRESS_HEADERS: [&str; 9] = [
    "x-forwarded-for",
    "forwarded",
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "true-client-ip",
    "client-ip",
    "cf-connecting-ip",
    "fastly-client-ip",
];

/// Makes places: the trusted proxies and the key of the hour.
pub(crate) struct Places {
    trusted: Vec<Network>,
    clock: Arc<dyn Clock>,
    dice: Arc<dyn Dice>,
    key: Mutex<(Secret, Duration)>,
}

impl Places {
    pub(crate) fn new(trusted: Vec<Network>, clock: Arc<dyn Clock>, dice: Arc<dyn Dice>) -> Self {
        let key = Mutex::new((Secret::roll(&*dice), clock.monotonic()));
        Self { trusted, clock, dice, key }
    }

    fn of(&self, address: IpAddr) -> Place {
        let mut hash = Hmac::<Sha256>::new_from_slice(self.key().expose())
            .expect("HMAC takes keys of any length");
        match address.to_canonical() {
            IpAddr::V4(address) => hash.update(&address.octets()),
            IpAddr::V6(address) => hash.update(&address.octets()[..8]),
        }
        let bytes = hash.finalize().into_bytes();
        Place(std::array::from_fn(|i| bytes[i]))
    }

    fn key(&self) -> Secret {
        let now = self.clock.monotonic();
        let mut key = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_sub(key.1) >= KEY_LIFE {
            *key = (Secret::roll(&*self.dice), now);
        }
        key.0.clone()
    }

    /// Walks from the connection outwards while the hop is a trusted proxy. What such a proxy did
    /// not write as an address ends the walk at the proxy: nothing further out can be believed.
    fn outermost(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let lines = headers.get_all("x-forwarded-for").into_iter();
        let hops = lines.rev().flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
        let mut outermost = peer.to_canonical();
        for hop in hops.take(limits::HTTP_HOPS) {
            if !self.trusted.iter().any(|network| network.contains(outermost)) {
                break;
            }
            match address(hop) {
                Some(address) => outermost = address,
                None => break,
            }
        }
        outermost
    }
}

/// Puts the [`Place`] of a request in its extensions, and takes every address out of it.
pub(crate) async fn place(
    State(places): State<Arc<Places>>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions_mut().remove::<Peer>();
    let place = peer
        .map_or(Place::NOWHERE, |Peer(peer)| places.of(places.outermost(peer, request.headers())));
    for name in ADDRESS_HEADERS {
        request.headers_mut().remove(name);
    }
    request.extensions_mut().insert(place);
    next.run(request).await
}

/// Reads one hop: an address, with or without port and brackets.
fn address(hop: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(hop).ok()?.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let address = match bare {
        Some(v6) => IpAddr::V6(v6.parse().ok()?),
        None => {
            text.parse().or_else(|_| text.parse().map(|socket: SocketAddr| socket.ip())).ok()?
        }
    };
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests;
