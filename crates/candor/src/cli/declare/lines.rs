//! Lines that say what was pushed, asked and decided.

use candor_inventory::plain;
use candor_review::http::{ChangeReply, ItemReply, PushReply, RequestReply, RevisionReply};

/// Says what became of a push.
pub(super) fn pushed(reply: &PushReply) -> Vec<String> {
    let (declared, asked) = (reply.declared, reply.asked.len());
    let mut lines = vec![format!(
        "Revision {}: {declared} data declared, {asked} of them to be reviewed.",
        reply.revision
    )];
    lines.extend(reply.asked.iter().flat_map(asked_for));
    for gone in &reply.removed {
        let voided = if gone.voided { "; its grant has ended" } else { "" };
        lines.push(format!("  {}: declared no longer{voided}", gone.datum));
    }
    lines.extend(reply.changed.iter().flat_map(change));
    for refused in &reply.refused {
        let (datum, request) = (&refused.datum, refused.request);
        lines.push(format!("  {datum}: stays refused by request {request}; see --ask-again"));
    }
    for warning in &reply.warnings {
        lines.push(format!("  warning {} {}: {}", warning.check, warning.datum, warning.message));
    }
    if !reply.unlinked.is_empty() {
        let count = reply.unlinked.len();
        lines.push(format!("Without a linked review: {count}; ask for them with a push."));
    }
    if let (Some(old), Some(_)) = (reply.superseded, reply.request) {
        lines.push(format!("It takes the place of request {old}."));
    } else if let Some(old) = reply.superseded {
        lines.push(format!("Nothing is asked any more; request {old} is closed."));
    }
    if let Some(request) = reply.request {
        let show = format!("candor review show {request}");
        lines.push(format!("Request {request} waits for a steward: {show}"));
    }
    lines
}

/// Names one datum of a push or request, and says what changed of it.
fn asked_for(item: &ItemReply) -> Vec<String> {
    let ItemReply { datum, category, how, .. } = item;
    let voided = if item.voided { "; its grant has ended" } else { "" };
    let refused = if item.refused { "; refused" } else { "" };
    let first = format!("  {datum} ({category}): {}{voided}{refused}", how.words());
    let says = item.says.iter().map(|says| format!("    {}", plain::one_line(says)));
    std::iter::once(first).chain(says).collect()
}

/// Tells all that a steward needs to know of one datum.
fn in_full(item: &ItemReply) -> Vec<String> {
    let mut lines = asked_for(item);
    let mut tell = |line: String| lines.push(format!("    {}", plain::one_line(&line)));
    if !item.description.is_empty() {
        tell(item.description.clone());
    }
    if !item.kind.is_empty() {
        let pings = match item.pings.as_slice() {
            [] => String::new(),
            pings => format!(", in {}", plain::list(pings)),
        };
        let until = if item.until.is_empty() { "" } else { "; collected " };
        tell(format!("{}: {}{pings}{until}{}", item.kind, item.value, item.until));
    }
    if let Some(proposed) = &item.proposed {
        tell(format!("is it not {}? {}", proposed.category, proposed.because));
    }
    for (what, texts) in
        [("answers for it", &item.people), ("bugs", &item.bugs), ("reviews", &item.reviews)]
    {
        if !texts.is_empty() {
            tell(format!("{what}: {}", texts.join(" ")));
        }
    }
    lines
}

/// Says what changed of one datum from one state to the next.
pub(super) fn change(change: &ChangeReply) -> Vec<String> {
    let voids = if change.voids && change.how == "changed" { ", needs a new review" } else { "" };
    let first = format!("  {}: {}{voids}", change.datum, change.how);
    let says = change.says.iter().map(|says| format!("    {}", plain::one_line(says)));
    std::iter::once(first).chain(says).collect()
}

/// Names one pushed state.
pub(super) fn revision(revision: &RevisionReply) -> String {
    let RevisionReply { revision, hash, pushed, by, rev } = revision;
    let rev = rev.as_ref().map(|rev| format!(", of {rev}")).unwrap_or_default();
    let hash = hash.get(..12).unwrap_or_default();
    format!("{revision:>4}  {hash}  {pushed} by {by}{rev}")
}

/// Names one request.
pub(super) fn request(row: &RequestReply) -> String {
    format!("{:>4}  {:<10}  {}", row.request, row.state, row.title)
}

/// Tells one request with everything it asks for.
pub(super) fn request_in_full(row: &RequestReply) -> Vec<String> {
    let mut lines = vec![request(row)];
    lines.push(format!("  asked by {} at {}", row.requester, row.opened));
    match (row.revision, row.since) {
        (Some(revision), Some(since)) if since != revision => {
            lines.push(format!("  revision {revision}, compared with {since}"));
        }
        (Some(revision), _) => lines.push(format!("  revision {revision}")),
        (None, _) => {}
    }
    if let Some(next) = row.superseded_by {
        lines.push(format!("  request {next} has taken its place"));
    }
    if let (Some(steward), Some(expires)) = (&row.steward, &row.expires) {
        let note = row.note.as_deref().unwrap_or_default();
        lines.push(format!("  decided by {steward}, until {expires}: {note}"));
    }
    lines.extend(row.items.iter().flat_map(in_full));
    lines
}

#[cfg(test)]
mod tests;
