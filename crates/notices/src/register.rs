//! The register: all promises, built or not.

use candor_kernel::PromiseId;
use serde::Deserialize;

const REGISTER: &str = include_str!("../register.yaml");

/// One line of the register.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its id.
    pub id: PromiseId,
    /// The service it belongs to.
    pub service: String,
    /// The whole promise.
    pub sentence: String,
    /// What of it is built and checked, where that is a part: a notice then says this instead.
    #[serde(default)]
    pub so_far: Option<String>,
    /// The kind of its check.
    pub check: String,
    /// What the check does and measures.
    pub how: String,
    /// How often it is to run.
    pub cadence_minutes: i64,
    /// An older result counts as overdue.
    pub max_age_minutes: i64,
    /// Who can repeat it: you, server or build.
    pub repeat_by: String,
    /// The enforcement that, switched off, must break it.
    pub mutation: String,
    /// How and why it departs from its source, where it does.
    #[serde(default)]
    pub departs: Option<String>,
}

impl Entry {
    /// Returns what a notice says: nothing that is not built.
    #[must_use]
    pub fn said(&self) -> &str {
        self.so_far.as_deref().unwrap_or(&self.sentence)
    }
}

/// All promises, in the order of the register.
#[derive(Debug, Clone)]
pub struct Register(Vec<Entry>);

impl Register {
    /// Reads the register that is compiled in.
    #[must_use]
    pub fn read() -> Self {
        Self(serde_saphyr::from_str(REGISTER).expect("a test of this crate reads it"))
    }

    /// Returns all lines.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// Finds a line.
    #[must_use]
    pub fn entry(&self, id: &PromiseId) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.id == *id)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_register_has_every_line_once() {
        let register = Register::read();
        let ids: Vec<_> = register.entries().iter().map(|entry| entry.id.to_string()).collect();
        let series = [('H', 22), ('C', 21), ('S', 42), ('B', 27)];
        let all = series.into_iter().flat_map(|(letter, last)| {
            (1..=last).map(move |number| format!("{letter}{number:02}"))
        });
        assert_eq!(ids, all.collect::<Vec<_>>());
        assert_eq!(ids.len(), 112);
    }

    #[test]
    fn every_line_says_what_could_break_it() {
        let register = Register::read();
        let mut mutations = BTreeSet::new();
        for entry in register.entries() {
            let id = &entry.id;
            for sentence in [&entry.sentence, entry.said()] {
                assert!(sentence.ends_with('.') && sentence.len() <= 240, "{id}");
            }
            assert!(mutations.insert(&entry.mutation), "{id} repeats a mutation");
            assert!(entry.max_age_minutes >= 2 * entry.cadence_minutes, "{id}");
            assert!(matches!(entry.repeat_by.as_str(), "you" | "server" | "build"), "{id}");
        }
    }
}
