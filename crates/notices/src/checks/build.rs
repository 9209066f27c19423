//! S38.

use candor_inventory::Verdict;
use candor_web::{Build, Visit};
use sha2::{Digest, Sha256};

use super::NoticeChecks;

impl NoticeChecks {
    /// The page about this server says what was compiled in, and the source it links is that.
    pub(super) async fn build_is_named(&self) -> Result<Verdict, String> {
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
        let (status, bytes) = self.voice()?.visit(Visit::page(source)).await?;
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
}
