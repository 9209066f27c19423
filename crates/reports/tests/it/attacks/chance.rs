//! 10: noise of floating point, and of chance that can be had again.

use super::*;

/// The sources that numbers pass on their way out. Tests may use floating point.
const SOURCES: [(&str, &str); 8] = [
    ("noise.rs", include_str!("../../../src/noise.rs")),
    ("budget.rs", include_str!("../../../src/rules/budget.rs")),
    ("release.rs", include_str!("../../../src/rules/release.rs")),
    ("edition.rs", include_str!("../../../src/rules/edition.rs")),
    ("plan.rs", include_str!("../../../src/rules/plan.rs")),
    ("make.rs", include_str!("../../../src/reports/make.rs")),
    ("tally.rs", include_str!("../../../../segments/src/tally.rs")),
    ("bounder.rs", include_str!("../../../../segments/src/tally/bounder.rs")),
];

#[test]
fn no_floating_point_and_no_seed_is_on_the_way_out() {
    for (name, source) in SOURCES {
        for word in ["f32", "f64", "Dice", "seed", "StdRng", "SmallRng", "thread_rng"] {
            let found = source.split(|c: char| !c.is_alphanumeric()).any(|one| one == word);
            assert!(!found, "{name} holds {word}");
        }
    }
    assert!(SOURCES[0].1.contains("SysRng"), "chance comes from the operating system");
}

/// Laplace noise as a textbook makes it, in floating point, from 53 random bits.
fn textbook(bits: u64, scale: f64) -> f64 {
    -scale * (bits as f64 / (1_u64 << 53) as f64).ln()
}

/// True where a total with textbook noise could have come of a true count (Mironov 2012).
fn could_be(total: f64, count: f64, scale: f64) -> bool {
    let near = (-(total - count) / scale).exp() * (1_u64 << 53) as f64;
    let near = near.round() as i64;
    (near - 8..=near + 8)
        .filter(|bits| *bits > 0)
        .any(|bits| count + textbook(bits as u64, scale) == total)
}

/// The attack on floating point: of many totals only one of two neighbouring counts can have come,
/// whatever ε says. Whole numbers with exact noise can always come of both.
#[test]
fn the_last_bits_of_a_number_do_not_tell_the_truth() {
    let scale = 7.0;
    let mut bits = 0x9e37_79b9_7f4a_7c15_u64;
    let told = (0..2000).filter(|_| {
        bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let total = textbook((bits >> 11) | 1, scale);
        assert!(could_be(total, 0.0, scale), "the truth is always possible");
        !could_be(total, 1.0, scale) && total > 1.0
    });
    let told = told.count();
    assert!(told > 200, "floating point tells the truth in {told} of 2000 cases");
    // Here every total is as possible with one person more: it only takes noise of one less.
    let mut drawn: Vec<i64> = shown(&vec![40; 20_000], ALL).into_iter().flatten().collect();
    let mut other: Vec<i64> = shown(&vec![41; 20_000], ALL).into_iter().flatten().collect();
    for all in [&mut drawn, &mut other] {
        all.sort_unstable();
        all.dedup();
    }
    // Within six of both, each value comes hundreds of times: none is seen on one side only.
    let within =
        |all: &[i64]| all.iter().copied().filter(|n| (35..=46).contains(n)).collect::<Vec<_>>();
    assert_eq!(within(&drawn), within(&other));
}
