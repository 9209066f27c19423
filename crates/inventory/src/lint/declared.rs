//! `inventory.yaml`, as a linter sees it: the faults of its declarations, with their lines.

use super::{Nit, Severity};
use crate::Inventory;
use crate::declaration::faults::{self, Fault};
use crate::glean::At;
use crate::yaml::{self, Node};

/// Tells whether a file of this name declares what a part of a server keeps.
pub(super) fn is_inventory(file: &str) -> bool {
    file.rsplit('/').next() == Some("inventory.yaml")
}

/// Lints one file. Without its form it has one finding.
pub(super) fn check(file: &str, text: &str) -> (Vec<Nit>, usize) {
    let whole = |line, message| (vec![nit(file, line, broken(message))], 0);
    let root = match yaml::read(text) {
        Ok(root) => root,
        Err(error) => return whole(error.line, error.message),
    };
    let inventory: Inventory = match serde_saphyr::from_str(text) {
        Ok(inventory) => inventory,
        Err(error) => {
            let line = error.location().map_or(0, |at| usize::try_from(at.line()).unwrap_or(0));
            return whole(line, format!("It has not the form of an inventory: {}.", said(&error)));
        }
    };
    let faults = faults::of(&inventory).into_iter();
    let nits = faults.map(|fault| nit(file, line(&root, &fault), fault)).collect();
    (nits, inventory.records.len())
}

/// What the reader says, without the place and the piece of text that it shows.
fn said(error: &serde_saphyr::Error) -> String {
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    let place = first.split_once(" column ").and_then(|(_, after)| after.split_once(": "));
    place.map_or(first, |(_, words)| words).to_owned()
}

fn nit(file: &str, line: usize, fault: Fault) -> Nit {
    let Fault { check, record, field, message, fix } = fault;
    let at = At { file: file.to_owned(), line };
    let about = if field.is_empty() { record } else { format!("{record}.{field}") };
    Nit {
        check,
        severity: Severity::Error,
        at,
        about,
        message,
        fix: fix.map(|fix| format!("write {fix}")),
    }
}

fn broken(message: String) -> Fault {
    Fault { check: "INVENTORY", record: String::new(), field: String::new(), message, fix: None }
}

