//! C17 and S37 for telemetry: after "off" nothing is stored, from the next request on.

use std::sync::Arc;

use candor_inventory::{InForce, MetricTerms, Verdict, in_force};
use candor_preference::{
    Choice, Dnt, Exception, Gpc, Inputs, Offer, Outcome, Signals, Standing, Terms, Use, decide,
};
use serde_json::{Value, json};

use super::{Sent, TelemetryChecks, declared};
use crate::probe;

/// What a browser sends when its switch is off, and what it is called.
const SWITCHES: [(&str, &str); 2] = [("dnt", "DNT: 1"), ("sec-gpc", "Sec-GPC: 1")];

impl TelemetryChecks {
    /// C17. Every metric in force is denied to who said no; a ping with a signal leaves no byte, and
    /// what starts off stays off where nobody said yes.
    pub(super) async fn off_means_off(&self) -> Result<Verdict, String> {
        let in_force = Arc::clone(&self.ingest.in_force.borrow());
        let metrics = standing(&in_force);
        for metric in &metrics {
            if let Some(wrong) = without_switch(metric) {
                return Ok(Verdict::broken(wrong));
            }
        }
        self.plant().await?;
        for (header, name) in SWITCHES {
            if let Some(broken) = self.signal_is_obeyed(header, name).await? {
                return Ok(broken);
            }
        }
        if let Some(file) = self.content_without_a_yes().await? {
            return Ok(Verdict::broken(format!(
                "Content that starts off was stored in {file} without anybody's yes."
            )));
        }
        Ok(Verdict::kept(format!(
            "{} data in force end with DNT: 1 and with Sec-GPC: 1; a ping with either, and content \
             that starts off, were found in no file.",
            metrics.len()
        )))
    }

    /// S37. Sharing is denied to who opted out in each case there is, a ping with the signal leaves
    /// no byte, the signal is shown as honoured, and its later absence is no consent.
    pub(super) async fn opting_out_is_kept(&self) -> Result<Verdict, String> {
        let cases = match sharing_is_denied() {
            Ok(cases) => cases,
            Err(wrong) => return Ok(Verdict::broken(wrong)),
        };
        self.plant().await?;
        if let Some(broken) = self.signal_is_obeyed("sec-gpc", "Sec-GPC: 1").await? {
            return Ok(broken);
        }
        if let Some(file) = self.content_without_a_yes().await? {
            return Ok(Verdict::broken(format!(
                "After an opt-out, a ping without the signal was taken for consent: {file}."
            )));
        }
        let voice = self.voice.get().ok_or("the routes are not there yet")?;
        let page = candor_web::Visit::page("/.well-known/gpc.json");
        let (status, body) = voice.visit(page).await?;
        let shown: Value = serde_json::from_slice(&body).unwrap_or_default();
        if status != 200 || shown["gpc"] != true {
            return Ok(Verdict::broken("This server does not say that it honours Sec-GPC."));
        }
        Ok(Verdict::kept(format!(
            "Sharing is denied in {cases} of {cases} cases with Sec-GPC: 1; a ping with it was found \
             in no file, and /.well-known/gpc.json says that it is honoured."
        )))
    }

    /// Content starts off on a released version, and nobody has been asked: returns the file that
    /// holds it all the same.
    async fn content_without_a_yes(&self) -> Result<Option<String>, String> {
        let canary = self.canary();
        let content = json!({ "metrics": { "string": { (probe::CONTENT): canary } } });
        self.send(Sent::new(content)).await?;
        self.files_with(&[canary.as_bytes()]).await
    }

    async fn signal_is_obeyed(
        &self,
        header: &'static str,
        name: &str,
    ) -> Result<Option<Verdict>, String> {
        let canary = self.canary();
        let headers = vec![(header, "1".to_owned())];
        let outcome = self.send(Sent { headers, ..Sent::new(declared(&canary)) }).await?;
        let found = self.files_with(&[canary.as_bytes()]).await?;
        Ok(match (found, outcome.as_str()) {
            (Some(file), _) => Some(Verdict::broken(format!(
                "A ping with {name} was sent and found in the file {file}."
            ))),
            (None, "opted-out") => None,
            (None, other) => {
                Some(Verdict::broken(format!("A ping with {name} was answered {other:?}.")))
            }
        })
    }
}

/// Every metric that may be collected now.
fn standing(in_force: &InForce) -> Vec<&MetricTerms> {
    let pings = in_force.apps.values().flat_map(|app| app.pings.values());
    let metrics = pings.flat_map(|ping| ping.metrics.values());
    metrics.filter(|metric| metric.standing.is_ok()).collect()
}

fn without_switch(metric: &MetricTerms) -> Option<String> {
    let terms = in_force::terms(metric.standing, metric.offer);
    for signals in [
        Signals { dnt: Dnt::Forbid, ..Signals::default() },
        Signals { gpc: Gpc::OptOut, ..Signals::default() },
    ] {
        if decide(&Inputs { terms, signals }).outcome != Outcome::Deny {
            return Some(format!("{} is collected although a person said no.", metric.datum));
        }
    }
    None
}

/// Tries every case of sharing for a person who opted out, and counts them.
fn sharing_is_denied() -> Result<usize, String> {
    let mut cases = 0;
    for offer in [Offer::On, Offer::Ask, Offer::Explicit] {
        for signals in opted_out() {
            let terms = Terms { standing: Standing::InForce, purpose: Use::Share, offer };
            if decide(&Inputs { terms, signals }).outcome == Outcome::Allow {
                return Err(format!(
                    "Sharing is allowed although a person opted out: {signals:?}."
                ));
            }
            cases += 1;
        }
    }
    Ok(cases)
}

/// Everything else that a person who opted out may have said.
fn opted_out() -> impl Iterator<Item = Signals> {
    let choices = [Choice::Unset, Choice::On, Choice::Off];
    let words = [Dnt::Unset, Dnt::Forbid, Dnt::Allow].into_iter();
    let words = words.flat_map(move |dnt| choices.map(|category| (dnt, category)));
    let words =
        words.flat_map(move |(dnt, category)| choices.map(|session| (dnt, category, session)));
    words.flat_map(|(dnt, category, session)| {
        let said = |exception| Signals { dnt, gpc: Gpc::OptOut, category, session, exception };
        [Exception::None, Exception::Granted].map(said)
    })
}
