//! What a state is, what a notice says, and how two versions differ. Pure.

use std::time::Duration;

use candor_kernel::{PromiseId, Timestamp};
use sha2::{Digest, Sha256};
use similar::TextDiff;

pub mod words;

/// What a check last said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// When.
    pub at: Timestamp,
    /// What.
    pub outcome: Outcome,
    /// The measured fact, the evidence, or why it could not run.
    pub fact: String,
    /// When the first of the unbroken row of results like this one was.
    pub since: Timestamp,
}

/// What a check can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Kept,
    /// It does not.
    Broken,
    /// The check could not run.
    CouldNotRun,
}

impl Outcome {
    /// Returns the stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Broken => "broken",
            Self::CouldNotRun => "could_not_run",
        }
    }

    /// Finds an outcome by its name; an unknown one is no proof that anything holds.
    #[must_use]
    pub fn by_name(name: &str) -> Self {
        match name {
            "kept" => Self::Kept,
            "broken" => Self::Broken,
            _ => Self::CouldNotRun,
        }
    }
}

/// The state of a promise now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// A check that can fail holds, and is young enough.
    Kept,
    /// The check said that it does not hold.
    Broken,
    /// The check is overdue or could not run.
    Stale,
    /// Not built yet.
    Open,
}

impl State {
    /// Returns the word of the interface.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Broken => "broken",
            Self::Stale => "stale",
            Self::Open => "open",
        }
    }
}

/// Returns the state of a promise that has a check, and since when it is in it.
#[must_use]
pub fn state(
    last: Option<&Checked>,
    max_age: Duration,
    started: Timestamp,
    now: Timestamp,
) -> (State, Timestamp) {
    let Some(last) = last else { return (State::Stale, started) };
    match last.outcome {
        // A broken promise does not mend by waiting.
        Outcome::Broken => (State::Broken, last.since),
        Outcome::CouldNotRun => (State::Stale, last.since),
        Outcome::Kept if now.since(last.at) > max_age => (State::Stale, last.at.plus(max_age)),
        Outcome::Kept => (State::Kept, last.since),
    }
}

/// Tells whether a check is to run: never run, due by its cadence, or soon again while it does not
/// hold, so that mending shows.
#[must_use]
pub fn due(last: Option<&Checked>, cadence: Duration, now: Timestamp) -> bool {
    const MENDING: Duration = Duration::from_secs(10);
    match last {
        None => true,
        Some(last) if last.outcome == Outcome::Kept => now.since(last.at) >= cadence,
        Some(last) => now.since(last.at) >= MENDING.min(cadence),
    }
}

/// Returns what earlier results say of a promise: its last outcome, and since when it is that.
#[must_use]
pub fn recalled(results: &[(PromiseId, Timestamp, Outcome)], id: &PromiseId) -> Option<Checked> {
    let mut own = results.iter().rev().filter(|(promise, ..)| promise == id);
    let (_, at, outcome) = own.next()?;
    let same = own.take_while(|(_, _, earlier)| earlier == outcome);
    let since = same.last().map_or(*at, |(_, at, _)| *at);
    Some(Checked { at: *at, outcome: *outcome, fact: String::new(), since })
}

/// Names words by their content.
#[must_use]
pub fn fingerprint(words: &str) -> [u8; 32] {
    Sha256::digest(words).into()
}

/// Writes the first digits of a fingerprint, for people.
#[must_use]
pub fn short(fingerprint: &[u8; 32]) -> String {
    fingerprint[..6].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One line of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffLine {
    /// `-` gone, `+` new, or a blank.
    pub sign: char,
    /// The line.
    pub text: String,
}

/// Compares two versions line by line; unchanged lines are left out.
#[must_use]
pub fn difference(before: &str, after: &str) -> Vec<DiffLine> {
    let diff = TextDiff::from_lines(before, after);
    let signed = diff.iter_all_changes().map(|change| DiffLine {
        sign: match change.tag() {
            similar::ChangeTag::Delete => '-',
            similar::ChangeTag::Insert => '+',
            similar::ChangeTag::Equal => ' ',
        },
        text: change.value().trim_end().to_owned(),
    });
    signed.filter(|line| line.sign != ' ' && !line.text.is_empty()).collect()
}

/// Says how long ago something was, for people.
#[must_use]
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    match i64::try_from(now.since(at).as_secs() / 60) {
        Ok(0) => "just now".to_owned(),
        minutes => format!("{} ago", span(minutes.unwrap_or(i64::MAX))),
    }
}

