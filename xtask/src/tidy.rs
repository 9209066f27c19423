//! What no compiler sees: pure checks over the files and the packages of the house.

mod edges;
mod licences;
mod manifests;
mod places;
mod promises;
mod readers;
mod rooms;
mod text;

use std::path::Path;

use anyhow::{Context, Result};
use cargo_metadata::MetadataCommand;

use crate::tree::Tree;

/// The parts that are slices: features that know nothing of each other.
const SLICES: [&str; 9] =
    ["badges", "calls", "identity", "mydata", "notices", "reports", "review", "sync", "telemetry"];

/// Runs every check; a sentence per finding.
pub(crate) fn run(root: &Path) -> Result<Vec<String>> {
    let tree = Tree::read(root)?;
    let metadata = MetadataCommand::new().manifest_path(root.join("Cargo.toml")).exec()?;
    let packages = licences::packages(&metadata);
    let deny = tree.text("deny.toml").context("deny.toml is missing")?;
    let lock = tree.text("Cargo.lock").context("Cargo.lock is missing")?;
    println!("tidy: {}", licences::size(lock));

    let mut findings = edges::check(&edges::read(&metadata));
    findings.extend(manifests::check(&tree)?);
    findings.extend(licences::check_size(lock));
    findings.extend(licences::check(&packages, deny)?);
    findings.extend(places::check(&tree));
    findings.extend(text::check(&tree));
    findings.extend(rooms::check(&tree));
    findings.extend(readers::check(&tree));
    findings.extend(promises::check(&tree));
    Ok(findings)
}

/// Tells whether a text names this word.
fn has_word(text: &str, word: &str) -> bool {
    after_word(text, word).next().is_some()
}

/// Returns what follows a word wherever a text names it: not as a part of a longer one.
fn after_word<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = &'a str> {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).filter_map(move |(at, _)| {
        let rest = &text[at + word.len()..];
        (!text[..at].ends_with(part_of_word) && !rest.starts_with(part_of_word)).then_some(rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_not_part_of_another() {
        for (text, expected) in [
            ("serde::Deserialize", true),
            ("use serde;", true),
            ("serde_json::Value", false),
            ("deserde", false),
            ("deserde serde", true),
            ("", false),
        ] {
            assert_eq!(has_word(text, "serde"), expected, "{text}");
        }
    }
}
