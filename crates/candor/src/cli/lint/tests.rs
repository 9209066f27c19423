use candor_inventory::glean::At;
use candor_inventory::lint::Nit;
use clap::Parser;
use serde_json::Value;

use super::formats::{github, gitlab, json, sarif};
use super::human::{Paint, tell};
use super::*;

fn nit(check: &'static str, severity: Severity, line: usize, about: &str) -> Nit {
    Nit {
        check,
        severity,
        at: At { file: "my app/metrics.yaml".to_owned(), line },
        about: about.to_owned(),
        message: "It is 100% wrong, and:\nthat twice.".to_owned(),
        fix: (severity == Severity::Error).then(|| "labels: [a, b]".to_owned()),
    }
}

fn sample() -> Linted {
    let alike = (5..10).map(|line| nit("B", Severity::Warning, line, &format!("page.w{line}")));
    let mut nits =
        vec![nit("SCHEMA", Severity::Error, 0, ""), nit("A", Severity::Error, 3, "page.x")];
    nits.extend(alike);
    nits.push(nit("C", Severity::Note, 12, "page.z"));
    Linted { nits, metrics: 7, pings: 1, records: 0 }
}

#[test]
fn people_read_what_is_wrong_where_and_what_to_write() {
    insta::assert_snapshot!(tell(&sample(), Paint::Nothing, false), @r"
    my app/metrics.yaml: error SCHEMA
      It is 100% wrong, and: that twice.
      fix: labels: [a, b]

    my app/metrics.yaml:3: error A page.x
      It is 100% wrong, and: that twice.
      fix: labels: [a, b]

    my app/metrics.yaml:5: warning B page.w5
    my app/metrics.yaml:6: warning B page.w6
    my app/metrics.yaml:7: warning B page.w7
      and 2 more here (--all shows them)
      It is 100% wrong, and: that twice.

    my app/metrics.yaml:12: note C page.z
      It is 100% wrong, and: that twice.

    7 metrics, 1 ping read: 2 errors, 5 warnings, 1 note.
    ");
    let all = tell(&sample(), Paint::Nothing, true);
    assert!(all.contains("page.w9") && !all.contains("more here"), "{all}");
    let nothing = Linted { metrics: 1, ..Linted::default() };
    assert_eq!(tell(&nothing, Paint::Nothing, false), "1 metric read: nothing to mend.");
}

#[test]
fn colours_are_only_for_terminals() {
    assert!(!tell(&sample(), Paint::Nothing, false).contains('\u{1b}'));
    assert!(tell(&sample(), Paint::Colours, false).contains("\u{1b}[31merror\u{1b}[0m A page.x"));
}

#[test]
fn what_others_wrote_does_not_command_the_terminal() {
    let named = Nit { about: "a\u{1b}[2Jb".to_owned(), ..nit("A", Severity::Error, 1, "") };
    let linted = Linted { nits: vec![named], ..Linted::default() };
    assert!(tell(&linted, Paint::Nothing, true).contains("error A a\u{fffd}[2Jb\n"));
}

#[test]
fn programs_read_a_list() {
    let list: Value = serde_json::from_str(&json(&sample())).expect("it is JSON");
    let keys = ["check", "severity", "file", "line", "subject", "message", "fix"];
    let first = list[1].as_object().expect("a finding");
    assert_eq!(list.as_array().expect("a list").len(), 8);
    assert!(keys.iter().all(|key| first.contains_key(*key)) && first.len() == keys.len());
    assert_eq!((&list[1]["severity"], &list[1]["line"]), (&"error".into(), &3.into()));
    assert_eq!((&list[0]["subject"], &list[7]["fix"]), (&"".into(), &Value::Null));
}

#[test]
fn sarif_has_what_its_schema_requires() {
    let log: Value = serde_json::from_str(&sarif(&sample())).expect("it is JSON");
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], "candor");
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    let results = run["results"].as_array().expect("results");
    assert_eq!((rules.len(), results.len()), (4, 8));
    for result in results {
        assert!(rules.iter().any(|rule| rule["id"] == result["ruleId"]), "{result}");
        assert!(["error", "warning", "note"].iter().any(|level| result["level"] == *level));
        assert!(result["message"]["text"].is_string(), "{result}");
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "my%20app/metrics.yaml");
        assert!(place["region"]["startLine"] != 0, "lines begin with 1: {place}");
    }
    assert!(results[0]["locations"][0]["physicalLocation"]["region"].is_null());
}

