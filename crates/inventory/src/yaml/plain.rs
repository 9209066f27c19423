//! Reading what definitions are nearly always written in: maps and lists one below the other, with
//! plain words, single quoted lines, lists in brackets, and texts behind `|` or `>`.
//!
//! A linter that runs before each commit is used only where nobody waits for it, and the parser that
//! reads all of YAML takes most of its time (docs/measured.md). This reads line by line. Whatever is
//! not plainly one of these forms, right or wrong, it leaves to that parser: it returns nothing, and
//! never an error. That both read the same is tried on real files, on mutated ones, and by a fuzzer.

use std::borrow::Cow;
use std::collections::HashMap;

use super::{Entry, Map, Node, Value, once_each, scalar};

mod block;
mod lines;
mod word;

use lines::{Line, Lines};

/// Deeper nesting is left to the parser, which has a limit of its own.
const DEPTH_MAX: usize = 32;
/// A longer name is left to the parser: beyond 1024 characters it is none.
const NAME_BYTES_MAX: usize = 200;

/// Reads a document, where it is plain.
pub(super) fn read(text: &str) -> Option<Node> {
    let mut reading = Reading { lines: Lines::of(text)?, nodes: 0, named: HashMap::new() };
    let first = *reading.lines.peek()?;
    let node = (first.indent == 0).then(|| reading.block(0, 0))??;
    reading.lines.peek().is_none().then_some(node)
}

/// Where the reading stands.
struct Reading<'t> {
    lines: Lines<'t>,
    nodes: usize,
    /// What stands under a name for aliases, with how many nodes it has.
    named: HashMap<&'t str, (Node, usize)>,
}

impl<'t> Reading<'t> {
    /// Reads the map or list whose lines begin at this column.
    fn block(&mut self, indent: usize, depth: usize) -> Option<Node> {
        let line = *self.lines.peek()?;
        (depth < DEPTH_MAX).then_some(())?;
        self.count(1)?;
        let value = match item(line.content) {
            Some(_) => Value::List(self.list(indent)?),
            None => Value::Map(self.map(indent, depth)?),
        };
        Some(Node { line: line.number, value })
    }

    fn map(&mut self, indent: usize, depth: usize) -> Option<Map> {
        let mut entries = Vec::new();
        while let Some(line) = self.lines.next_at(indent)? {
            let (name, rest) = name(line.content)?;
            self.count(1)?;
            let Value::Text(name) = scalar::resolve(Cow::Borrowed(name), true, None).ok()? else {
                return None;
            };
            let node = match rest.as_bytes().first() {
                None => self.below(indent, depth)?,
                Some(b'&') => {
                    let (name, before) = (word::alias(rest, '&')?, self.nodes);
                    let node = self.below(indent, depth)?;
                    // What is kept for aliases takes room as well.
                    let nodes = self.nodes - before;
                    self.count(nodes)?;
                    self.named.insert(name, (node.clone(), nodes));
                    node
                }
                Some(b'*') => {
                    let (node, nodes) = self.named.get(word::alias(rest, '*')?)?.clone();
                    self.count(nodes)?;
                    node
                }
                Some(_) => self.value(rest, line, indent)?,
            };
            entries.push(Entry { name, line: line.number, node });
        }
        Some(once_each(entries))
    }

    /// Reads what stands on the lines below a name.
    fn below(&mut self, indent: usize, depth: usize) -> Option<Node> {
        let next = *self.lines.peek()?;
        let is_item = item(next.content).is_some();
        if next.indent > indent && !is_item && name(next.content).is_none() {
            // A text that begins on a line of its own.
            self.lines.pass();
            return self.value(next.content, next, indent);
        }
        // A list may stand as far to the left as the name that it belongs to.
        let below = next.indent > indent || (next.indent == indent && is_item);
        below.then(|| self.block(next.indent, depth + 1))?
    }

    fn list(&mut self, indent: usize) -> Option<Vec<Node>> {
        let mut items = Vec::new();
        while self
            .lines
            .peek()
            .is_some_and(|next| next.indent == indent && item(next.content).is_some())
        {
            let line = self.lines.next_at(indent)??;
            items.push(self.value(item(line.content)?, line, indent)?);
        }
        Some(items)
    }

    /// Reads what stands behind a name or a dash; `indent` is the column of that.
    fn value(&mut self, rest: &'t str, line: Line<'t>, indent: usize) -> Option<Node> {
        self.count(1)?;
        let value = match rest.as_bytes()[0] {
            b'|' | b'>' => {
                let value = Value::Text(block::read(rest, &mut self.lines, indent)?);
                // For the parser, such a text begins with its first line.
                return Some(Node { line: line.number + 1, value });
            }
            b'[' => Value::List(self.in_brackets(rest, line)?),
            b'"' | b'\'' => {
                let (text, after) = word::quoted(rest)?;
                word::ends(after).then(|| Value::Text(text.to_owned()))?
            }
            _ => {
                let text = word::plain(rest, &mut self.lines, indent)?;
                scalar::resolve(text, true, None).ok()?
            }
        };
        Some(Node { line: line.number, value })
    }

    /// Reads a list that begins and ends on one line.
    fn in_brackets(&mut self, rest: &'t str, line: Line<'t>) -> Option<Vec<Node>> {
        let mut rest = rest[1..].trim_start_matches(' ');
        let mut items = Vec::new();
        if let Some(after) = rest.strip_prefix(']') {
            return word::ends(after).then_some(items);
        }
        loop {
            self.count(1)?;
            let (value, after) = word::in_brackets(rest)?;
            items.push(Node { line: line.number, value });
            let after = after.trim_start_matches(' ');
            if let Some(after) = after.strip_prefix(']') {
                return word::ends(after).then_some(items);
            }
            rest = after.strip_prefix(',')?.trim_start_matches(' ');
        }
    }

    /// With too many values, the parser says so.
    fn count(&mut self, more: usize) -> Option<()> {
        self.nodes += more;
        (self.nodes <= super::limits::YAML_NODES).then_some(())
    }
}

/// Returns what stands behind the dash of a list's item.
fn item(content: &str) -> Option<&str> {
    let rest = content.strip_prefix("- ")?.trim_start_matches(' ');
    (!rest.is_empty() && !rest.starts_with('#')).then_some(rest)
}

/// Returns a name, and what stands behind its colon: nothing where that is a comment.
fn name(content: &str) -> Option<(&str, &str)> {
    let is_part =
        |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'/' | b'-' | b'$');
    let length = content.bytes().take_while(|b| is_part(b)).count();
    let begins = content.as_bytes().first().is_some_and(|b| *b != b'-' && is_part(b));
    (begins && length <= NAME_BYTES_MAX).then_some(())?;
    let rest = content[length..].strip_prefix(':')?;
    let value = rest.trim_start_matches(' ');
    if value.is_empty() || (value.starts_with('#') && value.len() < rest.len()) {
        return Some((&content[..length], ""));
    }
    (value.len() < rest.len()).then_some((&content[..length], value))
}

#[cfg(test)]
mod tests;
