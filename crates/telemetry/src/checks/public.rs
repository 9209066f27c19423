//! B18, the half about rows: no page and no reply that the public reads holds anything of a single
//! ping.

use std::collections::BTreeSet;

use candor_inventory::Verdict;
use candor_kernel::{DocumentId, Timestamp};
use candor_preference::Signals;
use candor_web::Visit;

use super::{TelemetryChecks, declared};
use crate::ingest::{From, Submission};
use crate::probe;

/// Where reading starts; it goes on wherever links lead.
const STARTS: [&str; 7] = [
    "/",
    "/api/promises",
    "/api/reports",
    "/api/ledger",
    "/api/dictionary",
    "/api/raw-reads",
    "/about/raw-reads",
];
/// What only the admin socket opens.
const CLOSED: [&str; 2] = ["/api/admin/pings", "/api/admin/erasures"];
/// More pages than a server shows; the check does not run for ever.
const PAGES: usize = 2000;

impl TelemetryChecks {
    /// A ping is planted and found in the files; then everything that the public can reach is read
    /// for its text, its id, and the key by which it is stored.
    pub(super) async fn no_ping_is_public(&self, at: Timestamp) -> Result<Verdict, String> {
        let needles = self.planted(at).await?;
        let voice = self.voice.get().ok_or("the routes are not there yet")?;
        let mut ahead: Vec<String> =
            STARTS.iter().chain(&CLOSED).map(|path| (*path).into()).collect();
        let (mut seen, mut read) = (BTreeSet::new(), 0);
        while let Some(path) = ahead.pop() {
            if !seen.insert(path.clone()) {
                continue;
            }
            if seen.len() > PAGES {
                return Err(format!("there are more than {PAGES} pages to read"));
            }
            let (status, body) = voice.visit(Visit::page(&path)).await?;
            if status == 200 && CLOSED.contains(&path.as_str()) {
                return Ok(Verdict::broken(format!("{path} answers whoever asks.")));
            }
            // What is no text, like the archive of the source, holds no ping.
            let Ok(page) = String::from_utf8(body) else { continue };
            if needles.iter().any(|needle| page.contains(needle.as_str())) {
                return Ok(Verdict::broken(format!(
                    "A single ping that was planted can be read by anybody at {path}."
                )));
            }
            read += usize::from(status == 200);
            ahead.extend(links(&page));
        }
        Ok(Verdict::kept(format!(
            "A ping was planted; {read} public pages and replies hold neither its text nor its id nor \
             the key by which it is stored."
        )))
    }

    /// Plants a ping. Returns its text, its id, and every key that may stand for it.
    async fn planted(&self, at: Timestamp) -> Result<Vec<String>, String> {
        let (document, canary) = (self.document(), self.canary());
        let body = declared(&canary).to_string();
        let submission = Submission {
            path: [probe::NAME, probe::PING, "1", &document],
            encoding: None,
            signals: Signals::default(),
            body: body.as_bytes(),
        };
        if let Err(refusal) = self.ingest.accept(submission, From::Inside, at).await {
            return Err(format!("the probe was refused: {}", refusal.sentence()));
        }
        if self.files_with(&[canary.as_bytes()]).await?.is_none() {
            return Err("the search did not find the canary that was planted".to_owned());
        }
        let id = DocumentId::parse(&document).ok_or("the id of the probe is none")?;
        let keys = self.ingest.documents(id, at).map_err(|refusal| refusal.sentence())?;
        let keys = keys.into_iter().map(|key| key.to_string());
        Ok(keys.chain([document, canary]).collect())
    }
}

/// Returns where the links of a page lead on this server. Every datum of a product has a page made
/// as the others; they are read in their list.
fn links(page: &str) -> Vec<String> {
    let links = page.split(" href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let own = links.filter(|link| link.starts_with('/') && !link.starts_with("//"));
    let whole = own.map(|link| link.split('#').next().unwrap_or_default());
    let many = |link: &str| {
        link.starts_with("/data?") || (link.starts_with("/data/") && link.matches('/').count() > 2)
    };
    whole.filter(|link| !many(link)).map(|link| link.replace("&#38;", "&")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_this_server_are_followed_and_single_data_are_not() {
        let page = "<a href=\"/a?b\">1</a><a class=\"c\" href=\"//d\">2</a><a href=\"https://e\">3</a>\
                    <link href=\"/f#g\"><a href=\"/data/shop/metric/a.b\">4</a>\
                    <a href=\"/data/shop\">5</a>";
        assert_eq!(links(page), ["/a?b", "/f", "/data/shop"]);
    }
}
