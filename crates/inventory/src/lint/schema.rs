//! Reading: whether files have the form that Glean wants, and what they declare where they do.
//! A file that has it not declares nothing, as for Glean's own tools.

use std::collections::{BTreeMap, BTreeSet};

use super::{Nit, Options, Severity};
use crate::glean::{At, Definitions, FileKind, Lenient, RESERVED_PINGS, Source, read_source};
use crate::yaml::{self, Entry, Map, Node};

mod form;
mod metric;
mod structure;
mod tables;

/// What reading found.
#[derive(Default)]
pub(super) struct Read {
    pub(super) nits: Vec<Nit>,
    /// The files that have their form.
    pub(super) sources: Vec<Source>,
}

/// The schemas that Glean has had.
const SCHEMAS: [&str; 5] =
    ["metrics/1-0-0", "metrics/2-0-0", "pings/1-0-0", "pings/2-0-0", "tags/1-0-0"];

/// Reads files.
pub(super) fn read(files: &[&(String, String)], options: &Options) -> Read {
    let mut read = Read::default();
    let mut seen = BTreeMap::new();
    for (file, text) in files {
        let Some(mut source) = open(file, text, &mut read.nits) else { continue };
        let before = read.nits.len();
        if source.kind != FileKind::Product {
            shape(&source, &mut read.nits);
        }
        if read.nits.len() > before {
            continue;
        }
        let wrong = declared(&source, options, &mut seen, &mut read.nits);
        leave_out(&mut source.root, &wrong);
        read.sources.push(source);
    }
    read
}

/// Reads what files declare that have their form; what is wrong with one of them is left out.
pub(super) fn definitions(sources: &[Source], nits: &mut Vec<Nit>) -> Definitions {
    let mut definitions = Definitions::default();
    for source in sources {
        let mut findings = Vec::new();
        read_source(source, Lenient::default(), &mut definitions, &mut findings);
        let name = |(line, message)| error("NAME", &source.file, line, "", message);
        nits.extend(findings.into_iter().map(name));
    }
    definitions.explain(Lenient::default());
    definitions
}

fn open(file: &str, text: &str, nits: &mut Vec<Nit>) -> Option<Source> {
    let root = match yaml::read(text) {
        Ok(root) => root,
        Err(wrong) => {
            nits.push(error("YAML", file, wrong.line, "", wrong.message));
            return None;
        }
    };
    let source = match Source::of(file, root) {
        Ok(source) => source?,
        Err(wrong) => {
            let message = format!("This file {}", wrong.message);
            nits.push(error("SCHEMA", file, wrong.line, "", message));
            return None;
        }
    };
    if source.kind == FileKind::Product {
        return Some(source);
    }
    let known = SCHEMAS.map(|schema| format!("moz://mozilla.org/schemas/glean/{schema}"));
    if !known.contains(&source.schema) {
        let line = source.root.get("$schema").map_or(1, |node| node.line);
        let message = format!("The `$schema` is none that Glean knows: {}.", known.join(", "));
        nits.push(error("SCHEMA", file, line, "", message));
        return None;
    }
    Some(source)
}

/// Tells what in a file has not its form.
fn shape(source: &Source, nits: &mut Vec<Nit>) {
    let mut found = Vec::new();
    let top: Vec<Entry> =
        source.root.entries.iter().filter(|entry| is_top(source, &entry.name)).cloned().collect();
    let top = yaml::Value::Map(Map { entries: top, twice: None });
    tables::FILE.check(&Node { line: 1, value: top }, &mut found);
    let mut all: Vec<(String, form::Misshapen)> =
        found.into_iter().map(|wrong| (String::new(), wrong)).collect();
    for entry in source.root.entries.iter().filter(|entry| !is_top(source, &entry.name)) {
        match source.kind {
            FileKind::Metrics => metric::category(source, entry, &mut all),
            FileKind::Pings => {
                let good = tables::is_ping(source, &entry.name);
                one(entry, &entry.name, good, tables::ping(source), &mut all);
            }
            FileKind::Tags => {
                let good = entry.name.chars().count() <= 80;
                one(entry, &entry.name, good, &tables::TAG_SHAPE, &mut all);
            }
            FileKind::Product => {}
        }
    }
    let file = &source.file;
    nits.extend(
        all.into_iter().map(|(about, (line, says))| error("SCHEMA", file, line, &about, says)),
    );
}

/// Names at the top that declare nothing.
fn is_top(source: &Source, name: &str) -> bool {
    let tags = source.kind == FileKind::Metrics && !tables::is_first(source) && name == "$tags";
    matches!(name, "$schema" | "no_lint") || tags
}

