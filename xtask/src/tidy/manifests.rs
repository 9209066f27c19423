//! Every dependency has a reason and one version for all, and is used.

use anyhow::{Context, Result};
use toml::{Table, Value};

use super::after_word;
use crate::tree::{File, Tree};

/// Finds dependencies without reason, without the house's version, or without use.
pub(super) fn check(tree: &Tree) -> Result<Vec<String>> {
    let root = tree.text("Cargo.toml").context("Cargo.toml is missing")?;
    let shared = toml::from_str::<Table>(root).context("Cargo.toml")?;
    let shared = at(&shared, &["workspace", "dependencies"]).cloned().unwrap_or_default();
    let mut members = Vec::new();
    for manifest in tree.ending("/Cargo.toml") {
        let table: Table = toml::from_str(&manifest.text).with_context(|| manifest.path.clone())?;
        // A workspace of its own is an example or a tool that no build of ours touches.
        if !table.contains_key("workspace") {
            members.push((manifest, dependencies(&table)));
        }
    }
    let mut findings = reasons(root, &shared);
    for name in shared.keys() {
        if !members.iter().any(|(_, own)| own.iter().any(|(key, _)| key == name)) {
            findings.push(format!("Cargo.toml: no package uses {name:?}; remove its line."));
        }
    }
    for (manifest, own) in &members {
        findings.extend(own.iter().flat_map(|(name, value)| member(tree, manifest, name, value)));
    }
    Ok(findings)
}

/// Finds packages from outside whose line does not say why they are here.
fn reasons(root: &str, shared: &Table) -> Vec<String> {
    let has_reason = |name: &str| {
        let rest = root.lines().filter_map(|line| line.strip_prefix(name));
        let mut values = rest.filter(|rest| rest.trim_start().starts_with('='));
        values.any(|value| comment(value).is_some_and(|reason| !reason.trim().is_empty()))
    };
    let outside = shared.iter().filter(|(_, value)| value.get("path").is_none());
    let without = outside.filter(|(name, _)| !has_reason(name));
    let mend = "does not say why it is here; write `# reason` behind it.";
    without.map(|(name, _)| format!("Cargo.toml: {name:?} {mend}")).collect()
}

/// Returns what stands behind the first `#` outside of quotation marks.
fn comment(line: &str) -> Option<&str> {
    let mut quoted = false;
    let begin = line.find(|c| {
        quoted ^= c == '"';
        c == '#' && !quoted
    });
    begin.map(|at| &line[at + 1..])
}

/// Finds what is wrong with one dependency of one package.
fn member(tree: &Tree, manifest: &File, name: &str, value: &Value) -> Vec<String> {
    let path = &manifest.path;
    let mut findings = Vec::new();
    if value.get("workspace").and_then(Value::as_bool) != Some(true) {
        findings.push(format!(
            "{path}: {name:?} has a version of its own; write `{name}.workspace = true`."
        ));
    }
    let folder = path.trim_end_matches("Cargo.toml");
    let mut sources = tree.ending(".rs").filter(|file| file.path.starts_with(folder));
    let name_in_code = name.replace('-', "_");
    if !sources.any(|file| file.text.lines().any(|line| names(line, &name_in_code))) {
        findings.push(format!("{path}: no source names {name:?}; remove its line."));
    }
    findings
}

/// Tells whether a line uses a package: `name::…`, or `use name`.
fn names(line: &str, name: &str) -> bool {
    let imports = line.trim_start().starts_with("use ");
    after_word(line, name).any(|rest| imports || rest.starts_with("::"))
}

/// All dependencies of a package, of all kinds and systems.
fn dependencies(manifest: &Table) -> Vec<(String, Value)> {
    let systems = at(manifest, &["target"]).into_iter().flat_map(Table::values);
    let tables = std::iter::once(manifest).chain(systems.filter_map(Value::as_table));
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
    let found = tables.flat_map(|table| kinds.into_iter().filter_map(|kind| at(table, &[kind])));
    found
        .flat_map(|table| table.iter().map(|(name, value)| (name.clone(), value.clone())))
        .collect()
}

fn at<'a>(table: &'a Table, path: &[&str]) -> Option<&'a Table> {
    path.iter().try_fold(table, |table, step| table.get(*step)?.as_table())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = r#"
[workspace.dependencies]
candor-kernel = { path = "crates/kernel" }
serde = { version = "1", features = ["derive"] } # typed reading
sha2 = "0.11" # hashes
serde_json = "1" # bodies
"#;
    const MEMBER: &str = r#"
[dependencies]
candor-kernel.workspace = true
serde.workspace = true
[dev-dependencies]
sha2 = { workspace = true, features = ["std"] }
[target.'cfg(unix)'.dependencies]
serde_json.workspace = true
"#;
    const SOURCE: &str =
        "use candor_kernel::Day;\nuse serde;\nlet _ = sha2::Sha256;\nserde_json::to_string()";

    fn findings(root: &str, member: &str, source: &str) -> String {
        let tree = Tree::of(&[
            ("Cargo.toml", root),
            ("crates/web/Cargo.toml", member),
            ("crates/web/src/lib.rs", source),
            ("crates/website/src/lib.rs", SOURCE),
        ]);
        check(&tree).expect("it reads").join("\n")
    }

    #[test]
    fn a_tidy_house_has_no_findings() {
        assert_eq!(findings(ROOT, MEMBER, SOURCE), "");
    }

    #[test]
    fn a_workspace_of_its_own_is_left_alone() {
        let other = "[workspace]\n[dependencies]\nserde = \"0.9\"";
        let tree =
            Tree::of(&[("Cargo.toml", "[workspace.dependencies]"), ("fuzz/Cargo.toml", other)]);
        assert_eq!(check(&tree).expect("it reads"), Vec::<String>::new());
    }

    #[test]
    fn each_untidiness_is_named() {
        for (from, to, expected) in [
            (" # typed reading", "", r#""serde" does not say why it is here"#),
            (" # hashes", " #", r#""sha2" does not say why it is here"#),
            ("\"1\" # bodies", "{ version = \"1#2\" }", r#""serde_json" does not say why"#),
            ("[dev-", "rand.workspace = true\n[dev-", r#"no source names "rand""#),
            ("serde.workspace = true", "serde = \"1\"", r#""serde" has a version of its own"#),
            ("serde_json.workspace = true", "", r#"no package uses "serde_json""#),
            (
                "{ workspace = true, ",
                "{ version = \"0.11\", ",
                r#""sha2" has a version of its own"#,
            ),
            ("use serde;", "// serde is fine", r#"no source names "serde""#),
            ("sha2::Sha256", "notsha2::Sha256", r#"no source names "sha2""#),
            ("serde_json::", "serde_json_path::", r#"no source names "serde_json""#),
        ] {
            let all = [ROOT, MEMBER, SOURCE];
            assert!(all.iter().any(|text| text.contains(from)), "{from}");
            let [root, member, source] = all.map(|text| text.replace(from, to));
            let found = findings(&root, &member, &source);
            assert!(found.contains(expected) && !found.contains('\n'), "{from} -> {to}: {found}");
        }
    }

    #[test]
    fn a_name_is_found_after_a_longer_one() {
        assert!(names("let x = my_serde::a(serde::b());", "serde"));
        assert!(!names("let x = my_serde::a();", "serde"));
        assert!(names("#[derive(serde::Deserialize)]", "serde"));
        assert!(!names("// serde", "serde"));
    }
}
