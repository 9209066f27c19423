//! What strangers can send: whole, broken, and hostile.

use std::io::Write;

use candor_kernel::limits;
use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;

use super::*;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

fn refused(json: &str) -> Option<Refusal> {
    parse(json.as_bytes()).err().map(|broken| broken.refusal)
}

fn at(json: &[u8]) -> String {
    parse(json).err().map(|broken| broken.at).expect("it is refused")
}

fn inflate_all(encoding: Encoding, wire: &[u8]) -> Result<Vec<u8>, Refusal> {
    inflated(encoding, wire, |bytes| Ok(bytes.to_vec()))
}

#[test]
fn bodies_inflate_to_what_was_sent_or_are_refused() {
    let large = vec![b' '; limits::PING_INFLATED_BYTES];
    assert_eq!(inflate_all(Encoding::Gzip, &gzip(&large)).map(|b| b.len()), Ok(large.len()));
    let bomb = gzip(&vec![b' '; limits::PING_INFLATED_BYTES + 1]);
    assert!(bomb.len() < 100_000, "a bomb is small on the wire");
    assert_eq!(inflate_all(Encoding::Gzip, &bomb), Err(Refusal::TooLarge));
    let wire = vec![0; limits::PING_WIRE_BYTES + 1];
    assert_eq!(inflate_all(Encoding::Plain, &wire), Err(Refusal::TooLarge));
    assert_eq!(inflate_all(Encoding::Gzip, &gzip(b"")), Ok(Vec::new()));
}

#[test]
fn hostile_gzip_is_refused() {
    let good = gzip(b"{\"metrics\":{}}");
    for end in 0..good.len() {
        assert_eq!(
            inflate_all(Encoding::Gzip, &good[..end]),
            Err(Refusal::Malformed),
            "cut at {end}"
        );
    }
    let changed = |place: usize| {
        let mut bytes = good.clone();
        bytes[place] ^= 1;
        bytes
    };
    let length = good.len();
    for (what, wire) in [
        ("no gzip", b"{}".to_vec()),
        ("another method", changed(2)),
        ("a checksum that lies", changed(length - 8)),
        ("a length that lies", changed(length - 4)),
        ("a length that says 1 GiB", changed(length - 1)),
        ("garbage behind", [good.as_slice(), b"x"].concat()),
        ("a second member", [good.clone(), gzip(b"{}")].concat()),
        ("a first member that is empty", [gzip(b""), good.clone()].concat()),
        ("a bomb behind", [good.clone(), gzip(&vec![b' '; 20 << 20])].concat()),
        ("gzip in gzip is no JSON", gzip(&good)),
    ] {
        let read =
            inflated(Encoding::Gzip, &wire, |json| parse(json).map(drop).map_err(Refusal::from));
        assert_eq!(read, Err(Refusal::Malformed), "{what}");
    }
}

#[test]
fn encodings_are_those_of_sdks() {
    assert_eq!(Encoding::read(None), Ok(Encoding::Plain));
    assert_eq!(Encoding::read(Some(b"gzip")), Ok(Encoding::Gzip));
    assert_eq!(Encoding::read(Some(b"gzip, gzip")), Err(Refusal::Malformed));
    assert_eq!(Encoding::read(Some(b"br")), Err(Refusal::Malformed));
}

#[test]
fn only_the_parts_of_a_ping_are_a_ping() {
    for good in [
        "{}",
        " {\n} ",
        r#"{"$schema":"x","metrics":{"counter":{"a.b":1}},"events":[{}]}"#,
        r#"{"client_info":{},"ping_info":{"seq":1,"experiments":{"a":{"branch":"b"}}}}"#,
    ] {
        assert_eq!(refused(good), None, "{good}");
    }
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    for bad in [
        "",
        "[]",
        "[{},{},{},[]]",
        "{",
        "null",
        "{}{}",
        r#"{"address":"1"}"#,
        r#"{"metrics":[]}"#,
        r#"{"metrics":{"counter":[1]}}"#,
        r#"{"metrics":{"counter":null}}"#,
        r#"{"events":{}}"#,
        r#"{"ping_info":["a"]}"#,
        r#"{"metrics":{"counter":{"a.b":01}}}"#,
        r#"{"metrics":{"counter":{"a.b":NaN}}}"#,
        r#"{"metrics":{"string":{"a.b":"\x"}}}"#,
        "{\"metrics\":{\"string\":{\"a.b\":\"line\nbreak\"}}}",
        "\u{feff}{}",
        &deep,
    ] {
        assert_eq!(refused(bad), Some(Refusal::Malformed), "{bad}");
    }
}

