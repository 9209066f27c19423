//! The checks of this slice, each in a file of its own, and what they look with.

use std::sync::{Arc, OnceLock};

use candor_database::{Database, DatabaseError, Sweeper};
use candor_inventory::{BoxFuture, Checks, Inventory, Promise, Verdict};
use candor_kernel::{Clock, Dice, PromiseId, Timestamp};
use candor_web::{Build, LogTap, Memory, Visit, Voice};

use crate::versions::Notices;

mod arrivals;
mod build;
mod columns;
mod company;
mod labels;
mod limits;
mod logs;
mod purposes;
mod text;
mod versions;

const PROMISES: &str = include_str!("../promises.yaml");

/// Returns the promises of this slice.
#[must_use]
pub fn promises() -> Vec<Promise> {
    Promise::read(PROMISES).expect("a test of this crate reads it")
}

/// Searches every file that this server writes.
pub trait Residue: Send + Sync {
    /// Returns the names of the files that hold any of these bytes, after the same search has found
    /// what it planted.
    fn files_with(&self, bytes: Vec<Vec<u8>>) -> BoxFuture<'_, Result<Vec<String>, String>>;
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
    /// Its files.
    pub residue: Arc<dyn Residue>,
    /// Its log.
    pub log: LogTap,
    /// Its limits against abuse.
    pub memory: Memory,
    /// What was compiled in.
    pub build: Build,
    /// The hash of the source that was compiled in, in hexadecimal; empty where none was.
    pub source_sha256: String,
    /// Measures how long something has been in memory.
    pub clock: Arc<dyn Clock>,
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
                "S08" => self.nothing_bears_an_unearned_label().await,
                "S09" => self.the_log_holds_nobody().await,
                "S10" => self.limits_are_alike().await,
                "S30" => self.every_column_ends(at).await,
                "S38" => self.build_is_named().await,
                "H21" => self.versions_are_kept(at).await,
                "B12" => self.arrivals_are_told().await,
                "B13" => self.company_is_personal(),
                "S36" => self.purposes_are_told().await,
                other => Err(format!("this part has no check for {other}")),
            }
        })
    }
}

impl NoticeChecks {
    /// Fetches a page that must be there.
    async fn page(&self, path: &str) -> Result<String, String> {
        let (status, body) = self.voice()?.visit(Visit::page(path)).await?;
        if status != 200 {
            return Err(format!("{path} answered {status}"));
        }
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    fn voice(&self) -> Result<&dyn Voice, String> {
        let voice = self.voice.get().ok_or("the pages are not there yet")?;
        Ok(voice.as_ref())
    }

    /// A word that stands nowhere else.
    fn canary(&self) -> String {
        let mut bytes = [0; 8];
        self.dice.fill(&mut bytes);
        format!("canary{:016x}", u64::from_le_bytes(bytes))
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
        assert_eq!(promises.len(), 9);
        assert!(promises.iter().all(|promise| register.entry(&promise.id).is_some()));
    }
}
