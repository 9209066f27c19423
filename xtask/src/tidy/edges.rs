//! Who may depend on whom (DESIGN section 2): each part knows what stands below it, and a slice
//! knows no slice.

use std::fmt;

use cargo_metadata::{DependencyKind, Metadata};

use super::SLICES;

/// What a slice may stand on, from the ground up.
const BELOW: [&str; 6] = ["kernel", "preference", "inventory", "database", "segments", "web"];
/// What may depend on anything: the measurement, the whole-server tests and the tools.
const OUTSIDE: [&str; 3] = ["bench", "tests", "xtask"];

/// One of our packages depends on another.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Edge {
    from: String,
    to: String,
    /// True where only tests need it.
    development: bool,
}

/// Reads the edges between our packages.
pub(super) fn read(metadata: &Metadata) -> Vec<Edge> {
    let ours = metadata.workspace_packages();
    let mut edges = Vec::new();
    for package in &ours {
        for dependency in &package.dependencies {
            if ours.iter().any(|other| other.name.as_str() == dependency.name) {
                edges.push(Edge {
                    from: part(package.name.as_str()),
                    to: part(&dependency.name),
                    development: dependency.kind == DependencyKind::Development,
                });
            }
        }
    }
    edges
}

/// Finds edges that go up or sideways.
pub(super) fn check(edges: &[Edge]) -> Vec<String> {
    edges.iter().filter_map(|edge| edge.problem().map(|why| format!("{edge}: {why}"))).collect()
}

impl Edge {
    fn problem(&self) -> Option<&'static str> {
        let (from, to) = (self.from.as_str(), self.to.as_str());
        if OUTSIDE.contains(&from) {
            return None;
        }
        if OUTSIDE.contains(&to) || to == "candor" {
            return Some("nothing but tests and tools stands on top of the binary.");
        }
        if to == "testing" {
            return (!self.development)
                .then_some("testing is a dev-dependency only; move it there.");
        }
        if SLICES.contains(&to) && from != "candor" {
            return Some(
                "only the binary knows slices; move what both need down, or make it a trait.",
            );
        }
        let Some(below) = below(from) else {
            return Some(
                "this part is not in the list of edges; add it to xtask/src/tidy/edges.rs.",
            );
        };
        // What tests of a part look at may stand beside it, as long as it is no slice.
        (!self.development && !below.contains(&to))
            .then_some("this edge is not one of the house's; see ARCHITECTURE.md.")
    }
}

/// What a part may depend on. The binary's slices were let through before.
fn below(part: &str) -> Option<Vec<&'static str>> {
    let lowest = |count: usize| BELOW[..count].to_vec();
    Some(match part {
        "kernel" => lowest(0),
        "preference" => lowest(1),
        "inventory" => lowest(2),
        "database" | "segments" | "web" => lowest(3),
        "testing" => lowest(4),
        "mail" => lowest(6),
        "candor" => [&BELOW[..], &SLICES, &["mail"]].concat(),
        slice if SLICES.contains(&slice) => lowest(6),
        _ => return None,
    })
}

/// The part of a package: its folder's name.
fn part(package: &str) -> String {
    package.strip_prefix("candor-").unwrap_or(package).to_owned()
}

impl fmt::Display for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.development { " (for its tests)" } else { "" };
        write!(f, "{} depends on {}{kind}", self.from, self.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(from: &str, to: &str, development: bool) -> Option<&'static str> {
        Edge { from: from.into(), to: to.into(), development }.problem()
    }

    #[test]
    fn each_part_stands_on_what_is_below_it() {
        let parts = [&BELOW[..], &SLICES, &["mail", "testing", "candor"]].concat();
        let allowed = |from: &str| -> Vec<&str> {
            parts.iter().copied().filter(|to| problem(from, to, false).is_none()).collect()
        };
        assert_eq!(allowed("kernel"), [""; 0]);
        assert_eq!(allowed("preference"), ["kernel"]);
        assert_eq!(allowed("inventory"), ["kernel", "preference"]);
        for part in ["database", "segments", "web"] {
            assert_eq!(allowed(part), ["kernel", "preference", "inventory"], "{part}");
        }
        assert_eq!(allowed("testing"), ["kernel", "preference", "inventory", "database"]);
        for part in SLICES.iter().chain(&["mail"]) {
            assert_eq!(allowed(part), BELOW, "{part}");
        }
        assert_eq!(allowed("candor"), parts[..parts.len() - 2]);
        for outside in OUTSIDE {
            assert_eq!(allowed(outside), parts, "{outside}");
        }
    }

    #[test]
    fn a_dev_dependency_is_never_a_slice() {
        assert_eq!(problem("kernel", "testing", true), None);
        assert_eq!(problem("web", "inventory", true), None);
        assert!(problem("telemetry", "review", true).is_some());
        assert!(problem("database", "telemetry", true).is_some());
        assert!(problem("testing", "review", true).is_some());
        assert!(problem("web", "tests", true).is_some());
        assert_eq!(problem("candor", "testing", true), None);
    }

    #[test]
    fn a_new_part_must_be_listed() {
        assert!(problem("gossip", "kernel", false).expect("it is new").contains("not in the list"));
    }

    #[test]
    fn a_finding_names_both_ends() {
        let edge =
            Edge { from: part("candor-telemetry"), to: part("candor-review"), development: true };
        let found = check(&[edge]);
        assert!(
            found[0].starts_with("telemetry depends on review (for its tests): only the binary")
        );
        assert_eq!((part("candor"), part("xtask")), ("candor".into(), "xtask".into()));
    }
}
