//! From the bytes on the wire to the parts of a ping, within bounds. A declared length is never
//! trusted.

use std::cell::RefCell;

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

thread_local! {
    /// What a thread inflates with, one ping after the other. Made anew for each, it would cost as
    /// much as the inflating, and bombs would fill the memory with rooms that were just given back.
    static ROOM: RefCell<Room> =
        RefCell::new(Room { decompressor: Decompressor::new(), bytes: Vec::new() });
}

struct Room {
    decompressor: Decompressor,
    /// What was inflated last stands in it until the next ping comes.
    bytes: Vec<u8>,
}

/// Inflates a body into at most [`limits::PING_INFLATED_BYTES`], and reads it where it stands.
pub fn inflated<R>(
    encoding: Encoding,
    wire: &[u8],
    read: impl FnOnce(&[u8]) -> Result<R, Refusal>,
) -> Result<R, Refusal> {
    if wire.len() > limits::PING_WIRE_BYTES {
        return Err(Refusal::TooLarge);
    }
    match encoding {
        Encoding::Plain => read(wire),
        Encoding::Gzip => ROOM.with_borrow_mut(|room| read(room.inflate(wire)?)),
    }
}

impl Room {
    fn inflate(&mut self, wire: &[u8]) -> Result<&[u8], Refusal> {
        // A first guess that suits real pings; bombs end at the limit whatever they declare.
        self.hold((wire.len() * 4).max(4096));
        loop {
            let room = self.bytes.len();
            match self.decompressor.gzip_decompress(wire, &mut self.bytes) {
                Ok(bytes) => {
                    let inflated = &self.bytes[..bytes];
                    let whole = ends_with(wire, inflated);
                    return whole.then_some(inflated).ok_or(Refusal::Malformed);
                }
                Err(DecompressionError::InsufficientSpace)
                    if room < limits::PING_INFLATED_BYTES =>
                {
                    self.hold(room * 4);
                }
                Err(DecompressionError::InsufficientSpace) => return Err(Refusal::TooLarge),
                Err(DecompressionError::BadData) => return Err(Refusal::Malformed),
            }
        }
    }

    fn hold(&mut self, bytes: usize) {
        let bytes = bytes.min(limits::PING_INFLATED_BYTES);
        if bytes > self.bytes.len() {
            // What is there is of another ping: it goes before the new room comes.
            drop(std::mem::take(&mut self.bytes));
            self.bytes = vec![0; bytes];
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
