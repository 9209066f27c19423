//! Which keys there must be: a line for each, with a fingerprint, in the data folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use candor_kernel::Secret;
use sha2::{Digest, Sha256};

use super::{Place, file_name, write_new};
use crate::Failure;

/// The keys that must be there, by file name, and whether each was found.
pub(super) struct Known {
    file: PathBuf,
    fingerprints: BTreeMap<String, (String, bool)>,
}

impl Known {
    pub(super) fn read(data: &Path) -> Result<Self, Failure> {
        let file = data.join("keys.known");
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(Failure::keys(format!("{}: {error}", file.display()))),
        };
        let line = |line: &str| {
            let (name, fingerprint) = line.split_once(' ')?;
            Some((name.to_owned(), (fingerprint.to_owned(), false)))
        };
        Ok(Self { fingerprints: text.lines().filter_map(line).collect(), file })
    }

    /// Compares a key that was found with what is known of it; a new one is noted.
    pub(super) fn check(&mut self, place: &Place, secret: &Secret) -> Result<(), Failure> {
        let name = file_name(place);
        match self.fingerprints.get_mut(&name) {
            None => self.add(place, secret),
            Some((known, found)) if *known == fingerprint(secret) => {
                *found = true;
                Ok(())
            }
            Some(_) => Err(Failure::keys(format!(
                "The key {name} is another one than before; restore it from its backup. With this \
                 one, stored data could no longer be found or deleted."
            ))),
        }
    }

    /// Says which key is missing, after all that are there were checked.
    pub(super) fn all_seen(&self, folder: &Path) -> Result<(), Failure> {
        match self.fingerprints.iter().find(|(_, (_, found))| !found) {
            None => Ok(()),
            Some((name, _)) => Err(Failure::keys(format!(
                "The key {name} is missing in {}; restore it from its backup. If it is lost for \
                 good, take its line out of {}: what was stored with it can then no longer be \
                 found for deletion, and ends with its day.",
                folder.display(),
                self.file.display()
            ))),
        }
    }

    pub(super) fn add(&mut self, place: &Place, secret: &Secret) -> Result<(), Failure> {
        self.fingerprints.insert(file_name(place), (fingerprint(secret), true));
        self.write()
    }

    pub(super) fn remove(&mut self, place: &Place) -> Result<(), Failure> {
        self.fingerprints.remove(&file_name(place));
        self.write()
    }

    fn write(&self) -> Result<(), Failure> {
        let line = |(name, (fingerprint, _)): (&String, &(String, bool))| {
            format!("{name} {fingerprint}\n")
        };
        let text: String = self.fingerprints.iter().map(line).collect();
        write_new(&self.file, text.as_bytes())
    }
}

/// Enough to tell two keys apart, and nothing to compute one from.
fn fingerprint(secret: &Secret) -> String {
    let hash = Sha256::digest(secret.expose());
    hash[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}
