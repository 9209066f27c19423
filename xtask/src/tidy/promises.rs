//! The register is whole, and what is kept or tested is a promise of it.

use std::collections::BTreeSet;

use candor_inventory::Promise;
use candor_kernel::PromiseId;
use serde::Deserialize;

use crate::tree::{File, Tree};

const REGISTER: &str = "crates/notices/register.yaml";
/// As many promises as the register has.
const PROMISES: usize = 112;

/// The part of a line of the register that is needed here.
#[derive(Deserialize)]
struct Line {
    id: PromiseId,
}

/// Finds a register that is not whole, and promises that are not in it.
pub(super) fn check(tree: &Tree) -> Vec<String> {
    let Some(text) = tree.text(REGISTER) else { return vec![format!("{REGISTER} is missing.")] };
    let lines: Vec<Line> = match serde_saphyr::from_str(text) {
        Ok(lines) => lines,
        Err(error) => return vec![format!("{REGISTER} does not read: {error}")],
    };
    let mut findings = Vec::new();
    let mut register = BTreeSet::new();
    for Line { id } in lines {
        if let Some(id) = register.replace(id.to_string()) {
            findings.push(format!("{REGISTER}: has {id} twice."));
        }
    }
    if register.len() != PROMISES {
        findings.push(format!("{REGISTER}: has {} promises, not {PROMISES}.", register.len()));
    }
    findings.extend(tree.ending("/promises.yaml").flat_map(|file| kept(file, &register)));
    let tests = tree.ending(".rs").filter(|file| file.path.starts_with("tests/"));
    findings.extend(tests.flat_map(|file| tested(file, &register)));
    findings
}

fn kept(file: &File, register: &BTreeSet<String>) -> Vec<String> {
    let path = &file.path;
    let promises = match Promise::read(&file.text) {
        Ok(promises) => promises,
        Err(error) => return vec![format!("{path} does not read: {error}")],
    };
    let ids = promises.iter().map(|promise| promise.id.to_string());
    let unknown = ids.filter(|id| !register.contains(id));
    unknown.map(|id| format!("{path}: {id} is not in the register.")).collect()
}

fn tested(file: &File, register: &BTreeSet<String>) -> Vec<String> {
    let path = &file.path;
    let numbered = file.text.lines().enumerate();
    let named = numbered.filter_map(|(index, line)| Some((index + 1, promise_of_test(line)?)));
    let unknown = named.filter(|(_, id)| !register.contains(id));
    unknown.map(|(line, id)| format!("{path}:{line}: {id} is not in the register.")).collect()
}

/// Returns the promise that a test is named after: S30 of `fn s30_nothing_outlives_its_end()`.
fn promise_of_test(line: &str) -> Option<String> {
    let (_, name) = line.split_once("fn ")?;
    let (id, _) = name.split_once('_')?;
    let [series @ (b'c' | b'h' | b's' | b'b'), tens, ones] = id.as_bytes() else { return None };
    let digits = tens.is_ascii_digit() && ones.is_ascii_digit();
    digits.then(|| format!("{}{}", char::from(series.to_ascii_uppercase()), &id[1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn register(count: usize) -> String {
        let ids = ["C", "H"]
            .into_iter()
            .flat_map(|series| (1..=56).map(move |n| format!("{series}{n:02}")));
        ids.take(count).map(|id| format!("- {{id: {id}, sentence: It holds.}}\n")).collect()
    }

    fn findings(register: &str, path: &str, text: &str) -> String {
        check(&Tree::of(&[(REGISTER, register), (path, text)])).join("\n")
    }

    #[test]
    fn the_register_is_whole() {
        let check = |register: &str| findings(register, "run", "");
        assert_eq!(check(&register(PROMISES)), "");
        assert!(check(&register(PROMISES - 1)).contains("has 111 promises, not 112"));
        let twice = register(PROMISES).replace("id: H56", "id: H55");
        assert!(check(&twice).contains("has H55 twice"));
        assert!(check("- {id: nonsense}").contains("does not read"));
        assert!(super::check(&Tree::of(&[])).concat().contains("is missing"));
    }

    #[test]
    fn what_a_part_keeps_is_in_the_register() {
        let kept = "- {id: C01, stops: [], mutation: sweep-nothing, repeat: Look.}";
        let check = |text: &str| findings(&register(PROMISES), "crates/web/promises.yaml", text);
        assert_eq!(check(kept), "");
        assert!(check(&kept.replace("C01", "S30")).contains("S30 is not in the register"));
        assert!(check(&kept.replace("sweep-nothing", "hope")).contains("does not read"));
    }

    #[test]
    fn a_test_is_named_after_a_promise_of_the_register() {
        let check = |text: &str| findings(&register(PROMISES), "tests/tests/it.rs", text);
        assert_eq!(check("async fn c01_nothing_is_kept_without_reason() {"), "");
        assert_eq!(check("fn s3_is_a_store() {}\nfn signs_30_times() {}\nfn cab_ride() {}"), "");
        let found = check("\n    async fn s30_nothing_outlives_its_end() {");
        assert_eq!(found, "tests/tests/it.rs:2: S30 is not in the register.");
    }
}
