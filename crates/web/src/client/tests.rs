use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::{Next, from_fn};
use axum::routing::get;
use candor_kernel::Timestamp;
use http_body_util::BodyExt;
use proptest::prelude::*;
use tower::ServiceExt;

use super::*;

/// Counts up, so that two keys differ.
#[derive(Default)]
struct Counting(AtomicU64);

impl Dice for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
        bytes[..8].copy_from_slice(&self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes());
    }
}

/// A clock in seconds that a test sets.
#[derive(Default)]
struct Hand(AtomicU64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(0)
    }
    fn monotonic(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

fn places(trusted: &[&str], clock: Arc<Hand>) -> Places {
    let trusted = trusted.iter().map(|text| text.parse().expect("a network")).collect();
    Places::new(trusted, clock, Arc::new(Counting::default()), Faults::none())
}

fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

#[test]
fn a_place_is_an_address_or_a_64() {
    let places = places(&[], Arc::default());
    let same = |a: &str, b: &str| places.of(ip(a)) == places.of(ip(b));
    assert!(same("192.0.2.1", "192.0.2.1"));
    assert!(!same("192.0.2.1", "192.0.2.2"));
    assert!(same("192.0.2.1", "::ffff:192.0.2.1"));
    assert!(same("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"));
    assert!(!same("2001:db8:1:2::1", "2001:db8:1:3::1"));
    assert!(places.of(ip("192.0.2.1")) != Place::NOWHERE);
}

#[test]
fn the_key_of_places_lives_for_an_hour() {
    let clock = Arc::new(Hand::default());
    let places = places(&[], Arc::clone(&clock));
    assert_eq!(places.oldest(Duration::ZERO), None, "nobody came yet");
    let first = places.of(ip("192.0.2.1"));
    clock.0.store(LIFE.as_secs() - 1, Ordering::SeqCst);
    assert!(places.of(ip("192.0.2.1")) == first);
    clock.0.store(LIFE.as_secs(), Ordering::SeqCst);
    assert!(places.of(ip("192.0.2.1")) != first);
    places.forget_old(2 * LIFE - Duration::from_secs(1));
    assert_eq!(places.oldest(2 * LIFE), Some(LIFE));
    places.forget_old(2 * LIFE);
    assert_eq!(places.oldest(2 * LIFE), None, "without a request too");
}

#[test]
fn what_a_search_looks_for_is_the_key_and_the_place() {
    let places = places(&[], Arc::default());
    let traces = places.traces(ip("192.0.2.1"));
    assert_eq!(traces.iter().map(Vec::len).collect::<Vec<_>>(), [64, 32, 32, 16]);
    assert_eq!(traces[2], places.key().expose());
    assert_eq!(traces[3], places.of(ip("192.0.2.1")).0);
    assert_ne!(traces[3], places.traces(ip("192.0.2.2"))[3]);
}

#[test]
fn only_a_broken_demonstration_spares_those_who_object() {
    let faults = Faults::for_demonstration();
    let dice = Arc::new(Counting::default());
    let places = Places::new(Vec::new(), Arc::<Hand>::default(), dice, faults.clone());
    let same = |name: &'static str, value: &'static str| {
        let headers = HeaderMap::from_iter([(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        )]);
        let place = || places.of_request(ip("192.0.2.1"), &headers);
        place() == place() && place() == places.of(ip("192.0.2.1"))
    };
    let cases = [("dnt", "1"), ("sec-gpc", "1"), ("dnt", "0"), ("accept", "1")];
    assert!(cases.iter().all(|(name, value)| same(name, value)));
    assert!(faults.set(Fault::SpareObjectors, true));
    assert_eq!(cases.map(|(name, value)| same(name, value)), [false, false, true, true]);
}

fn outermost(peer: &str, lines: &[&'static str]) -> String {
    let places = places(&["10.0.0.0/8", "fd00::/8"], Arc::default());
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append("x-forwarded-for", HeaderValue::from_static(line));
    }
    places.outermost(ip(peer), &headers).to_string()
}

#[test]
fn the_right_most_address_that_is_no_proxy_of_ours_counts() {
    let check = |peer: &str, lines: &[&'static str], expected: &str| {
        assert_eq!(outermost(peer, lines), expected, "{peer} {lines:?}");
    };
    // Nobody but a trusted proxy is believed.
    check("203.0.113.9", &["192.0.2.1"], "203.0.113.9");
    check("203.0.113.9", &[], "203.0.113.9");
    // What the client wrote itself stands further left.
    check("10.0.0.1", &["1.1.1.1, 192.0.2.1"], "192.0.2.1");
    check("10.0.0.1", &["1.1.1.1", "192.0.2.1"], "192.0.2.1");
    check("::ffff:10.0.0.1", &["192.0.2.1"], "192.0.2.1");
    check("10.0.0.1", &["1.1.1.1, 192.0.2.1, 10.0.0.2, fd00::5"], "192.0.2.1");
    check("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3");
    // Ports, brackets, spaces.
    check("10.0.0.1", &["192.0.2.1:4711"], "192.0.2.1");
    check("10.0.0.1", &["[2001:db8::1]:4711"], "2001:db8::1");
    check("10.0.0.1", &["[2001:db8::1]"], "2001:db8::1");
    check("10.0.0.1", &["\t ::ffff:192.0.2.1 "], "192.0.2.1");
    // Garbage ends the walk at the proxy that passed it on.
    for garbage in ["", ",", "unknown", "_hidden", "192.0.2.1.", "1.2.3", "[::1", "::1]", "a, ,"] {
        check("10.0.0.1", &[garbage], "10.0.0.1");
    }
    check("10.0.0.1", &["192.0.2.1, unknown, 10.0.0.2"], "10.0.0.2");
}

#[test]
fn a_long_list_is_looked_at_for_so_many_hops_only() {
    let list: &'static str = Box::leak("10.9.9.9,".repeat(5000).into_boxed_str());
    let places = places(&["10.0.0.0/8"], Arc::default());
    let mut headers = HeaderMap::new();
    let line = format!("192.0.2.1,{}10.1.1.1", &list[..limits::HTTP_HOPS * 9]);
    headers.append("x-forwarded-for", HeaderValue::from_str(&line).expect("a value"));
    assert_eq!(places.outermost(ip("10.0.0.1"), &headers), ip("10.9.9.9"));
}

proptest! {
    #[test]
    fn no_header_is_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let places = places(&["10.0.0.0/8"], Arc::default());
        let mut headers = HeaderMap::new();
        if let Ok(value) = HeaderValue::from_bytes(&bytes) {
            headers.append("x-forwarded-for", value);
        }
        places.outermost(ip("10.0.0.1"), &headers);
        prop_assert_eq!(places.outermost(ip("192.0.2.1"), &headers), ip("192.0.2.1"));
    }
}

