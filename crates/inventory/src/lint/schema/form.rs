//! The form of a value: a small language in which the tables of [`super::tables`] are written.

use std::collections::BTreeSet;

use crate::yaml::{Node, Value};

/// What a value must be.
pub(super) enum Form {
    Any,
    Text,
    Bool,
    Number,
    OneOf(&'static [&'static str]),
    /// Whatever the function accepts; the words complete "is not".
    Where(fn(&Node) -> bool, &'static str),
    List(&'static Self),
    /// A list of at least one.
    Filled(&'static Self),
    /// A list in which nothing stands twice.
    Unique(&'static Self),
    /// Either, or nothing written.
    OrNull(&'static Self),
    Map(&'static Shape),
}

/// What a map may and must hold.
pub(super) struct Shape {
    pub(super) known: &'static [(&'static str, Form)],
    pub(super) required: &'static [&'static str],
    /// Whether other names are left alone.
    pub(super) open: bool,
}

/// Something that has not its form: the line, and what is wrong as a sentence.
pub(super) type Misshapen = (usize, String);

impl Shape {
    /// Tells what of a map has not its form.
    pub(super) fn check(&self, node: &Node, found: &mut Vec<Misshapen>) {
        let Some(map) = node.map() else {
            return found.push((node.line, "It is no map of names.".to_owned()));
        };
        for name in self.required.iter().filter(|name| map.get(name).is_none()) {
            found.push((node.line, format!("`{name}` is missing.")));
        }
        for entry in &map.entries {
            match self.known.iter().find(|(name, _)| *name == entry.name) {
                Some((name, form)) => form.check(name, &entry.node, found),
                None if self.open => {}
                None => {
                    let near = nearest(&entry.name, self.known.iter().map(|(name, _)| *name));
                    let near = near.map_or_else(String::new, |n| format!(" Did you mean `{n}`?"));
                    found.push((entry.line, format!("`{}` is not known here.{near}", entry.name)));
                }
            }
        }
    }
}

impl Form {
    fn check(&self, name: &str, node: &Node, found: &mut Vec<Misshapen>) {
        let mut not = |what: &str| found.push((node.line, format!("`{name}` is not {what}.")));
        match self {
            Self::Any => {}
            Self::Text if node.text().is_none() => not("a text"),
            Self::Bool if node.bool().is_none() => not("true or false"),
            Self::Number if !matches!(node.value, Value::Int(_) | Value::Float(_)) => {
                not("a number");
            }
            Self::Text | Self::Bool | Self::Number => {}
            Self::OneOf(words) if !node.text().is_some_and(|text| words.contains(&text)) => {
                let near = node.text().and_then(|text| nearest(text, words.iter().copied()));
                let near = near.map_or_else(String::new, |near| format!("; `{near}` perhaps"));
                not(&format!("one of {}{near}", words.join(", ")));
            }
            Self::OneOf(_) => {}
            Self::Where(fits, words) if !fits(node) => not(words),
            Self::Where(..) => {}
            Self::OrNull(_) if node.value == Value::Null => {}
            Self::OrNull(form) => form.check(name, node, found),
            Self::Map(shape) => shape.check(node, found),
            Self::List(form) | Self::Filled(form) | Self::Unique(form) => {
                let Some(items) = node.list() else { return not("a list") };
                if items.is_empty() && matches!(self, Self::Filled(_)) {
                    not("filled; write at least one");
                }
                let texts: BTreeSet<_> = node.texts().collect();
                if matches!(self, Self::Unique(_)) && texts.len() < node.texts().count() {
                    not("a list in which each stands once");
                }
                for item in items {
                    form.check(name, item, found);
                }
            }
        }
    }
}

/// Finds the word that was probably meant: at most two letters away.
fn nearest<'w>(word: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let near = words.map(|other| (distance(word, other), other)).min()?;
    (near.0 <= 2 && word.len() > 3).then_some(near.1)
}

/// How many letters must be changed, left out or put in.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.bytes().enumerate() {
        let mut before = i;
        row[0] = i + 1;
        for (j, b) in other.bytes().enumerate() {
            let changed = before + usize::from(a != b);
            before = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(before + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_nearly_right_is_told() {
        let words = ["notification_emails", "bugs", "data_reviews"];
        let near = |word| nearest(word, words.into_iter());
        assert_eq!(near("notification_email"), Some("notification_emails"));
        assert_eq!(near("data-reviews"), Some("data_reviews"));
        assert_eq!(near("owner"), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
