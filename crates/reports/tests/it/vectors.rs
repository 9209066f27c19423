//! The sampler against the reference of those who described it, number by number. The Gaussian one
//! stands on the Laplace one that editions use: it draws candidates from it.

use prio::dp::Rational;
use prio::dp::distributions::DiscreteGaussian;
use prio::vdaf::xof::SeedStreamTurboShake128;
use rand::SeedableRng;
use rand::distr::Distribution;

const VECTORS: [&str; 6] = [
    include_str!("../../../../tests/vectors/prio/discrete_gauss_2.342.json"),
    include_str!("../../../../tests/vectors/prio/discrete_gauss_3.json"),
    include_str!("../../../../tests/vectors/prio/discrete_gauss_9.json"),
    include_str!("../../../../tests/vectors/prio/discrete_gauss_100.json"),
    include_str!("../../../../tests/vectors/prio/discrete_gauss_41293847.json"),
    include_str!("../../../../tests/vectors/prio/discrete_gauss_9999999999999999999999.json"),
];

const SAMPLES: usize = 49;

fn seed(hex: &str) -> [u8; 32] {
    let byte = |at: usize| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("hexadecimal");
    std::array::from_fn(byte)
}

#[derive(serde::Deserialize)]
struct Vector {
    seed: String,
    std_num: u128,
    std_denom: u128,
    samples: Vec<i128>,
}

#[test]
fn samples_are_those_of_the_reference() {
    for vector in VECTORS {
        let vector: Vector = serde_json::from_str(vector).expect("a vector");
        let deviation = Rational::from_unsigned(vector.std_num, vector.std_denom);
        let sampler = DiscreteGaussian::new(deviation.expect("a fraction")).expect("a deviation");
        let mut chance = SeedStreamTurboShake128::from_seed(seed(&vector.seed));
        assert_eq!(vector.samples.len(), SAMPLES);
        for (at, expected) in vector.samples.iter().enumerate() {
            let found = sampler.sample(&mut chance);
            assert_eq!(found.to_string(), expected.to_string(), "{}: {at}", vector.std_num);
        }
    }
}
