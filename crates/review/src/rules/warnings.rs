//! What a push is warned of, where only somebody who knows earlier states and grants can tell.

use std::collections::HashMap;

use candor_inventory::glean::{Definitions, Expires};
use candor_inventory::{Grant, compile};
use candor_kernel::{DatumId, ProductId};

/// Something that is allowed and probably not meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The check's stable name: `RENAMED_TYPE`.
    pub check: &'static str,
    /// What it is about.
    pub datum: DatumId,
    /// What is wrong and what to do, as a sentence.
    pub message: String,
}

/// Warns of metrics that took another type under the same name, and of those declared for longer
/// than their review holds.
#[must_use]
pub fn warnings(
    product: &ProductId,
    before: Option<&Definitions>,
    after: &Definitions,
    grants: &HashMap<DatumId, Grant>,
) -> Vec<Warning> {
    let mut found = Vec::new();
    for (id, metric) in &after.metrics {
        let datum = compile::datum(product, "metric", id.as_str());
        let then = before.and_then(|before| before.metrics.get(id));
        if let Some(then) = then.filter(|then| then.kind != metric.kind) {
            let (from, to) = (then.kind.slug(), metric.kind.slug());
            found.push(Warning {
                check: "RENAMED_TYPE",
                datum: datum.clone(),
                message: format!(
                    "It was a {from} and is a {to} now: programs of both kinds send under one \
                     name. Give the new one another name."
                ),
            });
        }
        let grant = grants.get(&datum).filter(|grant| grant.terms == metric.terms());
        if let (Expires::On(day), Some(grant)) = (metric.expires, grant)
            && day > grant.expires
        {
            let end = grant.expires;
            found.push(Warning {
                check: "EXPIRES_OVER_REVIEW",
                datum,
                message: format!(
                    "It is declared until {day}, and its review holds until {end}: ask again \
                     before, or it stops then."
                ),
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use candor_inventory::glean;
    use candor_kernel::Day;

    use super::*;

    fn definitions(kind: &str, expires: &str) -> Definitions {
        let text = format!(
            "$schema: moz://mozilla.org/schemas/glean/metrics/2-0-0\nshop.cart:\n  filled: {{type: \
             {kind}, description: How often., expires: {expires}, data_sensitivity: [technical], \
             send_in_pings: [till]}}\n"
        );
        glean::read(&[("m.yaml".into(), text)]).expect("whole")
    }

    #[test]
    fn what_only_history_can_tell_is_told() {
        let product = ProductId::parse("shop").expect("an id");
        let day = |text| Day::parse(text).expect("a day");
        for (kind, expires, reviewed_until, expected) in [
            ("counter", "never", "2027-01-01", &[][..]),
            ("counter", "2027-01-01", "2027-01-01", &[]),
            ("counter", "2027-01-02", "2027-01-01", &["EXPIRES_OVER_REVIEW"]),
            ("quantity", "never", "2027-01-01", &["RENAMED_TYPE"]),
        ] {
            let (before, after) = (definitions("counter", "never"), definitions(kind, expires));
            let grant = |(datum, terms)| {
                (datum, Grant { terms, granted: day("2026-10-01"), expires: day(reviewed_until) })
            };
            let grants = compile::data_of(&product, &after).map(grant).collect();
            let found = warnings(&product, Some(&before), &after, &grants);
            let checks: Vec<_> = found.iter().map(|warning| warning.check).collect();
            assert_eq!(checks, expected, "{kind} {expires}");
            assert!(warnings(&product, None, &after, &HashMap::new()).is_empty());
        }
    }
}
