//! What definitions tell the people whose data they are about: everything that a notice says, in
//! the form of its JSON.

use std::collections::BTreeSet;

use candor_inventory::glean::{
    ALL_PINGS, Answerable, Definitions, Expires, Metric, Ping, Purpose, RESERVED_PINGS,
};
use candor_inventory::{Category, plain};
use candor_kernel::{Day, MetricId};
use serde::Serialize;

use super::summary;

/// What is known beside the definitions.
#[derive(Debug, Clone)]
pub(super) struct About {
    /// The product's name, where it was given.
    pub(super) product: Option<String>,
    /// Where to ask, where it was given.
    pub(super) contact: Option<String>,
    /// The day for which it is written.
    pub(super) date: Day,
    /// The product's major version, where its metrics expire by version.
    pub(super) version: Option<u32>,
    /// The files that were read.
    pub(super) files: Vec<String>,
}

/// A notice.
#[derive(Debug, Serialize)]
pub(super) struct Notice {
    pub(super) product: Option<String>,
    pub(super) contact: Option<String>,
    pub(super) persons: Option<Persons>,
    pub(super) date: String,
    pub(super) files: Vec<String>,
    /// What is to be known first, in sentences.
    pub(super) summary: Vec<String>,
    pub(super) categories: Vec<Counted>,
    pub(super) messages: Vec<Message>,
    pub(super) data: Vec<Datum>,
    pub(super) no_longer_collected: Vec<Datum>,
}

/// Who answers for all of it.
#[derive(Debug, Serialize)]
pub(super) struct Persons {
    pub(super) design: String,
    pub(super) implementation: String,
}

/// How many data are of a category.
#[derive(Debug, Serialize)]
pub(super) struct Counted {
    pub(super) category: Category,
    pub(super) means: &'static str,
    pub(super) data: usize,
}

/// A kind of message: a ping.
#[derive(Debug, Serialize)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) description: String,
    pub(super) purpose: Option<Why>,
    pub(super) reasons: Vec<Named>,
    /// How many data travel in it.
    pub(super) data: usize,
    /// Whether it carries the client id; none where its definition is not there.
    pub(super) client_id: Option<bool>,
    /// Whether it tells of the device and the program; none where its definition is not there.
    pub(super) device: Option<bool>,
    /// Whether it is sent although the person switched the collection off.
    pub(super) sent_when_off: bool,
    pub(super) reviews: Vec<String>,
    pub(super) people: Vec<String>,
}

/// A datum: a metric.
#[derive(Debug, Serialize)]
pub(super) struct Datum {
    pub(super) id: String,
    pub(super) description: String,
    pub(super) purpose: Option<Why>,
    /// What the value is, in plain words.
    pub(super) value: String,
    /// The same, by Glean's name.
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) labels: Vec<String>,
    pub(super) extras: Vec<Named>,
    pub(super) category: Category,
    pub(super) messages: Vec<String>,
    pub(super) kept_on_device: &'static str,
    pub(super) collected: String,
    pub(super) reviews: Vec<String>,
    pub(super) people: Vec<String>,
}

/// Why something is taken, where the product says it.
#[derive(Debug, Serialize)]
pub(super) struct Why {
    pub(super) why: String,
    pub(super) benefit: String,
    pub(super) amount: String,
}

/// A name, and what it stands for.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) description: String,
}

impl Notice {
    /// Returns what the product is called in a sentence.
    pub(super) fn product(&self) -> &str {
        self.product.as_deref().unwrap_or("this product")
    }

    /// Says which files it was written from.
    pub(super) fn read_from(&self) -> String {
        const NAMED: usize = 3;
        match &self.files[..] {
            files if files.len() <= NAMED => format!("Read from {}", plain::list(files)),
            files => format!("Read from {} files", files.len()),
        }
    }
}

/// Tells what definitions declare.
pub(super) fn tell(definitions: &Definitions, about: About) -> Notice {
    let ended = |metric: &Metric| match (metric.expires, about.version) {
        (Expires::WithVersion(last), Some(version)) => last <= version,
        _ => metric.expired(about.date),
    };
    let (gone, stand): (Vec<_>, Vec<_>) =
        definitions.metrics.iter().partition(|(_, metric)| ended(metric));
    let data = |all: &[(&MetricId, &Metric)]| all.iter().map(|(id, it)| datum(id, it)).collect();
    let mut notice = Notice {
        product: about.product,
        contact: about.contact,
        persons: definitions.product.answerable.as_ref().map(persons),
        date: about.date.to_string(),
        files: about.files,
        summary: Vec::new(),
        categories: categories(&stand),
        messages: messages(definitions, &stand),
        data: data(&stand),
        no_longer_collected: data(&gone),
    };
    notice.summary = summary::sentences(&notice);
    notice
}

