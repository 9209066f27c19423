//! Findings for programs: JSON, SARIF, annotations, code quality.

use std::collections::BTreeSet;

use candor_inventory::lint::{Linted, Nit, Severity};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::human;

/// One finding. Line 0 is the whole file.
#[derive(Debug, Serialize)]
struct Finding<'a> {
    check: &'a str,
    severity: Severity,
    file: &'a str,
    line: usize,
    subject: &'a str,
    message: &'a str,
    fix: Option<&'a str>,
}

/// Writes a list of findings.
pub(super) fn json(linted: &Linted) -> String {
    let finding = |nit: &Nit| {
        json!(Finding {
            check: nit.check,
            severity: nit.severity,
            file: &nit.at.file,
            line: nit.at.line,
            subject: &nit.about,
            message: &nit.message,
            fix: nit.fix.as_deref(),
        })
    };
    pretty(&linted.nits.iter().map(finding).collect())
}

/// Writes SARIF 2.1.0.
pub(super) fn sarif(linted: &Linted) -> String {
    let rules: BTreeSet<&str> = linted.nits.iter().map(|nit| nit.check).collect();
    let rules: Vec<Value> = rules.into_iter().map(|check| json!({"id": check})).collect();
    let result = |nit: &Nit| {
        let mut place = json!({"artifactLocation": {"uri": uri(&nit.at.file)}});
        // A region begins with line 1; without one the whole file is meant.
        if nit.at.line > 0 {
            place["region"] = json!({"startLine": nit.at.line});
        }
        json!({
            "ruleId": nit.check,
            "level": nit.severity,
            "message": {"text": sentence(nit)},
            "locations": [{"physicalLocation": place}],
            "partialFingerprints": {"candor/v1": fingerprint(nit)},
        })
    };
    let results: Vec<Value> = linted.nits.iter().map(result).collect();
    let driver =
        json!({"name": "candor", "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": rules});
    pretty(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }))
}

/// Writes workflow commands, which become annotations, and a line about the whole run.
pub(super) fn github(linted: &Linted) -> String {
    let mut text = String::new();
    for nit in &linted.nits {
        let kind = if nit.severity == Severity::Note { "notice" } else { nit.severity.word() };
        let file = property(&nit.at.file);
        let line = if nit.at.line == 0 { String::new() } else { format!(",line={}", nit.at.line) };
        let title = property(nit.check);
        text.push_str(&format!("::{kind} file={file}{line},title={title}::"));
        text.push_str(&data(&sentence(nit)));
        text.push('\n');
    }
    text.push_str(&human::summary(linted));
    text
}

/// Writes a code quality report.
pub(super) fn gitlab(linted: &Linted) -> String {
    let issue = |nit: &Nit| {
        let severity = match nit.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
            Severity::Note => "info",
        };
        json!({
            "check_name": nit.check,
            "description": sentence(nit),
            "fingerprint": fingerprint(nit),
            "severity": severity,
            "location": {"path": nit.at.file, "lines": {"begin": nit.at.line.max(1)}},
        })
    };
    pretty(&linted.nits.iter().map(issue).collect())
}

/// Everything that a place which shows one text has to say.
fn sentence(nit: &Nit) -> String {
    let about = if nit.about.is_empty() { String::new() } else { format!("{}: ", nit.about) };
    let fix = nit.fix.as_ref().map_or(String::new(), |fix| format!(" Fix: {fix}"));
    format!("{about}{}{fix}", nit.message)
}

/// The same for the same finding when lines move.
fn fingerprint(nit: &Nit) -> String {
    let text = format!("{}\n{}\n{}\n{}", nit.check, nit.at.file, nit.about, nit.message);
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("findings are plain data")
}

/// A path as a relative reference (RFC 3986, 4.2).
fn uri(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    path.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
