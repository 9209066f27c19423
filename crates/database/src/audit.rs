//! Comparing what a store really holds with what the inventories declare (invariant 5).

use std::collections::{BTreeMap, BTreeSet};

use candor_inventory::{Finding, Inventory, Record, Store};

use crate::{Database, DatabaseError};

impl Database {
    /// Refuses a schema that holds an undeclared table or column, or lacks a declared one.
    ///
    /// Only tables of services that are on (those that applied migrations made) can lack something.
    /// On a database that a newer build has changed, what is undeclared is that build's and passes.
    /// Errors: `Undeclared`, `Missing`, each with all its findings.
    pub async fn audit(&self, declared: &[Inventory]) -> Result<(), DatabaseError> {
        let found = compare(Store::Database, &self.schema().await?, declared, &self.tables());
        match found {
            Err(DatabaseError::Undeclared(_)) if self.read_only() => Ok(()),
            found => found,
        }
    }
}

/// Compares tables of another store, all of whose declared records must be there.
///
/// Errors: `Undeclared`, `Missing`.
pub fn compare_tables(
    store: Store,
    actual: &BTreeMap<String, BTreeSet<String>>,
    declared: &[Inventory],
) -> Result<(), DatabaseError> {
    let expected = records(store, declared).map(|(_, table, _)| table.to_owned()).collect();
    compare(store, actual, declared, &expected)
}

/// Compares the columns of `actual` tables with the declared ones; `expected` tables must exist.
///
/// Errors: `Undeclared`, which says what to write where; `Missing`.
pub fn compare(
    store: Store,
    actual: &BTreeMap<String, BTreeSet<String>>,
    declared: &[Inventory],
    expected: &BTreeSet<String>,
) -> Result<(), DatabaseError> {
    let undeclared: Vec<Finding> = actual
        .iter()
        .flat_map(|(table, columns)| undeclared(store, table, columns, declared))
        .collect();
    if !undeclared.is_empty() {
        return Err(DatabaseError::Undeclared(undeclared));
    }
    let mut missing = Vec::new();
    for (part, table, record) in records(store, declared) {
        let Some(columns) = actual.get(table) else {
            if expected.contains(table) {
                missing.push(lacking(part, table));
            }
            continue;
        };
        let absent = record.fields.keys().filter(|column| !columns.contains(*column));
        missing.extend(absent.map(|column| lacking(part, &format!("{table}.{column}"))));
    }
    if missing.is_empty() { Ok(()) } else { Err(DatabaseError::Missing(missing)) }
}

fn records(store: Store, declared: &[Inventory]) -> impl Iterator<Item = (&str, &str, &Record)> {
    declared
        .iter()
        .flat_map(|inventory| {
            let part = inventory.part.as_str();
            inventory.records.iter().map(move |(name, record)| (part, name.as_str(), record))
        })
        .filter(move |(_, _, record)| record.store == store)
}

fn undeclared(
    store: Store,
    table: &str,
    columns: &BTreeSet<String>,
    declared: &[Inventory],
) -> Vec<Finding> {
    let known = records(store, declared).find(|(_, name, _)| *name == table);
    let part = known.map_or("the part that makes it", |(part, _, _)| part);
    let head = match known {
        Some(_) => format!("records:\n  {table}:\n    fields:"),
        None => format!(
            "records:\n  {table}:\n    store: {}\n    about: …\n    owner: {{person: {{holder: …, \
             column: …}}}} or {{nobody: why}}\n    retention: {{days: {{days: …, by: …, unit: \
             day|micros}}}} or {{until: the event}}\n    fields:",
            name_of(store)
        ),
    };
    let has = |column: &str| known.is_some_and(|(_, _, record)| record.fields.contains_key(column));
    columns
        .iter()
        .filter(|column| !has(column))
        .map(|column| Finding {
            place: format!("{table}.{column}"),
            message: format!(
                "is not declared. Drop it, or write in the inventory.yaml of {part}:\n{head}\n      \
                 {column}: {{what: …, why: …, benefit: …, category: technical|interaction|\
                 stored_content|highly_sensitive, arrives: given|observed|from_others|inferred}}"
            ),
        })
        .collect()
}

