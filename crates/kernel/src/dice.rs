//! Chance and secrets, handed in like time.

use crate::ProductId;

/// Fills bytes with chance. Made only by the binary (operating system) and by tests (seeded).
pub trait Dice: Send + Sync {
    /// Fills `bytes` with unpredictable bytes.
    fn fill(&self, bytes: &mut [u8]);
}

/// 32 secret bytes; shows nothing of itself.
#[derive(Clone)]
pub struct Secret([u8; 32]);

impl Secret {
    /// Wraps key material.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Rolls a new secret.
    #[must_use]
    pub fn roll(dice: &dyn Dice) -> Self {
        let mut bytes = [0; 32];
        dice.fill(&mut bytes);
        Self(bytes)
    }

    /// Returns the key material, for a keyed hash or for the key file.
    #[must_use]
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Keys by product and use, kept outside the data folder.
pub trait Keys: Send + Sync {
    /// Returns the key that turns a client id of `product` into a subject key,
    /// making it where none exists yet. The error is a sentence for the operator.
    fn subject_key(&self, product: &ProductId) -> Result<Secret, String>;
}
