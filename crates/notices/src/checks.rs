//! The checks of this slice: S30 (the half about columns), S38 and H21.

use std::sync::{Arc, OnceLock};

use candor_database::{Database, DatabaseError, Sweeper};
use candor_inventory::{BoxFuture, Checks, Inventory, Promise, Verdict};
use candor_kernel::{Dice, PromiseId, Timestamp};
use candor_preference::Maintenance;
use candor_web::Build;
use sha2::{Digest, Sha256};

use crate::rules::{self, Checked, Outcome};
use crate::store;
use crate::versions::Notices;

const PROMISES: &str = include_str!("../promises.yaml");
/// Older than any retention that is counted in days.
const LONG_OVER_DAYS: i64 = 5000;

/// Returns the promises of this slice.
#[must_use]
pub fn promises() -> Vec<Promise> {
    Promise::read(PROMISES).expect("a test of this crate reads it")
}

/// Asks this server for a page, as a browser would: status and body.
pub trait Voice: Send + Sync {
    /// Fetches a path.
    fn get(&self, path: &str) -> BoxFuture<'_, Result<(u16, Vec<u8>), String>>;
}

/// The checks.
pub struct NoticeChecks {
    /// The notices that are checked.
    pub notices: Arc<Notices>,
    /// The relational store.
    pub db: Database,
    /// The sweeper that runs on this server.
    pub sweeper: Arc<Sweeper>,
    /// All declarations of this server.
    pub own: Vec<Inventory>,
    /// The server's pages; set when they exist.
    pub voice: Arc<OnceLock<Box<dyn Voice>>>,
    /// What was compiled in.
    pub build: Build,
    /// The hash of the source that was compiled in, in hexadecimal; empty where none was.
    pub source_sha256: String,
    /// Makes canaries.
    pub dice: Arc<dyn Dice>,
}

impl Checks for NoticeChecks {
    fn promises(&self) -> Vec<Promise> {
        promises()
    }

    fn run<'a>(
        &'a self,
        id: &'a PromiseId,
        at: Timestamp,
    ) -> BoxFuture<'a, Result<Verdict, String>> {
        Box::pin(async move {
            match id.as_str() {
                "S30" => self.every_column_ends(at).await,
                "S38" => self.build_is_named().await,
                "H21" => self.versions_are_kept(at).await,
                other => Err(format!("this part has no check for {other}")),
            }
        })
    }
}

impl NoticeChecks {
    /// The schema on disk is what was declared, with an end each; a row planted past its end goes.
    async fn every_column_ends(&self, at: Timestamp) -> Result<Verdict, String> {
        match self.db.audit(&self.own).await {
            Ok(()) => {}
            Err(error @ (DatabaseError::Undeclared(_) | DatabaseError::Missing(_))) => {
                return Ok(Verdict::broken(error.to_string()));
            }
            Err(away) => return Err(away.to_string()),
        }
        let planted = Checked {
            at: at.day().plus(-LONG_OVER_DAYS).start(),
            outcome: Outcome::CouldNotRun,
            fact: "planted".to_owned(),
            since: at,
        };
        let build = &self.build.commit;
        store::keep_result(&self.db, "S30", &planted, build).await.map_err(words)?;
        if self.sweeper.oldest(at).await.map_err(words)?.is_empty() {
            return Err("a row past its end was planted and not found".to_owned());
        }
        #[expect(clippy::disallowed_methods, reason = "the check sweeps what it planted")]
        let maintenance = Maintenance::claim();
        self.sweeper.tick(at, maintenance).await.map_err(words)?;
        if let Some(over) = self.sweeper.oldest(at).await.map_err(words)?.first() {
            let (table, days) = (&over.table, over.days_over);
            return Ok(Verdict::broken(format!(
                "The table {table} holds a row that should have gone {days} days ago."
            )));
        }
        let records = self.own.iter().flat_map(|part| part.records.values());
        let fields: usize = records.map(|record| record.fields.len()).sum();
        Ok(Verdict::kept(format!(
            "{fields} declared fields have an end; a row planted past its end was removed."
        )))
    }

