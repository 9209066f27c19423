//! YAML as people write definitions in it: a tree in which every node knows its line.
//!
//! Plain words are read as YAML 1.1 reads them (`yes` is true, `010` is eight), since Glean's own
//! tools do (`glean_parser` stands on PyYAML); days stay texts. What aliases stand for counts
//! against a limit, so that a few hundred bytes do not fill the memory.

use std::collections::HashMap;

use candor_kernel::limits;
use granit_parser::{Event, Parser, ScalarStyle};

mod plain;
mod scalar;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The line it begins in, from 1.
    pub line: usize,
    /// What it is.
    pub value: Value,
}

/// What a node can be.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing, `~` or `null`.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Another number, or a whole one beyond 64 bits.
    Float(f64),
    /// A text.
    Text(String),
    /// Nodes in order.
    List(Vec<Node>),
    /// Nodes by name.
    Map(Map),
}

/// Nodes by name, in the order they were written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Map {
    /// Each name with its line, once.
    pub entries: Vec<Entry>,
    /// A name that stood twice: the later one counts, and the last such name is noted.
    pub twice: Option<String>,
}

/// One name with its node.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The name.
    pub name: String,
    /// The line of the name, from 1.
    pub line: usize,
    /// What it names.
    pub node: Node,
}

/// Why a text is no YAML, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, as a sentence.
    pub message: String,
}

impl Node {
    /// Returns the text, where it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }

    /// Returns the yes or no, where it is one.
    #[must_use]
    pub fn bool(&self) -> Option<bool> {
        if let Value::Bool(yes) = self.value { Some(yes) } else { None }
    }

    /// Returns the whole number, where it is one.
    #[must_use]
    pub fn int(&self) -> Option<i64> {
        if let Value::Int(number) = self.value { Some(number) } else { None }
    }

    /// Returns the items, where it is a list.
    #[must_use]
    pub fn list(&self) -> Option<&[Self]> {
        if let Value::List(items) = &self.value { Some(items) } else { None }
    }

    /// Returns the entries, where it is a map.
    #[must_use]
    pub fn map(&self) -> Option<&Map> {
        if let Value::Map(map) = &self.value { Some(map) } else { None }
    }

    /// Returns the texts of a list; items that are none are left out.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.list().unwrap_or_default().iter().filter_map(Self::text)
    }
}

impl Map {
    /// Finds a node by its name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.entries.iter().find(|entry| entry.name == name).map(|entry| &entry.node)
    }
}

/// Reads one document. An empty one is null.
pub fn read(text: &str) -> Result<Node, YamlError> {
    plain::read(text).map_or_else(|| read_whole(text), Ok)
}

/// Reads one document with the parser for all of YAML. [`read`] reads the same, most files sooner.
pub fn read_whole(text: &str) -> Result<Node, YamlError> {
    let mut reading = Reading::default();
    // Whoever else uses the parser may have asked for comments; nobody here reads them.
    let options = granit_parser::options! { emit_comments: false };
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| YamlError {
            line: error.marker().line(),
            message: sentence(error.info()),
        })?;
        reading.take(event, span.start.line())?;
    }
    Ok(reading.whole.unwrap_or(Node { line: 1, value: Value::Null }))
}

/// A tree that grows.
#[derive(Default)]
struct Reading {
    /// Nodes of what has begun and not ended, the innermost last: one place for all of them, so that
    /// none has to grow and be copied.
    waiting: Vec<Node>,
    open: Vec<Open>,
    anchors: HashMap<usize, (Node, usize)>,
    whole: Option<Node>,
    nodes: usize,
    documents: usize,
}

/// A list or map that has begun and not ended.
struct Open {
    line: usize,
    anchor: usize,
    /// How many nodes there were before it.
    nodes_before: usize,
    /// How many of them wait: those that wait after them are inside.
    waiting_before: usize,
    /// In a map, names and nodes come in turn.
    is_map: bool,
}

