//! What the numbers gave away, in words: summed over all reports, as the worst case.

use std::collections::BTreeMap;

use candor_kernel::Timestamp;

use super::{LEDGER_WEEKS, ReportsState, problem};
use crate::reports::Spent;
use crate::rules::budget::PRODUCT_MILLIONTHS;
use crate::rules::{week, week_start};
use candor_web::Problem;

/// To how many of a hundred even odds can grow at ε in millionths, e^ε / (1 + e^ε) rounded up.
const ODDS: [(u64, u32); 10] = [
    (100_000, 53),
    (250_000, 57),
    (500_000, 63),
    (750_000, 68),
    (1_000_000, 74),
    (1_500_000, 82),
    (2_000_000, 89),
    (2_500_000, 93),
    (3_000_000, 96),
    (4_000_000, 99),
];

/// What all reports about one product gave away.
pub(super) struct ProductSpent {
    /// The product.
    pub(super) product: String,
    /// The Monday of the week that gave away most.
    pub(super) worst_week: String,
    /// ε of that week, over all reports.
    pub(super) worst: String,
    /// To how many of a hundred even odds could grow in that week.
    pub(super) odds: Option<u32>,
    /// How many weeks gave something away.
    pub(super) weeks: usize,
    /// ε of all of them together.
    pub(super) sum: String,
    /// Each metric with the most that a week gave away by reading it.
    pub(super) metrics: Vec<(String, String)>,
}

/// Reads what each product's weeks gave away since a year, by product.
pub(super) async fn spent(
    state: &ReportsState,
    now: Timestamp,
) -> Result<Vec<ProductSpent>, Problem> {
    let spent = state.reports.spent(week(now.day()) - LEDGER_WEEKS).await.map_err(problem)?;
    let mut products: BTreeMap<&str, Vec<&Spent>> = BTreeMap::new();
    for one in &spent {
        products.entry(&one.product).or_default().push(one);
    }
    Ok(products.into_iter().filter_map(|(product, spent)| of_product(product, &spent)).collect())
}

/// Writes what a product may give away in a week.
pub(super) fn bound() -> String {
    epsilon(PRODUCT_MILLIONTHS)
}

/// What sums of rows may hold too much: each was rounded up by less than a millionth, so that seven
/// days of a seventh are a whole.
const ROUNDED: u64 = 100;

/// Writes millionths of ε with two digits, rounded up, without zeros at the end.
pub(super) fn epsilon(millionths: u64) -> String {
    let hundredths = millionths.saturating_sub(ROUNDED).div_ceil(10_000);
    let said = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    said.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Returns to how many of a hundred even odds can grow; none for more than 99.
pub(super) fn odds(millionths: u64) -> Option<u32> {
    let found = ODDS.iter().find(|(epsilon, _)| millionths <= epsilon + ROUNDED);
    found.map(|(_, of_hundred)| *of_hundred)
}

fn of_product(product: &str, spent: &[&Spent]) -> Option<ProductSpent> {
    let weeks: Vec<_> = spent.iter().filter(|one| one.group.is_empty()).collect();
    let worst = weeks.iter().max_by_key(|one| one.epsilon_millionths)?;
    let mut metrics: BTreeMap<&str, u64> = BTreeMap::new();
    for one in spent.iter().filter(|one| !one.group.is_empty()) {
        let most = metrics.entry(&one.group).or_default();
        *most = one.epsilon_millionths.max(*most);
    }
    Some(ProductSpent {
        product: product.to_owned(),
        worst_week: week_start(worst.week).to_string(),
        worst: epsilon(worst.epsilon_millionths),
        odds: odds(worst.epsilon_millionths),
        weeks: weeks.len(),
        sum: epsilon(weeks.iter().map(|one| one.epsilon_millionths).sum()),
        metrics: metrics.into_iter().map(|(id, most)| (id.to_owned(), epsilon(most))).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odds_are_never_told_too_small() {
        for (millionths, of_hundred) in ODDS {
            let odds = (millionths as f64 / 1e6).exp();
            let exact = 100.0 * odds / (1.0 + odds);
            assert!(f64::from(of_hundred) >= exact && f64::from(of_hundred) < exact + 1.0);
        }
        assert_eq!((odds(1_000_001), odds(1_100_000), odds(8_000_000)), (Some(74), Some(82), None));
        assert_eq!((epsilon(2_000_006), epsilon(142_858)), ("2".to_owned(), "0.15".to_owned()));
    }

    #[test]
    fn the_worst_week_and_the_sum_are_over_all_reports() {
        let spent = |week, group: &str, epsilon_millionths| Spent {
            product: "a".to_owned(),
            week,
            group: group.to_owned(),
            epsilon_millionths,
        };
        let all = [
            spent(9, "", 3_000_000),
            spent(9, "m", 2_000_000),
            spent(8, "", 1_000_000),
            spent(8, "m", 500_000),
        ];
        let told = of_product("a", &all.iter().collect::<Vec<_>>()).expect("something");
        assert_eq!((told.worst.as_str(), told.sum.as_str(), told.weeks), ("3", "4", 2));
        assert_eq!((told.odds, told.worst_week), (Some(96), week_start(9).to_string()));
        assert_eq!(told.metrics, [("m".to_owned(), "2".to_owned())]);
        assert!(of_product("a", &[]).is_none());
    }
}
