//! `inventory.yaml`: what a part of the product keeps, field by field.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Finding;

pub(crate) mod faults;

/// The declarations of one part: all its records, with the persons responsible.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inventory {
    /// Which part: a crate of ours.
    pub part: String,
    /// Who answers for it.
    pub persons: Persons,
    /// What it keeps, by record: a table, a segment, a log line, a thing in memory, a file.
    pub records: BTreeMap<String, Record>,
}

/// Who answers for a collection (C04).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Persons {
    /// Who designed it.
    pub design: String,
    /// Who approved it.
    pub approval: String,
    /// Who implemented it.
    pub implementation: String,
}

/// A kind of row, line or file that exists.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Where it is kept.
    pub store: Store,
    /// What it is for, in a sentence.
    pub about: String,
    /// Whose it is.
    pub owner: Owner,
    /// When it ends.
    pub retention: Retention,
    /// Who else gets it; nobody where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<Recipient>,
    /// What it holds.
    pub fields: BTreeMap<String, Field>,
}

/// Somebody outside of this server who gets a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipient {
    /// Who.
    pub name: String,
    /// Why they get it.
    pub why: String,
}

/// Where a record is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Store {
    /// A table of the relational store.
    Database,
    /// A table of the landing segments.
    Landing,
    /// A table of the manifest of closed days, or the columns of their files.
    Rest,
    /// Part of the payload that a landing row holds.
    Payload,
    /// A line of this server's log.
    Log,
    /// This server's memory only.
    Memory,
    /// A file in the data or keys folder.
    File,
    /// A cookie, or a key in a browser's storage.
    Cookie,
}

/// Whose a record is, and who finds, exports and erases it for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Owner {
    /// Nobody's, and why.
    Nobody(String),
    /// Whose the record is that holds this one; it is listed, exported and erased with it.
    Of(String),
    /// The person that a column names; the holder answers for it.
    Person {
        /// The holder: the part that lists, corrects, exports and erases.
        holder: String,
        /// The column that names the person.
        column: String,
    },
}

/// When a record ends (S30). There is no "for ever" without an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Retention {
    /// The sweeper removes it this many days after what its column says.
    Days {
        /// Days after which it is gone.
        days: u32,
        /// The column that counts.
        by: String,
        /// What that column holds.
        unit: TimeUnit,
    },
    /// It ends with an event, said in a sentence.
    Until(String),
}

/// What a column of time holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    /// Days since 1970-01-01.
    Day,
    /// Microseconds since 1970-01-01.
    Micros,
}

/// One datum that may exist.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// What it is.
    pub what: String,
    /// Why it is kept.
    pub why: String,
    /// What a user gets from it (S27).
    pub benefit: String,
    /// How much it can say about a person.
    pub category: Category,
    /// How it comes here (B12).
    pub arrives: Arrives,
    /// What its authors say: whether it says something about a person.
    #[serde(default, rename = "personal", skip_serializing_if = "Option::is_none")]
    pub marked: Option<bool>,
    /// True where it says something about a person, by itself or by what it stands beside (B13).
    #[serde(skip)]
    pub personal: bool,
    /// Why this server can read it (S29); for personal fields. One that is personal by what it
    /// stands beside is readable for that one's reason.
    #[serde(default)]
    pub why_not_sealed: Option<String>,
}

/// The four categories of a datum, and the one that nobody has given yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// 1: about the device or the program.
    Technical,
    /// 2: about how the program is used.
    Interaction,
    /// 3: about what a person stores or visits.
    StoredContent,
    /// 4: able to identify a person, or worse.
    HighlySensitive,
    /// Not classified: treated as the most sensitive, and never accepted.
    Unclassified,
}

impl Category {
    /// Returns the words for a page.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Technical => "technical",
            Self::Interaction => "interaction",
            Self::StoredContent => "stored content",
            Self::HighlySensitive => "highly sensitive",
            Self::Unclassified => "not classified",
        }
    }
}

/// How a datum comes here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arrives {
    /// Somebody gave it.
    Given,
    /// It was observed.
    Observed,
    /// Others sent it.
    FromOthers,
    /// It was inferred.
    Inferred,
}

impl Inventory {
    /// Reads an `inventory.yaml` and checks it. All problems come together.
    pub fn read(text: &str) -> Result<Self, Vec<Finding>> {
        Self::read_as(text, false)
    }

