//! What is asked of the files of a push before anybody reads them. Pure.

use std::collections::BTreeSet;

use candor_inventory::{Finding, lint};
use candor_kernel::limits;

/// The beginning of the name of a file that an SDK brings, not the product.
const LIBRARY: &str = "library/";

/// Tells what is wrong with files: their names, their size, and names that are Glean's own in files
/// of the product itself.
#[must_use]
pub fn problems(files: &[(String, String)]) -> Vec<Finding> {
    let finding = |place: &str, message: String| Finding { place: place.to_owned(), message };
    let mut findings = Vec::new();
    let mut names = BTreeSet::new();
    for (name, _) in files {
        if name.is_empty() || name.len() > limits::PUSH_NAME_BYTES {
            let most = limits::PUSH_NAME_BYTES;
            findings.push(finding(name, format!("A file's name has 1 to {most} bytes.")));
        }
        if !names.insert(name) {
            findings.push(finding(name, "Two files have this name; push one.".to_owned()));
        }
    }
    let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
    if bytes > limits::PUSH_BYTES {
        let most = limits::PUSH_BYTES;
        let message = format!("{bytes} bytes; one state of a product's files has at most {most}.");
        findings.push(finding("definitions", message));
        return findings;
    }
    let own: Vec<_> =
        files.iter().filter(|(name, _)| !name.starts_with(LIBRARY)).cloned().collect();
    findings.extend(lint::reserved_names(&own).into_iter().map(|nit| {
        let place = format!("{}:{}", nit.at.file, nit.at.line);
        let (check, about, says) = (nit.check, nit.about, nit.message);
        let mend = "Rename it, or push an SDK's own files with --library.";
        finding(&place, format!("{check} {about}: {says} {mend}"))
    }));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const PINGS: &str = "$schema: moz://mozilla.org/schemas/glean/pings/2-0-0\n";
    const METRICS: &str = "$schema: moz://mozilla.org/schemas/glean/metrics/2-0-0\n";

    /// What is told of one file, each finding cut at its name.
    fn told(name: &str, text: String) -> Vec<String> {
        let found = problems(&[(name.to_owned(), text)]);
        found
            .iter()
            .map(|one| one.to_string().split(": ").take(2).collect::<Vec<_>>().join(": "))
            .collect()
    }

    #[test]
    fn names_of_glean_are_for_libraries() {
        let ping = |name: &str| format!("{PINGS}{name}: {{description: x}}\n");
        let metric = |category: &str, rest: &str| {
            format!("{METRICS}{category}:\n  m: {{type: counter, expires: 130, odd: 1{rest}}}\n")
        };
        for (text, expected) in [
            (ping("baseline"), Some("p.yaml:2: RESERVED_PING baseline")),
            (ping("events"), Some("p.yaml:2: RESERVED_PING events")),
            (ping("till"), None),
            (
                metric("glean.internal.metrics", ""),
                Some("p.yaml:2: RESERVED_CATEGORY glean.internal.metrics"),
            ),
            (metric("glean", ""), Some("p.yaml:2: RESERVED_CATEGORY glean")),
            (metric("gleaned", ""), None),
            (metric("shop", ", send_in_pings: [all-pings]"), Some("p.yaml:3: ALL_PINGS shop.m")),
            (
                metric("shop", ", extra_keys: {glean.x: {}}"),
                Some("p.yaml:3: RESERVED_EXTRA_KEY shop.m"),
            ),
            ("not: [yaml".to_owned(), None),
        ] {
            assert_eq!(
                told("p.yaml", text.clone()),
                expected.into_iter().collect::<Vec<_>>(),
                "{text}"
            );
            assert_eq!(told("library/p.yaml", text), [""; 0]);
        }
    }

    #[test]
    fn a_push_has_its_size() {
        let text = "#".repeat(limits::PUSH_BYTES + 1);
        assert_eq!(
            told("p.yaml", text.clone())[0].split(';').next(),
            Some("definitions: 6291457 bytes")
        );
        assert_eq!(told("p.yaml", text[1..].to_owned()), [""; 0]);
    }
}
