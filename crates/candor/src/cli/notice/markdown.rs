//! A notice as Markdown, for a repository. Texts of the definitions are shown, never obeyed.

use super::told::{Message, Named, Notice, Persons};
use super::view::{Fact, Group, ended, others, sensitive};

/// Writes it.
pub(super) fn write(notice: &Notice) -> String {
    let mut text = format!("# What {} collects\n\n", escape(notice.product()));
    for sentence in &notice.summary {
        text.push_str(&format!("{}\n\n", escape(sentence)));
    }
    if let Some(contact) = &notice.contact {
        text.push_str(&format!("Questions: {}\n\n", escape(contact)));
    }
    if let Some(Persons { design, implementation }) = &notice.persons {
        text.push_str(&format!(
            "Who answers for it: {} (design) and {} (implementation)\n\n",
            escape(design),
            escape(implementation)
        ));
    }
    if !notice.messages.is_empty() || !notice.data.is_empty() {
        counts(notice, &mut text);
        messages(notice, &mut text);
    }
    let most = sensitive(notice);
    let rest = if most.is_empty() { "All of it" } else { "Everything else" };
    for (title, groups) in [
        ("What says most about you", most),
        (rest, others(notice)),
        ("No longer collected", ended(notice)),
    ] {
        if !groups.is_empty() {
            text.push_str(&format!("## {title}\n\n"));
            groups.iter().for_each(|group| part(group, &mut text));
        }
    }
    text.push_str(&format!(
        "## About this page\n\nIt was written by a program on {}, from the same definitions with \
         which the product is built. It shows what the product may collect. It cannot show what \
         is done with it later, or whether the product keeps to it. {}.\n",
        notice.date,
        escape(&notice.read_from())
    ));
    text
}

fn counts(notice: &Notice, text: &mut String) {
    text.push_str("| What it is about | Called | Kinds of data |\n| --- | --- | ---: |\n");
    for counted in &notice.categories {
        let (means, category) = (counted.means, counted.category.words());
        text.push_str(&format!("| {means} | {category} | {} |\n", counted.data));
    }
    text.push('\n');
}

fn messages(notice: &Notice, text: &mut String) {
    text.push_str(
        "## The messages\n\nThe program notes these data while it is used, and sends them in \
         messages; its makers call them pings. The **client id**, where a message carries it, is \
         a random number that the program makes for itself when it first starts: it names nobody, \
         but by it all that one copy of the program sends can be put together. **Device and \
         program** are the kind and make of the device, system, language, versions, and the day on \
         which the program was first started.\n\n",
    );
    for message in &notice.messages {
        let Message { id, description, reasons, .. } = message;
        text.push_str(&format!("### {} (`{id}`)\n\n{}\n\n", message.title(), escape(description)));
        for Named { name, description } in reasons {
            text.push_str(&format!("- Sent for {}: {}\n", escape(name), escape(description)));
        }
        message.facts().iter().for_each(|fact| text.push_str(&format!("- {}\n", said(fact))));
        text.push('\n');
    }
}

fn part(group: &Group<'_>, text: &mut String) {
    text.push_str(&format!("### {}", group.title));
    if !group.id.is_empty() {
        text.push_str(&format!(" (`{}`)", group.id));
    }
    text.push_str("\n\n");
    if !group.facts.is_empty() {
        text.push_str(&format!("The same for all of them: {}.\n\n", joined(&group.facts)));
    }
    for entry in &group.entries {
        text.push_str(&format!(
            "- **{}** (`{}`, {})",
            escape(entry.what.trim_end_matches('.')),
            entry.id,
            entry.category
        ));
        match entry.facts.is_empty() {
            true => text.push_str(".\n"),
            false => text.push_str(&format!(". {}.\n", joined(&entry.facts))),
        }
        for Named { name, description } in entry.extras {
            text.push_str(&format!("  - with it {}: {}\n", escape(name), escape(description)));
        }
    }
    text.push('\n');
}

fn joined(facts: &[Fact]) -> String {
    facts.iter().map(said).collect::<Vec<_>>().join("; ")
}

fn said(fact: &Fact) -> String {
    match &fact.link {
        Some(link) => format!("{}: <{link}>", fact.name),
        None => format!("{}: {}", fact.name, escape(&fact.text)),
    }
}

/// Escapes a text of one line, so that Markdown shows it as it is: no link, no markup, no mention
/// of anybody.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let numbered = || at < 10 && text[..at].bytes().all(|byte| byte.is_ascii_digit());
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '#' => {
                escaped.push('\\');
            }
            '-' | '+' | '=' if at == 0 => escaped.push('\\'),
            '.' | ')' if at > 0 && numbered() => escaped.push('\\'),
            // Not an address by itself, and nobody is called.
            '/' if before == ':' => escaped.push('\\'),
            '.' if text[..at].ends_with("www") => escaped.push('\\'),
            _ => {}
        }
        escaped.push(c);
        if c == '@' && !before.is_alphanumeric() || c == '#' {
            escaped.push('\u{2060}');
        }
        before = c;
    }
    escaped
}