#[tokio::test]
async fn a_handler_sees_a_place_and_no_address() {
    let show = async |place: Place, request: Request| {
        let left = ADDRESS_HEADERS.iter().any(|name| request.headers().contains_key(*name));
        let peer = request.extensions().get::<Peer>().is_some();
        format!("{} {left} {peer}", place == Place::NOWHERE)
    };
    let places = Arc::new(places(&["10.0.0.0/8"], Arc::default()));
    let router = Router::new().route("/", get(show)).layer(from_fn(move |request, next: Next| {
        let places = Arc::clone(&places);
        async move { place(&places, request, |it| next.run(it)).await }
    }));
    let ask = async |peer: Option<Peer>| {
        let mut request = Request::get("/");
        for name in ADDRESS_HEADERS {
            request = request.header(name, "192.0.2.1");
        }
        let mut request = request.body(Body::empty()).expect("a request");
        peer.map(|peer| request.extensions_mut().insert(peer));
        let reply = router.clone().oneshot(request).await.expect("infallible");
        let body = reply.into_body().collect().await.expect("a body").to_bytes();
        String::from_utf8_lossy(&body).into_owned()
    };
    assert_eq!(ask(Some(Peer(ip("10.0.0.1")))).await, "false false false");
    assert_eq!(ask(None).await, "true false false");
}