impl Reading {
    fn take(&mut self, event: Event<'_>, line: usize) -> Result<(), YamlError> {
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(error(line, "A second document begins; write one to a file."));
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain;
                let tag = tag.as_deref().map(|tag| tag.to_string());
                let value = scalar::resolve(text, plain, tag.as_deref());
                let value = value.map_err(|message| error(line, &message))?;
                self.count(1, line)?;
                self.put(Node { line, value }, anchor, 1, line)?;
            }
            Event::Alias(anchor) => {
                let Some((node, nodes)) = self.anchors.get(&anchor).cloned() else {
                    return Err(error(line, "An alias stands inside of what it names."));
                };
                self.count(nodes, line)?;
                self.put(node, 0, nodes, line)?;
            }
            Event::SequenceStart(_, anchor, _) => self.begin(false, anchor, line)?,
            Event::MappingStart(_, anchor, _) => self.begin(true, anchor, line)?,
            Event::SequenceEnd | Event::MappingEnd => self.end(line)?,
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, is_map: bool, anchor: usize, line: usize) -> Result<(), YamlError> {
        let (nodes_before, waiting_before) = (self.nodes, self.waiting.len());
        self.count(1, line)?;
        self.open.push(Open { line, anchor, nodes_before, waiting_before, is_map });
        Ok(())
    }

    fn end(&mut self, line: usize) -> Result<(), YamlError> {
        let Some(Open { line: begin, anchor, nodes_before, waiting_before, is_map }) =
            self.open.pop()
        else {
            return Err(error(line, "Something ends that did not begin."));
        };
        let inside = self.waiting.drain(waiting_before..);
        let value = match is_map {
            true => Value::Map(map(inside)?),
            false => Value::List(inside.collect()),
        };
        let nodes = self.nodes - nodes_before;
        self.put(Node { line: begin, value }, anchor, nodes, line)
    }

    fn put(
        &mut self,
        node: Node,
        anchor: usize,
        nodes: usize,
        line: usize,
    ) -> Result<(), YamlError> {
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), nodes));
            // What is kept for aliases takes room as well.
            self.count(nodes, line)?;
        }
        match self.open.is_empty() {
            false => self.waiting.push(node),
            true => self.whole = Some(node),
        }
        Ok(())
    }

    fn count(&mut self, more: usize, line: usize) -> Result<(), YamlError> {
        self.nodes += more;
        if self.nodes <= limits::YAML_NODES {
            return Ok(());
        }
        let most = limits::YAML_NODES;
        Err(error(line, &format!("More than {most} values, counting what aliases stand for.")))
    }
}

/// Makes a map of names and nodes in turn. What `<<` merges stands before the map's own names, so
/// that these count; of several maps that are merged, the first counts.
fn map(mut nodes: std::vec::Drain<'_, Node>) -> Result<Map, YamlError> {
    let (mut merged, mut own) = (Vec::new(), Vec::with_capacity(nodes.len() / 2));
    while let (Some(key), Some(node)) = (nodes.next(), nodes.next()) {
        match (key.value, node) {
            (Value::Text(name), node) if name == "<<" => merged.extend(merge(node)?),
            (Value::Text(name), node) => own.push(Entry { name, line: key.line, node }),
            (value, _) => {
                let what = scalar::words(&value);
                return Err(error(
                    key.line,
                    &format!("{what} is no name; put it in quotes, or write another."),
                ));
            }
        }
    }
    if merged.is_empty() {
        return Ok(once_each(own));
    }
    merged.extend(own);
    Ok(once_each(merged))
}

fn merge(node: Node) -> Result<Vec<Entry>, YamlError> {
    let line = node.line;
    let maps = match node.value {
        Value::List(maps) => maps,
        _ => vec![node],
    };
    let mut merged = Vec::new();
    for node in maps.into_iter().rev() {
        let Value::Map(map) = node.value else {
            return Err(error(line, "What `<<` merges is no map, and no list of maps."));
        };
        merged.extend(map.entries);
    }
    Ok(merged)
}

fn once_each(entries: Vec<Entry>) -> Map {
    let mut names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    names.sort_unstable();
    if names.windows(2).all(|pair| pair[0] != pair[1]) {
        return Map { entries, twice: None };
    }
    let mut map = Map::default();
    let mut places = HashMap::new();
    for entry in entries {
        match places.get(&entry.name) {
            Some(place) => {
                map.twice = Some(entry.name.clone());
                map.entries[*place] = entry;
            }
            None => {
                places.insert(entry.name.clone(), map.entries.len());
                map.entries.push(entry);
            }
        }
    }
    map
}

fn error(line: usize, message: &str) -> YamlError {
    YamlError { line, message: message.to_owned() }
}

/// The parser's words, as a sentence.
fn sentence(words: impl std::fmt::Display) -> String {
    let words = words.to_string();
    format!("This is no YAML: {}.", words.trim_end_matches('.'))
}

#[cfg(test)]
mod tests;
