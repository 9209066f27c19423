//! Who may ask, who may decide, and what a decision covers. Pure.

use std::collections::{BTreeMap, HashMap};

use candor_inventory::glean::{Definitions, Terms};
use candor_inventory::{Category, Finding, Grant, compile};
use candor_kernel::{DatumId, Day, PersonName, ProductId};
use serde::{Deserialize, Serialize};

/// A grant holds for this long at most; then somebody has to ask again.
pub const GRANT_DAYS_MAX: i64 = 730;

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// To collect a product's data.
    Collect,
    /// To publish a report.
    Publish,
    /// To accept this server's own declarations.
    BuiltIn,
}

impl Kind {
    /// Returns its name, as stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Collect => "collect",
            Self::Publish => "publish",
            Self::BuiltIn => "built_in",
        }
    }
}

/// What a steward decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It may be collected or published until the grant ends.
    Granted,
    /// It may not.
    Refused,
    /// It may no longer.
    Withdrawn,
}

impl Outcome {
    /// Returns its name, as stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// A decision as it is asked for.
#[derive(Debug, Clone)]
pub struct Decision {
    /// What is decided.
    pub outcome: Outcome,
    /// Who decides.
    pub steward: PersonName,
    /// Why.
    pub note: String,
    /// The first day on which a grant holds no longer.
    pub expires: Day,
}

/// One datum that a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The datum.
    pub datum: DatumId,
    /// What a grant would cover.
    pub terms: Terms,
    /// How much it can say about a person.
    pub category: Category,
}

/// Why something about a review was not done. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// The definitions do not read.
    #[error("The definitions have {} problem(s); nothing was pushed.", .0.len())]
    Definitions(Vec<Finding>),
    /// No such request or product.
    #[error("There is no {0}; see `candor review list`.")]
    Unknown(String),
    /// An application belongs to another product.
    #[error("The application {app} is registered for the product {product}; choose another id.")]
    AppTaken {
        /// The application.
        app: String,
        /// Whose it is.
        product: String,
    },
    /// A reserved name.
    #[error("The product and app name {0} is this server's own; choose another.")]
    Reserved(String),
    /// The decision is not allowed; the sentence says why.
    #[error("{0}")]
    NotAllowed(String),
    /// The store failed.
    #[error(transparent)]
    Database(#[from] candor_database::DatabaseError),
}

impl From<sqlx::Error> for ReviewError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

/// The state of a request, for [`may_decide`].
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// What it is for.
    pub kind: Kind,
    /// open, granted, refused or withdrawn.
    pub state: &'a str,
    /// Who asked.
    pub requester: &'a str,
    /// What it asks for.
    pub items: &'a [Item],
}

/// Tells whether a decision may be taken, or why not.
pub fn may_decide(asked: Asked<'_>, decision: &Decision, today: Day) -> Result<(), ReviewError> {
    let refuse = |why: String| Err(ReviewError::NotAllowed(why));
    let expected = if decision.outcome == Outcome::Withdrawn { "granted" } else { "open" };
    if asked.state != expected {
        return refuse(format!("The request is {}, not {expected}.", asked.state));
    }
    // The operator who accepts the server's own declarations is not the one who wrote them.
    if same_person(asked.requester, decision.steward.as_str()) && asked.kind != Kind::BuiltIn {
        return refuse("Whoever asks cannot decide: requester and steward are two people.".into());
    }
    if decision.outcome != Outcome::Granted {
        return Ok(());
    }
    let unclassified: Vec<_> = asked
        .items
        .iter()
        .filter(|item| item.category == Category::Unclassified)
        .map(|item| item.datum.as_str())
        .collect();
    if !unclassified.is_empty() {
        let names = unclassified.join(", ");
        return refuse(format!("{names}: no category; give data_sensitivity and push again."));
    }
    if decision.expires <= today || decision.expires > today.plus(GRANT_DAYS_MAX) {
        return refuse(format!("A grant ends after today and within {GRANT_DAYS_MAX} days."));
    }
    Ok(())
}

fn same_person(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// Returns what a push asks a review for: every datum whose exact terms have no grant that holds.
#[must_use]
pub fn items_to_review(
    product: &ProductId,
    definitions: &Definitions,
    grants: &HashMap<DatumId, Grant>,
    today: Day,
) -> Vec<Item> {
    compile::data_of(product, definitions)
        .filter(|(datum, terms)| {
            !grants.get(datum).is_some_and(|g| g.terms == *terms && g.expires > today)
        })
        .map(|(datum, terms)| Item {
            category: category(product, definitions, &datum),
            datum,
            terms,
        })
        .collect()
}

fn category(product: &ProductId, definitions: &Definitions, datum: &DatumId) -> Category {
    let prefix = format!("{product}/metric/");
    let metric = datum.as_str().strip_prefix(&prefix);
    metric
        .and_then(|id| definitions.metrics.get(id))
        .map_or_else(|| ping_category(product, definitions, datum), |metric| metric.category)
}

/// A ping is as sensitive as the most sensitive metric it carries; empty ones are technical.
fn ping_category(product: &ProductId, definitions: &Definitions, datum: &DatumId) -> Category {
    let prefix = format!("{product}/ping/");
    let name = datum.as_str().strip_prefix(&prefix).unwrap_or_default();
    let metrics = definitions.metrics.values();
    metrics
        .filter(|metric| metric.travels_in(name) && metric.category != Category::Unclassified)
        .map(|metric| metric.category)
        .max()
        .unwrap_or(Category::Technical)
}

/// Chooses, for each datum, the grant that counts: one for its present terms if there is any, the
/// longest of those; else whichever came last, so that it is known to have had one.
#[must_use]
pub fn grants_that_count(
    present: &BTreeMap<DatumId, Terms>,
    granted: impl IntoIterator<Item = (DatumId, Grant)>,
) -> HashMap<DatumId, Grant> {
    let mut counting = HashMap::<DatumId, Grant>::new();
    for (datum, grant) in granted {
        let fits = |grant: &Grant| present.get(&datum) == Some(&grant.terms);
        match counting.get(&datum) {
            Some(old) if fits(old) && (!fits(&grant) || old.expires >= grant.expires) => {}
            _ => {
                counting.insert(datum, grant);
            }
        }
    }
    counting
}

#[cfg(test)]
mod tests;
