//! Which category a datum probably has, from its type, name and description, with the reason in
//! words. A proposal is for a person to decide on: it is never taken for a classification.

use crate::Category;
use crate::glean::MetricKind;

mod clues;
mod examples;
#[cfg(test)]
mod tests;
mod words;

pub use clues::Topic;
pub use examples::EXAMPLES;
use words::Words;

/// A category and what speaks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The category.
    pub category: Category,
    /// What speaks for it, as a sentence.
    pub because: String,
}

/// Proposes a category; none where nothing speaks for one. Without a type, anything may be in it.
#[must_use]
pub fn propose(kind: Option<MetricKind>, name: &str, description: &str) -> Option<Proposal> {
    if let Some((category, because)) = kind.and_then(at_least) {
        return Some(Proposal { category, because: because.to_owned() });
    }
    let told = |(topic, phrase): (Topic, String)| Proposal {
        category: topic.category(),
        because: format!("{:?} sounds like {}.", phrase, topic.words()),
    };
    let topics = topics(kind, name, description).into_iter();
    topics.max_by_key(|(topic, _)| topic.category()).map(told).or_else(|| by_kind(kind?))
}

/// Tells what a datum seems to be about, with the words that say so. Of a metric's id, only the
/// part after the last dot speaks.
#[must_use]
pub fn topics(kind: Option<MetricKind>, name: &str, description: &str) -> Vec<(Topic, String)> {
    let said = Words::of_description(description);
    // A category of metrics is named after a feature, not after what each of them holds.
    let own = name.rsplit('.').next().unwrap_or_default();
    let mut found = clues::in_name(&Words::of(own));
    found.extend(clues::in_description(&said));
    if words::has_mail_address(description) {
        found.push((Topic::Contact, "@".to_owned()));
    }
    if said.begin_with_a_count() {
        found.retain(|(topic, _)| topic.is_about_use());
    } else if kind.is_some_and(|kind| !holds_words(kind)) {
        found.retain(|(topic, _)| !topic.needs_words());
    }
    found
}

/// Tells whether a datum sounds like an identifier: whatever stays the same for one person,
/// device or account, random numbers and hashes included.
#[must_use]
pub fn is_identifier(kind: MetricKind, name: &str, description: &str) -> bool {
    let sounds = || {
        clues::names_an_id(&Words::of(name))
            || clues::tells_of_an_id(&Words::of_description(description))
    };
    kind == MetricKind::Uuid || (holds_words(kind) && sounds())
}

/// Tells whether a person's own words, or a page's, fit into values of a type.
#[must_use]
pub const fn holds_words(kind: MetricKind) -> bool {
    matches!(
        kind,
        MetricKind::String
            | MetricKind::StringList
            | MetricKind::LabeledString
            | MetricKind::Text
            | MetricKind::Url
            | MetricKind::Object
    )
}

/// The lowest category that a type can have (docs/glean.md 7.1), and why.
#[must_use]
pub const fn at_least(kind: MetricKind) -> Option<(Category, &'static str)> {
    match kind {
        MetricKind::Text => {
            Some((Category::StoredContent, "A text is long enough for what people write or read."))
        }
        MetricKind::Url => {
            Some((Category::StoredContent, "An address can say what a person looked at."))
        }
        _ => None,
    }
}

/// What a type alone lets one suppose.
fn by_kind(kind: MetricKind) -> Option<Proposal> {
    let (category, because) = match kind {
        MetricKind::Event => (Category::Interaction, "An event is mostly something a person does."),
        MetricKind::TimingDistribution
        | MetricKind::MemoryDistribution
        | MetricKind::LabeledTimingDistribution
        | MetricKind::LabeledMemoryDistribution
        | MetricKind::Rate => (Category::Technical, "Nothing but the program is measured."),
        _ => return None,
    };
    Some(Proposal { category, because: because.to_owned() })
}
