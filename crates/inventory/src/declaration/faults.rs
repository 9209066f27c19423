//! What is wrong with the declarations of a part, record by record.

use std::collections::BTreeMap;

use super::{Category, Field, Inventory, Owner, Persons, Record, Retention};
use crate::proposal::{self, Topic};
use crate::{Finding, reasons};

/// Fields of a record that may share a reason and a benefit; more were pasted.
const SHARED: usize = 2;

/// The check that finds a field which is marked as not personal beside a personal one.
pub(crate) const MIXED: &str = "PERSONAL_BY_COMPANY";

/// One fault. Its sentence begins with what it is about left out: "names no owner".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) check: &'static str,
    /// The record and the field; empty for the whole part or the whole record.
    pub(crate) record: String,
    pub(crate) field: String,
    pub(crate) message: String,
    pub(crate) fix: Option<String>,
}

impl Fault {
    /// Says it as a finding of a part.
    pub(crate) fn finding(self, part: &str) -> Finding {
        let Self { record, field, message, fix, .. } = self;
        let place = match (record.as_str(), field.as_str()) {
            ("", _) => part.to_owned(),
            (record, "") => format!("{part}: {record}"),
            (record, field) => format!("{part}: {record}.{field}"),
        };
        let fix = fix.map_or(String::new(), |fix| format!(" Write {fix}."));
        Finding::new(place, format!("{message}{fix}"))
    }
}

/// Finds everything that is wrong.
pub(crate) fn of(inventory: &Inventory) -> Vec<Fault> {
    let mut faults = Faults::default();
    let Persons { design, approval, implementation } = &inventory.persons;
    if [design, approval, implementation].into_iter().any(|person| person.trim().is_empty()) {
        let says = "It names nobody for design, approval or implementation.";
        faults.error("PERSONS_MISSING", says, "all three, under `persons`");
    }
    for (name, record) in &inventory.records {
        faults.record.clone_from(name);
        of_record(record, &mut faults);
        for (name, field) in &record.fields {
            faults.field.clone_from(name);
            of_field(field, &mut faults);
        }
        faults.field.clear();
        together(record, &mut faults);
        copied(record, &mut faults);
    }
    faults.all
}

/// Faults, and the place that is looked at.
#[derive(Default)]
struct Faults {
    all: Vec<Fault>,
    record: String,
    field: String,
}

impl Faults {
    fn error(&mut self, check: &'static str, says: &str, fix: &str) {
        self.all.push(Fault {
            check,
            record: self.record.clone(),
            field: self.field.clone(),
            message: says.to_owned(),
            fix: Some(fix.to_owned()),
        });
    }
}

fn of_record(record: &Record, faults: &mut Faults) {
    match &record.owner {
        Owner::Nobody(why) if why.trim().is_empty() => {
            let says = "It has no owner and does not say why.";
            faults.error("OWNER_MISSING", says, "`owner: {nobody: \"...\"}` with the reason");
        }
        Owner::Person { column, .. } if !record.fields.contains_key(column) => {
            let says =
                format!("It names an owner column, `{column}`, that is not among its fields.");
            faults.error("OWNER_MISSING", &says, "the field that names the person");
        }
        _ => {}
    }
    match &record.retention {
        Retention::Days { by, .. } if !record.fields.contains_key(by) => {
            let says = format!("It ends by a column, `{by}`, that is not among its fields.");
            faults.error("RETENTION_MISSING", &says, "the field that counts");
        }
        Retention::Until(event) if event.trim().is_empty() => {
            let fix = "`retention: {until: \"...\"}` or days";
            faults.error("RETENTION_MISSING", "It does not say when it ends.", fix);
        }
        _ => {}
    }
    if record.fields.is_empty() {
        faults.error("FIELDS_MISSING", "It has no fields.", "what it holds, or remove it");
    }
    for recipient in &record.recipients {
        if recipient.name.trim().is_empty() || reasons::says_nothing(&recipient.why) {
            let says = "It goes to others without saying to whom, or why.";
            faults.error("REASON_POOR", says, "`recipients: [{name: ..., why: ...}]`");
        }
    }
}

fn of_field(field: &Field, faults: &mut Faults) {
    for (text, key) in [(&field.what, "what"), (&field.why, "why"), (&field.benefit, "benefit")] {
        if reasons::says_nothing(text) {
            let says = format!("`{key}` says nothing.");
            faults.error("REASON_POOR", &says, "it in words that a user understands");
        }
    }
    let same = |one: &str, other: &str| one.trim().eq_ignore_ascii_case(other.trim());
    if same(&field.why, &field.benefit) || same(&field.why, &field.what) {
        let says = "`why` is copied from beside it.";
        faults.error("REASON_COPIED", says, "what would not work without this field");
    }
    if field.marked == Some(true)
        && field.why_not_sealed.as_deref().is_none_or(reasons::says_nothing)
    {
        let says = "It is personal and readable by this server, and does not say why.";
        faults.error("SEAL_UNEXPLAINED", says, "`why_not_sealed`");
    }
    if field.category == Category::Unclassified {
        let fix = "technical, interaction, stored_content or highly_sensitive";
        faults.error("SENSITIVITY_MISSING", "It has no category.", fix);
    }
}

/// Looks at what a record joins (B13, C13).
fn together(record: &Record, faults: &mut Faults) {
    let persons: Vec<&str> = match &record.owner {
        Owner::Person { column, .. } => vec![column],
        _ => {
            let marked = record.fields.iter().filter(|(_, it)| it.marked == Some(true));
            marked.map(|(name, _)| &**name).collect()
        }
    };
    let Some(person) = persons.first() else { return };
    for (name, field) in record.fields.iter().filter(|(name, _)| *name != person) {
        faults.field.clone_from(name);
        let topics = proposal::topics(None, name, &field.what);
        let located = topics.iter().any(|(topic, _)| *topic == Topic::Location);
        if field.category == Category::StoredContent
            || (located && field.category < Category::HighlySensitive)
        {
            let says = format!(
                "It stands beside `{person}`, which tells who the person is: together that is \
                 highly sensitive."
            );
            faults.error("COMBINATION_IDENTIFIES", &says, "`category: highly_sensitive`");
        } else if field.marked == Some(false) {
            let says = format!(
                "It is marked as not personal beside `{person}`, which is: so it is about that \
                 person, too."
            );
            faults.error(MIXED, &says, "nothing: leave `personal: false` out");
        }
    }
    faults.field.clear();
}

/// Finds a reason and a benefit that many fields of a record share.
fn copied(record: &Record, faults: &mut Faults) {
    let mut shared = BTreeMap::<(&str, &str), Vec<&String>>::new();
    for (name, field) in &record.fields {
        shared.entry((field.why.trim(), field.benefit.trim())).or_default().push(name);
    }
    for names in shared.into_values().filter(|names| names.len() > SHARED) {
        for name in &names[1..] {
            faults.field.clone_from(name);
            let says = format!("Its reason and benefit are those of `{}`.", names[0]);
            faults.error("REASON_COPIED", &says, "what is so of this field alone");
        }
    }
    faults.field.clear();
}
