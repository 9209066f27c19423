//! The structure of an object: a strict subset of JSON Schema (docs/glean.md 2.3).

use crate::yaml::{Map, Node};

const KNOWN: [&str; 5] = ["type", "properties", "items", "description", "oneOf"];
const TYPES: [&str; 5] = ["object", "array", "number", "string", "boolean"];
const PLAIN: [&str; 3] = ["number", "string", "boolean"];

/// Says what is wrong with a structure; its root is an object or an array.
pub(super) fn check(structure: &Node) -> Option<String> {
    let map = structure.map()?;
    match map.get("type").and_then(Node::text) {
        Some("object" | "array") => below("structure", map).err(),
        Some(other) => Some(format!("`structure` is an object or an array, not {other}.")),
        None => Some("`structure` has no type; write object or array.".to_owned()),
    }
}

fn below(path: &str, map: &Map) -> Result<(), String> {
    known(path, map, &KNOWN)?;
    if let Some(types) = map.get("oneOf") {
        return one_of(path, types);
    }
    let kind = map.get("type").ok_or_else(|| format!("`{path}` has no type."))?;
    let kind = kind.text().filter(|kind| TYPES.contains(kind));
    let kind = kind.ok_or_else(|| format!("`{path}` is not one of {}.", TYPES.join(", ")))?;
    let (properties, items) = (map.get("properties"), map.get("items"));
    match kind {
        "object" if items.is_some() => Err(format!("`{path}` is an object and has no items.")),
        "object" => {
            let properties = properties.and_then(Node::map);
            let properties = properties.ok_or_else(|| format!("`{path}` needs properties."))?;
            properties.entries.iter().try_for_each(|entry| inner(path, &entry.name, &entry.node))
        }
        "array" if properties.is_some() => {
            Err(format!("`{path}` is an array and has no properties."))
        }
        "array" => {
            let items = items.ok_or_else(|| format!("`{path}` needs items."))?;
            inner(path, "items", items)
        }
        _ => Ok(()),
    }
}

fn inner(path: &str, name: &str, node: &Node) -> Result<(), String> {
    let path = format!("{path}.{name}");
    let map = node.map().ok_or_else(|| format!("`{path}` is no map."))?;
    below(&path, map)
}

fn one_of(path: &str, types: &Node) -> Result<(), String> {
    let types = types.list().filter(|types| !types.is_empty());
    let types = types.ok_or_else(|| format!("`{path}.oneOf` needs a list of types."))?;
    for one in types {
        let map = one.map().ok_or_else(|| format!("`{path}.oneOf` holds no map."))?;
        known(path, map, &["description", "type"])?;
        let kind = map.get("type").and_then(Node::text);
        if !kind.is_some_and(|kind| PLAIN.contains(&kind)) {
            return Err(format!("A type in `{path}.oneOf` is one of {}.", PLAIN.join(", ")));
        }
    }
    Ok(())
}

fn known(path: &str, map: &Map, names: &[&str]) -> Result<(), String> {
    match map.entries.iter().find(|entry| !names.contains(&entry.name.as_str())) {
        Some(entry) => Err(format!(
            "`{path}.{}` is not known; a structure has {}.",
            entry.name,
            names.join(", ")
        )),
        None => Ok(()),
    }
}
