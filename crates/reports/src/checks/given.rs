//! H13 and H14: everything that leaves is an edition, as it was kept, and all of them stand on one page.

use candor_inventory::Verdict;
use candor_kernel::{ReportId, Timestamp, limits};
use candor_web::Visit;
use sha2::{Digest, Sha256};

use super::{ReportChecks, words};
use crate::reports::Kept;
use crate::rules::Edition;
use crate::rules::edition::hex;
use crate::store;

/// What was compared so far.
#[derive(Default)]
struct Compared {
    editions: usize,
    shown: usize,
    hidden: usize,
}

impl ReportChecks {
    /// Every report that the public sees is linked from the one page, and each of its editions is
    /// fetched as anybody would and compared with what was kept and with its thresholds.
    pub(super) async fn totals_are_given_as_kept(&self, at: Timestamp) -> Result<Verdict, String> {
        let published = self.reports.published(at.day()).await.map_err(words)?;
        let page = self.page("/reports").await?;
        let mut compared = Compared::default();
        for one in &published {
            let id = &one.report.plan.spec.report;
            if !page.contains(&format!("href=\"/reports/{id}\"")) {
                return Ok(Verdict::broken(format!("The page /reports does not name {id}.")));
            }
            self.page(&format!("/reports/{id}")).await?;
            for version in &one.versions {
                let limit = limits::REPORT_LISTED_EDITIONS;
                let kept = store::editions(&self.reports.db, id, *version, limit).await;
                for kept in kept.map_err(words)? {
                    if let Some(wrong) = self.compare(id, &kept, &mut compared).await? {
                        return Ok(Verdict::broken(wrong));
                    }
                }
            }
        }
        let Compared { editions, shown, hidden } = compared;
        Ok(Verdict::kept(format!(
            "All {} reports stand on /reports. Of {editions} editions the document, the CSV and the \
             SHA-256 are those that were kept; {shown} cells are shown and reach their thresholds, \
             {hidden} are too few to tell.",
            published.len()
        )))
    }

    /// Returns what is wrong with an edition as it is given out, in a sentence.
    async fn compare(
        &self,
        id: &ReportId,
        kept: &Kept,
        compared: &mut Compared,
    ) -> Result<Option<String>, String> {
        let (period, start, version) = (kept.span.period.name(), kept.span.start, kept.version);
        let path = format!("/api/reports/{id}/{period}/{start}");
        let given = self.page(&format!("{path}?version={version}")).await?;
        let edition: Edition = match serde_json::from_str(&given) {
            Ok(edition) => edition,
            Err(_) => return Ok(Some(format!("What {path} gives out is no edition."))),
        };
        for (number, cell) in edition.cells.iter().enumerate() {
            let threshold = edition.marks(number).threshold;
            match cell.people {
                None if cell.value.is_none() && cell.whole.is_none() => compared.hidden += 1,
                Some(people) if people >= 0 && people.unsigned_abs() >= threshold => {
                    compared.shown += 1;
                }
                _ => {
                    return Ok(Some(format!(
                        "The edition {path} shows a cell below its threshold of {threshold}."
                    )));
                }
            }
        }
        let sha256 = Sha256::digest(&given);
        if given != kept.text || sha256[..] != kept.sha256[..] {
            let (given, kept) = (hex(&sha256), hex(&kept.sha256));
            return Ok(Some(format!(
                "{path} gives out another document than was kept: its SHA-256 is {given}, not {kept}."
            )));
        }
        let csv = self.page(&format!("{path}.csv?version={version}")).await?;
        if csv != edition.csv() {
            return Ok(Some(format!("The numbers of {path}.csv are not those of its edition.")));
        }
        compared.editions += 1;
        Ok(None)
    }

    /// Fetches what must be there, as anybody would.
    async fn page(&self, path: &str) -> Result<String, String> {
        let voice = self.voice.get().ok_or("the pages are not there yet")?;
        let (status, body) = voice.visit(Visit::page(path)).await?;
        if status != 200 {
            return Err(format!("{path} answered {status}"));
        }
        Ok(String::from_utf8_lossy(&body).into_owned())
    }
}
