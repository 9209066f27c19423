//! Definition files as they stood at a revision of git. Git is asked as a program; nothing in the
//! working tree is touched.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::Failure;
use crate::cli::definition_files;

/// Reads the same files and folders at a revision, as name and text. A file that was not there yet
/// is left out.
pub(super) fn read(paths: &[PathBuf], revision: &str) -> Result<Vec<(String, String)>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        let (folder, only) = match path.is_dir() {
            true => (path.as_path(), None),
            false => (path.parent().unwrap_or(Path::new("")), path.file_name()),
        };
        // An empty path is none for git.
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let commit = commit(folder, revision)?;
        let names = match only {
            Some(name) => {
                let name = name.to_string_lossy();
                lines(&git(folder, &["ls-tree", "-z", "--name-only", &commit, "--", &name])?)
            }
            None => definitions(folder, &commit)?,
        };
        for name in names {
            let shown = git(folder, &["show", &format!("{commit}:./{name}")])?;
            let text = String::from_utf8_lossy(&shown.stdout).into_owned();
            if only.is_some() || definition_files::is_definition(&text) {
                files.push((folder.join(&name).to_string_lossy().into_owned(), text));
            }
        }
    }
    files.sort();
    files.dedup_by(|a, b| a.0 == b.0);
    Ok(files)
}

/// Finds the commit that a revision names.
fn commit(folder: &Path, revision: &str) -> Result<String, Failure> {
    // What begins with a dash is an option to git.
    let wanted = format!("{revision}^{{commit}}");
    if !revision.starts_with('-') {
        git(folder, &["rev-parse", "--git-dir"])?;
        if let Ok(found) = git(folder, &["rev-parse", "--verify", "--quiet", &wanted]) {
            return Ok(String::from_utf8_lossy(&found.stdout).trim().to_owned());
        }
    }
    Err(Failure::configuration(format!(
        "Git knows no revision {revision:?} here. Name a branch, a tag or a commit; where only the \
         newest commit was fetched, fetch more (`git fetch --unshallow`)."
    )))
}

/// Names the definition files of a folder, by one search through all that stood in it.
fn definitions(folder: &Path, commit: &str) -> Result<Vec<String>, Failure> {
    let mut arguments = vec!["grep", "-l", "-z", "-I", "-F"];
    for mark in definition_files::MARKS {
        arguments.extend(["-e", mark]);
    }
    arguments.extend([commit, "--", "."]);
    let found = run(folder, &arguments)?;
    if found.status.code() == Some(1) && found.stderr.is_empty() {
        return Ok(Vec::new());
    }
    let names = lines(&succeeded(found)?);
    let name = |line: String| {
        let name = line.strip_prefix(&format!("{commit}:"))?.to_owned();
        let wanted = definition_files::is_looked_at(Path::new(&name))
            && !definition_files::is_inventory(Path::new(&name));
        wanted.then_some(name)
    };
    Ok(names.into_iter().filter_map(name).collect())
}

fn lines(output: &Output) -> Vec<String> {
    let text = String::from_utf8_lossy(&output.stdout);
    text.split('\0').filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn git(folder: &Path, arguments: &[&str]) -> Result<Output, Failure> {
    succeeded(run(folder, arguments)?)
}

fn run(folder: &Path, arguments: &[&str]) -> Result<Output, Failure> {
    let git = Command::new("git").arg("-C").arg(folder).args(arguments).output();
    git.map_err(|error| {
        Failure::other(format!(
            "--since asks git, which cannot be started: {error}. Install it, or leave --since out."
        ))
    })
}

fn succeeded(output: Output) -> Result<Output, Failure> {
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().next().unwrap_or("it ended without a word");
    Err(Failure::folder(format!("Git cannot tell what stood here before: {said}.")))
}
