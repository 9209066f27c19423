//! Exact discrete Laplace noise from the operating system's randomness and from nothing else: no
//! injected dice reach it, and no floating-point number is on the way.

use std::convert::Infallible;
use std::num::NonZero;

use prio::dp::distributions::DiscreteLaplace;
use prio::dp::{DpError, Rational};
use rand::distr::Distribution;
use rand::rngs::SysRng;
use rand_core::{Rng, TryRng, UnwrapErr};

use crate::rules::{Budget, Fraction, Noise};

/// Bytes that are asked of the operating system at a time: a number takes a few words, and a call
/// for each of them costs several times what the sampling does.
const BLOCK_BYTES: usize = 4096;
/// Numbers below which a second thread is not worth its start.
const NUMBERS_BY_THREAD: usize = 10_000;

/// Draws the noise of an edition: for the people of every cell, and for the values that are shown.
///
/// Errors: a scale of zero, which a budget within limits has not.
pub fn draw(budget: &Budget, cells: usize, values: usize) -> Result<Noise, DpError> {
    let value = |wanted: bool| match budget.value.filter(|_| wanted) {
        Some(scale) => laplace(scale, cells),
        None => Ok(Vec::new()),
    };
    let people = laplace(budget.people, cells)?;
    Ok(Noise { people, values: [value(values >= 1)?, value(values >= 2)?] })
}

/// Draws discrete Laplace noise: the value n with a probability that falls with e^(-|n|/scale).
///
/// Errors: a scale of zero.
pub fn laplace(scale: Fraction, count: usize) -> Result<Vec<i64>, DpError> {
    let scale = Rational::from_unsigned(scale.above, scale.below)?;
    let distribution = &DiscreteLaplace::new(scale)?;
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let share = count.div_ceil(threads).max(NUMBERS_BY_THREAD);
    let mut drawn = vec![0; count];
    std::thread::scope(|scope| {
        for part in drawn.chunks_mut(share) {
            scope.spawn(move || {
                let mut chance = Blocks::default();
                part.fill_with(|| sample(distribution, &mut chance));
            });
        }
    });
    Ok(drawn)
}

fn sample(distribution: &DiscreteLaplace, chance: &mut Blocks) -> i64 {
    let noise = distribution.sample(chance);
    // Beyond 63 bits the noise is as good as endless either way.
    let endless = if noise < 0.into() { i64::MIN } else { i64::MAX };
    i64::try_from(noise).unwrap_or(endless)
}

/// The operating system's randomness, a block at a time. Each byte is given out once and forgotten.
struct Blocks {
    block: [u8; BLOCK_BYTES],
    used: usize,
}

impl Default for Blocks {
    fn default() -> Self {
        Self { block: [0; BLOCK_BYTES], used: BLOCK_BYTES }
    }
}

impl Blocks {
    fn next<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            if self.used == BLOCK_BYTES {
                UnwrapErr(SysRng).fill_bytes(&mut self.block);
                self.used = 0;
            }
            *byte = std::mem::take(&mut self.block[self.used]);
            self.used += 1;
        }
    }
}

impl TryRng for Blocks {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(self.next()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(self.next()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.fill(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
