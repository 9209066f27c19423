//! The files of the house, as text.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result};

/// What is never part of the sources, besides names that begin with a dot.
const OUTSIDE: [&str; 4] = ["target", "demo-data", "node_modules", "__pycache__"];
/// Names that begin with a dot and are part of the sources.
const INSIDE: [&str; 4] = [".cargo", ".ci", ".config", ".gitignore"];

/// All text files, by path.
pub(crate) struct Tree(Vec<File>);

/// One text file.
pub(crate) struct File {
    /// Its path from the root, with slashes.
    pub(crate) path: String,
    /// What it holds.
    pub(crate) text: String,
}

impl Tree {
    /// Reads all text files of a folder.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let mut files = Vec::new();
        collect(root, "", &mut files)?;
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(Self(files))
    }

    /// Makes a tree of paths and texts.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let file = |&(path, text): &(&str, &str)| File { path: path.into(), text: text.into() };
        Self(files.iter().map(file).collect())
    }

    /// All files, in the order of their paths.
    pub(crate) fn files(&self) -> impl Iterator<Item = &File> {
        self.0.iter()
    }

    /// The files whose names end like this: `.rs`, or `/inventory.yaml`.
    pub(crate) fn ending(&self, end: &str) -> impl Iterator<Item = &File> {
        self.0.iter().filter(move |file| file.path.ends_with(end))
    }

    /// The text of one file.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.0.iter().find(|file| file.path == path).map(|file| file.text.as_str())
    }

    /// Tells whether there is a file of this path, or a folder whose path this is.
    pub(crate) fn has(&self, path: &str) -> bool {
        let folder = format!("{path}/");
        self.0.iter().any(|file| file.path == path || file.path.starts_with(&folder))
    }
}

impl File {
    /// Tells whether it only serves tests.
    pub(crate) fn serves_tests(&self) -> bool {
        let mut steps = self.path.split('/');
        self.path.starts_with("crates/testing/")
            || steps.any(|step| matches!(step, "tests" | "tests.rs"))
    }

    /// The lines of code with their numbers, without comments and without the tests at the end.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let mut lines: Vec<_> = self.text.lines().collect();
        let tests = lines.windows(2).position(|pair| {
            pair[0].trim() == "#[cfg(test)]"
                && pair[1].starts_with("mod ")
                && pair[1].ends_with('{')
        });
        lines.truncate(tests.unwrap_or(lines.len()));
        let numbered = lines.into_iter().enumerate().map(|(index, line)| (index + 1, line));
        numbered.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<File>) -> Result<()> {
    let place = || folder.display().to_string();
    for entry in fs::read_dir(folder).with_context(place)? {
        let entry = entry.with_context(place)?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let hidden = name.starts_with('.') && !INSIDE.contains(&name.as_str());
        if hidden || OUTSIDE.contains(&name.as_str()) {
            continue;
        }
        let (kind, path) = (entry.file_type().with_context(place)?, format!("{prefix}{name}"));
        if kind.is_dir() {
            collect(&entry.path(), &format!("{path}/"), files)?;
        } else if kind.is_file() {
            match fs::read_to_string(entry.path()) {
                Ok(text) => files.push(File { path, text }),
                // A picture is no source, and a file that just went away is none either.
                Err(error)
                    if matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::NotFound) => {}
                Err(error) => return Err(error).context(path),
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_read_without_what_was_built() {
        let folder = tempfile::tempdir().expect("a folder");
        for (path, bytes) in [
            ("src/lib.rs", b"text".as_slice()),
            ("target/debug/x.rs", b"text"),
            (".git/config", b"text"),
            (".ci/run", b"text"),
            ("icon.png", &[0xff, 0xfe]),
        ] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, bytes).expect("written");
        }
        let tree = Tree::read(folder.path()).expect("it can be read");
        let paths: Vec<_> = tree.files().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, [".ci/run", "src/lib.rs"]);
        assert!(tree.has("src") && tree.has("src/lib.rs") && !tree.has("src/lib"));
        assert_eq!((tree.text("src/lib.rs"), tree.text("src")), (Some("text"), None));
    }

    #[test]
    fn code_ends_where_tests_begin() {
        let text =
            "one\n// two\n#[cfg(test)]\nmod tests;\nfive\n#[cfg(test)]\nmod tests {\neight\n}\n";
        let file = File { path: "crates/web/src/page.rs".into(), text: text.into() };
        let lines: Vec<_> = file.code().collect();
        assert_eq!(lines, [(1, "one"), (3, "#[cfg(test)]"), (4, "mod tests;"), (5, "five")]);
    }

    #[test]
    fn files_that_serve_tests_are_known() {
        for (path, expected) in [
            ("crates/web/src/serve/tests.rs", true),
            ("crates/web/tests/it/main.rs", true),
            ("tests/src/lib.rs", true),
            ("crates/testing/src/chance.rs", true),
            ("crates/web/src/serve.rs", false),
            ("crates/review/src/contests.rs", false),
        ] {
            let file = File { path: path.into(), text: String::new() };
            assert_eq!(file.serves_tests(), expected, "{path}");
        }
    }
}
