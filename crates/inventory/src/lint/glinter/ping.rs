//! Checks of one ping.

use super::{Item, Says, bug_numbers, tags_required, words};
use crate::lint::{Nit, Options, Severity};
use crate::yaml::Node;

/// Runs them all.
pub(super) fn check(item: &Item<'_>, options: &Options, nits: &mut Vec<Nit>) {
    let no_lint = item.no_lint();
    for (check, says) in [
        ("BUG_NUMBER", bug_numbers(item)),
        ("TAGS_REQUIRED", tags_required(item, options)),
        ("REDUNDANT_PING", redundant(item)),
        ("NO_INFO_FOR_OHTTP", ohttp(item)),
    ] {
        if !no_lint.contains(check) {
            nits.extend(says.into_iter().map(|says| item.nit(check, Severity::Error, says)));
        }
    }
}

fn redundant(item: &Item<'_>) -> Says {
    let words = words(&item.entry.name);
    let says = if words.first() == Some(&"ping") {
        "The prefix 'ping' is redundant."
    } else if words.last() == Some(&"ping") {
        "The suffix 'ping' is redundant."
    } else if words.contains(&"ping") {
        "The word 'ping' is redundant."
    } else if words.contains(&"custom") {
        "The word 'custom' is redundant."
    } else {
        return Says::new();
    };
    vec![says.to_owned()]
}

/// Whoever hides the sender's address must not send along who the sender is.
fn ohttp(item: &Item<'_>) -> Says {
    let metadata = item.body.get("metadata").and_then(Node::map);
    let without = metadata.and_then(|data| data.get("include_info_sections")).and_then(Node::bool);
    let hides = item.texts("uploader_capabilities").any(|one| one == "ohttp");
    match hides && without != Some(false) {
        true => vec!["OHTTP requires `metadata.include_info_sections: false`.".to_owned()],
        false => Says::new(),
    }
}
