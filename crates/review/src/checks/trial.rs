//! Trial definitions: one metric in one ping, with good and bad words about them.

const METRICS: &str = "
$schema: moz://mozilla.org/schemas/glean/metrics/2-0-0
trial.sample:
  started: {type: counter, description: How often., bugs: [https://example.org/1], data_reviews: [https://example.org/2], notification_emails: [ann@example.org], expires: never, data_sensitivity: [technical], send_in_pings: [trial]}
";
const PINGS: &str = "
$schema: moz://mozilla.org/schemas/glean/pings/2-0-0
trial: {description: The trial., include_client_id: false, bugs: [https://example.org/1], data_reviews: [https://example.org/2], notification_emails: [ann@example.org]}
";

/// A product's file in which everything is said.
pub(super) const GOOD: &str = "
$schema: candor/product/1-0-0
persons: {design: Ann, implementation: Bo}
default: {why: To count starts., benefit: Starting gets quicker., amount: Everybody.}
";

/// Files without a good reason, and what they have instead.
pub(super) const POOR_REASONS: [(&str, &str); 4] = [
    (
        "an empty reason",
        "
$schema: candor/product/1-0-0
persons: {design: Ann, implementation: Bo}
default: {why: '', benefit: Starting gets quicker., amount: Everybody.}
",
    ),
    (
        "a reason that it may be useful",
        "
$schema: candor/product/1-0-0
persons: {design: Ann, implementation: Bo}
default: {why: It may be useful., benefit: Starting gets quicker., amount: Everybody.}
",
    ),
    (
        "a copied reason",
        "
$schema: candor/product/1-0-0
persons: {design: Ann, implementation: Bo}
default: {why: To count starts., benefit: To count starts., amount: Everybody.}
",
    ),
    (
        "no amount",
        "
$schema: candor/product/1-0-0
persons: {design: Ann, implementation: Bo}
default: {why: To count starts., benefit: Starting gets quicker.}
",
    ),
];

/// Files in which somebody is missing.
pub(super) const NOBODY: [(&str, &str); 2] = [
    (
        "nobody named for building it",
        "
$schema: candor/product/1-0-0
persons: {design: Ann}
default: {why: To count starts., benefit: Starting gets quicker., amount: Everybody.}
",
    ),
    (
        "nobody named at all",
        "
$schema: candor/product/1-0-0
default: {why: To count starts., benefit: Starting gets quicker., amount: Everybody.}
",
    ),
];

/// A file that does not say what people get.
pub(super) const NO_BENEFIT: &str = "
$schema: candor/product/1-0-0
persons: {design: Ann, implementation: Bo}
default: {why: To count starts., amount: Everybody.}
";

/// Returns the definition files with this file of the product.
pub(super) fn files(product: &str) -> Vec<(String, String)> {
    [("metrics.yaml", METRICS), ("pings.yaml", PINGS), ("product.yaml", product)]
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .to_vec()
}