/// Says how long some minutes are, for people: in the largest unit that is not longer.
#[must_use]
pub fn span(minutes: i64) -> String {
    let (number, unit) = match minutes {
        ..60 => (minutes, "minute"),
        60..1440 => (minutes / 60, "hour"),
        _ => (minutes / 1440, "day"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

/// Writes a point in time for people, to the minute.
#[must_use]
pub fn moment(at: &Timestamp) -> String {
    let text = at.to_string();
    match text.split_once('T') {
        Some((day, time)) => format!("{day}, {} UTC", time.get(..5).unwrap_or(time)),
        None => text,
    }
}

/// Returns the worst word of each of the last days, oldest first, for the strip of a promise, or
/// of all of them together.
#[must_use]
pub fn strip(
    results: &[(PromiseId, Timestamp, Outcome)],
    id: Option<&PromiseId>,
    now: Timestamp,
) -> Vec<&'static str> {
    const DAYS: i64 = 30;
    let mut days = vec!["none"; 30];
    for (_, at, outcome) in results.iter().filter(|(promise, ..)| id.is_none_or(|id| promise == id))
    {
        let back = now.day().number() - at.day().number();
        let Some(word) = usize::try_from(DAYS - 1 - back).ok().and_then(|i| days.get_mut(i)) else {
            continue;
        };
        let rank = |word: &str| ["none", "kept", "stale", "broken"].iter().position(|w| *w == word);
        let new = match outcome {
            Outcome::Kept => "kept",
            Outcome::CouldNotRun => "stale",
            Outcome::Broken => "broken",
        };
        if rank(new) > rank(word) {
            *word = new;
        }
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn at(hours: u64) -> Timestamp {
        Timestamp::from_micros(0).plus(HOUR * u32::try_from(hours).expect("small"))
    }

    fn checked(outcome: Outcome, hours: u64) -> Checked {
        Checked { at: at(hours), outcome, fact: String::new(), since: at(1) }
    }

    #[test]
    fn only_a_young_kept_result_counts_as_kept() {
        let started = at(0);
        for (last, now, expected) in [
            (None, 1, (State::Stale, started)),
            (Some(checked(Outcome::Kept, 5)), 8, (State::Kept, at(1))),
            (Some(checked(Outcome::Kept, 5)), 9, (State::Stale, at(8))),
            (Some(checked(Outcome::Broken, 5)), 5, (State::Broken, at(1))),
            (Some(checked(Outcome::Broken, 5)), 500, (State::Broken, at(1))),
            (Some(checked(Outcome::CouldNotRun, 5)), 5, (State::Stale, at(1))),
        ] {
            assert_eq!(state(last.as_ref(), 3 * HOUR, started, at(now)), expected, "{last:?}");
        }
    }

    #[test]
    fn what_does_not_hold_is_checked_again_soon() {
        let soon = at(5).plus(Duration::from_secs(10));
        assert!(due(None, HOUR, at(0)));
        assert!(!due(Some(&checked(Outcome::Kept, 5)), HOUR, soon));
        assert!(due(Some(&checked(Outcome::Kept, 5)), HOUR, at(6)));
        assert!(due(Some(&checked(Outcome::Broken, 5)), HOUR, soon));
        assert!(due(Some(&checked(Outcome::CouldNotRun, 5)), HOUR, soon));
        assert!(!due(Some(&checked(Outcome::Broken, 5)), HOUR, at(5)));
    }

    #[test]
    fn differences_name_lines_that_came_and_went() {
        let lines = difference("a\nb\nc\n", "a\nB\nc\nd\n");
        let text: Vec<_> = lines.iter().map(|line| format!("{}{}", line.sign, line.text)).collect();
        assert_eq!(text, ["-b", "+B", "+d"]);
        assert_eq!(difference("a\n", "a\n"), []);
    }

    #[test]
    fn a_day_shows_its_worst_result() {
        let id = PromiseId::parse("S30").expect("an id");
        let other = PromiseId::parse("S38").expect("an id");
        let now = at(24 * 40);
        let results = [
            (id.clone(), at(24 * 40), Outcome::Kept),
            (id.clone(), at(24 * 39), Outcome::Broken),
            (id.clone(), at(24 * 39 + 1), Outcome::Kept),
            (other, at(24 * 38), Outcome::Kept),
            (id.clone(), at(24 * 3), Outcome::Kept),
        ];
        assert_eq!(strip(&results, None, now)[27..], ["kept", "broken", "kept"]);
        let strip = strip(&results, Some(&id), now);
        assert_eq!(strip.len(), 30);
        assert_eq!(&strip[27..], ["none", "broken", "kept"]);
        assert!(strip[..27].iter().all(|word| *word == "none"));
    }

    #[test]
    fn a_state_is_recalled_with_the_start_of_its_unbroken_row() {
        let id = PromiseId::parse("S30").expect("an id");
        let result = |hours, outcome| (id.clone(), at(hours), outcome);
        let results = [
            result(1, Outcome::Broken),
            result(2, Outcome::Kept),
            result(3, Outcome::Broken),
            result(4, Outcome::Broken),
        ];
        let recalled_at =
            |results: &[_]| recalled(results, &id).map(|c| (c.outcome, c.since, c.at));
        assert_eq!(recalled_at(&results), Some((Outcome::Broken, at(3), at(4))));
        assert_eq!(recalled_at(&results[..2]), Some((Outcome::Kept, at(2), at(2))));
        assert_eq!(recalled_at(&[]), None);
    }

    #[test]
    fn times_are_told_as_people_do() {
        for (seconds, expected) in [
            (5, "just now"),
            (60, "1 minute ago"),
            (7300, "2 hours ago"),
            (3 * 86_400, "3 days ago"),
        ] {
            assert_eq!(ago(at(0), at(0).plus(Duration::from_secs(seconds))), expected);
        }
        assert_eq!((span(1), span(180)), ("1 minute".to_owned(), "3 hours".to_owned()));
        assert_eq!(moment(&at(25)), "1970-01-02, 01:00 UTC");
    }
}
