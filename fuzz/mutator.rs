//! Changes bytes the way that finds faults in parsers: a step or several from a file of the corpus.
//! The same seed gives the same bytes.

/// What parsers of JSON, YAML, gzip and headers treat in a way of its own.
const WORDS: [&[u8]; 30] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"\\",
    b":",
    b",",
    b"\n",
    b"\0",
    b"null",
    b"-0",
    b"1e999",
    b"0",
    b"9223372036854775808",
    b"\\u0000",
    b"\\ud800",
    b"\xff",
    b"\xc3\xa4",
    b"\x1f\x8b\x08",
    b"1",
    b"dnt: 1\n",
    b"sec-gpc: 1\n",
    b"&a ",
    b"*a",
    b"<<: ",
    b"- ",
    b"__other__",
    b"\"reason\":",
    b"{\"extra\":{}}",
];

/// A file of the corpus is not made longer than this.
const BYTES_MAX: usize = 64 << 10;

/// Makes one after another.
pub struct Mutator(u64);

impl Mutator {
    /// Begins with a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns the bytes with one to four changes; `other` is another file, to take pieces of.
    pub fn mutate(&mut self, bytes: &[u8], other: &[u8]) -> Vec<u8> {
        let mut changed = bytes.to_vec();
        for _ in 0..=self.below(4) {
            self.change(&mut changed, other);
            changed.truncate(BYTES_MAX);
        }
        changed
    }

    fn change(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        let at = self.below(bytes.len() + 1);
        let end = (at + self.length()).min(bytes.len());
        match self.below(9) {
            0 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
            1 if at < bytes.len() => bytes[at] = self.next() as u8,
            2 => bytes.insert(at, self.next() as u8),
            3 => drop(bytes.drain(at..end)),
            // The same piece again, behind itself: a key that stands twice.
            4 => drop(bytes.splice(end..end, bytes[at..end].to_vec())),
            // And over and over: depth, floods.
            5 => {
                let times = 2 + self.below(60);
                drop(bytes.splice(end..end, bytes[at..end].repeat(times)));
            }
            6 => {
                let piece = self.piece(other).to_vec();
                drop(bytes.splice(at..end, piece));
            }
            7 => {
                let piece = self.piece(bytes).to_vec();
                drop(bytes.splice(at..at, piece));
            }
            _ => {
                let word = WORDS[self.below(WORDS.len())];
                let end = if self.below(2) == 0 { at } else { end };
                drop(bytes.splice(at..end, word.iter().copied()));
            }
        }
    }

    fn piece<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let at = self.below(bytes.len() + 1);
        &bytes[at..(at + self.length()).min(bytes.len())]
    }

    /// Short more often than long.
    fn length(&mut self) -> usize {
        let most = [4, 16, 64, 1024][self.below(4)];
        1 + self.below(most)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// SplitMix64: small, and every seed is a good one.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
