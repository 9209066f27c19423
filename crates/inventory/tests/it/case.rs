//! One case: files of ours with something changed. tests/vectors/lint/SOURCES.md tells how it is
//! written, and tests/lint/oracle.py reads it in the same way.

use std::collections::BTreeMap;
use std::fs;

use candor_inventory::yaml::{self, Entry, Map, Node};

/// A case.
pub(crate) struct Case {
    /// The file it stands in, and its name there.
    pub(crate) name: String,
    /// The files to lint.
    pub(crate) files: Vec<(String, String)>,
    /// The flags of the command line.
    pub(crate) flags: String,
    /// What glean_parser says.
    pub(crate) says: Vec<String>,
    /// What we say instead, where docs/lint-parity.md tells why.
    pub(crate) ours: Option<Vec<String>>,
}

/// Reads all cases.
pub(crate) fn all() -> Vec<Case> {
    let base = base();
    let mut files: Vec<_> = folder("cases").into_iter().collect();
    files.sort();
    let of_file = |(file, text): &(String, String)| {
        let root = yaml::read(text).unwrap_or_else(|error| panic!("{file}: {error:?}"));
        let topic = file.trim_end_matches(".yaml");
        let case = |entry: &Entry| {
            let map = entry.node.map().unwrap_or_else(|| panic!("{file}: {}", entry.name));
            read(format!("{topic}: {}", entry.name), map, &base)
        };
        root.map().expect("cases by name").entries.iter().map(case).collect::<Vec<_>>()
    };
    files.iter().flat_map(of_file).collect()
}

/// The files that a case changes.
pub(crate) fn base() -> BTreeMap<String, String> {
    folder("base")
}

fn folder(name: &str) -> BTreeMap<String, String> {
    let entries = fs::read_dir(crate::vectors().join(name)).expect("the vectors are there");
    let file = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().expect("names are text");
        (name, fs::read_to_string(entry.path()).expect("files are text"))
    };
    entries.map(|entry| file(entry.expect("the folder can be read"))).collect()
}

fn read(name: String, case: &Map, base: &BTreeMap<String, String>) -> Case {
    let texts = |key: &str| -> Option<Vec<String>> {
        Some(case.get(key)?.texts().map(str::to_owned).collect())
    };
    let mut files = base.clone();
    for put in entries(case, "put") {
        let found = files.values_mut().find(|text| text.contains(&put.name));
        let text = found.unwrap_or_else(|| panic!("{name}: nothing to replace for {:?}", put.name));
        *text = text.replacen(&put.name, put.node.text().unwrap_or_default(), 1);
    }
    for (kind, indent) in [("metric", "    "), ("ping", "  ")] {
        if let Some(properties) = case.get(kind).and_then(Node::text) {
            let text = files.get_mut(&format!("{kind}s.yaml")).expect("the file is there");
            *text = with_properties(text, properties, indent);
        }
    }
    for end in entries(case, "end") {
        let text = files.get_mut(&end.name).unwrap_or_else(|| panic!("{name}: {}", end.name));
        text.push_str(end.node.text().expect("a text"));
    }
    for file in entries(case, "files") {
        match file.node.text() {
            Some(text) => drop(files.insert(file.name.clone(), text.to_owned())),
            None => drop(files.remove(&file.name)),
        }
    }
    Case {
        files: files.into_iter().map(|(file, text)| (file, expanded(&text))).collect(),
        flags: case.get("flags").and_then(Node::text).unwrap_or_default().to_owned(),
        says: texts("says").unwrap_or_else(|| panic!("{name} does not say what it says")),
        ours: texts("ours"),
        name,
    }
}

fn entries<'a>(case: &'a Map, key: &str) -> &'a [Entry] {
    case.get(key).and_then(Node::map).map_or(&[], |map| &map.entries)
}

/// Puts properties at the end of a text, in place of those of the same names.
fn with_properties(text: &str, properties: &str, indent: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(|line| format!("{line}\n")).collect();
    for line in properties.split('\n') {
        let begin = format!("{indent}{}:", line.split(':').next().unwrap_or_default());
        lines.retain(|line| !line.starts_with(&begin));
    }
    lines.extend(properties.split('\n').map(|line| format!("{indent}{line}\n")));
    lines.concat()
}

/// Repeats each line with `{1..N}` in it.
fn expanded(text: &str) -> String {
    let line = |line: &str| {
        let times = line.split_once("{1..").and_then(|(before, rest)| {
            let (times, after) = rest.split_once('}')?;
            Some((before.to_owned(), times.parse::<usize>().ok()?, after.to_owned()))
        });
        match times {
            Some((before, times, after)) => {
                (1..=times).map(|number| format!("{before}{number}{after}")).collect()
            }
            None => line.to_owned(),
        }
    };
    text.split_inclusive('\n').map(line).collect()
}
