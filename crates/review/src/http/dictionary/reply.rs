//! Products and data as JSON; pages show the same.

use std::collections::BTreeMap;

use candor_inventory::declaration::Arrives;
use candor_inventory::glean::{Metric, Ping};
use candor_inventory::{Category, Channel, compile, plain};
use candor_preference::Offer;
use serde::{Deserialize, Serialize};

use crate::dictionary::{Body, Datum, Own, Product, State, Told};

/// One page of a search.
#[derive(Debug, Serialize, Deserialize)]
pub struct SearchReply {
    /// How many were found in all.
    pub count: usize,
    /// Those of this page.
    pub data: Vec<SummaryReply>,
    /// Where the next page is; absent on the last.
    pub next: Option<String>,
}

/// A datum in a list.
#[derive(Debug, Serialize, Deserialize)]
pub struct SummaryReply {
    /// Who declares it.
    pub product: String,
    /// ping, metric or field.
    pub kind: String,
    /// Its name within the product.
    pub name: String,
    /// What it is, in the words of who declares it, on one line.
    pub what: String,
    /// The type of a metric; else its kind.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Its category, in words.
    pub category: String,
    /// `in_force`, waiting, expired, refused or removed.
    pub state: String,
    /// The first day on which it is collected no longer, where one is known.
    pub ends: Option<String>,
}

/// A product.
#[derive(Debug, Serialize, Deserialize)]
pub struct ProductReply {
    /// Its id.
    pub product: String,
    /// Its name in full.
    pub title: String,
    /// Where to ask about it.
    pub contact: String,
    /// When it came here first, RFC 3339; absent for this server itself.
    pub registered: Option<String>,
    /// Its applications, each with its channel: release or `pre_release`.
    pub apps: BTreeMap<String, String>,
    /// The number of its newest revision; absent for this server itself.
    pub revision: Option<i64>,
    /// When that was pushed, RFC 3339.
    pub pushed: Option<String>,
    /// How many data there are, by state.
    pub states: BTreeMap<String, usize>,
}

/// A datum with everything that is known of it.
#[derive(Debug, Serialize, Deserialize)]
pub struct DatumReply {
    /// What stands in lists too.
    #[serde(flatten)]
    pub summary: SummaryReply,
    /// What its category means.
    pub category_means: String,
    /// Why the state is as it is, where that is not plain.
    pub why_state: Option<String>,
    /// What its value is, in plain words; absent for pings.
    pub value: Option<String>,
    /// How data arrive: given, observed, from others or inferred.
    pub arrives: String,
    /// Why it is kept, where that is declared.
    pub why: Option<String>,
    /// What people get from it, where that is declared.
    pub benefit: Option<String>,
    /// From whom it is taken, where that is declared.
    pub amount: Option<String>,
    /// How long it is kept.
    pub kept: String,
    /// How it can be switched off, in sentences.
    pub off: Vec<String>,
    /// The pings that it travels in.
    pub pings: Vec<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// A metric's closed list of labels.
    pub labels: Option<Vec<String>>,
    /// Names with what each stands for: an event's extra keys, a ping's reasons.
    pub named: BTreeMap<String, String>,
    /// Who is responsible.
    pub people: Vec<String>,
    /// Where its work is tracked.
    pub bugs: Vec<String>,
    /// Where its reviews elsewhere are.
    pub reviews: Vec<String>,
    /// The grant that counts.
    pub granted: Option<GrantReply>,
    /// What happened to it, oldest first.
    pub story: Vec<ToldReply>,
}

/// The grant that counts for a datum.
#[derive(Debug, Serialize, Deserialize)]
pub struct GrantReply {
    /// The number of the request.
    pub request: i64,
    /// Who granted it.
    pub steward: String,
    /// The first day on which it holds no longer.
    pub until: String,
}

/// Something that happened.
#[derive(Debug, Serialize, Deserialize)]
pub struct ToldReply {
    /// The day, UTC.
    pub day: String,
    /// What, in a sentence.
    pub what: String,
    /// What changed, or the reasons.
    pub details: Vec<String>,
}

impl SummaryReply {
    pub(super) fn of(datum: &Datum) -> Self {
        Self {
            product: datum.product.clone(),
            kind: datum.body.kind().to_owned(),
            name: datum.name.clone(),
            what: plain::one_line(&datum.what),
            type_name: datum.body.type_name().to_owned(),
            category: datum.category.words().to_owned(),
            state: datum.state.name().to_owned(),
            ends: datum.ends.map(|day| day.to_string()),
        }
    }

    pub(super) fn state_words(&self) -> &'static str {
        State::ALL.into_iter().find(|one| one.name() == self.state).map_or("", State::words)
    }
}

impl ProductReply {
    pub(super) fn of<'a>(product: &Product, data: impl Iterator<Item = &'a Datum>) -> Self {
        let states: Vec<_> = data.map(|datum| datum.state).collect();
        let count = |state: State| states.iter().filter(|one| **one == state).count();
        let apps =
            product.apps.iter().map(|(app, channel)| (app.to_string(), channel.name().to_owned()));
        Self {
            product: product.id.clone(),
            title: product.title.clone(),
            contact: product.contact.clone(),
            registered: product.registered.map(|at| at.to_string()),
            apps: apps.collect(),
            revision: product.revision.map(|(number, _)| number),
            pushed: product.revision.map(|(_, at)| at.to_string()),
            states: State::ALL
                .into_iter()
                .map(|state| (state.name().to_owned(), count(state)))
                .collect(),
        }
    }
}

