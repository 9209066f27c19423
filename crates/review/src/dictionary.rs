//! The data dictionary: everything that is or was declared here, as the public may read it (C20).
//!
//! A [`Dictionary`] is a value, made from revisions, reviews and this server's own declarations.
//! [`Shelf`] keeps the newest one and makes another when something changed: a page reads no YAML.
//! What products wrote is text here, never markup.

use std::collections::{BTreeMap, BTreeSet};

use candor_inventory::declaration::{Field, Persons};
use candor_inventory::glean::{Metric, Ping, Purpose};
use candor_inventory::{Category, Channel};
use candor_kernel::{AppId, Day, Timestamp};

mod index;
mod past;
mod search;
mod shelf;
mod told;

pub(crate) use search::CATEGORIES;
pub use search::{Filter, Found, Query};
pub use shelf::Shelf;
pub use told::Told;

/// The product under which this server's own declarations stand.
pub const OWN: &str = "candor";

/// Everything that is or was declared.
#[derive(Debug, Default)]
pub struct Dictionary {
    products: BTreeMap<String, Product>,
    /// In the order of their ids.
    data: Vec<Datum>,
}

/// Who collects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Its id.
    pub id: String,
    /// Its name in full.
    pub title: String,
    /// Where to ask about it; empty for this server itself.
    pub contact: String,
    /// When it came here first; none for this server itself.
    pub registered: Option<Timestamp>,
    /// Its applications.
    pub apps: Vec<(AppId, Channel)>,
    /// Who designed what it declares, and who built it; none where nobody said.
    pub answerable: Option<(String, String)>,
    /// The number of its newest revision, and when it came; none for this server itself.
    pub revision: Option<(i64, Timestamp)>,
}

/// One datum that is or was declared.
#[derive(Debug)]
pub struct Datum {
    /// The product that declares it.
    pub product: String,
    /// Its name within the product: of a ping, of a metric, or `record.field`.
    pub name: String,
    /// What it is, in the words of who declares it.
    pub what: String,
    /// How much it can say about a person.
    pub category: Category,
    /// Whether it may be kept.
    pub state: State,
    /// Why the state is as it is, where that is not plain.
    pub why: Option<&'static str>,
    /// The first day on which it is collected no longer, where one is known.
    pub ends: Option<Day>,
    /// The grant that counts for it.
    pub grant: Option<Granted>,
    /// What is declared, as it was last.
    pub body: Body,
    /// What happened to it, oldest first.
    pub story: Vec<Told>,
    /// Its name, words and tags in small letters, for the search.
    words: String,
}

/// What is declared.
#[derive(Debug, Clone)]
pub enum Body {
    /// A message of a product.
    Ping(Ping),
    /// A value in such messages.
    Metric(Metric),
    /// A field that this server itself keeps.
    Field(Box<Own>),
}

/// A field of this server, with what holds for its whole record.
#[derive(Debug, Clone)]
pub struct Own {
    /// The field.
    pub field: Field,
    /// What the record is for.
    pub about: String,
    /// When the record ends.
    pub ends: String,
    /// Who answers for the part that keeps it.
    pub persons: Persons,
}

/// The grant that counts for a datum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// The request.
    pub request: i64,
    /// Who granted it.
    pub steward: String,
    /// The first day on which it holds no longer.
    pub expires: Day,
}

/// Whether a datum may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// A review granted it.
    InForce,
    /// No review has granted what is declared now.
    Waiting,
    /// Its grant or its own declaration has ended.
    Expired,
    /// A review refused or withdrew it, or this server cannot take it.
    Refused,
    /// It is declared no longer.
    Removed,
}

impl State {
    /// Every state, in the order of pages.
    pub const ALL: [Self; 5] =
        [Self::InForce, Self::Waiting, Self::Expired, Self::Refused, Self::Removed];

    /// Returns the name that programs use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InForce => "in_force",
            Self::Waiting => "waiting",
            Self::Expired => "expired",
            Self::Refused => "refused",
            Self::Removed => "removed",
        }
    }

    /// Returns the words for a page.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::InForce => "in force",
            Self::Waiting => "waiting for review",
            Self::Expired => "expired",
            Self::Refused => "refused",
            Self::Removed => "removed",
        }
    }
}

impl Body {
    /// Returns which kind of datum it is, as its address says it: ping, metric or field.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Ping(_) => "ping",
            Self::Metric(_) => "metric",
            Self::Field(_) => "field",
        }
    }

    /// Returns a metric's type, as definitions name it; of anything else its kind.
    #[must_use]
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Metric(metric) => metric.kind.slug(),
            _ => self.kind(),
        }
    }

    /// Returns why a product takes it, where that was said.
    #[must_use]
    pub const fn purpose(&self) -> Option<&Purpose> {
        match self {
            Self::Ping(ping) => ping.purpose.as_ref(),
            Self::Metric(metric) => metric.purpose.as_ref(),
            Self::Field(_) => None,
        }
    }

    /// Returns its tags.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        let tags = match self {
            Self::Ping(ping) => Some(&ping.tags),
            Self::Metric(metric) => Some(&metric.tags),
            Self::Field(_) => None,
        };
        tags.into_iter().flatten().map(String::as_str)
    }
}

impl Datum {
    /// Returns its address among pages, and what orders the list.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}/{}/{}", self.product, self.body.kind(), self.name)
    }
}

impl Dictionary {
    /// Returns the products in the order of their ids, this server among them.
    pub fn products(&self) -> impl Iterator<Item = &Product> {
        self.products.values()
    }

    /// Finds a product.
    #[must_use]
    pub fn product(&self, id: &str) -> Option<&Product> {
        self.products.get(id)
    }

    /// Returns the types that data have, in the order of names.
    #[must_use]
    pub fn types(&self) -> BTreeSet<&'static str> {
        self.data.iter().map(|datum| datum.body.type_name()).collect()
    }

    /// Returns what a product declares or declared.
    pub fn data_of<'a>(&'a self, product: &'a str) -> impl Iterator<Item = &'a Datum> + Clone {
        let before = self.data.partition_point(|datum| datum.product.as_str() < product);
        self.data[before..].iter().take_while(move |datum| datum.product == product)
    }

    /// Finds a datum by its product, kind and name.
    #[must_use]
    pub fn datum(&self, product: &str, kind: &str, name: &str) -> Option<&Datum> {
        let wanted = (product, kind, name);
        let key = |datum: &'_ Datum| {
            (datum.product.as_str(), datum.body.kind(), datum.name.as_str()).cmp(&wanted)
        };
        self.data.binary_search_by(key).ok().map(|found| &self.data[found])
    }
}

#[cfg(test)]
mod tests;