/// The line of what a fault is about: the field, else the record, else the first.
fn line(root: &Node, fault: &Fault) -> usize {
    let entry = |map: &Node, name: &str| {
        map.map()?
            .entries
            .iter()
            .find(|entry| entry.name == name)
            .map(|it| (it.line, it.node.clone()))
    };
    let record = entry(root, "records").and_then(|(_, all)| entry(&all, &fault.record));
    let Some((line, record)) = record else { return 1 };
    let field = entry(&record, "fields").and_then(|(_, all)| entry(&all, &fault.field));
    field.map_or(line, |(line, _)| line)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"part: sample
persons: {design: Ann, approval: Bo, implementation: Cy}
records:
  seen:
    store: cookie
    about: Which version of the notice was seen.
    owner: {nobody: It says the same for everybody.}
    retention: {until: The browser is closed.}
    recipients: [{name: The church office, why: It prints the notice.}]
    fields:
      version: {what: The version., why: To show only what changed., benefit: You read less., category: technical, arrives: given}
  account:
    store: database
    about: One account.
    owner: {person: {holder: sample, column: who}}
    retention: {days: {days: 30, by: day, unit: day}}
    fields:
      who: {what: The person., why: To find it again., benefit: It can be erased., category: highly_sensitive, arrives: given, personal: true, why_not_sealed: This server compares it.}
      day: {what: The day., why: To end it., benefit: It ends., category: technical, arrives: observed, personal: true, why_not_sealed: This server counts by it.}
"#;

    /// Lints the sample after replacing words in it.
    fn found(from: &str, to: &str) -> String {
        assert!(GOOD.contains(from), "{from}");
        let (nits, _) = check("a/inventory.yaml", &GOOD.replace(from, to));
        let said = nits.iter().map(|nit| {
            let Nit { check, severity, at, about, message, .. } = nit;
            format!("{}:{} {} {check} {about}: {message}", at.file, at.line, severity.word())
        });
        said.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn findings_stand_at_their_lines() {
        assert_eq!(found("part", "part"), "");
        for (from, to, expected) in [
            ("To end it.", "may be useful", ":19 error REASON_POOR account.day: `why`"),
            ("To end it.", "' '", ":19 error REASON_POOR account.day: `why` says nothing."),
            ("It ends.,", "To end it.,", ":19 error REASON_COPIED account.day"),
            ("It prints the notice.", "tbd", ":4 error REASON_POOR seen: It goes to others"),
            (", why_not_sealed: This server compares it.", "", ":18 error SEAL_UNEXPLAINED"),
            ("This server compares it.", "' '", ":18 error SEAL_UNEXPLAINED account.who"),
            (
                "category: technical, arrives: observed",
                "category: stored_content, arrives: observed",
                ":19 error COMBINATION_IDENTIFIES account.day: It stands beside `who`",
            ),
            (
                "day: {what: The day.",
                "day: {what: The longitude.",
                ":19 error COMBINATION_IDENTIFIES account.day: It stands beside `who`",
            ),
            (
                "personal: true, why_not_sealed: This server counts by it.",
                "personal: false",
                ":19 error PERSONAL_BY_COMPANY account.day: It is marked as not personal beside `who`",
            ),
            (
                "technical, arrives: given",
                "unclassified, arrives: given",
                ":11 error SENSITIVITY_MISSING seen.version",
            ),
            ("by: day", "by: date", ":12 error RETENTION_MISSING account"),
            ("column: who", "column: whom", ":12 error OWNER_MISSING account"),
            ("It says the same for everybody.", "''", ":4 error OWNER_MISSING seen"),
            ("design: Ann", "design: ''", ":1 error PERSONS_MISSING"),
            (
                "store: cookie",
                "store: cellar",
                ":5 error INVENTORY : It has not the form of an inventory: unknown variant `cellar`",
            ),
            ("part: sample", "part: [", " error INVENTORY : This is no YAML"),
        ] {
            let found = found(from, to);
            assert!(found.contains(expected), "{from} -> {to}: {found}");
            assert!(!found.contains('\n') || to == "''" || to == "part: [", "{from}: {found}");
        }
    }

    #[test]
    fn a_reason_that_was_pasted_over_fields_is_found() {
        let field = |name: &str| {
            format!(
                "      {name}: {{what: How many., why: To count it., benefit: You see it., \
                 category: technical, arrives: observed}}\n"
            )
        };
        let two = field("one") + &field("two");
        let with = |fields: &str| found("  account:", &format!("{fields}  account:"));
        assert_eq!(with(&two), "");
        let three = with(&(two + &field("zero")));
        assert_eq!(
            three.lines().collect::<Vec<_>>(),
            [
                "a/inventory.yaml:13 error REASON_COPIED seen.two: Its reason and benefit are \
                 those of `one`.",
                "a/inventory.yaml:14 error REASON_COPIED seen.zero: Its reason and benefit are \
                 those of `one`.",
            ]
        );
    }

    #[test]
    fn the_declarations_of_this_server_have_no_error() {
        for (part, text) in [
            ("candor", include_str!("../../../candor/inventory.yaml")),
            ("database", include_str!("../../../database/inventory.yaml")),
            ("notices", include_str!("../../../notices/inventory.yaml")),
            ("reports", include_str!("../../../reports/inventory.yaml")),
            ("review", include_str!("../../../review/inventory.yaml")),
            ("segments", include_str!("../../../segments/inventory.yaml")),
            ("telemetry", include_str!("../../../telemetry/inventory.yaml")),
            ("web", include_str!("../../../web/inventory.yaml")),
        ] {
            let (nits, records) = check(&format!("{part}/inventory.yaml"), text);
            let errors = nits.iter().filter(|nit| nit.severity == Severity::Error);
            assert_eq!(errors.collect::<Vec<_>>(), Vec::<&Nit>::new());
            assert!(records > 0 || part == "notices", "{part} declares nothing");
        }
    }
}
