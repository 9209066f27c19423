//! Who may ask, who may decide, and what a decision covers. Pure.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use candor_inventory::glean::Terms;
use candor_inventory::{Category, Finding, Grant};
use candor_kernel::{DatumId, Day, PersonName};
use serde::{Deserialize, Serialize};

pub mod files;
mod how;
pub mod push;
pub mod row;
pub mod warnings;

pub use how::How;

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
    /// What of it is refused while the rest is granted.
    pub except: BTreeSet<DatumId>,
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
    /// Why it is asked.
    pub how: How,
    /// Whether what changed of it ended a grant.
    pub voided: bool,
    /// Whether it was left out when the rest was granted.
    pub refused: bool,
}

impl Item {
    /// Makes an item for something that was not asked before.
    #[must_use]
    pub const fn new(datum: DatumId, terms: Terms, category: Category) -> Self {
        Self { datum, terms, category, how: How::New, voided: false, refused: false }
    }
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
    /// What reports read could not be told.
    #[error("{0}")]
    Readers(String),
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
    /// open, granted, refused, withdrawn or superseded.
    pub state: &'a str,
    /// Who asked, now and in the requests whose place this one took.
    pub requesters: &'a [String],
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
    let steward = decision.steward.as_str();
    let asked_too = asked.requesters.iter().any(|requester| same_person(requester, steward));
    if asked_too && asked.kind != Kind::BuiltIn {
        return refuse("Whoever asks cannot decide: requester and steward are two people.".into());
    }
    may_leave_out(asked, decision)?;
    if decision.outcome != Outcome::Granted {
        return Ok(());
    }
    let unclassified: Vec<_> = asked
        .items
        .iter()
        .filter(|item| item.category == Category::Unclassified)
        .filter(|item| !decision.except.contains(&item.datum))
        .map(|item| item.datum.as_str())
        .collect();
    if !unclassified.is_empty() {
        let names = unclassified.join(", ");
        return refuse(format!(
            "{names}: no category; give data_sensitivity and push again, or leave it out."
        ));
    }
    if decision.expires <= today || decision.expires > today.plus(GRANT_DAYS_MAX) {
        return refuse(format!("A grant ends after today and within {GRANT_DAYS_MAX} days."));
    }
    Ok(())
}

/// Parts of a request can be left out of a grant, never all of it.
fn may_leave_out(asked: Asked<'_>, decision: &Decision) -> Result<(), ReviewError> {
    let refuse = |why: String| Err(ReviewError::NotAllowed(why));
    let Decision { outcome, except, .. } = decision;
    if except.is_empty() {
        return Ok(());
    }
    if *outcome != Outcome::Granted || asked.kind == Kind::BuiltIn {
        return refuse("Only a grant for a product's data can leave some of them out.".into());
    }
    let there: BTreeSet<_> = asked.items.iter().map(|item| &item.datum).collect();
    if let Some(other) = except.iter().find(|datum| !there.contains(datum)) {
        return refuse(format!("{other} is not asked for; see `candor review show`."));
    }
    if there.len() == except.len() {
        return refuse("Nothing is left to grant; refuse the request instead.".into());
    }
    Ok(())
}

fn same_person(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
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
