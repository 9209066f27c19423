//! The keys folder: a file of 32 bytes for each product, use and epoch, apart from the data.
//!
//! What keys there must be is written down in the data folder (`keys.known`, fingerprints only), so
//! that a lost or changed key is noticed at the start, and never made anew without a word.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use candor_kernel::{Day, Dice, KeyUse, Keys, LiveKeys, ProductId, Secret};

use crate::Failure;
use crate::folder::{cannot_write, make_private};
use known::Known;

pub(crate) mod http;
mod known;

/// The name by which data and keys know each other.
const ID_FILE: &str = "candor.id";

/// Keys in files.
pub struct FileKeys {
    folder: PathBuf,
    dice: Arc<dyn Dice>,
    held: Mutex<Held>,
}

/// The keys of one product and use by the first day of their epoch.
type Epochs = BTreeMap<Day, Secret>;

struct Held {
    epochs: HashMap<(ProductId, KeyUse), Epochs>,
    known: Known,
}

impl FileKeys {
    /// Opens a keys folder for a data folder. New folders are tied to each other; a keys folder
    /// that belongs to other data, that others can read, or that lacks a key, is refused.
    pub fn open(folder: &Path, data: &Path, dice: Arc<dyn Dice>) -> Result<Self, Failure> {
        let new = read_id(&data.join(ID_FILE))?.is_none();
        // Only new data gets new keys: a mistyped folder is not made.
        if new {
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
        tie(folder, data, dice.as_ref())?;
        let mut known = Known::read(data)?;
        let epochs = read_all(folder)?;
        for (place, secret) in &epochs {
            known.check(place, secret)?;
        }
        known.all_seen(folder)?;
        let mut held = Held { epochs: HashMap::new(), known };
        for ((product, key_use, begins), secret) in epochs {
            held.epochs.entry((product, key_use)).or_default().insert(begins, secret);
        }
        Ok(Self { folder: folder.to_owned(), dice, held: Mutex::new(held) })
    }

    /// Begins a new epoch of a product's keys on the next Monday, so that no week of a client is
    /// split. Returns that day.
    pub fn rotate(&self, product: &ProductId, today: Day) -> Result<Day, Failure> {
        let mut held = self.held();
        let begins = today.next_monday();
        for key_use in [KeyUse::Subject, KeyUse::Document] {
            let place = (product.clone(), key_use);
            let epochs = held.epochs.get(&place);
            if epochs.is_none_or(|epochs| !epochs.contains_key(&begins)) {
                self.make(&mut held, product, key_use, begins)?;
            }
        }
        Ok(begins)
    }

    /// Destroys the keys of epochs of which no row is left: those that were followed by another
    /// before `first_kept`. Returns how many.
    pub fn forget_ended(&self, first_kept: Day) -> Result<usize, Failure> {
        let mut held = self.held();
        let mut ended = Vec::new();
        for ((product, key_use), epochs) in &held.epochs {
            // All that began before the one that was in use on the first day that is kept.
            let in_use = epochs.range(..=first_kept).next_back();
            let over = in_use.into_iter().flat_map(|(begins, _)| epochs.range(..begins));
            ended.extend(over.map(|(begins, _)| (product.clone(), *key_use, *begins)));
        }
        for place in &ended {
            // A crash in between leaves a file that is known again at the next start, and ends then.
            held.known.remove(place)?;
            let path = self.folder.join(file_name(place));
            fs::remove_file(&path).map_err(|error| cannot_write(&path, &error))?;
            let (product, key_use, begins) = place;
            if let Some(epochs) = held.epochs.get_mut(&(product.clone(), *key_use)) {
                epochs.remove(begins);
            }
        }
        Ok(ended.len())
    }

    /// The file first, then the note that it must exist, then its use.
    fn make(
        &self,
        held: &mut Held,
        product: &ProductId,
        key_use: KeyUse,
        begins: Day,
    ) -> Result<(), Failure> {
        let place = (product.clone(), key_use, begins);
        let secret = Secret::roll(self.dice.as_ref());
        write_new(&self.folder.join(file_name(&place)), secret.expose())?;
        held.known.add(&place, &secret)?;
        held.epochs.entry((product.clone(), key_use)).or_default().insert(begins, secret);
        Ok(())
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Keys for FileKeys {
    fn live(&self, product: &ProductId, key_use: KeyUse, today: Day) -> Result<LiveKeys, String> {
        let mut held = self.held();
        let place = (product.clone(), key_use);
        if held.epochs.get(&place).is_none_or(Epochs::is_empty) {
            let made = self.make(&mut held, product, key_use, today);
            made.map_err(|failure| failure.to_string())?;
        }
        let epochs = &held.epochs[&place];
        // A clock that went back finds the first epoch, not none.
        let begun = epochs.range(..=today).next_back().or_else(|| epochs.iter().next());
        let (current, secret) = begun.ok_or("a key was made and is not there")?;
        let others = epochs.iter().filter(|(begins, _)| *begins != current);
        Ok(LiveKeys {
            current: secret.clone(),
            others: others.map(|(_, secret)| secret.clone()).collect(),
        })
    }
}

/// What names a key: product, use, and the first day of its epoch.
type Place = (ProductId, KeyUse, Day);

fn file_name((product, key_use, begins): &Place) -> String {
    format!("telemetry-{}.{product}.{begins}.key", key_use.name())
}

fn place(file_name: &str) -> Option<Place> {
    let name = file_name.strip_prefix("telemetry-")?.strip_suffix(".key")?;
    let mut parts = name.split('.');
    let (key_use, product, begins) = (parts.next()?, parts.next()?, parts.next()?);
    let key_use =
        [KeyUse::Subject, KeyUse::Document].into_iter().find(|one| one.name() == key_use)?;
    Some((ProductId::parse(product).ok()?, key_use, Day::parse(begins)?))
}

/// Reads every key of the folder; files that are no keys are none of ours.
fn read_all(folder: &Path) -> Result<Vec<(Place, Secret)>, Failure> {
    let mut keys = Vec::new();
    let failed = |error: std::io::Error| {
        Failure::keys(format!("The keys folder {} cannot be read: {error}", folder.display()))
    };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let Some(place) = path.file_name().and_then(|name| name.to_str()).and_then(place) else {
            continue;
        };
        let bytes = fs::read(&path).map_err(failed)?;
        let bytes = <[u8; 32]>::try_from(bytes).map_err(|_| {
            Failure::keys(format!(
                "{} is not 32 bytes long; restore it from its backup.",
                path.display()
            ))
        })?;
        keys.push((place, Secret::new(bytes)));
    }
    Ok(keys)
}

/// Ties new folders to each other, and refuses keys that belong to other data.
fn tie(folder: &Path, data: &Path, dice: &dyn Dice) -> Result<(), Failure> {
    let (ours, theirs) = (data.join(ID_FILE), folder.join(ID_FILE));
    match (read_id(&ours)?, read_id(&theirs)?) {
        (Some(data_id), Some(keys_id)) if data_id == keys_id => Ok(()),
        (Some(_), _) => Err(Failure::keys(format!(
            "The keys in {} are not those that the data in {} was made with. Name the right \
             folder with --keys; with other keys, stored data could no longer be found or deleted.",
            folder.display(),
            data.display()
        ))),
        // New data with keys that exist: after a restore, or a second try of a first start.
        (None, Some(keys_id)) => write_new(&ours, keys_id.as_bytes()),
        (None, None) => {
            let mut id = [0; 16];
            dice.fill(&mut id);
            let id: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
            write_new(&theirs, id.as_bytes())?;
            write_new(&ours, id.as_bytes())
        }
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

/// Writes a file whole or not at all, for its owner only, durably.
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

    fn product(name: &str) -> ProductId {
        ProductId::parse(name).unwrap()
    }

    fn current(keys: &FileKeys, name: &str, key_use: KeyUse, day: i64) -> [u8; 32] {
        let live = keys.live(&product(name), key_use, Day::from_number(day)).unwrap();
        *live.current.expose()
    }

    #[test]
    fn keys_stay_the_same_and_differ_by_product_and_use() {
        let (keys, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let keys = keys.path().join("keys");
        let key = |name, key_use| current(&open(&keys, data.path()).unwrap(), name, key_use, 9);
        let one = key("one", KeyUse::Subject);
        assert_eq!(one, key("one", KeyUse::Subject));
        assert_ne!(one, key("one", KeyUse::Document));
        assert_ne!(one, key("two", KeyUse::Subject));
        let mode = fs::metadata(keys.join("telemetry-subject.one.1970-01-10.key")).unwrap();
        assert_eq!(mode.permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn an_epoch_begins_on_a_monday_and_ends_with_its_last_row() {
        let (keys, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let folder = keys.path().join("keys");
        let keys = open(&folder, data.path()).unwrap();
        let first = current(&keys, "one", KeyUse::Subject, 9);
        // 1970-01-01 was a Thursday, so Mondays are 4, 11, 18.
        let begins = keys.rotate(&product("one"), Day::from_number(11)).unwrap();
        assert_eq!(begins, Day::from_number(18));
        assert_eq!(keys.rotate(&product("one"), Day::from_number(13)).unwrap(), begins);
        assert_eq!(current(&keys, "one", KeyUse::Subject, 17), first);
        let second = current(&keys, "one", KeyUse::Subject, 18);
        assert_ne!(first, second);
        let live = keys.live(&product("one"), KeyUse::Subject, Day::from_number(17)).unwrap();
        assert_eq!(live.others.len(), 1, "erasure knows the key that is about to begin");
        assert_eq!(keys.forget_ended(Day::from_number(17)).unwrap(), 0);
        assert_eq!(keys.forget_ended(Day::from_number(18)).unwrap(), 1, "documents had one key");
        drop(keys);
        let keys = open(&folder, data.path()).unwrap();
        assert_eq!(current(&keys, "one", KeyUse::Subject, 9), second, "the first is destroyed");
    }

    #[test]
    fn a_lost_or_changed_key_is_named_and_not_made_anew() {
        let (keys, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let folder = keys.path().join("keys");
        current(&open(&folder, data.path()).unwrap(), "one", KeyUse::Subject, 9);
        let path = folder.join("telemetry-subject.one.1970-01-10.key");
        let whole = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let refused = |words: &str| {
            let Err(failure) = open(&folder, data.path()) else { panic!("{words}") };
            assert_eq!(failure.code(), 15, "{failure}");
            assert!(failure.to_string().contains(words), "{failure}");
        };
        refused("is missing");
        fs::write(&path, [7; 32]).unwrap();
        refused("is another one");
        fs::write(&path, whole).unwrap();
        open(&folder, data.path()).unwrap();
        // As a crash leaves it between the file and the note.
        fs::remove_file(data.path().join("keys.known")).unwrap();
        open(&folder, data.path()).unwrap();
        fs::remove_file(&path).unwrap();
        refused("is missing");
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
        let short = path("keys").join("telemetry-subject.one.2026-11-21.key");
        fs::write(short, b"short").unwrap();
        let Err(failure) = open(&path("keys"), &path("data")) else { panic!("a broken key") };
        assert!(failure.to_string().contains("not 32 bytes"), "{failure}");
    }
}
