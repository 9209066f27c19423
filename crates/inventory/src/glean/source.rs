//! One definition file: what it says it is, and what it holds.

use crate::yaml::{Entry, Map, Node, Value, YamlError};

/// What a file declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// Metrics by category.
    Metrics,
    /// Pings.
    Pings,
    /// Tags.
    Tags,
    /// What Glean's files cannot say.
    Product,
}

/// One file, as it was written.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its name.
    pub file: String,
    /// What it declares.
    pub kind: FileKind,
    /// The schema it names, in full.
    pub schema: String,
    /// Everything in it.
    pub root: Map,
}

impl Source {
    /// Looks at a file. None where it is empty: there is nothing to read in it.
    pub fn of(file: &str, root: Node) -> Result<Option<Self>, YamlError> {
        let line = root.line;
        let root = match root.value {
            Value::Map(root) if root.entries.is_empty() => return Ok(None),
            Value::Map(root) => root,
            _ => return Err(wrong(line, "is no map of names; see a Glean file.")),
        };
        let schema = root.get("$schema").and_then(Node::text).unwrap_or_default().to_owned();
        let kind = match schema.rsplit('/').nth(1) {
            Some("metrics") => FileKind::Metrics,
            Some("pings") => FileKind::Pings,
            Some("tags") => FileKind::Tags,
            Some("product") => FileKind::Product,
            _ => {
                let says = "names no `$schema` of Glean metrics, pings or tags; the first line of a Glean file does.";
                return Err(wrong(line, says));
            }
        };
        Ok(Some(Self { file: file.to_owned(), kind, schema, root }))
    }

    /// Returns what is declared at the top: categories, pings or tags.
    pub fn declared(&self) -> impl Iterator<Item = &Entry> {
        self.root
            .entries
            .iter()
            .filter(|entry| !entry.name.starts_with('$') && entry.name != "no_lint")
    }

    /// Returns the tags that hold for the whole file.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.root.get("$tags").into_iter().flat_map(Node::texts)
    }

    /// Returns the checks that the whole file switches off.
    pub fn no_lint(&self) -> impl Iterator<Item = &str> {
        self.root.get("no_lint").into_iter().flat_map(Node::texts)
    }
}

fn wrong(line: usize, message: &str) -> YamlError {
    YamlError { line, message: message.to_owned() }
}