impl DatumReply {
    pub(super) fn of(datum: &Datum, product: &Product, raw_days: u32) -> Self {
        let purpose = datum.body.purpose();
        let blank = Self {
            summary: SummaryReply::of(datum),
            category_means: plain::category(datum.category).to_owned(),
            why_state: datum.why.map(str::to_owned),
            value: None,
            arrives: "observed".to_owned(),
            why: purpose.map(|purpose| purpose.why.clone()),
            benefit: purpose.map(|purpose| purpose.benefit.clone()),
            amount: purpose.map(|purpose| purpose.amount.clone()),
            kept: format!(
                "With its ping for {raw_days} days at most; what remains are totals with noise."
            ),
            off: off(datum.category, product),
            pings: Vec::new(),
            tags: datum.body.tags().map(str::to_owned).collect(),
            labels: None,
            named: BTreeMap::new(),
            people: product
                .answerable
                .iter()
                .flat_map(|(design, built)| {
                    [format!("designed by {design}"), format!("built by {built}")]
                })
                .collect(),
            bugs: Vec::new(),
            reviews: Vec::new(),
            granted: datum.grant.as_ref().map(|grant| GrantReply {
                request: grant.request,
                steward: grant.steward.clone(),
                until: grant.expires.to_string(),
            }),
            story: datum.story.iter().map(told).collect(),
        };
        match &datum.body {
            Body::Metric(metric) => of_metric(blank, metric),
            Body::Ping(ping) => of_ping(blank, ping),
            Body::Field(own) => of_field(blank, own),
        }
    }
}

fn told(told: &Told) -> ToldReply {
    let (day, what) = (told.at.day().to_string(), told.what.clone());
    ToldReply { day, what, details: told.details.clone() }
}

fn of_metric(blank: DatumReply, metric: &Metric) -> DatumReply {
    let extra = metric.extra_keys.iter().map(|(key, extra)| {
        let description = plain::one_line(&extra.description);
        let words = plain::extra(extra.kind);
        let said = if description.is_empty() {
            words.to_owned()
        } else {
            format!("{description} ({words})")
        };
        (key.clone(), said)
    });
    DatumReply {
        value: Some(format!(
            "{}; the program keeps it {}",
            plain::value(metric),
            plain::lifetime(&metric.lifetime)
        )),
        pings: metric.pings.iter().map(ToString::to_string).collect(),
        labels: metric.labels.as_ref().map(|labels| labels.iter().cloned().collect()),
        named: extra.collect(),
        people: people(&blank, &metric.emails),
        bugs: metric.bugs.clone(),
        reviews: metric.reviews.clone(),
        ..blank
    }
}

fn of_ping(mut blank: DatumReply, ping: &Ping) -> DatumReply {
    if !ping.follows_collection {
        let words = "The program sends this ping although its switch for collection is off.";
        blank.off.push(words.to_owned());
    }
    let yes = |claim: bool, does: &str, does_not: &str| {
        if claim { does.to_owned() } else { does_not.to_owned() }
    };
    let id = yes(
        ping.client_id,
        "It carries a random id of the program, which becomes a keyed number before anything is kept",
        "It carries no id of the program",
    );
    let info = yes(
        ping.info_sections,
        "it says on which program and system it was made",
        "it says nothing of the program and the system",
    );
    let reasons = ping.reasons.iter();
    DatumReply {
        value: Some(format!("{id}; {info}")),
        named: reasons.map(|(reason, what)| (reason.clone(), plain::one_line(what))).collect(),
        people: people(&blank, &ping.emails),
        bugs: ping.bugs.clone(),
        reviews: ping.reviews.clone(),
        ..blank
    }
}

fn of_field(blank: DatumReply, own: &Own) -> DatumReply {
    let (field, persons) = (&own.field, &own.persons);
    let mut value = own.about.clone();
    if let Some(why) = field.why_not_sealed.as_deref().filter(|_| field.personal) {
        value = format!("{value} It is about a person, and this server can read it: {why}");
    }
    DatumReply {
        value: Some(value),
        arrives: match field.arrives {
            Arrives::Given => "given",
            Arrives::Observed => "observed",
            Arrives::FromOthers => "from others",
            Arrives::Inferred => "inferred",
        }
        .to_owned(),
        why: Some(field.why.clone()),
        benefit: Some(field.benefit.clone()),
        kept: own.ends.clone(),
        off: Vec::new(),
        people: vec![
            format!("designed by {}", persons.design),
            format!("approved by {}", persons.approval),
            format!("built by {}", persons.implementation),
        ],
        ..blank
    }
}

fn people(blank: &DatumReply, emails: &[String]) -> Vec<String> {
    blank.people.iter().chain(emails).cloned().collect()
}

/// Says how somebody can keep it from being taken, as the decision about each ping has it.
fn off(category: Category, product: &Product) -> Vec<String> {
    let begins = |channel: Channel| {
        let registered = product.apps.iter().any(|(_, one)| *one == channel);
        let offer = compile::offer(category, channel);
        registered.then_some(match offer {
            Offer::On => "on until the person says no",
            Offer::Ask | Offer::Explicit => "off until the person says yes to it",
        })
    };
    let first = match (begins(Channel::Release), begins(Channel::PreRelease)) {
        (None, None) => None,
        (Some(released), Some(test)) if released != test => {
            Some(format!("In released versions it is {released}; in test versions {test}."))
        }
        (Some(begins), _) | (None, Some(begins)) => Some(format!("It is {begins}.")),
    };
    let always = [
        "Whoever sends DNT: 1 or Sec-GPC: 1 has said no: then nothing is kept.",
        "The program has a switch of its own; when it is off, what was kept is deleted.",
    ];
    first.into_iter().chain(always.map(str::to_owned)).collect()
}