#[test]
fn no_key_of_the_parts_stands_twice() {
    for bad in [
        r#"{"metrics":{},"metrics":{"counter":{"a.b":1}}}"#,
        r#"{"metrics":{},"metric\u0073":{}}"#,
        r#"{"metrics":{"counter":{"a.b":1},"counter":{"a.b":2}}}"#,
        r#"{"metrics":{"counter":{"a.b":1,"a.b":2}}}"#,
        r#"{"client_info":{"client_id":"x","client_\u0069d":"y"}}"#,
        r#"{"ping_info":{"seq":1,"seq":1}}"#,
    ] {
        assert_eq!(refused(bad), Some(Refusal::Malformed), "{bad}");
    }
    let twice = at(br#"{"metrics":{"counter":{"a.b":1,"a.b":2}}}"#);
    assert_eq!(twice, "`metrics.counter.a.b` stands twice.");
}

#[test]
fn floods_of_keys_end_at_the_limit_and_floods_of_events_are_counted() {
    let keys = |number: usize| {
        let all: Vec<_> = (0..number).map(|n| format!("\"{n}\":0")).collect();
        format!("{{{}}}", all.join(","))
    };
    let few = format!(r#"{{"ping_info":{}}}"#, keys(limits::PING_ENTRIES));
    assert_eq!(refused(&few), None);
    for path in [["{\"ping_info\":", "}"], ["{\"metrics\":{\"counter\":", "}}"]] {
        let many = path.join(&keys(limits::PING_ENTRIES + 1));
        assert_eq!(refused(&many), Some(Refusal::TooLarge), "{}", path[0]);
    }
    let types = keys(limits::PING_ENTRIES + 1).replace(":0", ":{}");
    assert_eq!(refused(&format!(r#"{{"metrics":{types}}}"#)), Some(Refusal::TooLarge));

    let events = format!(r#"{{"events":[{}1]}}"#, "{},".repeat(2_000_000));
    let payload = parse(events.as_bytes()).unwrap_or_else(|broken| panic!("{}", broken.at));
    assert_eq!(payload.events.len(), limits::EVENTS_PER_PING);
    assert_eq!(payload.events_beyond, 2_000_001 - limits::EVENTS_PER_PING as u64);
}

#[test]
fn what_no_stack_could_hold_is_passed_over() {
    let deep = format!("{}{}", "[".repeat(2_000_000), "]".repeat(2_000_000));
    let json = format!(r#"{{"metrics":{{"object":{{"a.b":{deep}}}}}}}"#);
    assert_eq!(refused(&json), None, "it is JSON, and its value is not looked at here");
}

#[test]
fn the_place_where_a_body_breaks_is_told() {
    for (json, place) in [
        (&b"{\n \"metrics\": {,}}"[..], "The JSON breaks at line 2, column 14."),
        (b"{\"metrics\"", "The JSON breaks at line 1, column 10."),
        (b"[]", "The body is not an object."),
        (b"{\"metrics\":[]}", "`metrics` is not an object."),
        (b"{\"metrics\":{\"counter\":3}}", "`metrics.counter` is not an object."),
        (b"{\"events\":{}}", "`events` is not a list."),
        (b"{\"address\":1}", "`address` is no part of a ping."),
        (b"{\"a\xff\":1}", "Byte 4 of the body is not UTF-8."),
    ] {
        assert_eq!(at(json), place);
    }
    let long = format!("{{\"{}\":1}}", "x".repeat(100_000));
    assert!(at(long.as_bytes()).len() < 200);
}

#[test]
fn bytes_that_are_no_text_are_refused_wherever_they_stand() {
    let json = br#"{"metrics":{"string":{"a.b":"c"}},"events":[{"name":"d"}]}"#;
    for place in 1..json.len() - 1 {
        let mut json = json.to_vec();
        json[place] = 0xff;
        assert!(parse(&json).is_err(), "byte {place}");
    }
    // Surrogates and overlong forms are not UTF-8 either.
    for bytes in [&b"\xed\xa0\x80"[..], b"\xc0\xaf", b"\xf4\x90\x80\x80"] {
        let json = [b"{\"metrics\":{\"string\":{\"a.b\":\"", bytes, b"\"}}}"].concat();
        assert!(at(&json).contains("not UTF-8"));
    }
}

proptest! {
    #[test]
    fn foreign_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse(&bytes).is_ok();
        let _ = inflate_all(Encoding::Gzip, &bytes).is_ok();
    }

    #[test]
    fn changed_gzip_is_refused_or_harmless(place in 0usize..200, bit in 0u8..8) {
        let sent: Vec<u8> = (0..2000u32).map(|n| u8::try_from(n * n % 251).expect("small")).collect();
        let mut wire = gzip(&sent);
        let place = place % wire.len();
        wire[place] ^= 1 << bit;
        // Flags, time and system of its head say nothing about what it holds.
        if let Ok(read) = inflate_all(Encoding::Gzip, &wire) {
            prop_assert!(read == sent && place < 10);
        }
    }
}

#[test]
fn what_was_inflated_before_is_no_part_of_the_next_ping() {
    let (long, short) = (gzip(&b"x".repeat(100_000)), gzip(b"{}"));
    assert_eq!(inflate_all(Encoding::Gzip, &long).map(|bytes| bytes.len()), Ok(100_000));
    assert_eq!(inflate_all(Encoding::Gzip, &short), Ok(b"{}".to_vec()));
    let cut = &long[..long.len() / 2];
    assert_eq!(inflate_all(Encoding::Gzip, cut), Err(Refusal::Malformed));
    assert_eq!(inflate_all(Encoding::Gzip, &short), Ok(b"{}".to_vec()));
}
