//! Making a dictionary. Pure.

use std::collections::BTreeMap;

use candor_inventory::compare::Subject;
use candor_inventory::glean::{Definitions, Expires, Terms};
use candor_inventory::{Category, Grant, Inventory, Read, Record, Retention, Why, compile, plain};
use candor_kernel::{DatumId, Day};

use super::past::Past;
use super::{Body, Datum, Dictionary, Granted, OWN, Own, Product, State, told};
use crate::store::counting;
use crate::store::dictionary::{Known, Reviewed, Row};

/// Everything that a dictionary is made from.
pub(super) struct Input<'a> {
    pub(super) products: Vec<Collected<'a>>,
    /// Oldest first.
    pub(super) reviews: &'a [Reviewed],
    pub(super) own: &'a [Inventory],
    /// What reports read.
    pub(super) read: &'a Read,
    /// Says how sensitive a ping is.
    pub(super) category_of_ping: &'a dyn Fn(&Definitions, &str) -> Category,
    /// Whether this server's own declarations are accepted.
    pub(super) accepted: bool,
    pub(super) today: Day,
}

/// One product, with what its revisions and grants tell.
pub(super) struct Collected<'a> {
    pub(super) product: &'a Known,
    pub(super) past: &'a Past,
    pub(super) granted: Option<&'a Vec<(DatumId, Grant)>>,
}

