//! Cases of ours: at least one for each check and each error of glean_parser where it speaks, and
//! one where it does not.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::case::{self, Case};
use crate::{CHECKS, found, is_error_of_files, line, vectors, without_days};

/// What glean_parser says of a case, as tests/lint/oracle.py recorded it.
struct Recorded {
    errors: bool,
    /// None where it broke off.
    nits: Option<Vec<String>>,
}

fn record() -> Value {
    let text = fs::read_to_string(vectors().join("expected.json")).expect("the record is there");
    serde_json::from_str(&text).expect("the record is JSON")
}

fn recorded(record: &Value, case: &Case) -> Recorded {
    let found = &record["cases"][&case.name];
    let errors = found["errors"].as_bool();
    let nits = found["nits"].as_array().map(|nits| {
        nits.iter().map(|nit| without_days(nit.as_str().expect("a nit is a line"))).collect()
    });
    let errors = errors.unwrap_or_else(|| panic!("{} is not recorded", case.name));
    Recorded { errors, nits }
}

/// Says in what we differ from the record.
fn difference(case: &Case, recorded: &Recorded) -> Option<String> {
    let linted = found(&case.files, &case.flags);
    let errors: Vec<_> = linted.nits.iter().filter(|nit| is_error_of_files(nit)).collect();
    let nits = linted.nits.iter().filter(|nit| !is_error_of_files(nit));
    if let Some(ours) = &case.ours {
        let error = (!errors.is_empty()).then_some("error");
        let said: BTreeSet<_> = nits.map(|nit| nit.check).chain(error).collect();
        let expected: BTreeSet<_> = ours.iter().map(String::as_str).collect();
        return (said != expected).then(|| format!("{}: we say {said:?}", case.name));
    }
    let mut nits: Vec<_> = nits.map(line).collect();
    nits.sort();
    let expected = recorded.nits.clone().map(|mut expected| {
        expected.sort();
        expected
    });
    let same = recorded.errors != errors.is_empty()
        && expected.as_ref().is_none_or(|expected| nits == *expected);
    (!same).then(|| {
        let Recorded { errors: wrong, .. } = recorded;
        format!("{}:\n  glean_parser {wrong} {expected:#?}\n  we {errors:#?} {nits:#?}", case.name)
    })
}

#[test]
fn we_say_what_glean_parser_says() {
    let (record, cases) = (record(), case::all());
    assert!(cases.len() > 150, "only {} cases", cases.len());
    assert_eq!(record["cases"].as_object().map(serde_json::Map::len), Some(cases.len()));
    let differences: Vec<_> =
        cases.iter().filter_map(|case| difference(case, &recorded(&record, case))).collect();
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
}

#[test]
fn each_check_has_a_case_in_which_it_speaks_and_one_in_which_it_does_not() {
    let cases = case::all();
    for check in CHECKS {
        let of: Vec<_> =
            cases.iter().filter(|case| case.name.contains(&format!(": {check}: "))).collect();
        let speaks = |case: &&Case| case.says.iter().any(|said| said == check);
        assert!(of.iter().any(speaks), "{check} never speaks");
        assert!(of.iter().any(|case| !speaks(case)), "{check} never is silent");
    }
}

#[test]
fn what_we_say_otherwise_is_written_down() {
    let page = [env!("CARGO_MANIFEST_DIR"), "../../docs/lint-parity.md"].iter().collect();
    let page: std::path::PathBuf = page;
    let page = fs::read_to_string(page).expect("the page is there");
    for case in case::all().iter().filter(|case| case.ours.is_some()) {
        assert!(page.contains(&format!("`{}`", case.name)), "{} has no reason", case.name);
    }
}
