//! The checks of this slice, each in a file of its own. All send pings of the reserved product, look
//! for what they planted in every file, and take their rows away again.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use candor_inventory::{BoxFuture, Checks, Inventory, Promise, Verdict};
use candor_kernel::{Dice, DocumentId, PromiseId, Timestamp};
use candor_preference::Maintenance;
use candor_segments::scan;
use candor_web::{Visit, Voice};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::ingest::Ingest;
use crate::probe;

mod address;
mod channel;
mod columns;
mod ends;
mod public;
mod switches;
mod transit;

pub use columns::files_are_declared;

const PROMISES: &str = include_str!("../promises.yaml");

/// The checks of this slice.
pub struct TelemetryChecks {
    /// The edge that is checked: the same that takes everybody's pings.
    pub ingest: Ingest,
    /// The server's own router; set when it exists.
    pub voice: Arc<OnceLock<Box<dyn Voice>>>,
    /// Every folder this server writes to.
    pub folders: Vec<PathBuf>,
    /// All declarations of this server.
    pub own: Arc<[Inventory]>,
    /// Days for which pings are kept.
    pub raw_days: u32,
    /// Makes canaries.
    pub dice: Arc<dyn Dice>,
    /// One check at a time: each removes all rows of the reserved product.
    pub turn: Mutex<()>,
}

impl Checks for TelemetryChecks {
    fn promises(&self) -> Vec<Promise> {
        Promise::read(PROMISES).expect("a test of this crate reads it")
    }

    fn run<'a>(
        &'a self,
        id: &'a PromiseId,
        at: Timestamp,
    ) -> BoxFuture<'a, Result<Verdict, String>> {
        Box::pin(async move {
            let _turn = self.turn.lock().await;
            if !self.ingest.in_force.borrow().accepted {
                return Ok(Verdict::kept("No ping is taken before the declarations are accepted."));
            }
            let verdict = match id.as_str() {
                "B17" | "S31" => self.pings_end(at).await,
                "B18" => self.no_ping_is_public(at).await,
                "C17" => self.off_means_off().await,
                "C18" => self.channels_are_registered().await,
                "S30" => self.nothing_undeclared_stays(at).await,
                "S37" => self.opting_out_is_kept().await,
                "H12" | "H13" => self.no_address_stays().await,
                other => Err(format!("this part has no check for {other}")),
            };
            // Whatever was found, the probe's own rows go.
            let removed =
                self.ingest.landing.remove_product(probe::product(), &maintenance()).await;
            removed.map_err(|error| error.to_string())?;
            verdict
        })
    }
}

/// A ping that a check sends as a browser would, through the whole edge.
struct Sent {
    /// The application it says it is from.
    app: &'static str,
    /// Headers beside those that every ping has.
    headers: Vec<(&'static str, String)>,
    /// The address it seems to come from.
    address: Option<std::net::IpAddr>,
    /// The payload.
    payload: Value,
}

impl Sent {
    fn new(payload: Value) -> Self {
        Self { app: probe::NAME, headers: Vec::new(), address: None, payload }
    }
}

impl TelemetryChecks {
    /// Sends a ping of the reserved product; returns what the edge calls the outcome.
    async fn send(&self, sent: Sent) -> Result<String, String> {
        let path = format!("/submit/{}/{}/1/{}", sent.app, probe::PING, self.document());
        let visit = Visit {
            method: "POST".to_owned(),
            path,
            headers: sent.headers,
            body: sent.payload.to_string().into_bytes(),
            address: sent.address,
            own: true,
        };
        let voice = self.voice.get().ok_or("the routes are not there yet")?;
        let (status, body) = voice.visit(visit).await?;
        let reply: Value = serde_json::from_slice(&body).unwrap_or_default();
        let outcome = reply["result"].as_str().or_else(|| reply["slug"].as_str());
        outcome.map(str::to_owned).ok_or_else(|| format!("the edge answered {status}"))
    }

    /// Plants a canary that must be found, so that a search that finds nothing means something.
    async fn plant(&self) -> Result<(), String> {
        let canary = self.canary();
        let outcome = self.send(Sent::new(declared(&canary))).await?;
        if outcome != "accepted" {
            return Err(format!("the canary was not taken: {outcome}"));
        }
        match self.files_with(&[canary.as_bytes()]).await? {
            None => Err("the search did not find the canary that was planted".to_owned()),
            Some(_) => Ok(()),
        }
    }

    /// Returns the name of a file that holds any of the needles.
    async fn files_with(&self, needles: &[&[u8]]) -> Result<Option<String>, String> {
        let folders = self.folders.clone();
        let needles: Vec<Vec<u8>> = needles.iter().map(|needle| needle.to_vec()).collect();
        let search = move || -> std::io::Result<Option<PathBuf>> {
            let needles: Vec<&[u8]> = needles.iter().map(Vec::as_slice).collect();
            for folder in &folders {
                if let Some(file) = scan::files_with(folder, &needles)?.into_iter().next() {
                    return Ok(Some(file));
                }
            }
            Ok(None)
        };
        let found = tokio::task::spawn_blocking(search).await.map_err(|error| error.to_string())?;
        let found = found.map_err(|error| error.to_string())?;
        Ok(found.map(|file| file.file_name().unwrap_or_default().to_string_lossy().into_owned()))
    }

    fn canary(&self) -> String {
        let hex: String = self.bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("canary-{hex}")
    }

    fn document(&self) -> String {
        DocumentId(self.bytes()).to_string()
    }

    fn bytes(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        self.dice.fill(&mut bytes);
        bytes
    }
}

/// A payload whose declared metric holds a text.
fn declared(text: &str) -> Value {
    json!({ "metrics": { "string": { (probe::DECLARED): text } } })
}

fn maintenance() -> Maintenance {
    #[expect(clippy::disallowed_methods, reason = "the check removes what it planted")]
    Maintenance::claim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_promises_read_and_every_mutation_is_a_fault() {
        assert_eq!(Promise::read(PROMISES).expect("whole").len(), 9);
    }
}