    /// Does the same; with `mixed`, lets records mark a field as not personal beside one that is:
    /// where a demonstration breaks a promise on purpose (B13).
    pub fn read_as(text: &str, mixed: bool) -> Result<Self, Vec<Finding>> {
        let mut inventory: Self = serde_saphyr::from_str(text)
            .map_err(|error| vec![Finding::new("inventory.yaml", error.to_string())])?;
        let findings: Vec<Finding> = faults::of(&inventory)
            .into_iter()
            .filter(|fault| !(mixed && fault.check == faults::MIXED))
            .map(|fault| fault.finding(&inventory.part))
            .collect();
        if !findings.is_empty() {
            return Err(findings);
        }
        for record in inventory.records.values_mut() {
            record.spread();
        }
        Ok(inventory)
    }
}

impl Record {
    /// Whatever stands beside something personal is personal as well, unless a demonstration lets
    /// it be marked otherwise.
    fn spread(&mut self) {
        let personal = self.fields.values().filter(|field| field.marked == Some(true));
        let reason = personal.map(|field| field.why_not_sealed.clone()).next();
        let Some(reason) = reason else { return };
        for field in self.fields.values_mut().filter(|field| field.marked != Some(false)) {
            field.personal = true;
            field.why_not_sealed = field.why_not_sealed.take().or_else(|| reason.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
part: sample
persons: {design: Ann, approval: Bo, implementation: Cy}
records:
  visit:
    store: database
    about: One visit.
    owner: {person: {holder: sample, column: who}}
    retention: {days: {days: 30, by: day, unit: day}}
    fields:
      who: {what: The visitor, why: To find it again, benefit: It can be erased, category: interaction, arrives: given, personal: true, why_not_sealed: Compared by this server.}
      day: {what: The day, why: To end it, benefit: It ends, category: technical, arrives: observed}
"#;

    fn findings(from: &str, to: &str) -> String {
        assert!(GOOD.contains(from), "{from}");
        let found = Inventory::read(&GOOD.replace(from, to)).expect_err("a problem was planted");
        found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_whole_declaration_reads() {
        let inventory = Inventory::read(GOOD).expect("it is whole");
        assert_eq!(inventory.records["visit"].fields.len(), 2);
    }

    #[test]
    fn each_missing_piece_is_named() {
        for (from, to, expected) in [
            (
                "column: who",
                "column: whom",
                "names an owner column, `whom`, that is not among its fields",
            ),
            ("by: day", "by: date", "ends by a column, `date`, that is not among its fields"),
            (", why_not_sealed: Compared by this server.", "", "Write `why_not_sealed`"),
            ("benefit: It ends", "benefit: may be useful", "`benefit` says nothing"),
            ("benefit: It ends", "benefit: to end it", "`why` is copied from beside it"),
            (
                "category: technical",
                "category: stored_content",
                "together that is highly sensitive",
            ),
            ("category: technical", "category: unclassified", "has no category"),
            ("design: Ann", "design: ' '", "names nobody for design"),
            ("{days: {days: 30, by: day, unit: day}}", "{until: ''}", "does not say when it ends"),
            ("about: One visit.", "aboot: One visit.", "aboot"),
        ] {
            let found = findings(from, to);
            assert!(found.contains(expected), "{from} -> {to}: {found}");
        }
    }

    #[test]
    fn what_stands_beside_something_personal_is_personal() {
        let fields = |text: &str, mixed| {
            let inventory = Inventory::read_as(text, mixed).expect("it is whole");
            inventory.records["visit"].fields.clone()
        };
        let day = &fields(GOOD, false)["day"];
        assert!(day.personal, "it stands beside who");
        assert_eq!(day.why_not_sealed.as_deref(), Some("Compared by this server."));
        let mixed = GOOD.replace("arrives: observed}", "arrives: observed, personal: false}");
        let found = Inventory::read(&mixed).expect_err("it cannot be marked otherwise");
        assert!(found[0].message.contains("marked as not personal beside `who`"), "{found:?}");
        assert!(!fields(&mixed, true)["day"].personal, "the fault lets it be");
        let alone = GOOD.replace(", personal: true, why_not_sealed: Compared by this server.", "");
        assert!(!fields(&alone, false)["day"].personal);
    }

    #[test]
    fn a_record_without_retention_does_not_read() {
        let found = findings("    retention: {days: {days: 30, by: day, unit: day}}\n", "");
        assert!(found.contains("retention"), "{found}");
    }
}
