//! Definition files as commands that need no server find them: files, and folders with all that is
//! in them.

use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::Failure;

/// The name of the declarations of a part of this server.
const INVENTORY: &str = "inventory.yaml";

/// Folders that hold what others wrote or what was made.
const PASSED_BY: [&str; 6] = [".git", ".venv", "node_modules", "target", "third_party", "vendor"];

/// What stands in every definition file, and hardly anywhere else.
pub(crate) const MARKS: [&str; 2] = ["/schemas/glean/", "candor/product/"];

/// Reads definition files, as name and text, in the order of names. A file is taken as it is; of a
/// folder, the YAML files that name a `$schema` of Glean, or the one of a product's reasons. A name
/// is the path from where the command runs.
pub(crate) fn read(paths: &[PathBuf]) -> Result<Vec<(String, String)>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            for file in walk(path)?.iter().filter(|file| !is_inventory(file)) {
                files.extend(text_of(file)?.filter(|(_, text)| is_definition(text)));
            }
        } else if !is_inventory(path) {
            files.push(must_be_text(path)?);
        }
    }
    Ok(in_order(files))
}

/// Reads the files of that name which declare what a part of this server keeps, in the same way.
pub(crate) fn inventories(paths: &[PathBuf]) -> Result<Vec<(String, String)>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        let found = if path.is_dir() { walk(path)? } else { vec![path.clone()] };
        for file in found.iter().filter(|file| is_inventory(file)) {
            files.push(must_be_text(file)?);
        }
    }
    Ok(in_order(files))
}

/// Tells whether a file of this name declares what a part of this server keeps.
pub(crate) fn is_inventory(path: &Path) -> bool {
    path.ends_with(INVENTORY)
}

/// Tells whether a text names a `$schema` of definitions.
pub(crate) fn is_definition(text: &str) -> bool {
    let names = |line: &str| MARKS.iter().any(|mark| line.contains(mark));
    text.lines().any(|line| line.contains("$schema") && names(line))
}

/// Tells whether a folder's search looks at a file of this name, which stands below the folder.
pub(crate) fn is_looked_at(below: &Path) -> bool {
    let passed_by = |part: Component<'_>| PASSED_BY.iter().any(|name| part.as_os_str() == *name);
    let is_yaml = below.extension().is_some_and(|end| end == "yaml" || end == "yml");
    is_yaml && !below.components().any(passed_by)
}

/// Lists the YAML files of a folder. What a link leads to is not followed: it may lead back.
fn walk(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(one) = folders.pop() {
        for entry in fs::read_dir(&one).map_err(|error| unreadable(&one, &error))? {
            let entry = entry.map_err(|error| unreadable(&one, &error))?;
            let kind = entry.file_type().map_err(|error| unreadable(&one, &error))?;
            let path = entry.path();
            if kind.is_dir() {
                if !PASSED_BY.iter().any(|name| path.ends_with(name)) {
                    folders.push(path);
                }
            } else if is_looked_at(Path::new(&entry.file_name())) {
                found.push(path);
            }
        }
    }
    Ok(found)
}

/// Reads what a search found. Without UTF-8 it is no definition file, but something else.
fn text_of(path: &Path) -> Result<Option<(String, String)>, Failure> {
    let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
    Ok(String::from_utf8(bytes).ok().map(|text| (name(path), text)))
}

fn must_be_text(path: &Path) -> Result<(String, String), Failure> {
    text_of(path)?
        .ok_or_else(|| Failure::folder(format!("{} is no text in UTF-8.", path.display())))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::folder(format!("{} cannot be read: {error}.", path.display()))
}

fn name(path: &Path) -> String {
    let path = path.strip_prefix(".").unwrap_or(path);
    path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}

/// A file that was named twice, or with its folder, is read once.
fn in_order(mut files: Vec<(String, String)>) -> Vec<(String, String)> {
    files.sort();
    files.dedup_by(|a, b| a.0 == b.0);
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    const METRICS: &str = "---\n$schema: moz://mozilla.org/schemas/glean/metrics/2-0-0\n";

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("the system has a folder for temporary files");
        for (name, content) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("it has one")).expect("the folder is ours");
            fs::write(path, content).expect("the folder is ours");
        }
        folder
    }

    fn names(folder: &Path, files: &[(String, String)]) -> Vec<String> {
        let from = format!("{}/", folder.display());
        files.iter().map(|(name, _)| name.replace(&from, "")).collect()
    }

    #[test]
    fn a_folder_gives_its_definition_files_and_nothing_else() {
        let folder = folder(&[
            ("app/metrics.yaml", METRICS.as_bytes()),
            ("app/deeper/pings.yml", METRICS.as_bytes()),
            ("app/inventory.yaml", b"records: {}"),
            ("app/product.yaml", b"$schema: candor/product/1-0-0\n"),
            ("app/ci.yaml", b"jobs: {}"),
            ("app/latin.yaml", b"name: caf\xe9"),
            ("app/metrics.txt", METRICS.as_bytes()),
            ("node_modules/x/metrics.yaml", METRICS.as_bytes()),
            ("target/metrics.yaml", METRICS.as_bytes()),
        ]);
        let paths = [folder.path().to_owned(), folder.path().join("app/metrics.yaml")];
        let found = read(&paths).expect("readable");
        let expected = ["app/deeper/pings.yml", "app/metrics.yaml", "app/product.yaml"];
        assert_eq!(names(folder.path(), &found), expected);
        let found = inventories(&paths).expect("readable");
        assert_eq!(names(folder.path(), &found), ["app/inventory.yaml"]);
    }

    #[test]
    fn a_file_that_is_named_is_taken_as_it_is() {
        let folder = folder(&[("a.yaml", b"a: 1"), ("b.yaml", b"\xff")]);
        let taken = read(&[folder.path().join("a.yaml")]).expect("readable");
        assert_eq!(taken[0].1, "a: 1");
        for (file, expected) in [("b.yaml", "is no text"), ("c.yaml", "cannot be read")] {
            let failure = read(&[folder.path().join(file)]).expect_err(file);
            assert!(failure.to_string().contains(expected), "{failure}");
        }
    }
}
