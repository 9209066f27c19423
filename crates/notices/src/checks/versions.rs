//! H21.

use candor_inventory::Verdict;
use candor_kernel::Timestamp;

use super::{NoticeChecks, words};
use crate::rules;

impl NoticeChecks {
    /// A change of a notice makes a dated version, the notice shown is the newest one, and every
    /// earlier one still reads as it did.
    pub(super) async fn versions_are_kept(&self, at: Timestamp) -> Result<Verdict, String> {
        let canary = self.canary();
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
}
