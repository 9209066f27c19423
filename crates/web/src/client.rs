//! Where a request comes from, without its address: a keyed hash that lives for an hour at most.

mod failures;
mod load;
mod memory;
mod network;
mod trial;

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{FromRequestParts, Request};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::Response;
use candor_kernel::{Clock, Dice, Fault, Faults, Secret, limits};
use candor_preference::{Dnt, Gpc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::signals;

pub use failures::FailureLimit;
pub use load::{Admits, Overload, SubmitLimit, Taken};
pub use memory::Memory;
pub use network::{Network, NetworkError};
pub use trial::trial;

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

/// What tells clients apart lives for this long: an hour, less what the job needs that forgets it.
const LIFE: Duration = Duration::from_secs(3600 - 120);

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

/// Makes places: the trusted proxies and the key of the hour. One for all listeners of a server.
pub struct Places {
    trusted: Vec<Network>,
    clock: Arc<dyn Clock>,
    dice: Arc<dyn Dice>,
    faults: Faults,
    key: Mutex<Option<(Secret, Duration)>>,
}

impl Places {
    /// Makes places of the connections' addresses, and of what these proxies say theirs are.
    #[must_use]
    pub fn new(
        trusted: Vec<Network>,
        clock: Arc<dyn Clock>,
        dice: Arc<dyn Dice>,
        faults: Faults,
    ) -> Self {
        Self { trusted, clock, dice, faults, key: Mutex::default() }
    }

    /// Forgets the key when its time is over; called every half minute.
    pub fn forget_old(&self, now: Duration) {
        let mut key = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        key.take_if(|(_, since)| now.saturating_sub(*since) >= LIFE);
    }

    /// Returns how old the key is; nothing where there is none.
    #[must_use]
    pub fn oldest(&self, now: Duration) -> Option<Duration> {
        let key = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        key.as_ref().map(|(_, since)| now.saturating_sub(*since))
    }

    /// Returns what must be found in no file: the key of now and the place of an address, as they
    /// are and in hexadecimal. For a search, and for nothing else.
    #[must_use]
    pub fn traces(&self, address: IpAddr) -> Vec<Vec<u8>> {
        let raw = [self.key().expose().to_vec(), self.of(address).0.to_vec()];
        let hex = |bytes: &Vec<u8>| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let written = raw.iter().map(hex).map(String::into_bytes);
        written.chain(raw.clone()).collect()
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

    /// The place of a request. A demonstration can break this: those who object then get a new
    /// place with each request, and no limit ever stops them.
    fn of_request(&self, peer: IpAddr, headers: &HeaderMap) -> Place {
        if self.faults.on(Fault::SpareObjectors) && objects(headers) {
            let mut bytes = [0; 16];
            self.dice.fill(&mut bytes);
            return Place(bytes);
        }
        self.of(self.outermost(peer, headers))
    }

    fn key(&self) -> Secret {
        let now = self.clock.monotonic();
        let mut key = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        key.take_if(|(_, since)| now.saturating_sub(*since) >= LIFE);
        key.get_or_insert_with(|| (Secret::roll(&*self.dice), now)).0.clone()
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
pub(crate) async fn place<F: Future<Output = Response>>(
    places: &Places,
    mut request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let peer = request.extensions_mut().remove::<Peer>();
    let place =
        peer.map_or(Place::NOWHERE, |Peer(peer)| places.of_request(peer, request.headers()));
    if !places.faults.on(Fault::KeepAddress) {
        for name in ADDRESS_HEADERS {
            request.headers_mut().remove(name);
        }
    }
    request.extensions_mut().insert(place);
    next(request).await
}

/// Tells whether the person behind a request objects to tracking.
fn objects(headers: &HeaderMap) -> bool {
    let signals = signals(headers);
    signals.dnt == Dnt::Forbid || signals.gpc == Gpc::OptOut
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
