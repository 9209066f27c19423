//! Pages that the code writes are as the code writes them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// A path, and what writes its text.
type Page = (&'static str, fn() -> String);

/// Every generated page.
const PAGES: &[Page] = &[("docs/limits.md", candor_kernel::limits::page)];

/// Finds generated pages that are not what the code generates.
pub(crate) fn check(root: &Path) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for (path, generate) in PAGES {
        let written = match fs::read_to_string(root.join(path)) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(error).context(*path),
        };
        findings.extend(compare(path, written.as_deref(), &generate()));
    }
    Ok(findings)
}

/// Writes all generated pages.
pub(crate) fn write(root: &Path) -> Result<()> {
    for (path, generate) in PAGES {
        fs::write(root.join(path), generate()).context(*path)?;
        println!("fresh: wrote {path}.");
    }
    Ok(())
}

fn compare(path: &str, written: Option<&str>, generated: &str) -> Option<String> {
    let mend = "run `cargo xtask fresh --write`.";
    let Some(written) = written else { return Some(format!("{path} is missing; {mend}")) };
    if written == generated {
        return None;
    }
    let same = written.lines().zip(generated.lines()).take_while(|(one, other)| one == other);
    let line = same.count() + 1;
    Some(format!("{path} is not what the code generates, from line {line} on; {mend}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_was_edited_or_lost_is_found() {
        let found = |written| compare("docs/limits.md", written, "one\ntwo\n");
        assert_eq!(found(Some("one\ntwo\n")), None);
        assert!(found(None).expect("it is lost").contains("is missing"));
        assert!(found(Some("one\n2\n")).expect("it was edited").contains("from line 2 on"));
        assert!(found(Some("one\ntwo")).expect("its end was cut").contains("from line 3 on"));
    }

    #[test]
    fn what_was_written_is_fresh() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("docs")).expect("made");
        assert_eq!(check(folder.path()).expect("it can be read").len(), PAGES.len());
        write(folder.path()).expect("written");
        assert_eq!(check(folder.path()).expect("it can be read"), [""; 0]);
    }
}
