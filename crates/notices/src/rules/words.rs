//! The words of a notice: what is declared, in force and promised, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use candor_inventory::declaration::Owner;
use candor_inventory::in_force::PingTerms;
use candor_inventory::{App, InForce, Inventory, Record, Retention, Store};

/// Who runs this server, from its configuration.
#[derive(Debug, Clone, Default)]
pub struct Operator {
    /// The legal entity.
    pub name: String,
    /// Where to ask about data.
    pub contact: String,
}

/// A part of a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its heading.
    pub title: String,
    /// Its sentences, in order.
    pub lines: Vec<String>,
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
    let mut products = BTreeMap::new();
    for app in in_force.apps.values().filter(|app| !app.product.as_str().starts_with("candor")) {
        products.entry(app.product.clone()).or_insert(app);
    }
    sections.extend(products.values().map(|app| product(app, raw_days)));
    sections.push(server(own));
    sections.push(section("Who else receives it", &[
        "Nobody. No part of this server sends what it keeps to anybody else.",
        "Numbers about many people are published in reports, with random noise that hides each of them.",
    ]));
    sections.push(section("How to say no", &[
        "A ping that arrives with DNT: 1 or Sec-GPC: 1 is not kept, whatever it holds.",
        "Programs that send to this server have a switch of their own; when it is off they send nothing.",
    ]));
    sections.push(who(operator));
    sections
}

/// Writes sections as the text that is kept, compared and fingerprinted.
#[must_use]
pub fn text(sections: &[Section]) -> String {
    let mut text = String::new();
    for section in sections {
        text.push_str(&format!("# {}\n", section.title));
        for line in &section.lines {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

fn section(title: &str, lines: &[&str]) -> Section {
    let lines = lines.iter().map(|line| (*line).to_owned()).collect();
    Section { title: title.to_owned(), lines }
}

fn promised(promises: &[(String, String)]) -> Section {
    let lines = promises.iter().map(|(id, sentence)| format!("{sentence} ({id})")).collect();
    Section { title: "What this server promises".to_owned(), lines }
}

fn product(app: &App, raw_days: u32) -> Section {
    let title = format!("What {} collects", app.title);
    let pings: Vec<_> = app.pings.values().filter(|ping| ping.standing.is_ok()).collect();
    if pings.is_empty() {
        return section(&title, &["Nothing: no review has granted it anything."]);
    }
    let mut lines = Vec::new();
    let mut told = BTreeSet::new();
    for ping in pings {
        lines.push(format!("{}: {}", ping.datum, one_line(&ping.description)));
        if ping.client_id.is_some() {
            lines.push(
                "With it comes the program's random id. It is turned into a number with a secret \
                 key before anything is kept; the id itself is not kept."
                    .to_owned(),
            );
        }
        lines.extend(metrics(ping, &mut told));
    }
    lines.push(format!(
        "Each ping is kept for {raw_days} days at most; what remains are totals with noise. \
         No network address and no time of day is kept."
    ));
    lines.push(format!("Questions about it: {}", app.contact));
    Section { title, lines }
}

fn metrics<'a>(
    ping: &'a PingTerms,
    told: &'a mut BTreeSet<String>,
) -> impl Iterator<Item = String> + 'a {
    let metrics: BTreeMap<_, _> = ping.metrics.iter().collect();
    metrics.into_iter().filter(|(_, metric)| metric.standing.is_ok()).filter_map(|(id, metric)| {
        let how = match metric.offer {
            candor_preference::Offer::On => "",
            _ => "; only after your own yes",
        };
        let words = metric.category.words();
        let line = format!("{id}: {} ({words}{how})", one_line(&metric.description));
        told.insert(line.clone()).then_some(line)
    })
}

fn server(own: &[Inventory]) -> Section {
    let mut lines = Vec::new();
    for (name, record) in own.iter().flat_map(|part| &part.records) {
        if record.store != Store::Payload {
            lines.push(format!("{name}: {} {}", record.about, ends(record)));
            let fields = record.fields.values().map(|field| field.what.trim_end_matches('.'));
            lines.push(format!("It holds: {}.", fields.collect::<Vec<_>>().join("; ")));
        }
    }
    Section { title: "What this server keeps to do its work".to_owned(), lines }
}

fn ends(record: &Record) -> String {
    let whose = match &record.owner {
        Owner::Nobody(_) => "",
        Owner::Person { .. } | Owner::Of(_) => " It is about a person.",
    };
    match &record.retention {
        Retention::Days { days, .. } => format!("Kept for {days} days.{whose}"),
        Retention::Until(event) => {
            format!("Kept until this: {}.{whose}", event.trim_end_matches('.'))
        }
    }
}

fn who(operator: &Operator) -> Section {
    let Operator { name, contact } = operator;
    let name = if name.is_empty() { "The operator has not given a name yet." } else { name };
    let contact = if contact.is_empty() { "No contact was given yet." } else { contact };
    section("Who answers for this server", &[name, contact])
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_server_says_who_and_nothing_false() {
        let operator = Operator { name: "Example Club".into(), contact: "club@example.org".into() };
        let own = Inventory::read(crate::INVENTORY).expect("whole");
        let promises = [("S30".to_owned(), "Every column ends.".to_owned())];
        let sections = sections(&promises, &[own], &InForce::nothing(), &operator, 30);
        let text = text(&sections);
        assert!(
            text.starts_with("# What this server promises\nEvery column ends. (S30)\n"),
            "{text}"
        );
        assert!(
            text.contains(
                "check_result: Results of promise checks, as evidence. Kept for 400 days."
            )
        );
        assert!(text.ends_with("# Who answers for this server\nExample Club\nclub@example.org\n"));
    }
}
