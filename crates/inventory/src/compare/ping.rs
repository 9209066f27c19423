//! What changed of a ping, in sentences.

use super::words::{client_id, description, only, people, purpose};
use crate::glean::Ping;
use crate::plain::one_line;

/// Says in what a ping is another than before.
pub(super) fn says(old: &Ping, new: &Ping) -> Vec<String> {
    let mut says = Vec::new();
    let flipped = |old: bool, new: bool, yes: &str, no: &str| {
        (old != new).then(|| if new { yes } else { no }.to_owned())
    };
    says.extend(flipped(old.client_id, new.client_id, client_id(true), client_id(false)));
    says.extend(flipped(
        old.info_sections,
        new.info_sections,
        "It now says from which device and version of the program it comes.",
        "It no longer says from which device and version of the program it comes.",
    ));
    says.extend(flipped(
        old.follows_collection,
        new.follows_collection,
        "It is no longer sent where the person switched the collection off.",
        "It is now sent even where the person switched the collection off.",
    ));
    for reason in only(old.reasons.keys(), new.reasons.keys()) {
        let when = one_line(&new.reasons[reason]);
        says.push(match when.trim_end_matches('.') {
            "" => format!("It is now also sent for the reason {reason}."),
            when => format!("It is now also sent for the reason {reason}: {when}."),
        });
    }
    for reason in only(new.reasons.keys(), old.reasons.keys()) {
        says.push(format!("It is no longer sent for the reason {reason}."));
    }
    says.extend(purpose(old.purpose.as_ref(), new.purpose.as_ref()));
    says.extend(description(&old.description, &new.description));
    says.extend(people(&old.emails, &new.emails));
    says
}
