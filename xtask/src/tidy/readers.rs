//! Columns that are written and never read: what nobody reads is not to be kept (C01).

use candor_inventory::{Inventory, Record, Retention, Store};

use super::has_word;
use crate::tree::Tree;

/// Where a query begins to read.
const READS: [&str; 4] = ["SELECT ", "WHERE ", "RETURNING ", "ORDER BY "];

/// Finds declared columns of the database and of pings at rest that no query reads.
pub(super) fn check(tree: &Tree) -> Vec<String> {
    let read: Vec<&str> = tree
        .ending(".rs")
        .filter(|file| file.path.starts_with("crates/") && !file.serves_tests())
        .flat_map(|file| file.text.split('"').filter_map(reading))
        .collect();
    let mut findings = Vec::new();
    for file in tree.ending("/inventory.yaml").filter(|file| file.path.starts_with("crates/")) {
        // What does not read is told by another check.
        let Ok(inventory) = Inventory::read(&file.text) else { continue };
        let stored = |store: &Store| matches!(store, Store::Database | Store::Landing);
        for (name, record) in inventory.records.iter().filter(|(_, it)| stored(&it.store)) {
            let is_read = |field: &String| {
                read.iter().any(|query| has_word(query, field)) || ends_by(record, field)
            };
            let unread = record.fields.keys().filter(|field| !is_read(field));
            findings.extend(unread.map(|field| {
                let path = &file.path;
                format!(
                    "{path}: {name}.{field} is kept, and no query reads it; read it or drop it."
                )
            }));
        }
    }
    findings
}

/// Tells whether a column says when the record ends: the sweeper reads it.
fn ends_by(record: &Record, field: &str) -> bool {
    matches!(&record.retention, Retention::Days { by, .. } if by == field)
}

/// Returns the part of a text that reads columns, where it is a query.
fn reading(text: &str) -> Option<&str> {
    READS.iter().filter_map(|word| text.find(word)).min().map(|at| &text[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    const VISIT: &str = r"
part: calls
persons: {design: Ann, approval: Bo, implementation: Cy}
records:
  visit:
    store: database
    about: One visit.
    owner: {nobody: It is only counted.}
    retention: {until: The server stops.}
    fields:
      room: {what: Which room., why: To show it., benefit: It can be seen., category: technical, arrives: observed}
";

    #[test]
    fn a_column_that_is_only_written_is_found() {
        for (code, found) in [
            (r#"query("SELECT room FROM visit")"#, 0),
            (r#"query("INSERT INTO visit (room) VALUES ($1) RETURNING room")"#, 0),
            (r#"query("DELETE FROM visit WHERE room = $1")"#, 0),
            (r#"query("INSERT INTO visit (room) VALUES ($1)")"#, 1),
            (r#"query("SELECT roommate FROM visit")"#, 1),
            ("fn room() {}", 1),
        ] {
            let files =
                [("crates/calls/inventory.yaml", VISIT), ("crates/calls/src/store.rs", code)];
            assert_eq!(check(&Tree::of(&files)).len(), found, "{code}");
        }
    }
}
