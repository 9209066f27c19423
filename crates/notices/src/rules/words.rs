//! The words of a notice: what is declared, in force and promised, and nothing else.

use std::collections::BTreeMap;

use candor_inventory::declaration::{Arrives, Field, Owner};
use candor_inventory::glean::Purpose;
use candor_inventory::plain::one_line;
use candor_inventory::{
    App, Channel, InForce, Inventory, MetricTerms, PingTerms, Record, Retention, Store,
};
use candor_kernel::PingName;
use candor_preference::Offer;

/// Who runs this server, from its configuration.
#[derive(Debug, Clone, Default)]
pub struct Operator {
    /// The legal entity.
    pub name: String,
    /// Where to ask about data.
    pub contact: String,
}

/// A part of a notice: its sentences, then what it lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its heading.
    pub title: String,
    /// Its sentences, in order.
    pub lines: Vec<String>,
    /// Its lists, in order.
    pub groups: Vec<Group>,
}

/// A list of data: the messages of a product, what they hold, or a record of this server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What it is, in plain words.
    pub title: String,
    /// The name by which programs know it; empty where it has none.
    pub id: String,
    /// What holds for all of it.
    pub lines: Vec<String>,
    /// What is in it.
    pub data: Vec<Datum>,
}

/// One datum, or one kind of message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Datum {
    /// What it is, in plain words.
    pub what: String,
    /// Why it is taken and what people get from it; none where its list says so for all (S36).
    pub purpose: Option<Reasons>,
    /// How much it can say about a person, or what else is to be known of it.
    pub kind: String,
    /// The way in which it arrives; empty for what is a message and no datum.
    pub way: &'static str,
    /// The name by which programs know it.
    pub id: String,
}

/// Why something is taken, and what people get from it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reasons {
    /// The question it answers.
    pub why: String,
    /// What the user gets from it.
    pub benefit: String,
}

/// The ways in which data arrive, with the word and the meaning of each (B12).
pub const WAYS: [(Arrives, &str, &str); 4] = [
    (Arrives::Given, "given", "somebody wrote it or sent it on purpose"),
    (
        Arrives::Observed,
        "observed",
        "a program, or this server, noted it while it worked; all that products measure is observed",
    ),
    (
        Arrives::FromOthers,
        "from others",
        "it was told by somebody other than you and your programs",
    ),
    (Arrives::Inferred, "inferred", "this server made it, out of other data or by chance"),
];

/// Returns the word for a way in which data arrive.
#[must_use]
pub fn way(arrives: Arrives) -> &'static str {
    WAYS.iter().find(|(way, ..)| *way == arrives).map_or("", |(_, word, _)| word)
}

/// Writes the sections of the server's notice.
#[must_use]
pub fn sections(
    promises: &[(String, String)],
    own: &[Inventory],
    in_force: &InForce,
    operator: &Operator,
    raw_days: u32,
) -> Vec<Section> {
    let mut sections = vec![promised(promises)];
    // Reviews offer more in test versions than in released ones: each is told by itself.
    let mut products = BTreeMap::new();
    for app in in_force.apps.values().filter(|app| !app.product.as_str().starts_with("candor")) {
        products.entry((&app.product, app.channel)).or_insert(app);
    }
    for (&(id, channel), app) in &products {
        let both = channel == Channel::PreRelease && products.contains_key(&(id, Channel::Release));
        let title =
            format!("What {}{} collects", app.title, if both { ", test versions," } else { "" });
        sections.push(product(title, app, own, in_force, raw_days));
    }
    sections.push(section("Who else receives it", &[
        "Nobody. No part of this server sends what it keeps to anybody else.",
        "Numbers about many people are published in reports, with random noise that hides each of them.",
    ]));
    sections.push(section("How to say no", &[
        "A message that arrives with DNT: 1 or Sec-GPC: 1 is not kept, whatever it holds.",
        "Programs that send to this server have a switch of their own; when it is off they send nothing.",
    ]));
    sections.push(ways());
    sections.push(who(operator));
    sections.push(server(own));
    sections
}

/// Takes out what people get from their data: what a notice would be that does not say it.
pub fn mute(sections: &mut [Section]) {
    for group in sections.iter_mut().flat_map(|section| &mut section.groups) {
        group.lines.retain(|line| !line.starts_with(BENEFIT));
        for reasons in group.data.iter_mut().filter_map(|datum| datum.purpose.as_mut()) {
            reasons.benefit.clear();
        }
    }
}