/// The categories from the least to the most sensitive. What nobody left unrated is not told of.
fn categories(metrics: &[(&MetricId, &Metric)]) -> Vec<Counted> {
    let all = [
        Category::Technical,
        Category::Interaction,
        Category::StoredContent,
        Category::HighlySensitive,
        Category::Unclassified,
    ];
    let counted = all.map(|category| Counted {
        category,
        means: plain::category(category),
        data: metrics.iter().filter(|(_, metric)| metric.category == category).count(),
    });
    let told = |counted: &Counted| counted.category != Category::Unclassified || counted.data > 0;
    counted.into_iter().filter(told).collect()
}

/// The pings that are declared, and those that data travel in without it.
fn messages(definitions: &Definitions, metrics: &[(&MetricId, &Metric)]) -> Vec<Message> {
    let used = metrics.iter().flat_map(|(_, metric)| &metric.pings).map(|ping| ping.as_str());
    let used = used.filter(|ping| *ping != ALL_PINGS);
    let names: BTreeSet<&str> =
        used.chain(definitions.pings.keys().map(|ping| ping.as_str())).collect();
    let message = |name: &str| Message {
        data: metrics.iter().filter(|(_, metric)| metric.travels_in(name)).count(),
        ..match definitions.pings.get(name) {
            Some(ping) => declared(name, ping),
            None => undeclared(name),
        }
    };
    names.into_iter().map(message).collect()
}

fn declared(name: &str, ping: &Ping) -> Message {
    let reason = |(name, description): (&String, &String)| Named {
        name: name.clone(),
        description: plain::one_line(description),
    };
    Message {
        id: name.to_owned(),
        description: plain::one_line(&ping.description),
        purpose: ping.purpose.as_ref().map(why),
        reasons: ping.reasons.iter().map(reason).collect(),
        data: 0,
        client_id: Some(ping.client_id),
        device: Some(ping.info_sections),
        sent_when_off: !ping.follows_collection,
        reviews: ping.reviews.clone(),
        people: ping.emails.clone(),
    }
}

/// Glean's own pings are the same in every product, and carry the client id.
fn undeclared(name: &str) -> Message {
    let description = match name {
        "baseline" => "That the program was opened and left, and how long it was used.",
        "metrics" => "What was counted and measured, gathered and sent about once a day.",
        "events" => {
            "What happened in the program, one after the other. It is sent when much has happened \
             and when the program is left."
        }
        "deletion-request" => {
            "Sent once when the person switches the collection off, so that what was sent before \
             is deleted."
        }
        _ => "What it is for is not said in these files.",
    };
    let own = RESERVED_PINGS.contains(&name).then_some(true);
    Message {
        id: name.to_owned(),
        description: description.to_owned(),
        purpose: None,
        reasons: Vec::new(),
        data: 0,
        client_id: own,
        device: own,
        sent_when_off: false,
        reviews: Vec::new(),
        people: Vec::new(),
    }
}

fn datum(id: &MetricId, metric: &Metric) -> Datum {
    let extras = metric.extra_keys.iter().map(|(name, extra)| Named {
        name: name.clone(),
        description: match plain::one_line(&extra.description).as_str() {
            "" => plain::extra(extra.kind).to_owned(),
            what => format!("{what} ({})", plain::extra(extra.kind)),
        },
    });
    Datum {
        id: id.to_string(),
        description: plain::one_line(&metric.description),
        purpose: metric.purpose.as_ref().map(why),
        value: plain::value(metric),
        kind: metric.kind.slug(),
        labels: metric.labels.iter().flatten().cloned().collect(),
        extras: extras.collect(),
        category: metric.category,
        messages: metric.pings.iter().map(ToString::to_string).collect(),
        kept_on_device: plain::lifetime(&metric.lifetime),
        collected: plain::expires(metric.expires),
        reviews: metric.reviews.clone(),
        people: metric.emails.clone(),
    }
}

fn persons(answerable: &Answerable) -> Persons {
    let Answerable { design, implementation } = answerable;
    Persons { design: plain::one_line(design), implementation: plain::one_line(implementation) }
}

fn why(purpose: &Purpose) -> Why {
    let Purpose { why, benefit, amount } = purpose;
    let [why, benefit, amount] = [why, benefit, amount].map(|text| plain::one_line(text));
    Why { why, benefit, amount }
}
