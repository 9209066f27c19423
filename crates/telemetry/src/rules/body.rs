//! From the bytes on the wire to the parts of a ping, within bounds. A declared length is never
//! trusted.

use std::collections::BTreeMap;

use candor_kernel::limits;
use libdeflater::{DecompressionError, Decompressor};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::Refusal;

/// How the body came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As it is.
    Plain,
    /// With gzip.
    Gzip,
}

impl Encoding {
    /// Reads a `Content-Encoding` value. Only what SDKs use is known.
    pub fn read(header: Option<&[u8]>) -> Result<Self, Refusal> {
        match header {
            None | Some(b"" | b"identity") => Ok(Self::Plain),
            Some(b"gzip" | b"x-gzip") => Ok(Self::Gzip),
            Some(_) => Err(Refusal::Malformed),
        }
    }
}

/// The parts of a ping (docs/glean.md 3.3). Anything beside them makes it malformed; the metrics stay
/// raw until it is known which are declared.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payload<'a> {
    /// Fields about the ping.
    #[serde(default)]
    pub ping_info: BTreeMap<String, Value>,
    /// Fields about the client, its id among them.
    #[serde(default)]
    pub client_info: BTreeMap<String, Value>,
    /// Metrics by type and id.
    #[serde(borrow, default)]
    pub metrics: BTreeMap<String, BTreeMap<String, &'a RawValue>>,
    /// Events in the order they happened.
    #[serde(borrow, default)]
    pub events: Vec<&'a RawValue>,
    /// Which schema the sender followed; never kept.
    #[serde(rename = "$schema", default)]
    _schema: Option<String>,
}

/// Inflates a body into at most [`limits::PING_INFLATED_BYTES`].
pub fn inflate(encoding: Encoding, wire: &[u8]) -> Result<Vec<u8>, Refusal> {
    if wire.len() > limits::PING_WIRE_BYTES {
        return Err(Refusal::TooLarge);
    }
    if encoding == Encoding::Plain {
        return Ok(wire.to_vec());
    }
    // A first guess that suits real pings; bombs end at the limit whatever they declare.
    let mut room_bytes = (wire.len() * 4).max(4096);
    loop {
        let room = room_bytes.min(limits::PING_INFLATED_BYTES);
        let mut inflated = vec![0; room];
        match Decompressor::new().gzip_decompress(wire, &mut inflated) {
            Ok(bytes) => {
                inflated.truncate(bytes);
                return Ok(inflated);
            }
            Err(DecompressionError::BadData) => return Err(Refusal::Malformed),
            Err(DecompressionError::InsufficientSpace) if room < limits::PING_INFLATED_BYTES => {
                room_bytes = room * 4;
            }
            Err(DecompressionError::InsufficientSpace) => return Err(Refusal::TooLarge),
        }
    }
}

/// Reads the parts of a ping.
pub fn parse(json: &[u8]) -> Result<Payload<'_>, Refusal> {
    // serde would read a list as the fields in order.
    if json.trim_ascii_start().first() != Some(&b'{') {
        return Err(Refusal::Malformed);
    }
    serde_json::from_slice(json).map_err(|_| Refusal::Malformed)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).expect("memory takes it");
        encoder.finish().expect("memory takes it")
    }

    #[test]
    fn bodies_inflate_to_what_was_sent_or_are_refused() {
        let large = vec![b' '; limits::PING_INFLATED_BYTES];
        assert_eq!(inflate(Encoding::Gzip, &gzip(&large)).map(|b| b.len()), Ok(large.len()));
        let bomb = gzip(&vec![b' '; limits::PING_INFLATED_BYTES + 1]);
        assert!(bomb.len() < 100_000, "a bomb is small on the wire");
        assert_eq!(inflate(Encoding::Gzip, &bomb), Err(Refusal::TooLarge));
        let wire = vec![0; limits::PING_WIRE_BYTES + 1];
        assert_eq!(inflate(Encoding::Plain, &wire), Err(Refusal::TooLarge));
        let good = gzip(b"{}");
        assert_eq!(inflate(Encoding::Gzip, &good[..good.len() - 1]), Err(Refusal::Malformed));
        assert_eq!(inflate(Encoding::Gzip, b"{}"), Err(Refusal::Malformed));
        assert_eq!(inflate(Encoding::Gzip, b""), Err(Refusal::Malformed));
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
        for good in ["{}", r#"{"$schema":"x","metrics":{"counter":{"a.b":1}},"events":[{}]}"#] {
            assert!(parse(good.as_bytes()).is_ok(), "{good}");
        }
        let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
        for bad in
            ["", "[]", "{", r#"{"address":"1"}"#, r#"{"metrics":[]}"#, r#"{"events":{}}"#, &deep]
        {
            assert!(parse(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(parse(b"{\"metrics\":{\"string\":{\"a.b\":\"\xff\"}}}").is_err(), "not UTF-8");
    }

    proptest! {
        #[test]
        fn foreign_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = parse(&bytes).is_ok();
            let _ = inflate(Encoding::Gzip, &bytes).is_ok();
        }
    }
}