fn one(
    entry: &Entry,
    about: &str,
    good_name: bool,
    shape: &form::Shape,
    all: &mut Vec<(String, form::Misshapen)>,
) {
    if !good_name {
        let says = format!("{:?} is no name that Glean takes here.", entry.name);
        all.push((about.to_owned(), (entry.line, says)));
    }
    let mut found = Vec::new();
    shape.check(&entry.node, &mut found);
    // Of a map that lacks something, the name is the place to look at.
    let at = |line: usize| if line == entry.node.line { entry.line } else { line };
    all.extend(found.into_iter().map(|(line, says)| (about.to_owned(), (at(line), says))));
}

/// What is declared already, by kind and name, and where.
type Seen = BTreeMap<(&'static str, String), String>;

/// Tells what may not be declared so although its form is right. Returns the names that are wrong.
fn declared(
    source: &Source,
    options: &Options,
    seen: &mut Seen,
    nits: &mut Vec<Nit>,
) -> BTreeSet<(String, String)> {
    let mut wrong = BTreeSet::new();
    match source.kind {
        FileKind::Metrics => metric::declared(source, options, seen, nits, &mut wrong),
        FileKind::Pings => pings(source, options, seen, nits, &mut wrong),
        FileKind::Tags => {
            for entry in source.declared() {
                if let Some(nit) = twice(source, "tag", &entry.name, entry.line, seen) {
                    nits.push(nit);
                    wrong.insert((entry.name.clone(), String::new()));
                }
            }
        }
        FileKind::Product => {}
    }
    wrong
}

fn pings(
    source: &Source,
    options: &Options,
    seen: &mut Seen,
    nits: &mut Vec<Nit>,
    wrong: &mut BTreeSet<(String, String)>,
) {
    if let Some(name) = &source.root.twice {
        let says = format!("Duplicate ping named '{name}'.");
        nits.push(error("DUPLICATE_PING", &source.file, 0, name, says));
    }
    for entry in source.declared() {
        let metadata = entry.node.map().and_then(|map| map.get("metadata")?.map());
        let schedule = metadata.and_then(|data| data.get("ping_schedule"));
        let own = schedule.into_iter().flat_map(Node::texts).any(|name| name == entry.name);
        let reserved = reserved_ping(source, entry).filter(|_| !options.allow_reserved);
        let nit = if reserved.is_some() {
            reserved
        } else if own {
            let says = "`ping_schedule` names the ping itself.".to_owned();
            Some(error("OWN_SCHEDULE", &source.file, entry.line, &entry.name, says))
        } else {
            twice(source, "ping", &entry.name, entry.line, seen)
        };
        if let Some(nit) = nit {
            nits.push(nit);
            wrong.insert((entry.name.clone(), String::new()));
        }
    }
}

fn reserved_ping(source: &Source, entry: &Entry) -> Option<Nit> {
    RESERVED_PINGS.contains(&entry.name.as_str()).then(|| {
        let says = format!("The name is Glean's own, as are {}.", RESERVED_PINGS.join(", "));
        error("RESERVED_PING", &source.file, entry.line, &entry.name, says)
    })
}

/// Tells which names of files are Glean's own, whatever else is wrong with them. What cannot be
/// read declares none.
pub(super) fn reserved_names(files: &[(String, String)]) -> Vec<Nit> {
    let source = |(file, text): &(String, String)| {
        yaml::read(text).ok().and_then(|root| Source::of(file, root).ok()?)
    };
    let of = |source: Source| match source.kind {
        FileKind::Metrics => metric::reserved_names(&source),
        FileKind::Pings => {
            source.declared().filter_map(|entry| reserved_ping(&source, entry)).collect()
        }
        FileKind::Tags | FileKind::Product => Vec::new(),
    };
    files.iter().filter_map(source).flat_map(of).collect()
}

fn twice(
    source: &Source,
    kind: &'static str,
    name: &str,
    line: usize,
    seen: &mut Seen,
) -> Option<Nit> {
    let key = (kind, name.to_owned());
    let Some(before) = seen.get(&key) else {
        seen.insert(key, source.file.clone());
        return None;
    };
    let check = match kind {
        "metric" => "DUPLICATE_METRIC",
        "ping" => "DUPLICATE_PING",
        _ => "DUPLICATE_TAG",
    };
    let says = format!("Duplicate {kind} name '{name}' already defined in '{before}'");
    Some(error(check, &source.file, line, name, says))
}

/// What is wrong declares nothing further.
fn leave_out(root: &mut Map, wrong: &BTreeSet<(String, String)>) {
    let is = |name: &str, inner: &str| wrong.contains(&(name.to_owned(), inner.to_owned()));
    root.entries.retain(|entry| !is(&entry.name, ""));
    for entry in &mut root.entries {
        let name = entry.name.clone();
        if let yaml::Value::Map(map) = &mut entry.node.value {
            map.entries.retain(|inner| !is(&name, &inner.name));
        }
    }
}

fn error(check: &'static str, file: &str, line: usize, about: &str, message: String) -> Nit {
    Nit {
        check,
        severity: Severity::Error,
        at: At { file: file.to_owned(), line },
        about: about.to_owned(),
        message,
        fix: None,
    }
}

#[cfg(test)]
mod tests;
