//! How this server looks at itself: its pages, every file it writes, and what those of pings hold.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use candor_inventory::{BoxFuture, InForce, Inventory};
use candor_notices::checks::Residue;
use candor_review::store::StoredProduct;
use candor_segments::{Landing, scan};
use candor_telemetry::checks::files_are_declared;
use candor_telemetry::probe;
use candor_web::{Visit, Voice};
use tokio::sync::watch;

use crate::{Config, Failure};

/// The server's own pages, asked as a browser would.
pub(super) struct Pages(pub(super) Router);

impl Voice for Pages {
    fn visit(&self, visit: Visit) -> BoxFuture<'_, Result<(u16, Vec<u8>), String>> {
        Box::pin(visit.send(self.0.clone()))
    }
}

/// The server's own files.
pub(super) struct Files {
    /// Where a file is planted for each search.
    data: PathBuf,
    places: Vec<PathBuf>,
    searches: AtomicU64,
}

impl Files {
    pub(super) fn of(config: &Config) -> Self {
        let (data, places) = (config.data.clone(), written(config));
        Self { data, places, searches: AtomicU64::default() }
    }
}

impl Residue for Files {
    fn files_with(&self, bytes: Vec<Vec<u8>>) -> BoxFuture<'_, Result<Vec<String>, String>> {
        let number = self.searches.fetch_add(1, Ordering::SeqCst);
        let planted = self.data.join(format!("search-{number}.tmp"));
        let places = self.places.clone();
        Box::pin(async move {
            let search = move || {
                let found = search(&planted, &places, bytes);
                let removed = std::fs::remove_file(&planted);
                found.and_then(|found| removed.map(|()| found))
            };
            let found = tokio::task::spawn_blocking(search).await;
            found.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
        })
    }
}

/// Searches for the bytes and for a mark that it plants; not to find the mark is an error.
fn search(planted: &Path, places: &[PathBuf], bytes: Vec<Vec<u8>>) -> std::io::Result<Vec<String>> {
    let mark = planted.as_os_str().as_encoded_bytes();
    std::fs::write(planted, [b"planted by a search of this server's files: ", mark].concat())?;
    let mut needles: Vec<_> = bytes.iter().map(Vec::as_slice).collect();
    needles.push(mark);
    let mut found = Vec::new();
    for place in places {
        found.extend(scan::files_with(place, &needles)?);
    }
    let all = found.len();
    found.retain(|file| file != planted);
    if found.len() == all {
        return Err(std::io::Error::other("the search did not find the file that was planted"));
    }
    let name = |file: &PathBuf| file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(found.iter().map(name).collect())
}

/// Opens the stores of pings and compares what they hold with what is declared.
pub(super) fn landing(
    data: &Path,
    in_force: watch::Receiver<Arc<InForce>>,
    own: &[Inventory],
) -> Result<Landing, Failure> {
    let [pings, journal, rest] = ["landing", "erasures", "rest"].map(|name| data.join(name));
    let landing = Landing::open(&pings, &journal, &rest, in_force)?;
    files_are_declared(&landing, own)??;
    Ok(landing)
}

/// Every place this server writes to that is a file: what a search for residues must look at.
pub(super) fn written(config: &Config) -> Vec<PathBuf> {
    let mut places = vec![config.data.clone(), config.keys.clone()];
    if let Some(path) = config.database.strip_prefix("sqlite:") {
        for suffix in ["", "-wal"] {
            let file = PathBuf::from(format!("{path}{suffix}"));
            if file.is_file() && !file.starts_with(&config.data) {
                places.push(file);
            }
        }
    }
    places
}

/// The product by which this server checks itself.
pub(super) fn probe_product() -> StoredProduct {
    let files = probe::files();
    StoredProduct {
        product: probe::product(),
        title: "this server's own checks".to_owned(),
        contact: String::new(),
        apps: probe::apps(),
        fingerprint: candor_review::registry::files_fingerprint(&files),
        files,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_search_finds_what_is_there_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("one"), b"a wren sings").expect("a file");
        let files = |places: &[&Path]| Files {
            data: folder.path().to_owned(),
            places: places.iter().map(|place| place.to_path_buf()).collect(),
            searches: AtomicU64::default(),
        };
        let here = files(&[folder.path()]);
        let search = async |word: &str| here.files_with(vec![word.as_bytes().to_vec()]).await;
        assert_eq!(search("wren").await, Ok(vec!["one".to_owned()]));
        assert_eq!(search("owl").await, Ok(Vec::new()));
        let left = std::fs::read_dir(folder.path()).expect("readable").count();
        assert_eq!(left, 1, "the planted files are gone");
        let blind = files(&[&folder.path().join("one")]);
        assert!(blind.files_with(vec![b"owl".to_vec()]).await.is_err(), "it found no planted file");
    }
}