fn lacking(part: &str, place: &str) -> Finding {
    let message = format!(
        "is declared in the inventory.yaml of {part} and does not exist. Add a migration that makes \
         it, or take the declaration away."
    );
    Finding { place: place.into(), message }
}

const fn name_of(store: Store) -> &'static str {
    match store {
        Store::Database => "database",
        Store::Landing => "landing",
        Store::Rest => "rest",
        Store::Payload => "payload",
        Store::Log => "log",
        Store::Memory => "memory",
        Store::File => "file",
        Store::Cookie => "cookie",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DECLARED: &str = "
part: sample
persons: {design: Ann, approval: Bo, implementation: Cy}
records:
  visit:
    store: database
    about: One visit.
    owner: {nobody: It counts visits only.}
    retention: {until: the sample ends}
    fields:
      day: {what: The day, why: To count it, benefit: A count, category: technical, arrives: observed}
      page: {what: The page, why: To count it, benefit: A count, category: technical, arrives: observed}
  landed:
    store: landing
    about: One row.
    owner: {nobody: It counts rows only.}
    retention: {until: the sample ends}
    fields:
      id: {what: The row, why: To count it, benefit: A count, category: technical, arrives: observed}
";

    fn declared() -> [Inventory; 1] {
        [Inventory::read(DECLARED).expect("it is whole")]
    }

    fn tables(list: &[(&str, &[&str])]) -> BTreeMap<String, BTreeSet<String>> {
        let set = |columns: &[&str]| columns.iter().map(ToString::to_string).collect();
        list.iter().map(|(table, columns)| (table.to_string(), set(columns))).collect()
    }

    #[test]
    fn each_difference_is_named() {
        let on = BTreeSet::from(["visit".to_owned()]);
        let off = BTreeSet::new();
        for (actual, expected, undeclared, places) in [
            (tables(&[("visit", &["day", "page"])]), &on, true, vec![]),
            (tables(&[]), &off, true, vec![]),
            (tables(&[]), &on, false, vec!["visit"]),
            (tables(&[("visit", &["day"])]), &on, false, vec!["visit.page"]),
            (tables(&[("visit", &["day", "page", "who"])]), &on, true, vec!["visit.who"]),
            (
                tables(&[("visit", &["day"]), ("note", &["id", "text"])]),
                &on,
                true,
                vec!["note.id", "note.text"],
            ),
            (tables(&[("landed", &["id"])]), &off, true, vec!["landed.id"]),
        ] {
            let found = match compare(Store::Database, &actual, &declared(), expected) {
                Ok(()) => vec![],
                Err(DatabaseError::Undeclared(found)) if undeclared => found,
                Err(DatabaseError::Missing(found)) if !undeclared => found,
                Err(other) => panic!("{actual:?}: {other}"),
            };
            let found: Vec<_> = found.iter().map(|finding| finding.place.as_str()).collect();
            assert_eq!(found, places, "{actual:?}");
        }
    }

    #[test]
    fn the_finding_says_what_to_write_and_where() {
        let actual = tables(&[("visit", &["day", "page", "who"])]);
        let error =
            compare_tables(Store::Database, &actual, &declared()).expect_err("one too many");
        let text = error.to_string();
        assert!(text.contains("visit.who: is not declared"), "{text}");
        assert!(
            text.contains("inventory.yaml of sample:\nrecords:\n  visit:\n    fields:"),
            "{text}"
        );
        assert!(text.contains("      who: {what: …, why: …"), "{text}");
    }

    #[test]
    fn another_store_is_compared_with_its_own_records() {
        assert!(
            compare_tables(Store::Landing, &tables(&[("landed", &["id"])]), &declared()).is_ok()
        );
        let error = compare_tables(Store::Landing, &tables(&[]), &declared());
        assert!(matches!(error, Err(DatabaseError::Missing(found)) if found[0].place == "landed"));
    }
}
