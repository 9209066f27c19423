//! The checks of this slice: what it gives out is what was kept, and what was kept tells of nobody.

use std::sync::{Arc, OnceLock};

use candor_inventory::{BoxFuture, Checks, Promise, Verdict};
use candor_kernel::{PromiseId, Timestamp};
use candor_web::Voice;

use crate::Reports;

mod attacks;
mod given;

const PROMISES: &str = include_str!("../promises.yaml");

/// The checks.
pub struct ReportChecks {
    /// The reports that are checked: the same that make everybody's editions.
    pub reports: Reports,
    /// The server's pages; set when they exist.
    pub voice: Arc<OnceLock<Box<dyn Voice>>>,
}

impl Checks for ReportChecks {
    fn promises(&self) -> Vec<Promise> {
        Promise::read(PROMISES).expect("a test of this crate reads it")
    }

    fn run<'a>(
        &'a self,
        id: &'a PromiseId,
        at: Timestamp,
    ) -> BoxFuture<'a, Result<Verdict, String>> {
        Box::pin(async move {
            match id.as_str() {
                "B18" => self.nobody_stands_alone().await,
                "H13" | "H14" => self.totals_are_given_as_kept(at).await,
                "S08" => self.attacks_fail(at).await,
                other => Err(format!("this part has no check for {other}")),
            }
        })
    }
}

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_promises_read() {
        let promises = Promise::read(PROMISES).expect("every mutation is a fault");
        assert_eq!(promises.len(), 4);
    }
}