    /// The page about this server says what was compiled in, and the source it links is that.
    async fn build_is_named(&self) -> Result<Verdict, String> {
        let Build { version, commit, licence, source } = &self.build;
        if commit.is_empty() || self.source_sha256.is_empty() {
            return Ok(Verdict::broken(
                "This build does not know its own source; build it from a git checkout.",
            ));
        }
        let page = self.page("/about").await?;
        let main = page.split("<main").nth(1).and_then(|rest| rest.split("</main>").next());
        let main = main.ok_or("the page about this server has no main part")?;
        for (what, wanted) in [
            ("version", version),
            ("build", commit),
            ("licence", licence),
            ("source", source),
            ("fingerprint of its source", &self.source_sha256),
        ] {
            if !main.contains(wanted.as_str()) {
                return Ok(Verdict::broken(format!(
                    "The page about this server leaves out its {what}."
                )));
            }
        }
        let (status, bytes) = self.voice()?.get(source).await?;
        let hash: String =
            Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        if status != 200 || hash != self.source_sha256 {
            return Ok(Verdict::broken(
                "The linked source is not the one this build was made from.",
            ));
        }
        Ok(Verdict::kept(format!(
            "The page names version {version}, build {commit} and {licence}; the linked source ({} kB) has the fingerprint shown.",
            bytes.len() / 1000
        )))
    }

    /// A change of a notice makes a dated version, the notice shown is the newest one, and every
    /// earlier one still reads as it did.
    async fn versions_are_kept(&self, at: Timestamp) -> Result<Verdict, String> {
        let mut canary = [0; 8];
        self.dice.fill(&mut canary);
        let canary = u64::from_le_bytes(canary).to_string();
        if !self.notices.changes_are_kept(&canary, at).await.map_err(words)? {
            return Ok(Verdict::broken(
                "A trial notice was changed, and the change was not dated and kept.",
            ));
        }
        self.notices.keep_current(at).await.map_err(words)?;
        let versions = self.notices.versions().await.map_err(words)?;
        let Some(newest) = versions.first() else {
            return Err("there is no notice yet".to_owned());
        };
        if newest.text != self.notices.text() {
            return Ok(Verdict::broken(
                "The notice has changed, and the change is not dated and kept.",
            ));
        }
        for version in &versions {
            if version.fingerprint != rules::fingerprint(&version.text) {
                return Ok(Verdict::broken(format!(
                    "Version {} no longer reads as it did.",
                    version.number
                )));
            }
        }
        // Every version is stored as checked above; that pages show them is tried on the outer two.
        for version in [newest, versions.last().unwrap_or(newest)] {
            let page = self.page(&format!("/notice/versions/{}", version.number)).await?;
            if !page.contains(&version.since.day().to_string()) {
                return Ok(Verdict::broken(format!(
                    "The page of version {} shows no date.",
                    version.number
                )));
            }
        }
        Ok(Verdict::kept(format!(
            "A changed trial notice was dated and kept; versions of the notice that read as they did: {0} of {0}.",
            versions.len()
        )))
    }

    async fn page(&self, path: &str) -> Result<String, String> {
        let (status, body) = self.voice()?.get(path).await?;
        if status != 200 {
            return Err(format!("{path} answered {status}"));
        }
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    fn voice(&self) -> Result<&dyn Voice, String> {
        let voice = self.voice.get().ok_or("the pages are not there yet")?;
        Ok(voice.as_ref())
    }
}

fn words(error: DatabaseError) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_promises_read_and_stand_in_the_register() {
        let register = crate::Register::read();
        let promises = Promise::read(PROMISES).expect("every mutation is a fault");
        assert_eq!(promises.len(), 3);
        assert!(promises.iter().all(|promise| register.entry(&promise.id).is_some()));
    }
}
