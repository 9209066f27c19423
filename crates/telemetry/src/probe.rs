//! The reserved product of this server's own negative checks: declared like any other, used by
//! nobody else, its rows removed after each check.

use candor_inventory::Channel;
use candor_kernel::{AppId, ProductId};

/// Names the reserved product and its application. Every name that begins with `candor` is taken.
pub const NAME: &str = "candor-probe";
/// The application of the reserved product that is registered as a test version.
pub const NIGHTLY: &str = "candor-probe-nightly";
/// A metric of content, which starts off on a released version.
pub const CONTENT: &str = "probe.canary.content";
/// The metric that the probe declares, and may therefore find again.
pub const DECLARED: &str = "probe.canary.declared";
/// A metric that it does not declare, and must never find.
pub const UNDECLARED: &str = "probe.canary.undeclared";
/// The ping it sends.
pub const PING: &str = "probe";

const METRICS: &str = include_str!("../probe/metrics.yaml");
const PINGS: &str = include_str!("../probe/pings.yaml");
const PRODUCT: &str = include_str!("../probe/product.yaml");

/// Returns the product's id.
#[must_use]
pub fn product() -> ProductId {
    ProductId::parse(NAME).expect("it is an id")
}

/// Tells whether an application is of the reserved product.
#[must_use]
pub fn is(app: &AppId) -> bool {
    matches!(app.as_str(), NAME | NIGHTLY)
}

/// Returns its applications.
#[must_use]
pub fn apps() -> Vec<(AppId, Channel)> {
    let app = |name| AppId::parse(name).expect("it is an id");
    vec![(app(NAME), Channel::Release), (app(NIGHTLY), Channel::PreRelease)]
}

/// Returns its definition files.
#[must_use]
pub fn files() -> Vec<(String, String)> {
    vec![
        ("metrics.yaml".to_owned(), METRICS.to_owned()),
        ("pings.yaml".to_owned(), PINGS.to_owned()),
        ("product.yaml".to_owned(), PRODUCT.to_owned()),
    ]
}
