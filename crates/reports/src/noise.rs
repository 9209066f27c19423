//! Exact discrete Laplace noise from the operating system's randomness and from nothing else: no
//! injected dice reach it, and no floating-point number is on the way.

use prio::dp::distributions::DiscreteLaplace;
use prio::dp::{DpError, Rational};
use rand::distr::Distribution;
use rand::rngs::SysRng;
use rand_core::UnwrapErr;

use crate::rules::{Budget, Fraction, Noise};

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
    let distribution = DiscreteLaplace::new(scale)?;
    let mut chance = UnwrapErr(SysRng);
    let one = |_| {
        let noise = distribution.sample(&mut chance);
        // Beyond 63 bits the noise is as good as endless either way.
        let endless = if noise < 0.into() { i64::MIN } else { i64::MAX };
        i64::try_from(noise).unwrap_or(endless)
    };
    Ok((0..count).map(one).collect())
}

#[cfg(test)]
mod tests;