#[test]
fn annotations_are_one_line_each() {
    let text = github(&sample());
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 9);
    assert_eq!(
        lines[1],
        "::error file=my app/metrics.yaml,line=3,title=A::page.x: It is 100%25 wrong, and:%0Athat \
         twice. Fix: labels: [a, b]"
    );
    assert!(lines[0].starts_with("::error file=my app/metrics.yaml,title=SCHEMA::It is"));
    assert!(lines[7].starts_with("::notice file="), "{}", lines[7]);
}

#[test]
fn code_quality_keeps_to_its_words() {
    let list: Value = serde_json::from_str(&gitlab(&sample())).expect("it is JSON");
    let list = list.as_array().expect("a list");
    let mut prints: Vec<_> = list.iter().map(|issue| issue["fingerprint"].to_string()).collect();
    prints.sort();
    prints.dedup();
    assert_eq!(prints.len(), list.len(), "each has its own");
    for issue in list {
        assert!(issue["location"]["lines"]["begin"].as_u64() >= Some(1), "{issue}");
        let severities = ["info", "minor", "major", "critical", "blocker"];
        assert!(severities.iter().any(|severity| issue["severity"] == *severity), "{issue}");
        assert!(issue["description"].is_string() && issue["check_name"].is_string(), "{issue}");
    }
}

fn is_check(word: &str) -> bool {
    word.len() > 3 && word.chars().all(|c| c.is_ascii_uppercase() || c == '_')
}

/// Names of checks that the linter's code holds: words in capitals, in quotes.
fn checks() -> std::collections::BTreeSet<String> {
    fn gather(folder: &std::path::Path, into: &mut std::collections::BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).expect("it is there") {
            let path = entry.expect("it is there").path();
            if path.is_dir() {
                gather(&path, into);
            } else if !path.ends_with("tests.rs") {
                let text = std::fs::read_to_string(&path).expect("it is text");
                let words = text.split('"').skip(1).step_by(2);
                into.extend(words.filter(|word| is_check(word)).map(str::to_owned));
            }
        }
    }
    let mut found = std::collections::BTreeSet::new();
    let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../inventory/src");
    gather(&crates.join("lint"), &mut found);
    gather(&crates.join("declaration"), &mut found);
    found
}

#[test]
fn every_check_stands_in_the_documents() {
    let page = include_str!("../../../../../docs/lint.md");
    let checks = checks();
    assert!(checks.len() > 50, "{checks:?}");
    let missing: Vec<_> =
        checks.iter().filter(|check| !page.contains(&format!("`{check}`"))).collect();
    assert_eq!(missing, Vec::<&String>::new(), "docs/lint.md does not tell of these");
    let told = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let told = told.map(|(check, _)| check).filter(|word| is_check(word));
    let gone: Vec<_> = told.filter(|check| !checks.contains(*check)).collect();
    assert_eq!(gone, Vec::<&str>::new(), "docs/lint.md tells of what is no check");
}

#[test]
fn the_recipes_are_yaml_with_commands_that_there_are() {
    for (name, recipe, commands) in [
        ("github.yml", include_str!("../../../../../docs/recipes/github.yml"), 2),
        ("gitlab.yml", include_str!("../../../../../docs/recipes/gitlab.yml"), 2),
        ("forgejo.yml", include_str!("../../../../../docs/recipes/forgejo.yml"), 1),
        ("pre-commit.yaml", include_str!("../../../../../docs/recipes/pre-commit.yaml"), 1),
    ] {
        let root = candor_inventory::yaml::read(recipe).expect(name);
        let mut found = 0;
        for text in texts(&root).into_iter().filter(|text| text.starts_with("candor lint")) {
            let words = text.split([' ']).take_while(|word| !matches!(*word, ">" | "||"));
            crate::cli::Arguments::try_parse_from(words).expect(text);
            found += 1;
        }
        assert_eq!(found, commands, "{name}");
    }
}

fn texts(node: &candor_inventory::yaml::Node) -> Vec<&str> {
    let entries = node.map().map_or(&[][..], |map| &map.entries).iter().map(|entry| &entry.node);
    let below = node.list().unwrap_or_default().iter().chain(entries).flat_map(texts);
    node.text().into_iter().chain(below).collect()
}
