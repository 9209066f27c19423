//! What every file keeps to: a length, no words for later, no place that only one machine has.

use super::has_word;
use crate::tree::{File, Tree};

/// A longer file is split by topic.
const LINES_MAX: usize = 400;
/// What is written by hand and read from top to bottom.
const HAND_WRITTEN: [&str; 5] = [".rs", ".js", ".mjs", ".css", ".html"];
/// Words that put something off. Put together here, so that this file passes its own check.
const LATER: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
/// Code that puts something off, or leaves tests out.
const UNDONE: [&str; 4] = [
    concat!("todo", "!"),
    concat!("unimplemented", "!"),
    concat!("#[", "ignore"),
    concat!(".on", "ly("),
];
/// Where folders begin that only one machine has.
const MACHINES: [&str; 4] =
    [concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/wo", "rk/"), concat!("/Us", "ers/")];
/// Others' files, kept as they are.
const NOT_OURS: [&str; 3] = ["Cargo.lock", "LICENSE", "tests/vectors/"];

/// Finds files that are too long, put something off, or name a place of one machine.
pub(super) fn check(tree: &Tree) -> Vec<String> {
    let ours = tree.files().filter(|file| !NOT_OURS.iter().any(|path| file.path.starts_with(path)));
    ours.flat_map(|file| length(file).into_iter().chain(words(file))).collect()
}

fn length(file: &File) -> Option<String> {
    let lines = file.text.lines().count();
    let counts = HAND_WRITTEN.iter().any(|end| file.path.ends_with(end));
    (counts && lines > LINES_MAX).then(|| {
        format!("{}: has {lines} lines, {LINES_MAX} are allowed; split it by topic.", file.path)
    })
}

fn words(file: &File) -> Vec<String> {
    let mut findings = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        let mut find = |what: &str, mend: &str| {
            findings.push(format!("{}:{}: {what:?} {mend}", file.path, index + 1));
        };
        for word in LATER.into_iter().filter(|word| has_word(line, word)) {
            find(word, "puts something off; do it, or leave it out.");
        }
        for code in UNDONE.into_iter().filter(|code| line.contains(code)) {
            find(code, "leaves something undone; do it, or leave it out.");
        }
        for folder in MACHINES.into_iter().filter(|folder| begins_path(line, folder)) {
            find(folder, "is a folder of one machine; name it from where the reader stands.");
        }
    }
    findings
}

/// Tells whether a path begins with this folder, rather than passing through one of its name.
fn begins_path(line: &str, folder: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '}' | ')' | '*');
    line.match_indices(folder).any(|(at, _)| !line[..at].ends_with(inside))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str) -> Vec<String> {
        check(&Tree::of(&[(path, text)]))
    }

    #[test]
    fn a_long_file_is_named() {
        let (longest, longer) = ("x\n".repeat(LINES_MAX), "x\n".repeat(LINES_MAX + 1));
        for path in ["src/lib.rs", "assets/page.js", "assets/candor.css", "pages/frame.html"] {
            assert_eq!(findings(path, &longest), [""; 0], "{path}");
            assert!(findings(path, &longer)[0].contains("has 401 lines"), "{path}");
        }
        assert_eq!(findings("crates/notices/register.yaml", &longer), [""; 0]);
    }

    #[test]
    fn words_for_later_are_named_with_their_line() {
        for word in LATER.into_iter().chain(UNDONE) {
            let found = findings("src/lib.rs", &format!("fine\n// {word} this\n"));
            assert!(
                found.len() == 1 && found[0].contains(&format!("src/lib.rs:2: {word:?}")),
                "{found:?}"
            );
        }
        assert_eq!(findings("src/lib.rs", &format!("MAX{}_LEN = 4", LATER[2])), [""; 0]);
        assert_eq!(findings("tests/vectors/a.json", LATER[0]), [""; 0]);
    }

    #[test]
    fn places_of_one_machine_are_named() {
        for folder in MACHINES {
            for line in
                [format!("{folder}me"), format!("cd \"{folder}me\""), format!("x={folder}me")]
            {
                assert_eq!(findings("run", &line).len(), 1, "{line}");
            }
            for line in [format!("crates{folder}me"), format!("$(pwd){folder}me")] {
                assert_eq!(findings("run", &line).len(), 0, "{line}");
            }
        }
    }
}
