//! What comes from outside: how much of it, under which licence, and nothing that is banned.

mod expression;

use anyhow::{Context, Result};
use cargo_metadata::Metadata;
use serde::Deserialize;

/// More packages than this cannot be known, nor built in time on two cores.
const PACKAGES_MAX: usize = 600;

/// A package, ours or from outside.
#[derive(Debug, Clone)]
pub(super) struct Package {
    name: String,
    version: String,
    /// Its SPDX expression.
    licence: Option<String>,
    /// Where it comes from; ours from nowhere.
    source: Option<String>,
}

/// The part of `deny.toml` that is checked here too.
#[derive(Debug, Deserialize)]
struct Deny {
    licenses: Licenses,
    bans: Bans,
}

#[derive(Debug, Deserialize)]
struct Licenses {
    allow: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Debug, Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
    reason: String,
}

/// Reads all packages, for every system and feature.
pub(super) fn packages(metadata: &Metadata) -> Vec<Package> {
    let package = |package: &cargo_metadata::Package| Package {
        name: package.name.to_string(),
        version: package.version.to_string(),
        licence: package.license.clone(),
        source: package.source.as_ref().map(ToString::to_string),
    };
    metadata.packages.iter().map(package).collect()
}

/// Finds packages that `deny.toml` does not let in.
pub(super) fn check(packages: &[Package], deny: &str) -> Result<Vec<String>> {
    let deny: Deny = toml::from_str(deny).context("deny.toml")?;
    let problems = packages.iter().filter_map(|package| {
        let Package { name, version, .. } = package;
        let problem = package.problem(&deny)?;
        Some(format!("{name} {version}: {problem}"))
    });
    Ok(problems.collect())
}

/// Says how many packages there are.
pub(super) fn size(lock: &str) -> String {
    format!("Cargo.lock holds {} packages of {PACKAGES_MAX} at most.", count(lock))
}

/// Finds out whether there are too many packages.
pub(super) fn check_size(lock: &str) -> Option<String> {
    (count(lock) > PACKAGES_MAX).then(|| format!("{} Remove some.", size(lock)))
}

fn count(lock: &str) -> usize {
    lock.lines().filter(|line| *line == "[[package]]").count()
}

impl Package {
    fn problem(&self, deny: &Deny) -> Option<String> {
        if let Some(ban) = deny.bans.deny.iter().find(|ban| ban.name == self.name) {
            return Some(format!("deny.toml bans it: {}.", ban.reason));
        }
        if self.source.as_ref().is_some_and(|source| !source.starts_with("registry+")) {
            return Some("it comes from outside the package registry.".into());
        }
        let Some(licence) = &self.licence else {
            return Some("it names no licence.".into());
        };
        match expression::satisfied(licence, &deny.licenses.allow) {
            Ok(true) => None,
            Ok(false) => Some(format!("deny.toml does not allow its licence, {licence:?}.")),
            Err(why) => Some(format!("its licence {licence:?} cannot be read: {why}.")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DENY: &str = r#"
        [licenses]
        allow = ["MIT"]
        [bans]
        deny = [{ crate = "openssl", reason = "one TLS" }]
    "#;

    fn problem(name: &str, licence: Option<&str>, source: Option<&str>) -> String {
        let package = Package {
            name: name.into(),
            version: "1.0.0".into(),
            licence: licence.map(Into::into),
            source: source.map(Into::into),
        };
        check(&[package], DENY).expect("it reads").concat()
    }

    #[test]
    fn only_what_is_allowed_comes_in() {
        let registry = Some("registry+https://example.org/index");
        for (name, licence, source, expected) in [
            ("serde", Some("MIT OR Apache-2.0"), registry, ""),
            ("ours", Some("MIT"), None, ""),
            ("serde", Some("AGPL-3.0"), registry, "does not allow its licence, \"AGPL-3.0\""),
            ("serde", Some("MIT OR"), registry, "cannot be read"),
            ("serde", None, registry, "names no licence"),
            ("openssl", Some("MIT"), registry, "bans it: one TLS."),
            (
                "serde",
                Some("MIT"),
                Some("git+https://example.org/serde"),
                "outside the package registry",
            ),
        ] {
            let found = problem(name, licence, source);
            assert!(found.contains(expected), "{found}");
            assert_eq!(found.is_empty(), expected.is_empty(), "{found}");
        }
    }

    #[test]
    fn the_lock_has_a_ceiling() {
        let lock = |packages: usize| "[[package]]\nname = \"x\"\n".repeat(packages);
        assert_eq!(check_size(&lock(PACKAGES_MAX)), None);
        let found = check_size(&lock(PACKAGES_MAX + 1)).expect("one too many");
        assert_eq!(found, "Cargo.lock holds 601 packages of 600 at most. Remove some.");
    }
}
