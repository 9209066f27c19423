//! Findings for people: each with its place, a sentence and what to write.

use candor_inventory::lint::{Linted, Nit, Severity};

/// Places that are shown of findings that say the same of one file.
const PLACES: usize = 3;

/// Whether the reader sees colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    Colours,
    Nothing,
}

/// Tells everything that was found. Findings of one file that say the same are told together, with
/// a few places unless `all` are wanted.
pub(super) fn tell(linted: &Linted, paint: Paint, all: bool) -> String {
    let mut text = String::new();
    for alike in together(&linted.nits) {
        let shown = if all { alike.len() } else { PLACES.min(alike.len()) };
        for nit in &alike[..shown] {
            text.push_str(&head(nit, paint));
        }
        if alike.len() > shown {
            text.push_str(&format!("  and {} more here (--all shows them)\n", alike.len() - shown));
        }
        let Nit { message, fix, .. } = alike[0];
        text.push_str(&format!("  {}\n", plain(message)));
        if let Some(fix) = fix {
            text.push_str(&format!("  {}: {}\n", paint.with("fix", "32"), plain(fix)));
        }
        text.push('\n');
    }
    text.push_str(&summary(linted));
    text
}

/// Puts together what says the same of one file, where the first of it stands.
fn together(nits: &[Nit]) -> Vec<Vec<&Nit>> {
    let mut groups: Vec<Vec<&Nit>> = Vec::new();
    let same = |one: &Nit, other: &Nit| {
        (&one.at.file, one.check, &one.message, &one.fix)
            == (&other.at.file, other.check, &other.message, &other.fix)
    };
    for nit in nits {
        match groups.iter_mut().find(|group| same(group[0], nit)) {
            Some(group) => group.push(nit),
            None => groups.push(vec![nit]),
        }
    }
    groups
}

fn head(nit: &Nit, paint: Paint) -> String {
    let Nit { check, severity, at, about, .. } = nit;
    let line = if at.line == 0 { String::new() } else { format!(":{}", at.line) };
    let colour = match severity {
        Severity::Error => "31",
        Severity::Warning => "33",
        Severity::Note => "36",
    };
    let severity = paint.with(severity.word(), colour);
    let place = paint.with(&format!("{}{line}:", plain(&at.file)), "1");
    format!("{place} {severity} {check} {}", plain(about)).trim_end().to_owned() + "\n"
}

/// What others wrote, without the characters that command a terminal.
fn plain(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' => ' ',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.chars().map(shown).collect()
}

/// One line about the whole run.
pub(super) fn summary(linted: &Linted) -> String {
    let found: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .map(|severity| (linted.count(severity), severity.word()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| counted(count, word))
        .collect();
    let found = if found.is_empty() { "nothing to mend".to_owned() } else { found.join(", ") };
    let read: Vec<String> =
        [(linted.metrics, "metric"), (linted.pings, "ping"), (linted.records, "record")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| counted(count, word))
            .collect();
    let read = if read.is_empty() { "no metrics".to_owned() } else { read.join(", ") };
    format!("{read} read: {found}.")
}

fn counted(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

impl Paint {
    /// Paints words, by an ANSI code.
    fn with(self, words: &str, code: &str) -> String {
        match self {
            Self::Colours => format!("\u{1b}[{code}m{words}\u{1b}[0m"),
            Self::Nothing => words.to_owned(),
        }
    }
}
