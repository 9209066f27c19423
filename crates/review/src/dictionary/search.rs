//! What visitors ask the dictionary for. Pure.

use candor_inventory::Category;
use candor_kernel::{Day, limits};
use serde::Deserialize;

use super::{Datum, Dictionary, State};

/// A search as an address holds it; what is empty does not narrow it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Query {
    /// Words that must all stand in a name, a description or a tag.
    pub q: String,
    /// A product.
    pub product: String,
    /// The type of a metric, or `ping` or `field`.
    #[serde(rename = "type")]
    pub type_name: String,
    /// A tag, in full.
    pub tag: String,
    /// technical, interaction, `stored_content`, `highly_sensitive` or unclassified.
    pub category: String,
    /// The name of a [`State`].
    pub state: String,
    /// A day, `yyyy-mm-dd`: what ends on it or before.
    pub ends_by: String,
    /// The datum after which the page begins, as `next` named it.
    pub after: String,
}

impl Query {
    /// Tells whether more than words and a product narrow it.
    #[must_use]
    pub fn narrows(&self) -> bool {
        let Self { type_name, tag, category, state, ends_by, .. } = self;
        [type_name, tag, category, state, ends_by].iter().any(|choice| !choice.is_empty())
    }
}

/// A search that makes sense.
#[derive(Debug)]
pub struct Filter<'a> {
    query: &'a Query,
    words: Vec<String>,
    category: Option<Category>,
    state: Option<State>,
    ends_by: Option<Day>,
}

/// One page of what was found.
#[derive(Debug)]
pub struct Found<'a> {
    /// How many there are in all.
    pub count: usize,
    /// Those of this page, in the order of ids.
    pub data: Vec<&'a Datum>,
    /// What to give as `after` for the next page; none on the last.
    pub next: Option<String>,
}

/// The categories, by the names that addresses use.
pub(crate) const CATEGORIES: [(&str, Category); 5] = [
    ("technical", Category::Technical),
    ("interaction", Category::Interaction),
    ("stored_content", Category::StoredContent),
    ("highly_sensitive", Category::HighlySensitive),
    ("unclassified", Category::Unclassified),
];

impl Query {
    /// Reads the search, or says what to write instead. The sentence repeats nothing of it.
    pub fn filter(&self) -> Result<Filter<'_>, String> {
        let Self { q, product, type_name, tag, category, state, ends_by, after } = self;
        let long = |text: &&String| text.chars().count() > limits::DICTIONARY_QUERY_CHARS;
        if [q, product, type_name, tag, category, state, ends_by, after].iter().any(long) {
            let most = limits::DICTIONARY_QUERY_CHARS;
            return Err(format!("A part of the search is longer than {most} characters."));
        }
        let named = CATEGORIES.iter().find(|(name, _)| name == category);
        let state_named = State::ALL.into_iter().find(|one| one.name() == state);
        let day = Day::parse(ends_by.trim());
        if !category.is_empty() && named.is_none() {
            let names = CATEGORIES.map(|(name, _)| name).join(", ");
            return Err(format!("`category` is one of {names}."));
        }
        if !state.is_empty() && state_named.is_none() {
            let names = State::ALL.map(State::name).join(", ");
            return Err(format!("`state` is one of {names}."));
        }
        if !ends_by.trim().is_empty() && day.is_none() {
            return Err("`ends_by` is a day, written yyyy-mm-dd.".to_owned());
        }
        Ok(Filter {
            query: self,
            words: q.split_whitespace().map(str::to_lowercase).collect(),
            category: named.map(|(_, category)| *category),
            state: state_named,
            ends_by: day,
        })
    }

    /// Writes the same search as an address of the page that begins after a datum.
    #[must_use]
    pub fn after(&self, path: &str, after: &str) -> String {
        let Self { q, product, type_name, tag, category, state, ends_by, .. } = self;
        let parts = [
            ("q", q.as_str()),
            ("product", product),
            ("type", type_name),
            ("tag", tag),
            ("category", category),
            ("state", state),
            ("ends_by", ends_by),
            ("after", after),
        ];
        let parts = parts.iter().filter(|(_, value)| !value.is_empty());
        let parts: Vec<_> = parts.map(|(key, value)| format!("{key}={}", encoded(value))).collect();
        if parts.is_empty() { path.to_owned() } else { format!("{path}?{}", parts.join("&")) }
    }
}

impl Filter<'_> {
    fn admits(&self, datum: &Datum) -> bool {
        let Query { product, type_name, tag, .. } = self.query;
        let is = |wanted: &str, found: &str| wanted.is_empty() || wanted == found;
        is(product, &datum.product)
            && is(type_name, datum.body.type_name())
            && (tag.is_empty() || datum.body.tags().any(|one| one == tag))
            && self.category.is_none_or(|category| category == datum.category)
            && self.state.is_none_or(|state| state == datum.state)
            && self.ends_by.is_none_or(|day| datum.ends.is_some_and(|ends| ends <= day))
            && self.words.iter().all(|word| datum.words.contains(word))
    }
}

impl Dictionary {
    /// Finds what a search asks for, a page at a time.
    #[must_use]
    pub fn search(&self, filter: &Filter<'_>) -> Found<'_> {
        let mut admitted = self.data.iter().filter(|datum| filter.admits(datum)).peekable();
        let after = cursor(&filter.query.after);
        let mut count = 0;
        while admitted.next_if(|datum| key(datum) <= after).is_some() {
            count += 1;
        }
        let data: Vec<_> = admitted.by_ref().take(limits::DICTIONARY_PAGE).collect();
        let more = admitted.count();
        let next = data.last().filter(|_| more > 0).map(|datum| datum.path());
        Found { count: count + data.len() + more, data, next }
    }
}

fn key(datum: &Datum) -> (&str, &str, &str) {
    (&datum.product, datum.body.kind(), &datum.name)
}

/// Reads `product/kind/name`; what is no such path stands before or between the others.
fn cursor(after: &str) -> (&str, &str, &str) {
    let (product, rest) = after.split_once('/').unwrap_or((after, ""));
    let (kind, name) = rest.split_once('/').unwrap_or((rest, ""));
    (product, kind, name)
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let written = text.bytes().map(|byte| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    written.collect()
}