/// Writes sections as the text that is kept, compared and fingerprinted: a line for each thing
/// that is said, so that a difference names exactly what changed.
#[must_use]
pub fn text(sections: &[Section]) -> String {
    let mut lines = Vec::new();
    for section in sections {
        lines.push(format!("# {}", section.title));
        lines.extend(section.lines.iter().cloned());
        for Group { title, id, lines: told, data } in &section.groups {
            lines.push(match id.is_empty() {
                true => format!("## {title}"),
                false => format!("## {title} ({id})"),
            });
            lines.extend(told.iter().cloned());
            lines.extend(data.iter().map(line));
        }
    }
    lines.iter().map(|line| format!("{}\n", one_line(line))).collect()
}

fn line(datum: &Datum) -> String {
    let Datum { what, purpose, kind, way, id } = datum;
    let way = if way.is_empty() { String::new() } else { format!(", {way}") };
    let purpose = purpose.as_ref().map_or_else(String::new, |Reasons { why, benefit }| {
        format!(". Why: {why}. What you get: {benefit}.")
    });
    format!("- {what}: {kind}{way} ({id}){purpose}")
}

fn section(title: &str, lines: &[&str]) -> Section {
    let lines = lines.iter().map(|line| (*line).to_owned()).collect();
    Section { title: title.to_owned(), lines, groups: Vec::new() }
}

fn ways() -> Section {
    let lines = WAYS.iter().map(|(_, word, meaning)| format!("{}: {meaning}.", capital(word)));
    let title = "How data arrive".to_owned();
    Section { title, lines: lines.collect(), groups: Vec::new() }
}

fn promised(promises: &[(String, String)]) -> Section {
    let lines = promises.iter().map(|(id, sentence)| format!("{sentence} ({id})")).collect();
    Section { title: "What this server promises".to_owned(), lines, groups: Vec::new() }
}

fn product(
    title: String,
    app: &App,
    own: &[Inventory],
    in_force: &InForce,
    raw_days: u32,
) -> Section {
    let pings: Vec<_> = app.pings.iter().filter(|(_, ping)| ping.standing.is_ok()).collect();
    if pings.is_empty() {
        return section(&title, &["Nothing: no review has granted it anything."]);
    }
    let lines = vec![
        format!(
            "Each message (a ping) is kept for {raw_days} days at most; what remains are totals \
             with noise. No network address and no time of day is kept."
        ),
        format!("Questions about it: {}", app.contact),
    ];
    let mut groups = vec![messages(&pings)];
    groups.extend(metrics(&pings));
    if pings.iter().any(|(_, ping)| ping.info_sections) {
        groups.push(info(own, in_force));
    }
    groups.retain(|group| !group.data.is_empty());
    Section { title, lines, groups }
}

type Pings<'a> = [(&'a PingName, &'a PingTerms)];

fn messages(pings: &Pings<'_>) -> Group {
    let mut lines = Vec::new();
    if pings.iter().any(|(_, ping)| ping.client_id.is_some()) {
        lines.push(
            "A random id of the program comes with some of them. It is turned into a number with \
             a secret key before anything is kept; the id itself is not kept."
                .to_owned(),
        );
    }
    let data = pings.iter().map(|(name, ping)| Datum {
        what: plain(&ping.description),
        purpose: ping.purpose.as_deref().map(|purpose| reasons(&purpose.why, &purpose.benefit)),
        kind: if ping.client_id.is_some() { "with the id" } else { "without the id" }.to_owned(),
        way: "",
        id: name.to_string(),
    });
    Group {
        title: "The messages it sends".to_owned(),
        id: String::new(),
        lines,
        data: data.collect(),
    }
}

/// A metric of several pings is told once, with all of them; those with one purpose stand together.
fn metrics(pings: &Pings<'_>) -> impl Iterator<Item = Group> {
    let mut told = BTreeMap::<_, (&MetricTerms, Vec<String>)>::new();
    for (name, ping) in pings {
        for (id, metric) in ping.metrics.iter().filter(|(_, metric)| metric.standing.is_ok()) {
            let (_, inside) = told.entry(id).or_insert_with(|| (metric, Vec::new()));
            inside.push(name.to_string());
        }
    }
    let mut groups = BTreeMap::<Vec<String>, Vec<Datum>>::new();
    for (id, (metric, inside)) in told {
        let lines = metric.purpose.as_deref().map_or_else(Vec::new, purpose);
        let id = format!("{id} in {}", inside.join(", "));
        groups.entry(lines).or_default().push(Datum { id, ..metric_datum(metric) });
    }
    groups.into_iter().map(|(lines, data)| Group {
        title: "What they say".to_owned(),
        id: String::new(),
        lines,
        data,
    })
}

