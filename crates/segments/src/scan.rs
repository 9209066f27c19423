//! Residue scan: which files of a folder hold a sequence of bytes. A scan that finds nothing is
//! worth something only after it found what was planted; see the promise checks that use it.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use memchr::memmem::Finder;

const WINDOW_BYTES: usize = 1 << 20;

/// Returns the files below `folder` (or that one file) that hold any of the needles. Files that vanish meanwhile are
/// passed over; sockets and links are not followed. Errors name the file that could not be read.
pub fn files_with(folder: &Path, needles: &[&[u8]]) -> std::io::Result<Vec<PathBuf>> {
    let needles: Vec<Finder<'_>> = needles
        .iter()
        .filter(|needle| !needle.is_empty())
        .map(|needle| Finder::new(*needle))
        .collect();
    let needles = needles.as_slice();
    let mut found = Vec::new();
    if folder.is_file() {
        return Ok(if holds(folder, needles)? { vec![folder.to_owned()] } else { Vec::new() });
    }
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                match holds(&entry.path(), needles) {
                    Ok(true) => found.push(entry.path()),
                    Ok(false) => {}
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                    Err(error) => {
                        let place = entry.path();
                        return Err(std::io::Error::new(
                            error.kind(),
                            format!("cannot read {}: {error}", place.display()),
                        ));
                    }
                }
            }
        }
    }
    found.sort();
    Ok(found)
}

fn holds(path: &Path, needles: &[Finder<'_>]) -> std::io::Result<bool> {
    let longest = needles.iter().map(|needle| needle.needle().len()).max().unwrap_or(0);
    let mut file = File::open(path)?;
    let mut window = Vec::with_capacity(WINDOW_BYTES + longest);
    loop {
        let read = file.by_ref().take(WINDOW_BYTES as u64).read_to_end(&mut window)?;
        if needles.iter().any(|needle| needle.find(&window).is_some()) {
            return Ok(true);
        }
        if read == 0 {
            return Ok(false);
        }
        // What a border between two windows cuts is seen whole in the next one.
        window.drain(..window.len().saturating_sub(longest.saturating_sub(1)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_needles_across_borders_and_in_folders() {
        let folder = tempfile::tempdir().expect("a folder");
        let deep = folder.path().join("a/b");
        std::fs::create_dir_all(&deep).expect("folders");
        let mut bytes = vec![0_u8; WINDOW_BYTES - 3];
        bytes.extend(b"canary");
        bytes.extend(vec![1_u8; 100]);
        std::fs::write(deep.join("border"), &bytes).expect("a file");
        std::fs::write(folder.path().join("clean"), b"canar y").expect("a file");
        let found = files_with(folder.path(), &[b"canary"]).expect("readable");
        assert_eq!(found, [deep.join("border")]);
        assert_eq!(files_with(folder.path(), &[b"absent"]).expect("readable").len(), 0);
        assert_eq!(files_with(folder.path(), &[]).expect("readable").len(), 0);
        let file = deep.join("border");
        assert_eq!(files_with(&file, &[b"canary"]).expect("readable"), std::slice::from_ref(&file));
        assert_eq!(files_with(&file, &[b"absent"]).expect("readable").len(), 0);
    }
}
