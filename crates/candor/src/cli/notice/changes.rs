//! What a change of definitions means for people: as a comment on the change, or for programs.

use candor_inventory::compare::{Change, How, Subject, compare};
use candor_inventory::glean::Definitions;
use candor_inventory::plain;
use serde::Serialize;

use super::markdown::escape;

/// The first line of a comment, by which a later run finds it again.
const MARK: &str = "<!-- candor notice -->";

/// A longer comment is refused by the sites that show it (65,536 characters); the rest is counted.
const COMMENT_BYTES: usize = 60_000;

/// All changes.
#[derive(Debug, Serialize)]
pub(super) struct Changes {
    /// How many of them a review has to grant before they are collected.
    pub(super) need_review: usize,
    pub(super) changes: Vec<Told>,
}

/// One change.
#[derive(Debug, Serialize)]
pub(super) struct Told {
    /// `ping` or `metric`.
    pub(super) subject: &'static str,
    pub(super) id: String,
    /// `added`, `removed` or `changed`.
    pub(super) change: &'static str,
    pub(super) needs_review: bool,
    /// What it means for people, in sentences.
    pub(super) says: Vec<String>,
}

/// Tells what changed between two states.
pub(super) fn tell(before: &Definitions, after: &Definitions) -> Changes {
    let told = |change: Change| {
        let (how, needs_review, says) = match change.how {
            How::Added => ("added", true, describe(&change.subject, after)),
            How::Removed => {
                let what = describe(&change.subject, before).into_iter().take(1);
                ("removed", false, what.collect())
            }
            How::Changed(says) => ("changed", change.voids, says),
        };
        let subject = match change.subject {
            Subject::Ping(_) => "ping",
            Subject::Metric(_) => "metric",
        };
        Told { subject, id: change.subject.to_string(), change: how, needs_review, says }
    };
    let changes: Vec<Told> = compare(before, after).into_iter().map(told).collect();
    Changes { need_review: changes.iter().filter(|told| told.needs_review).count(), changes }
}

/// Says what something is, where all of it is new or gone.
fn describe(subject: &Subject, definitions: &Definitions) -> Vec<String> {
    let sentence = |text: &str| match plain::one_line(text) {
        text if text.ends_with(['.', '!', '?']) => text,
        text => format!("{text}."),
    };
    match subject {
        Subject::Ping(name) => definitions.pings.get(name).map_or_else(Vec::new, |ping| {
            let id = if ping.client_id { "with" } else { "without" };
            vec![sentence(&ping.description), format!("A kind of message {id} the client id.")]
        }),
        Subject::Metric(id) => definitions.metrics.get(id).map_or_else(Vec::new, |metric| {
            let category = match metric.category {
                candor_inventory::Category::Unclassified => {
                    "Nobody has rated how sensitive it is.".to_owned()
                }
                category => {
                    format!("Rated {}: {}.", category.words(), plain::category(category))
                }
            };
            vec![
                sentence(&metric.description),
                format!("It records {}.", plain::value(metric)),
                category,
                format!(
                    "Sent in {}; collected {}.",
                    plain::list(metric.pings.iter().map(candor_kernel::PingName::as_str)),
                    plain::expires(metric.expires)
                ),
            ]
        }),
    }
}

/// Writes the changes as a comment.
pub(super) fn markdown(changes: &Changes) -> String {
    let mut text = format!("{MARK}\n## What changes for people\n\n");
    if changes.changes.is_empty() {
        text.push_str("Nothing changes for people.\n");
        return text;
    }
    let of = |how: &'static str| changes.changes.iter().filter(move |told| told.change == how);
    let kinds = [("added", "new"), ("changed", "changed"), ("removed", "gone")];
    let counted = kinds.map(|(how, word)| (of(how).count(), word)).into_iter();
    let counted = counted.filter(|(count, _)| *count > 0);
    let counted = counted.map(|(count, word)| format!("{count} {word}"));
    text.push_str(&format!(
        "{}. {}\n",
        plain::list(counted),
        match changes.need_review {
            0 => "Nothing here needs a new review.".to_owned(),
            1 => "**1 of these needs a review** before it may be collected.".to_owned(),
            needed => {
                format!("**{needed} of these need a review** before they may be collected.")
            }
        }
    ));
    for (how, title) in kinds {
        if of(how).next().is_some() {
            text.push_str(&format!("\n### {}{}\n\n", title[..1].to_uppercase(), &title[1..]));
        }
        for (index, told) in of(how).enumerate() {
            if text.len() > COMMENT_BYTES {
                let more = of(how).count() - index;
                text.push_str(&format!("- and {more} more; `--format json` names them all\n"));
                break;
            }
            one(told, &mut text);
        }
    }
    text
}

fn one(told: &Told, text: &mut String) {
    let Told { subject, id, change, needs_review, says } = told;
    let review = match (needs_review, *change) {
        (false, _) => "",
        (true, "added") => ": **needs a review**",
        (true, _) => ": **needs a new review**",
    };
    let kind = if *subject == "ping" { " (a kind of message)" } else { "" };
    text.push_str(&format!("- `{id}`{kind}{review}\n"));
    for sentence in says {
        text.push_str(&format!("  - {}\n", escape(sentence)));
    }
}
