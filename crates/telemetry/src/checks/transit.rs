//! S30, the half about pings: files of them hold no column that was not declared, and what is not
//! declared is found in no file.

use candor_inventory::Verdict;
use candor_kernel::Timestamp;
use candor_preference::Signals;
use serde_json::json;

use super::TelemetryChecks;
use crate::ingest::{From, Submission};
use crate::probe;

impl TelemetryChecks {
    /// One ping with a declared and an undeclared canary: a search finds the first and must not
    /// find the second.
    pub(super) async fn nothing_undeclared_stays(&self, at: Timestamp) -> Result<Verdict, String> {
        let columns = match self.every_file_is_declared().await? {
            Ok(columns) => columns,
            Err(broken) => return Ok(broken),
        };
        let (declared, undeclared) = (self.canary(), self.canary());
        let body = json!({ "metrics": { "string": {
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
        if let Err(refusal) = self.ingest.accept(submission, From::Inside, at).await {
            return Err(format!("the probe was refused: {}", refusal.sentence()));
        }
        if self.files_with(&[declared.as_bytes()]).await?.is_none() {
            return Err("the search did not find the canary that was planted".to_owned());
        }
        Ok(match self.files_with(&[undeclared.as_bytes()]).await? {
            Some(file) => Verdict::broken(format!(
                "A value that nobody declared was sent and found in the file {file}."
            )),
            None => Verdict::kept(format!(
                "A value that nobody declared was sent and found in no file; a declared one was \
                 found. All {columns} columns in files of pings are declared, those at rest too."
            )),
        })
    }
}
