//! From the bytes on the wire to the parts of a ping, within bounds. A declared length is never
//! trusted.

use candor_kernel::limits;
use libdeflater::{DecompressionError, Decompressor, crc32};

use super::Refusal;

mod payload;

pub use payload::{Broken, Fields, Payload, parse};

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
                let whole = ends_with(wire, &inflated);
                return whole.then_some(inflated).ok_or(Refusal::Malformed);
            }
            Err(DecompressionError::BadData) => return Err(Refusal::Malformed),
            Err(DecompressionError::InsufficientSpace) if room < limits::PING_INFLATED_BYTES => {
                room_bytes = room * 4;
            }
            Err(DecompressionError::InsufficientSpace) => return Err(Refusal::TooLarge),
        }
    }
}

/// A file of gzip ends with the checksum and length of what it holds. Where those are of something
/// else, more came than was inflated: a second member, or garbage.
fn ends_with(wire: &[u8], inflated: &[u8]) -> bool {
    let length = u32::try_from(inflated.len()).unwrap_or(u32::MAX);
    let end = [crc32(inflated).to_le_bytes(), length.to_le_bytes()].concat();
    wire.ends_with(&end)
}

#[cfg(test)]
mod tests;
