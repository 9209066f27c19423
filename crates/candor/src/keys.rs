//! The keys folder: a file of 32 bytes for each product and use, apart from the data.

use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use candor_kernel::{Dice, Keys, ProductId, Secret};

use crate::Failure;
use crate::folder::{cannot_write, make_private};

/// The name by which data and keys know each other.
const ID_FILE: &str = "candor.id";

/// Keys in files.
pub struct FileKeys {
    folder: PathBuf,
    dice: Arc<dyn Dice>,
    read: Mutex<HashMap<ProductId, Secret>>,
}

impl FileKeys {
    /// Opens a keys folder for a data folder. New folders are tied to each other; a keys folder
    /// that belongs to other data, or that others can read, is refused.
    pub fn open(folder: &Path, data: &Path, dice: Arc<dyn Dice>) -> Result<Self, Failure> {
        let (ours, theirs) = (data.join(ID_FILE), folder.join(ID_FILE));
        let data_id = read_id(&ours)?;
        // Only new data gets new keys: a mistyped folder is not made.
        if data_id.is_none() {
            make_private(folder)?;
        }
        if folder.exists() {
            refuse_open_folder(folder)?;
        }
        // Links and dots do not hide where a folder is.
        if let (Ok(keys), Ok(data)) = (folder.canonicalize(), data.canonicalize())
            && keys.starts_with(data)
        {
            return Err(Failure::keys(
                "The keys folder lies in the data folder; name another --keys.",
            ));
        }
        match (data_id, read_id(&theirs)?) {
            (Some(data_id), Some(keys_id)) if data_id == keys_id => {}
            (Some(_), _) => {
                return Err(Failure::keys(format!(
                    "The keys in {} are not those that the data in {} was made with. Name the right \
                     folder with --keys; with other keys, stored data could no longer be found or \
                     deleted.",
                    folder.display(),
                    data.display()
                )));
            }
            // New data with keys that exist: after a restore, or a second try of a first start.
            (None, Some(keys_id)) => write_new(&ours, keys_id.as_bytes())?,
            (None, None) => {
                let mut id = [0; 16];
                dice.fill(&mut id);
                let id: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
                write_new(&theirs, id.as_bytes())?;
                write_new(&ours, id.as_bytes())?;
            }
        }
        Ok(Self { folder: folder.to_owned(), dice, read: Mutex::default() })
    }

    fn read_or_make(&self, product: &ProductId) -> Result<Secret, String> {
        let path = self.folder.join(format!("telemetry-subject.{product}.key"));
        match fs::read(&path) {
            Ok(bytes) => {
                let bytes = <[u8; 32]>::try_from(bytes).map_err(|_| {
                    format!("{} is not 32 bytes long; restore it from its backup", path.display())
                })?;
                Ok(Secret::new(bytes))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let secret = Secret::roll(self.dice.as_ref());
                write_new(&path, secret.expose()).map_err(|failure| failure.to_string())?;
                Ok(secret)
            }
            Err(error) => Err(format!("{}: {error}", path.display())),
        }
    }
}

impl Keys for FileKeys {
    fn subject_key(&self, product: &ProductId) -> Result<Secret, String> {
        let mut read = self.read.lock().expect("no holder of this lock panics");
        if let Some(secret) = read.get(product) {
            return Ok(secret.clone());
        }
        let secret = self.read_or_make(product)?;
        read.insert(product.clone(), secret.clone());
        Ok(secret)
    }
}

fn refuse_open_folder(folder: &Path) -> Result<(), Failure> {
    let mode = fs::metadata(folder).map_err(|error| cannot_write(folder, &error))?.permissions();
    if mode.mode() & 0o077 == 0 {
        return Ok(());
    }
    Err(Failure::keys(format!(
        "Others can read the keys folder {0}. Run: chmod 700 {0}",
        folder.display()
    )))
}

fn read_id(path: &Path) -> Result<Option<String>, Failure> {
    match fs::read_to_string(path) {
        Ok(id) => Ok(Some(id.trim().to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::keys(format!("{}: {error}", path.display()))),
    }
}

/// Writes a file that must not exist yet, whole or not at all, for its owner only, durably.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let unready = path.with_extension("new");
    let write = || -> std::io::Result<()> {
        let mut options = fs::OpenOptions::new();
        let mut file =
            options.write(true).create(true).truncate(true).mode(0o600).open(&unready)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&unready, path)?;
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::File::open(folder)?.sync_all()
    };
    write().map_err(|error| cannot_write(path, &error))
}

#[cfg(test)]
mod tests {
    use candor_testing::SeededDice;

    use super::*;

    fn open(keys: &Path, data: &Path) -> Result<FileKeys, Failure> {
        open_with(1, keys, data)
    }

    fn open_with(seed: u64, keys: &Path, data: &Path) -> Result<FileKeys, Failure> {
        FileKeys::open(keys, data, Arc::new(SeededDice::new(seed)))
    }

    #[test]
    fn keys_stay_the_same_and_differ_by_product() {
        let (keys, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let keys = keys.path().join("keys");
        let product = |name| ProductId::parse(name).unwrap();
        let key =
            |name| *open(&keys, data.path()).unwrap().subject_key(&product(name)).unwrap().expose();
        assert_eq!(key("one"), key("one"));
        assert_ne!(key("one"), key("two"));
        let mode =
            fs::metadata(keys.join("telemetry-subject.one.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn other_keys_open_keys_and_broken_keys_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for data in ["data", "other-data"] {
            fs::create_dir(path(data)).unwrap();
        }
        open(&path("keys"), &path("data")).unwrap();
        open_with(2, &path("other-keys"), &path("other-data")).unwrap();
        for keys in ["other-keys", "no-keys"] {
            let Err(failure) = open(&path(keys), &path("data")) else { panic!("{keys} are wrong") };
            assert_eq!(failure.code(), 15, "{failure}");
        }
        assert!(!path("no-keys").exists(), "a mistyped folder is not made");
        fs::set_permissions(path("keys"), fs::Permissions::from_mode(0o750)).unwrap();
        let Err(failure) = open(&path("keys"), &path("data")) else { panic!("others can read") };
        assert!(failure.to_string().contains("chmod 700"), "{failure}");
        fs::set_permissions(path("keys"), fs::Permissions::from_mode(0o700)).unwrap();
        fs::write(path("keys").join("telemetry-subject.one.key"), b"short").unwrap();
        let keys = open(&path("keys"), &path("data")).unwrap();
        let error = keys.subject_key(&ProductId::parse("one").unwrap());
        assert!(error.err().unwrap().contains("not 32 bytes"));
    }
}
