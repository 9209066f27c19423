//! What only a programme with reviews asks (docs/glean.md 7.3).

use super::{Nit, Options};
use crate::glean::Definitions;

/// The names of these checks, for `no_lint`.
pub(super) const CHECKS: [&str; 0] = [];

/// Runs every check.
pub(super) fn check(_definitions: &Definitions, _options: &Options) -> Vec<Nit> {
    Vec::new()
}
