//! A notice as it is read: what is most sensitive first, then by part of the product; what is the
//! same of all in a group is said once.

use candor_inventory::{Category, plain};

use super::told::{Datum, Message, Named, Notice, Why};

/// Fixed words that are named; more are counted.
const LABELS: usize = 12;

/// A list of data with something in common.
pub(super) struct Group<'a> {
    pub(super) title: String,
    /// The name by which programs know it; empty where it has none.
    pub(super) id: String,
    /// How many of it are of the more sensitive categories.
    pub(super) sensitive: usize,
    /// What holds for each of it.
    pub(super) facts: Vec<Fact>,
    pub(super) entries: Vec<Entry<'a>>,
}

/// One datum.
pub(super) struct Entry<'a> {
    pub(super) what: &'a str,
    pub(super) id: &'a str,
    pub(super) category: &'static str,
    pub(super) extras: &'a [Named],
    pub(super) facts: Vec<Fact>,
}

/// Something to know: `Stays on the device`, `until it is sent`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) name: &'static str,
    pub(super) text: String,
    pub(super) link: Option<String>,
}

/// The categories of what says most about a person, in the order in which they are told.
pub(super) const SENSITIVE: [(Category, &str); 3] = [
    (Category::HighlySensitive, "Able to identify a person, or worse"),
    (Category::StoredContent, "About what a person stores or visits"),
    (Category::Unclassified, "Not rated by anybody yet"),
];

/// Groups what says most about a person.
pub(super) fn sensitive(notice: &Notice) -> Vec<Group<'_>> {
    let groups = SENSITIVE.map(|(category, title)| {
        let data = notice.data.iter().filter(|datum| datum.category == category);
        Group::of(title.to_owned(), String::new(), data)
    });
    groups.into_iter().filter(|group| !group.entries.is_empty()).collect()
}

/// Groups the rest by the part of the product that its names begin with.
pub(super) fn others(notice: &Notice) -> Vec<Group<'_>> {
    by_part(notice.data.iter().filter(|datum| !is_sensitive(datum.category)))
}

/// Groups what is no longer collected.
pub(super) fn ended(notice: &Notice) -> Vec<Group<'_>> {
    by_part(&notice.no_longer_collected)
}

fn by_part<'a>(data: impl IntoIterator<Item = &'a Datum>) -> Vec<Group<'a>> {
    let mut parts = std::collections::BTreeMap::<&str, Vec<&Datum>>::new();
    for datum in data {
        let part = datum.id.rsplit_once('.').map_or("", |(part, _)| part);
        parts.entry(part).or_default().push(datum);
    }
    let titled = parts.into_iter().map(|(part, data)| match part {
        "" => Group::of("The program as a whole".to_owned(), String::new(), data),
        part => Group::of(in_words(part), part.to_owned(), data),
    });
    titled.collect()
}

impl<'a> Group<'a> {
    fn of(title: String, id: String, data: impl IntoIterator<Item = &'a Datum>) -> Self {
        let data: Vec<&Datum> = data.into_iter().collect();
        let mut group = Group {
            title,
            id,
            sensitive: data.iter().filter(|datum| is_sensitive(datum.category)).count(),
            facts: Vec::new(),
            entries: data.into_iter().map(entry).collect(),
        };
        group.lift();
        group
    }

    /// Takes to the group what is the same of all in it.
    fn lift(&mut self) {
        let [first, others @ ..] = &self.entries[..] else { return };
        if others.is_empty() {
            return;
        }
        let shared = |fact: &&Fact| others.iter().all(|entry| entry.facts.contains(fact));
        self.facts = first.facts.iter().filter(shared).cloned().collect();
        for entry in &mut self.entries {
            entry.facts.retain(|fact| !self.facts.contains(fact));
        }
    }
}

fn entry(datum: &Datum) -> Entry<'_> {
    let mut facts = vec![fact("Value", value(datum))];
    facts.extend(datum.purpose.iter().flat_map(purpose));
    facts.push(fact("Sent in", sent_in(&datum.messages)));
    facts.push(fact("Stays on the device", datum.kept_on_device.to_owned()));
    facts.push(fact("Collected", datum.collected.clone()));
    facts.push(reviewed(&datum.reviews));
    facts.push(answers(&datum.people));
    Entry {
        what: &datum.description,
        id: &datum.id,
        category: datum.category.words(),
        extras: &datum.extras,
        facts,
    }
}

