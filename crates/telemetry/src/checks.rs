//! The check of S30, the half about data in transit: what is not declared is found in no file.

use std::path::PathBuf;
use std::sync::Arc;

use candor_inventory::{BoxFuture, Checks, Promise, Verdict};
use candor_kernel::{Dice, PromiseId, Timestamp};
use candor_preference::{Maintenance, Signals};
use candor_segments::scan;

use crate::ingest::{From, Ingest, Submission};
use crate::probe;
use crate::rules::Refusal;

const PROMISES: &str = include_str!("../promises.yaml");

/// The checks of this slice.
pub struct TelemetryChecks {
    /// The edge that is checked: the same that takes everybody's pings.
    pub ingest: Ingest,
    /// Every folder this server writes to.
    pub folders: Vec<PathBuf>,
    /// Makes canaries.
    pub dice: Arc<dyn Dice>,
}

impl Checks for TelemetryChecks {
    fn promises(&self) -> Vec<Promise> {
        Promise::read(PROMISES).expect("a test of this crate reads it")
    }

    fn run<'a>(
        &'a self,
        _: &'a PromiseId,
        at: Timestamp,
    ) -> BoxFuture<'a, Result<Verdict, String>> {
        Box::pin(self.transit(at))
    }
}

impl TelemetryChecks {
    async fn transit(&self, at: Timestamp) -> Result<Verdict, String> {
        let verdict = self.nothing_undeclared_stays(at).await;
        // Whatever was found, the probe's own rows go.
        let removed = self.ingest.landing.remove_product(probe::product(), &maintenance()).await;
        removed.map_err(|error| error.to_string())?;
        verdict
    }

    /// One ping with a declared and an undeclared canary: a search finds the first and must not
    /// find the second.
    async fn nothing_undeclared_stays(&self, at: Timestamp) -> Result<Verdict, String> {
        let (declared, undeclared) = (self.canary(), self.canary());
        let body = serde_json::json!({ "metrics": { "string": {
            (probe::DECLARED): declared,
            (probe::UNDECLARED): undeclared,
        }}})
        .to_string();
        let document = self.document();
        let submission = Submission {
            path: [probe::NAME, probe::PING, "1", &document],
            encoding: None,
            signals: Signals::default(),
            body: body.as_bytes(),
        };
        match self.ingest.accept(submission, From::Inside, at).await {
            Ok(_) => {}
            Err(Refusal::NotAccepted) => {
                return Ok(Verdict::kept(
                    "No ping is taken before the declarations are accepted; one was tried.",
                ));
            }
            Err(refusal) => return Err(format!("the probe was refused: {}", refusal.sentence())),
        }
        let planted = self.files_with(declared.clone()).await?;
        if planted.is_empty() {
            return Err("the search did not find the canary that was planted".to_owned());
        }
        let residue = self.files_with(undeclared).await?;
        if let Some(file) = residue.first() {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            return Ok(Verdict::broken(format!(
                "A value that nobody declared was sent and found in the file {name}."
            )));
        }
        Ok(Verdict::kept(
            "A value that nobody declared was sent and found in no file; a declared one was found.",
        ))
    }

    async fn files_with(&self, canary: String) -> Result<Vec<PathBuf>, String> {
        let folders = self.folders.clone();
        let search = move || -> std::io::Result<Vec<PathBuf>> {
            let mut found = Vec::new();
            for folder in &folders {
                found.extend(scan::files_with(folder, &[canary.as_bytes()])?);
            }
            Ok(found)
        };
        let found = tokio::task::spawn_blocking(search).await.map_err(|error| error.to_string())?;
        found.map_err(|error| error.to_string())
    }

    fn canary(&self) -> String {
        let mut bytes = [0; 16];
        self.dice.fill(&mut bytes);
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("canary-{hex}")
    }

    fn document(&self) -> String {
        let mut bytes = [0; 16];
        self.dice.fill(&mut bytes);
        candor_kernel::DocumentId(bytes).to_string()
    }
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
        assert_eq!(Promise::read(PROMISES).expect("whole").len(), 1);
    }
}
