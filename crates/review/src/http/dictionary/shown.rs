//! What only pages need: choices of the search, counts, links.

use std::collections::BTreeMap;

use candor_inventory::{Category, Inventory, plain};
use candor_kernel::limits;

use crate::dictionary::{Body, CATEGORIES, Datum, Dictionary, OWN, State};

/// What the fields of the search offer: value and words.
pub(super) struct Choices {
    pub(super) products: Vec<(String, String)>,
    pub(super) types: Vec<(String, String)>,
    pub(super) categories: Vec<(String, String)>,
    pub(super) states: Vec<(String, String)>,
}

impl Choices {
    pub(super) fn of(dictionary: &Dictionary) -> Self {
        let choice = |value: &str, words: &str| (value.to_owned(), words.to_owned());
        Self {
            products: dictionary
                .products()
                .map(|product| (product.id.clone(), plain::one_line(&product.title)))
                .collect(),
            types: dictionary.types().into_iter().map(|name| choice(name, name)).collect(),
            categories: CATEGORIES.map(|(name, category)| choice(name, category.words())).into(),
            states: State::ALL.map(|state| choice(state.name(), state.words())).into(),
        }
    }
}

/// How many data there are, by category and state.
pub(super) struct Counts {
    pub(super) states: Vec<(&'static str, &'static str)>,
    /// The name of a category, its words, how many in each state, and in all.
    pub(super) rows: Vec<(&'static str, &'static str, Vec<usize>, usize)>,
}

impl Counts {
    pub(super) fn of<'a>(data: impl Iterator<Item = &'a Datum>) -> Self {
        let mut counts = BTreeMap::<(Category, State), usize>::new();
        for datum in data {
            *counts.entry((datum.category, datum.state)).or_default() += 1;
        }
        let there = |state: &State| counts.keys().any(|(_, one)| one == state);
        let states: Vec<_> = State::ALL.into_iter().filter(there).collect();
        let rows = CATEGORIES.map(|(name, category)| {
            let count = |state: &State| counts.get(&(category, *state)).copied().unwrap_or(0);
            let each: Vec<_> = states.iter().map(count).collect();
            let all = each.iter().sum();
            (name, category.words(), each, all)
        });
        Self {
            states: states.iter().map(|state| (state.name(), state.words())).collect(),
            rows: rows.into_iter().filter(|(.., all)| *all > 0).collect(),
        }
    }
}

/// A part of a product's page: a ping, or a record of this server with its fields.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) what: String,
    /// Where its page is; empty for records.
    pub(super) href: String,
    pub(super) state: State,
    /// How many data are in it.
    pub(super) data: usize,
    /// The fields of a record: name and address.
    pub(super) fields: Vec<(String, String)>,
}

/// Lists the pings of a product, and those that nobody declared although something would travel in
/// them; or this server's records.
pub(super) fn parts<'a>(
    data: impl Iterator<Item = &'a Datum> + Clone,
    own: &[Inventory],
) -> Vec<Row> {
    let mut parts = Vec::new();
    let mut travels = BTreeMap::<&str, usize>::new();
    for datum in data.clone().filter(|datum| datum.state != State::Removed) {
        if let Body::Metric(metric) = &datum.body {
            metric.pings.iter().for_each(|ping| *travels.entry(ping.as_str()).or_default() += 1);
        }
    }
    for datum in data.clone() {
        match &datum.body {
            Body::Ping(_) if datum.state == State::Removed => {}
            Body::Ping(_) => parts.push(Row {
                name: datum.name.clone(),
                what: plain::one_line(&datum.what),
                href: format!("/data/{}", datum.path()),
                state: datum.state,
                data: travels.remove(datum.name.as_str()).unwrap_or(0),
                fields: Vec::new(),
            }),
            Body::Metric(_) => {}
            Body::Field(_) => return records(data, own),
        }
    }
    parts.extend(travels.into_iter().map(|(name, data)| {
        Row {
            name: name.to_owned(),
            what: "Nobody declared this message, so it is refused, and what travels in it as well."
                .to_owned(),
            href: String::new(),
            state: State::Waiting,
            data,
            fields: Vec::new(),
        }
    }));
    parts
}

fn records<'a>(data: impl Iterator<Item = &'a Datum>, own: &[Inventory]) -> Vec<Row> {
    let state = data.map(|datum| datum.state).next().unwrap_or(State::Waiting);
    let records = own.iter().flat_map(|part| &part.records);
    let parts = records.map(|(name, record)| Row {
        name: name.clone(),
        what: plain::one_line(&record.about),
        href: String::new(),
        state,
        data: record.fields.len(),
        fields: record
            .fields
            .keys()
            .map(|field| (field.clone(), format!("/data/{OWN}/field/{name}.{field}")))
            .collect(),
    });
    parts.collect()
}

/// What a datum's page links to within the dictionary.
pub(super) struct Details {
    /// The pings a metric travels in, each with its address where the product declares it.
    pub(super) pings: Vec<(String, Option<String>)>,
    /// The metrics that travel in a ping: name, what, address; a page of them.
    pub(super) metrics: Vec<(String, String, String)>,
    /// How many more there are.
    pub(super) more: usize,
}

impl Details {
    pub(super) fn of(datum: &Datum, dictionary: &Dictionary) -> Self {
        let mut details = Self { pings: Vec::new(), metrics: Vec::new(), more: 0 };
        match &datum.body {
            Body::Metric(metric) => {
                details.pings.extend(metric.pings.iter().map(|ping| {
                    let found = dictionary.datum(&datum.product, "ping", ping.as_str());
                    (ping.to_string(), found.map(|ping| format!("/data/{}", ping.path())))
                }));
            }
            Body::Ping(_) => {
                let data = dictionary.data_of(&datum.product);
                let mut inside = data.filter(|one| match &one.body {
                    Body::Metric(metric) => {
                        one.state != State::Removed && metric.travels_in(&datum.name)
                    }
                    _ => false,
                });
                let row = |one: &Datum| {
                    let (what, href) =
                        (plain::one_line(&one.what), format!("/data/{}", one.path()));
                    (one.name.clone(), what, href)
                };
                details.metrics.extend(inside.by_ref().take(limits::DICTIONARY_PAGE).map(row));
                details.more = inside.count();
            }
            Body::Field(_) => {}
        }
        details
    }
}

/// Returns what may be a link: an address of the web without blanks. All else stays text.
pub(super) fn link(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once("://")?;
    let web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    let whole = !rest.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control());
    (web && whole).then_some(text)
}