impl Message {
    /// Returns what there is to know of it beside its description.
    pub(super) fn facts(&self) -> Vec<Fact> {
        let mut facts: Vec<Fact> = self.purpose.iter().flat_map(purpose).collect();
        let data = if self.data == 0 { "none of these".to_owned() } else { self.data.to_string() };
        facts.push(fact("Kinds of data in it", data));
        facts.push(fact("With the client id", said(self.client_id).to_owned()));
        facts.push(fact("With device and program", said(self.device).to_owned()));
        if self.sent_when_off {
            facts.push(fact("With the switch off", "it is sent all the same".to_owned()));
        }
        if !self.reviews.is_empty() || !self.people.is_empty() {
            facts.push(reviewed(&self.reviews));
            facts.push(answers(&self.people));
        }
        facts
    }

    /// Returns its name in words.
    pub(super) fn title(&self) -> String {
        in_words(&self.id)
    }
}

fn purpose(purpose: &Why) -> [Fact; 3] {
    let Why { why, benefit, amount } = purpose;
    [("Why", why), ("What you get from it", benefit), ("How much", amount)]
        .map(|(name, text)| fact(name, text.clone()))
}

fn value(datum: &Datum) -> String {
    let labels = &datum.labels;
    let value = &datum.value;
    match labels.len() {
        0 => value.clone(),
        count if count <= LABELS => format!("{value}: {}", labels.join(", ")),
        count => {
            format!("{value}: {} and {} more", labels[..LABELS].join(", "), count - LABELS)
        }
    }
}

fn sent_in(messages: &[String]) -> String {
    let name = |name: &String| match name.as_str() {
        candor_inventory::glean::ALL_PINGS => "every message".to_owned(),
        name => name.to_owned(),
    };
    match messages {
        [] => "no message".to_owned(),
        messages => plain::list(messages.iter().map(name)),
    }
}

/// The newest review counts; those before stay in the list when one is renewed.
fn reviewed(reviews: &[String]) -> Fact {
    let reviews: Vec<&String> = reviews.iter().filter(|one| !one.trim().is_empty()).collect();
    let Some(newest) = reviews.last() else {
        return fact("Reviewed", "no review is named".to_owned());
    };
    let link = address(newest);
    let text = match &link {
        Some(link) => link.trim_start_matches("https://").trim_start_matches("http://"),
        None => newest.as_str(),
    };
    Fact { name: "Reviewed", text: plain::one_line(text), link }
}

fn answers(people: &[String]) -> Fact {
    let people = if people.is_empty() { "nobody is named".to_owned() } else { plain::list(people) };
    fact("Who answers", people)
}

/// Says whether something is so, where that is known.
pub(super) fn said(claim: Option<bool>) -> &'static str {
    match claim {
        Some(true) => "yes",
        Some(false) => "no",
        None => "not said in these files",
    }
}

/// Returns where a contact leads, where that can be told.
pub(super) fn reach(contact: &str) -> Option<String> {
    let mail = |c: char| c.is_ascii_alphanumeric() || "-._+@".contains(c);
    let is_mail = contact.matches('@').count() == 1 && contact.chars().all(mail);
    address(contact).or_else(|| is_mail.then(|| format!("mailto:{contact}")))
}

/// Takes a text for an address only where it can be nothing else.
fn address(text: &str) -> Option<String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$&*+,;=%".contains(c);
    (!rest.is_empty() && rest.chars().all(plain)).then(|| text.to_owned())
}

fn fact(name: &'static str, text: String) -> Fact {
    Fact { name, text, link: None }
}

fn is_sensitive(category: Category) -> bool {
    SENSITIVE.iter().any(|(sensitive, _)| *sensitive == category)
}

/// Says a name in words: `search.default_engine` is `Search: default engine`.
fn in_words(name: &str) -> String {
    capital(&name.replace(['_', '-'], " ").replace('.', ": "))
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
