//! Words that changes of pings and of metrics share.

use std::collections::BTreeSet;

use crate::glean::Purpose;
use crate::plain::{list, one_line};

/// Names beyond are counted.
const NAMED: usize = 12;
/// A longer description is cut.
const DESCRIPTION_CHARS: usize = 140;

/// Says that the client's id came or went.
pub(super) const fn client_id(now: bool) -> &'static str {
    match now {
        true => {
            "It now travels with the client id, by which all that one copy of the program sends \
             can be put together."
        }
        false => "It no longer travels with the client id.",
    }
}

/// Says that a description is another.
pub(super) fn description(before: &str, after: &str) -> Option<String> {
    quoted(before, after).map(|both| format!("It is described differently: {both}"))
}

/// Says that it is taken for another purpose.
pub(super) fn purpose(before: Option<&Purpose>, after: Option<&Purpose>) -> Vec<String> {
    match (before, after) {
        (None, None) => Vec::new(),
        (None, Some(new)) => {
            vec![format!("The product now says why: “{}”.", short(&unended(&new.why), 0))]
        }
        (Some(_), None) => vec!["The product no longer says why it is taken.".to_owned()],
        (Some(old), Some(new)) => [
            ("It is taken for another reason", &old.why, &new.why),
            ("What people get from it is told differently", &old.benefit, &new.benefit),
            ("How much of it is taken is another", &old.amount, &new.amount),
        ]
        .into_iter()
        .filter_map(|(says, old, new)| Some(format!("{says}: {}", quoted(old, new)?)))
        .collect(),
    }
}

/// Quotes two texts, the newer first, where they differ. Another arrangement of the same words is
/// the same.
fn quoted(before: &str, after: &str) -> Option<String> {
    let (before, after) = (unended(before), unended(after));
    (before != after).then(|| {
        let from = first_difference(&before, &after);
        format!("“{}”; before: “{}”.", short(&after, from), short(&before, from))
    })
}

/// Puts a text on one line, without its full stop.
fn unended(text: &str) -> String {
    one_line(text).trim_end_matches('.').to_owned()
}

/// Says that other people answer for it.
pub(super) fn people(before: &[String], after: &[String]) -> Option<String> {
    let set = |people: &[String]| people.iter().cloned().collect::<BTreeSet<_>>();
    let (before, after) = (set(before), set(after));
    let who = |people: &BTreeSet<String>| match people.is_empty() {
        true => "nobody".to_owned(),
        false => names(people.iter()),
    };
    (before != after)
        .then(|| format!("Who answers for it is now {}; before: {}.", who(&after), who(&before)))
}

/// Returns what is only in the second, in its order.
pub(super) fn only<'a, T: Ord>(
    before: impl IntoIterator<Item = T>,
    after: impl IntoIterator<Item = T> + 'a,
) -> Vec<T> {
    let before: BTreeSet<T> = before.into_iter().collect();
    after.into_iter().filter(|one| !before.contains(one)).collect()
}

/// Names the first, and counts the rest.
pub(super) fn names<T: ToString>(all: impl IntoIterator<Item = T>) -> String {
    let mut named: Vec<String> = all.into_iter().map(|one| one.to_string()).collect();
    if named.len() > NAMED {
        let more = named.len() - NAMED;
        named.truncate(NAMED);
        named.push(format!("{more} more"));
    }
    list(named)
}

/// Finds the beginning of the first word that differs, in characters.
fn first_difference(before: &str, after: &str) -> usize {
    let mut word = 0;
    for (at, (one, other)) in before.chars().zip(after.chars()).enumerate() {
        if one != other {
            break;
        }
        if one == ' ' {
            word = at + 1;
        }
    }
    word
}

/// Keeps a part of a text that shows what stands at `from`.
fn short(text: &str, from: usize) -> String {
    let length = text.chars().count();
    let shown = text.chars();
    if length <= DESCRIPTION_CHARS {
        return text.to_owned();
    }
    // With some words before, so that a reader knows where it is.
    let skipped = match from > DESCRIPTION_CHARS / 2 {
        true => from - DESCRIPTION_CHARS / 4,
        false => 0,
    };
    let part: String = shown.skip(skipped).take(DESCRIPTION_CHARS).collect();
    let begins = if skipped > 0 { "…" } else { "" };
    let ends = if skipped + DESCRIPTION_CHARS < length { "…" } else { "" };
    format!("{begins}{}{ends}", part.trim())
}
