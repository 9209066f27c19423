//! Exact discrete Laplace noise from the operating system's randomness and from nothing else: no
//! injected dice reach it, and no floating-point number is on the way.

use prio::dp::Rational;
use prio::dp::distributions::DiscreteLaplace;
use rand::distr::Distribution;
use rand::rngs::SysRng;
use rand_core::UnwrapErr;

/// Noise for a count that one client changes by at most 1: scale 1/ε, given in thousandths of ε.
/// Returns none where the bound is zero, which would need endless noise.
#[must_use]
pub fn discrete_laplace(epsilon_milli: u32) -> Option<i64> {
    let scale = Rational::from_unsigned(1000_u128, u128::from(epsilon_milli)).ok()?;
    let noise = DiscreteLaplace::new(scale).ok()?.sample(&mut UnwrapErr(SysRng));
    // Beyond 63 bits the noise is as good as endless either way.
    i64::try_from(noise).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// At ε = 1 a zero comes with probability (e-1)/(e+1) = 0.4621, a 1 or -1 with 0.1700 each. Of
    /// 20 000 samples the counts stay within ten standard deviations: chance breaks this test less
    /// than once in 10^20 runs, a wrong scale breaks it always.
    #[test]
    fn noise_has_the_shape_it_should_have() {
        let mut counts = std::collections::BTreeMap::<i64, i64>::new();
        for _ in 0..20_000 {
            *counts.entry(discrete_laplace(1000).expect("a scale")).or_default() += 1;
        }
        for (value, expected) in [(0, 9242), (1, 3400), (-1, 3400)] {
            let found = counts.get(&value).copied().unwrap_or(0);
            assert!((found - expected).abs() < 700, "{value}: {found}, not about {expected}");
        }
    }

    #[test]
    fn no_bound_means_no_number() {
        assert_eq!(discrete_laplace(0), None);
    }
}
