//! Every slice has the same rooms, and says what it keeps.

use std::collections::BTreeMap;

use candor_inventory::Inventory;

use super::SLICES;
use crate::tree::Tree;

/// Finds slices without a room, and declarations that do not read or declare a record again.
pub(super) fn check(tree: &Tree) -> Vec<String> {
    let slices = SLICES.iter().filter(|slice| tree.has(&format!("crates/{slice}")));
    let mut findings: Vec<_> = slices.flat_map(|slice| rooms(tree, slice)).collect();
    findings.extend(inventories(tree));
    findings
}

fn rooms(tree: &Tree, slice: &str) -> Vec<String> {
    let rooms: [&[&str]; 4] = [
        &["src/lib.rs"],
        &["inventory.yaml"],
        &["src/rules.rs", "src/rules"],
        &["src/http.rs", "src/http"],
    ];
    let there = |room: &str| tree.has(&format!("crates/{slice}/{room}"));
    let missing = rooms.into_iter().filter(|names| !names.iter().any(|room| there(room)));
    missing
        .map(|names| format!("crates/{slice}: has no {}, as every slice has.", names[0]))
        .collect()
}

fn inventories(tree: &Tree) -> Vec<String> {
    let mut findings = Vec::new();
    let mut declared: BTreeMap<String, String> = BTreeMap::new();
    for file in tree.ending("/inventory.yaml").filter(|file| file.path.starts_with("crates/")) {
        let path = &file.path;
        let inventory = match Inventory::read(&file.text) {
            Ok(inventory) => inventory,
            Err(found) => {
                findings.extend(found.iter().map(|finding| format!("{path}: {finding}")));
                continue;
            }
        };
        let part = &inventory.part;
        if *path != format!("crates/{part}/inventory.yaml") {
            findings.push(format!(
                "{path}: says that it is of {part:?}; a part is named like its folder."
            ));
        }
        for record in inventory.records.into_keys() {
            match declared.get(&record) {
                Some(first) => findings.push(format!(
                    "{path}: declares {record:?}, as {first} does; one of them is enough."
                )),
                None => drop(declared.insert(record, path.clone())),
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const VISIT: &str = r#"
part: calls
persons: {design: Ann, approval: Bo, implementation: Cy}
records:
  visit:
    store: memory
    about: One visit.
    owner: {nobody: It is only counted.}
    retention: {until: the server stops}
    fields:
      count: {what: How many, why: To show it, benefit: It can be seen, category: technical, arrives: observed}
"#;

    fn findings(files: &[(&str, &str)]) -> String {
        check(&Tree::of(files)).join("\n")
    }

    #[test]
    fn a_slice_without_a_room_is_named() {
        let whole = [
            ("crates/calls/src/lib.rs", ""),
            ("crates/calls/inventory.yaml", VISIT),
            ("crates/calls/src/rules/rings.rs", ""),
            ("crates/calls/src/http.rs", ""),
            ("crates/web/src/lib.rs", ""),
        ];
        assert_eq!(findings(&whole), "");
        for (missing, expected) in
            [(0, "src/lib.rs"), (1, "inventory.yaml"), (2, "src/rules.rs"), (3, "src/http.rs")]
        {
            let mut files = whole.to_vec();
            files.remove(missing);
            let found = findings(&files);
            assert_eq!(found, format!("crates/calls: has no {expected}, as every slice has."));
        }
    }

    #[test]
    fn a_declaration_must_read_and_stand_once() {
        let path = "crates/web/inventory.yaml";
        let web = VISIT.replace("part: calls", "part: web");
        assert_eq!(findings(&[(path, &web)]), "");
        let broken = findings(&[(path, &web.replace("design: Ann", "design: ' '"))]);
        assert!(broken.contains("crates/web/inventory.yaml: web: It names nobody"), "{broken}");
        assert!(findings(&[(path, VISIT)]).contains("named like its folder"));
        let mail = VISIT.replace("part: calls", "part: mail");
        let twice = findings(&[("crates/mail/inventory.yaml", &mail), (path, &web)]);
        assert!(
            twice.contains("declares \"visit\", as crates/mail/inventory.yaml does"),
            "{twice}"
        );
    }
}
