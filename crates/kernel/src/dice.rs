//! Chance and secrets, handed in like time.

use crate::{Day, ProductId};

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

/// What a key is for. Keys of different uses are different, so that what one makes says nothing
/// about what another makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyUse {
    /// Turns a client's ids into subject keys.
    Subject,
    /// Turns the ids of pings into document keys.
    Document,
}

impl KeyUse {
    /// Returns its name, as it stands in the name of a key file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Document => "document",
        }
    }
}

/// The keys of one product and use that are alive: something stored was made with each.
#[derive(Clone)]
pub struct LiveKeys {
    /// The one in use.
    pub current: Secret,
    /// Those of earlier epochs, and of one that is about to begin.
    pub others: Vec<Secret>,
}

/// Keys by product, use and epoch, kept outside the data folder. An epoch begins on a Monday, so
/// that none splits a week of a client.
pub trait Keys: Send + Sync {
    /// Returns the live keys on `today`, making the first where none was ever made. The error is a
    /// sentence for the operator.
    fn live(&self, product: &ProductId, key_use: KeyUse, today: Day) -> Result<LiveKeys, String>;
}