/// The requests that ask for each datum, oldest first.
type Asked<'a> = BTreeMap<&'a DatumId, Vec<(&'a Reviewed, Row)>>;

/// Makes the dictionary of a day.
pub(super) fn index(input: &Input<'_>) -> Dictionary {
    let mut asked = Asked::new();
    for review in input.reviews {
        for (datum, row) in &review.items {
            asked.entry(datum).or_default().push((review, *row));
        }
    }
    let mut dictionary = Dictionary::default();
    for collected in &input.products {
        let Known { product, title, contact, registered, apps } = collected.product;
        let product = Product {
            id: product.to_string(),
            title: title.clone(),
            contact: contact.clone(),
            registered: Some(*registered),
            apps: apps.clone(),
            answerable: collected
                .past
                .definitions
                .product
                .answerable
                .as_ref()
                .map(|people| (people.design.clone(), people.implementation.clone())),
            revision: collected.past.newest,
        };
        dictionary.data.extend(data(collected, &asked, input));
        dictionary.products.insert(product.id.clone(), product);
    }
    let own = Product {
        id: OWN.to_owned(),
        title: "this server itself".to_owned(),
        contact: String::new(),
        registered: None,
        apps: Vec::new(),
        answerable: None,
        revision: None,
    };
    dictionary.products.insert(own.id.clone(), own);
    dictionary.data.extend(input.own.iter().flat_map(|part| fields(part, &asked, input)));
    dictionary.data.sort_by(|one, other| key(one).cmp(&key(other)));
    dictionary
}

fn key(datum: &Datum) -> (&str, &str, &str) {
    (&datum.product, datum.body.kind(), &datum.name)
}

fn data(collected: &Collected<'_>, asked: &Asked<'_>, input: &Input<'_>) -> Vec<Datum> {
    let (product, past, today) = (&collected.product.product, collected.past, input.today);
    let definitions = &past.definitions;
    let present: BTreeMap<_, _> = compile::data_of(product, definitions).collect();
    let grants = counting(&present, collected.granted);
    let pings = definitions.pings.iter().map(|(name, ping)| {
        (Subject::Ping(name.clone()), Body::Ping(ping.clone()), Some(ping.terms()))
    });
    let metrics = definitions.metrics.iter().map(|(id, metric)| {
        (Subject::Metric(id.clone()), Body::Metric(metric.clone()), Some(metric.terms()))
    });
    let gone = past.gone.iter().map(|(subject, body)| (subject.clone(), body.clone(), None));
    let made = pings.chain(metrics).chain(gone).map(|(subject, body, terms)| {
        let name = subject.to_string();
        let id = compile::datum(product, body.kind(), &name);
        let reviews = asked.get(&id).map_or(&[][..], Vec::as_slice);
        let grant = grants.get(&id);
        let read = input.read.holds(&id);
        let (state, why) = terms.map_or((State::Removed, None), |terms| {
            let standing = match &body {
                Body::Metric(metric) => compile::standing(metric, grant, read, today),
                _ => compile::granted(grant, terms, today)
                    .and_then(|()| compile::read_in_time(grant, read, today)),
            };
            state(standing, terms, reviews)
        });
        let mut story = past.told.get(&subject).cloned().unwrap_or_default();
        let told = |(review, row): &(&Reviewed, Row)| {
            told::review(review, *row, terms == Some(row.terms), today)
        };
        story.extend(reviews.iter().flat_map(told));
        story.extend(told::end(&body, today));
        story.sort_by_key(|told| told.at);
        let granted = terms.and_then(|terms| granted(reviews, terms, today));
        Datum {
            product: product.to_string(),
            what: match &body {
                Body::Ping(ping) => ping.description.clone(),
                Body::Metric(metric) => metric.description.clone(),
                Body::Field(own) => own.field.what.clone(),
            },
            category: match &body {
                Body::Metric(metric) => metric.category,
                _ => (input.category_of_ping)(definitions, &name),
            },
            ends: ends(&body, granted.as_ref(), grant.filter(|_| !read)),
            grant: granted,
            words: String::new(),
            name,
            state,
            why,
            body,
            story,
        }
    });
    made.map(searchable).collect()
}

fn state(
    standing: Result<(), Why>,
    terms: Terms,
    reviews: &[(&Reviewed, Row)],
) -> (State, Option<&'static str>) {
    match standing {
        Ok(()) => (State::InForce, None),
        Err(Why::Expired) => (State::Expired, None),
        Err(Why::Unclassified) => {
            let why =
                "Nobody has said how much it can say about a person, so no review can grant it.";
            (State::Waiting, Some(why))
        }
        Err(Why::Unexplained) => {
            let why =
                "Nobody has said why it is taken, what people get from it, or who answers for it.";
            (State::Waiting, Some(why))
        }
        Err(Why::Unread) => {
            let why = "No report has read it for too long, so it is not taken any more.";
            (State::Expired, Some(why))
        }
        Err(Why::Unsupported) => {
            let why = "This server cannot check values of this type yet, so it takes none.";
            (State::Refused, Some(why))
        }
        Err(Why::Unreviewed) => {
            let last = reviews.iter().rev().find(|(_, row)| row.terms == terms);
            match last.map(|(review, row)| review.state_of(*row)) {
                Some("refused") => (State::Refused, None),
                Some("withdrawn") => (State::Refused, Some("Its grant was withdrawn.")),
                _ => (State::Waiting, None),
            }
        }
    }
}

/// Finds the grant that counts: the longest for exactly what is declared now.
fn granted(reviews: &[(&Reviewed, Row)], terms: Terms, today: Day) -> Option<Granted> {
    let fitting = reviews
        .iter()
        .filter(|(review, row)| row.terms == terms && review.state_of(*row) == "granted");
    let grants = fitting.filter_map(|(review, _)| {
        let decision = review.decision.as_ref().filter(|decision| decision.expires > today)?;
        let (request, steward) = (review.request, decision.steward.clone());
        Some(Granted { request, steward, expires: decision.expires })
    });
    grants.max_by_key(|grant| grant.expires)
}

/// Finds the first of all ends: `unread` is the grant of something that no report reads yet.
fn ends(body: &Body, grant: Option<&Granted>, unread: Option<&Grant>) -> Option<Day> {
    let own = match body {
        Body::Metric(metric) => match metric.expires {
            Expires::On(day) => Some(day),
            _ => None,
        },
        _ => None,
    };
    let unread = grant.and(unread).map(|grant| compile::unread_from(grant.granted));
    own.into_iter().chain(grant.map(|grant| grant.expires)).chain(unread).min()
}

fn fields(part: &Inventory, asked: &Asked<'_>, input: &Input<'_>) -> Vec<Datum> {
    let all = part.records.iter().flat_map(|(name, record)| {
        record.fields.iter().map(move |(field, body)| (name, record, field, body))
    });
    let made = all.map(|(name, record, field, body)| {
        let name = format!("{name}.{field}");
        let id = DatumId::parse(&format!("{OWN}/{name}")).ok();
        let reviews = id.and_then(|id| asked.get(&id)).map_or(&[][..], Vec::as_slice);
        let story = reviews
            .iter()
            .flat_map(|(review, row)| told::review(review, *row, input.accepted, input.today));
        let accepted = reviews.iter().rev().filter(|_| input.accepted).find_map(|(review, _)| {
            let decision = review.decision.as_ref().filter(|_| review.state == "granted")?;
            let (request, steward) = (review.request, decision.steward.clone());
            Some(Granted { request, steward, expires: decision.expires })
        });
        Datum {
            product: OWN.to_owned(),
            what: body.what.clone(),
            category: body.category,
            state: if input.accepted { State::InForce } else { State::Waiting },
            why: None,
            ends: accepted.as_ref().map(|grant| grant.expires),
            grant: accepted,
            story: story.collect(),
            words: String::new(),
            body: Body::Field(Box::new(Own {
                field: body.clone(),
                about: record.about.clone(),
                ends: retention(record),
                persons: part.persons.clone(),
            })),
            name,
        }
    });
    made.map(searchable).collect()
}

fn retention(record: &Record) -> String {
    match &record.retention {
        Retention::Days { days, .. } => format!("Kept for {days} days."),
        Retention::Until(event) => format!("Its end: {}", plain::one_line(event)),
    }
}

fn searchable(mut datum: Datum) -> Datum {
    let Datum { name, what, body, .. } = &datum;
    let mut words = format!("{name} {what}");
    for tag in body.tags() {
        words.push(' ');
        words.push_str(tag);
    }
    datum.words = words.to_lowercase();
    datum
}