/// How the line begins that says what people get.
pub(crate) const BENEFIT: &str = "What you get from it: ";
/// How the line begins that says why.
pub(crate) const WHY: &str = "Why: ";

fn purpose(purpose: &Purpose) -> Vec<String> {
    vec![
        format!("{WHY}{}.", plain(&purpose.why)),
        format!("{BENEFIT}{}.", plain(&purpose.benefit)),
        format!("From whom: {}.", plain(&purpose.amount)),
    ]
}

fn reasons(why: &str, benefit: &str) -> Reasons {
    Reasons { why: plain(why), benefit: plain(benefit) }
}

fn metric_datum(metric: &MetricTerms) -> Datum {
    let mut what = plain(&metric.description);
    if !metric.extra_keys.is_empty() {
        let extras: Vec<_> = metric.extra_keys.keys().map(String::as_str).collect();
        what = format!("{what}; with it: {}", extras.join(", "));
    }
    let mut kind = metric.category.words().to_owned();
    if metric.offer != Offer::On {
        kind.push_str("; only after your own yes");
    }
    Datum { what, purpose: None, kind, way: way(Arrives::Observed), id: String::new() }
}

/// What the sending part of a program adds to its messages, as far as it is in force.
fn info(own: &[Inventory], in_force: &InForce) -> Group {
    let mut data = Vec::new();
    for (name, record) in records(own).filter(|(_, record)| record.store == Store::Payload) {
        let stands = |field: &String| {
            in_force.info.get(name).is_some_and(|fields| fields.contains_key(field))
        };
        let fields = record.fields.iter().filter(|(field, _)| stands(field));
        data.extend(fields.map(|(field, datum)| own_datum(name, field, datum)));
    }
    Group {
        title: "What they say about the program and the system it runs on".to_owned(),
        id: String::new(),
        lines: Vec::new(),
        data,
    }
}

fn server(own: &[Inventory]) -> Section {
    let kept = records(own).filter(|(_, record)| record.store != Store::Payload);
    let groups = kept.map(|(name, record)| Group {
        title: plain(&record.about),
        id: name.clone(),
        lines: vec![ends(record)],
        data: record.fields.iter().map(|(field, datum)| own_datum(name, field, datum)).collect(),
    });
    let title = "What this server keeps to do its work".to_owned();
    let lines = vec!["Each record says when it ends, and whether it is about a person.".to_owned()];
    Section { title, lines, groups: groups.collect() }
}

fn records(own: &[Inventory]) -> impl Iterator<Item = (&String, &Record)> {
    own.iter().flat_map(|part| &part.records)
}

fn own_datum(record: &str, field: &str, datum: &Field) -> Datum {
    let mut kind = datum.category.words().to_owned();
    if datum.personal {
        kind.push_str("; about a person");
    }
    let (what, way) = (plain(&datum.what), way(datum.arrives));
    let purpose = Some(reasons(&datum.why, &datum.benefit));
    Datum { what, purpose, kind, way, id: format!("{record}.{field}") }
}

fn ends(record: &Record) -> String {
    let whose = match &record.owner {
        Owner::Nobody(_) => "",
        Owner::Person { .. } | Owner::Of(_) => " It is about a person.",
    };
    match &record.retention {
        Retention::Days { days, .. } => format!("Kept for {days} days.{whose}"),
        Retention::Until(event) => format!("Its end: {}.{whose}", plain(event)),
    }
}

fn who(operator: &Operator) -> Section {
    let Operator { name, contact } = operator;
    let name = if name.is_empty() { "The operator has not given a name yet." } else { name };
    let contact = if contact.is_empty() { "No contact was given yet." } else { contact };
    section("Who answers for this server", &[name, contact])
}

/// A sentence of others as a part of ours: on one line, without its full stop.
pub(crate) fn plain(text: &str) -> String {
    one_line(text).trim_end_matches('.').to_owned()
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    format!("{}{rest}", first.to_uppercase())
}

#[cfg(test)]
mod tests;
