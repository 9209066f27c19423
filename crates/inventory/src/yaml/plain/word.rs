//! Words: in quotes, in brackets, and plain ones that go on over lines.

use std::borrow::Cow;

use super::lines::Lines;
use crate::yaml::{Value, scalar};

/// Reads a text in quotes that needs no second look, and returns what follows it.
pub(super) fn quoted(rest: &str) -> Option<(&str, &str)> {
    let quote = rest.chars().next()?;
    let (text, after) = rest[1..].split_once(quote)?;
    // Two single quotes are one, and a backslash begins something.
    let doubled = quote == '\'' && after.starts_with('\'');
    let escaped = quote == '"' && text.contains('\\');
    (!doubled && !escaped).then_some((text, after))
}

/// Tells whether nothing but a comment follows.
pub(super) fn ends(after: &str) -> bool {
    let comment = after.trim_start_matches(' ');
    comment.is_empty() || (comment.starts_with('#') && comment.len() < after.len())
}

/// Reads one item of a list in brackets, and returns what follows it.
pub(super) fn in_brackets(rest: &str) -> Option<(Value, &str)> {
    if rest.starts_with(['"', '\'']) {
        let (text, after) = quoted(rest)?;
        return Some((Value::Text(text.to_owned()), after));
    }
    begins(rest)?;
    let end = rest.find([',', ']', '[', '{', '}', '#', '"', '\'', '&', '*', '!', '?'])?;
    let text = rest[..end].trim_end_matches(' ');
    let plain = !text.is_empty() && !text.contains(": ") && !text.ends_with(':');
    let value = plain.then(|| scalar::resolve(Cow::Borrowed(text), true, None).ok())??;
    Some((value, &rest[end..]))
}

/// Reads a plain word or text, over as many lines as it has: those that stand further to the right
/// than the name or dash before it.
pub(super) fn plain<'t>(
    rest: &'t str,
    lines: &mut Lines<'t>,
    indent: usize,
) -> Option<Cow<'t, str>> {
    begins(rest)?;
    if let Some((text, _)) = rest.split_once(" #") {
        // After a comment, no line belongs to the text any more.
        let goes_on = lines.peek().is_some_and(|next| next.indent > indent);
        return (!goes_on && is_plain(text)).then(|| Cow::Borrowed(text.trim_end_matches(' ')));
    }
    is_plain(rest).then_some(())?;
    let mut text = Cow::Borrowed(rest);
    let mut blanks = 0;
    while let Some(line) = lines.raw() {
        if line.is_blank() {
            blanks += 1;
        } else if line.indent > indent {
            let fine = is_plain(line.content)
                && !line.content.contains(" #")
                && !line
                    .content
                    .starts_with(['#', '-', '?', ':', '|', '>', '&', '*', '!', '%', '@']);
            fine.then_some(())?;
            let text = text.to_mut();
            match blanks {
                0 => text.push(' '),
                blanks => (0..blanks).for_each(|_| text.push('\n')),
            }
            text.push_str(line.content);
            blanks = 0;
        } else {
            break;
        }
        lines.pass();
    }
    Some(text)
}

/// Reads the name of an alias, where nothing else stands there.
pub(super) fn alias(rest: &str, sign: char) -> Option<&str> {
    let name = rest.strip_prefix(sign)?;
    let fine = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    (!name.is_empty() && name.bytes().all(fine)).then_some(name)
}

/// Tells whether a text has nothing in it that could be a name.
fn is_plain(text: &str) -> bool {
    !text.contains(": ") && !text.ends_with(':')
}

/// Looks at the first sign of a plain word: those that can mean something else are left to the
/// parser.
fn begins(rest: &str) -> Option<()> {
    let first = rest.chars().next()?;
    let fine = first.is_alphanumeric() || matches!(first, '/' | '(' | '_' | '.' | '~' | '+' | '$');
    fine.then_some(())
}
