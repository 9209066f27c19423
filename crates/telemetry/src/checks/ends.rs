//! B17 and S31: single pings end with their days, wherever they lie.

use candor_inventory::Verdict;
use candor_kernel::{Day, Timestamp};
use candor_preference::Signals;

use super::{TelemetryChecks, declared, maintenance};
use crate::ingest::Submission;
use crate::probe;
use crate::rules::path;

/// The housekeeping, which runs every minute, may sweep what is planted before it is found.
const TRIES: usize = 3;

impl TelemetryChecks {
    /// A ping of the last day that is over is planted in landing, and one of the day before at rest.
    /// Both must be found, then swept by the same sweep that takes everybody's.
    pub(super) async fn pings_end(&self, at: Timestamp) -> Result<Verdict, String> {
        let in_force = self.ingest.in_force.borrow().clone();
        let pings = in_force.apps.values().flat_map(|app| &app.pings);
        let stands = pings.filter(|(_, ping)| ping.standing.is_ok());
        let (mut kinds, mut mute) = (0, None);
        for (name, ping) in stands {
            kinds += 1;
            let why = ping.purpose.as_ref().is_some_and(|purpose| !purpose.why.trim().is_empty());
            mute = mute.or((!why).then(|| name.to_string()));
        }
        if let Some(name) = mute {
            return Ok(Verdict::broken(format!("Pings called {name} are kept without a reason.")));
        }
        let first_kept = at.day().plus(-i64::from(self.raw_days));
        self.plant_old(first_kept, at).await?;
        let swept = self.ingest.sweep(first_kept, &maintenance()).await;
        swept.map_err(|error| error.to_string())?;
        let left = self.kept_before(first_kept)?;
        if let Some(name) = left.first() {
            return Ok(Verdict::broken(format!(
                "After the sweep {} files and entries are there of days before {first_kept}: {name}.",
                left.len()
            )));
        }
        Ok(Verdict::kept(format!(
            "All {kinds} kinds of pings say why they are kept. A ping older than {} days was planted \
             in the file of its day and one at rest; both were found and are gone, and nothing from \
             before {first_kept} is in any folder or in the manifest.",
            self.raw_days
        )))
    }

    /// Plants two pings; an error when they cannot be found again.
    async fn plant_old(&self, first_kept: Day, at: Timestamp) -> Result<(), String> {
        let (at_rest, landed) = (first_kept.plus(-2), first_kept.plus(-1));
        for _ in 0..TRIES {
            self.plant_on(at_rest, at).await?;
            let moved = self.ingest.landing.move_before(landed, &maintenance()).await;
            moved.map_err(|error| error.to_string())?;
            self.plant_on(landed, at).await?;
            let found = self.kept_before(first_kept)?;
            let holds = |start: &str, end: &str| {
                found.iter().any(|name| name.starts_with(start) && name.ends_with(end))
            };
            let kind = format!("{}/{}/{at_rest}-", probe::NAME, probe::PING);
            if holds(&format!("{landed}"), ".db")
                && holds(&format!("{at_rest}"), ".documents")
                && holds(&kind, ".parquet")
                && holds(&kind, " in the manifest")
            {
                return Ok(());
            }
        }
        Err("old pings were planted and not found".to_owned())
    }

    /// Keeps a ping of the reserved product as if it had come on another day.
    async fn plant_on(&self, day: Day, at: Timestamp) -> Result<(), String> {
        let (document, body) = (self.document(), declared(&self.canary()).to_string());
        let parts = [probe::NAME, probe::PING, "1", &document];
        let submission = Submission {
            path: parts,
            encoding: None,
            signals: Signals::default(),
            body: body.as_bytes(),
        };
        let [app, ping, version, document] = parts;
        let refused = |refusal: crate::rules::Refusal| refusal.sentence().to_owned();
        let path = path::read(app, ping, version, document).map_err(refused)?;
        let in_force = self.ingest.in_force.borrow().clone();
        let prepared = self.ingest.prepare(path, &in_force, &submission, at, &mut None, None);
        let (mut row, _) = prepared.map_err(refused)?;
        row.day = day;
        self.ingest.landing.land(row).await.map(drop).map_err(|error| error.to_string())
    }

    fn kept_before(&self, day: Day) -> Result<Vec<String>, String> {
        self.ingest.landing.kept_before(day).map_err(|error| error.to_string())
    }
}
