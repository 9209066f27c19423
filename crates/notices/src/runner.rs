//! Runs the checks of all parts, keeps what they found, and says what must stop.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use candor_database::{Database, DatabaseError};
use candor_inventory::promise::{Part, Stop};
use candor_inventory::{Checks, Standing};
use candor_kernel::{PromiseId, Timestamp};
use tokio::sync::watch;

use crate::register::{Entry, Register};
use crate::rules::{self, Checked, Outcome, State};
use crate::store;

/// A check that takes longer could not run.
const CHECK_SECONDS: u64 = 120;
const STRIP_DAYS: i64 = 30;

/// Runs checks and knows every promise's state.
pub struct Runner {
    db: Database,
    register: Register,
    watched: Vec<Watched>,
    last: Mutex<BTreeMap<PromiseId, Checked>>,
    standing: watch::Sender<Arc<Standing>>,
    started: Timestamp,
    build: String,
}

/// A promise that has a check, and the parts that check it; several may check one promise.
struct Watched {
    entry: Entry,
    parts: Vec<Arc<dyn Checks>>,
    stops: BTreeSet<Part>,
    mutations: Vec<String>,
    repeat: Vec<String>,
}

/// What a page or the interface says about one promise.
#[derive(Debug, Clone)]
pub struct Report {
    /// Its line in the register.
    pub entry: Entry,
    /// Its state.
    pub state: State,
    /// What its check last said.
    pub last: Option<Checked>,
    /// The faults that must break it.
    pub mutations: Vec<String>,
    /// How to repeat the check.
    pub repeat: String,
}

impl Runner {
    /// Makes a runner of the checks that exist. Everything waits until they have run.
    #[must_use]
    pub fn new(
        db: Database,
        checks: &[Arc<dyn Checks>],
        standing: watch::Sender<Arc<Standing>>,
        started: Timestamp,
        build: String,
    ) -> Self {
        let register = Register::read();
        let mut watched = BTreeMap::<PromiseId, Watched>::new();
        for part in checks {
            for promise in part.promises() {
                let Some(entry) = register.entry(&promise.id).cloned() else { continue };
                let one = watched.entry(promise.id).or_insert_with(|| Watched {
                    entry,
                    parts: Vec::new(),
                    stops: BTreeSet::new(),
                    mutations: Vec::new(),
                    repeat: Vec::new(),
                });
                one.parts.push(Arc::clone(part));
                one.stops.extend(promise.stops);
                one.mutations.push(promise.mutation);
                one.repeat.push(promise.repeat);
            }
        }
        let watched = watched.into_values().collect();
        let last = Mutex::default();
        let runner = Self { db, register, watched, last, standing, started, build };
        runner.tell(started);
        runner
    }

    /// Remembers since when each promise is in its state, as the results of earlier runs say: a
    /// restart does not begin anybody's waiting anew.
    pub async fn recall(&self, now: Timestamp) -> Result<(), DatabaseError> {
        let history = self.history(now).await?;
        let mut last = self.last.lock().expect("no holder of this lock panics");
        for watched in &self.watched {
            let id = &watched.entry.id;
            if !last.contains_key(id)
                && let Some(checked) = rules::recalled(&history, id)
            {
                last.insert(id.clone(), checked);
            }
        }
        Ok(())
    }

    /// Runs every check that is due, tells what must stop, and returns how many ran.
    pub async fn tick(&self, now: Timestamp) -> usize {
        self.run(now, |last, entry| rules::due(last, minutes(entry.cadence_minutes), now)).await
    }

    /// Runs every check now.
    pub async fn run_all(&self, now: Timestamp) -> usize {
        self.run(now, |_, _| true).await
    }

    /// Returns all promises of the register, with their states.
    #[must_use]
    pub fn reports(&self, now: Timestamp) -> Vec<Report> {
        let reports = self.register.entries().iter().map(|entry| self.report(entry, now));
        reports.collect()
    }

    /// Returns the promises that have a check, what does not hold first.
    #[must_use]
    pub fn watched(&self, now: Timestamp) -> Vec<Report> {
        let mut reports: Vec<_> =
            self.watched.iter().map(|watched| self.report(&watched.entry, now)).collect();
        reports.sort_by_key(|report| match report.state {
            State::Broken => 0,
            State::Stale => 1,
            _ => 2,
        });
        reports
    }

    /// Reads the results of the last 30 days.
    pub async fn history(
        &self,
        now: Timestamp,
    ) -> Result<Vec<(PromiseId, Timestamp, Outcome)>, DatabaseError> {
        store::results(&self.db, now.day().plus(1 - STRIP_DAYS).start()).await
    }

    /// Reads the newest results of one promise: when, the state, the fact, the build.
    pub(crate) async fn facts(
        &self,
        id: &str,
        limit: i64,
    ) -> Result<Vec<(i64, String, String, String)>, DatabaseError> {
        store::facts(&self.db, id, limit).await
    }

    fn report(&self, entry: &Entry, now: Timestamp) -> Report {
        let watched = self.watched.iter().find(|watched| watched.entry.id == entry.id);
        let last = self.last.lock().expect("no holder of this lock panics").get(&entry.id).cloned();
        let max_age = minutes(entry.max_age_minutes);
        Report {
            entry: entry.clone(),
            state: match watched {
                None => State::Open,
                Some(_) => rules::state(last.as_ref(), max_age, self.started, now).0,
            },
            last,
            mutations: watched.map(|watched| watched.mutations.clone()).unwrap_or_default(),
            repeat: watched.map(|watched| watched.repeat.join(" ")).unwrap_or_default(),
        }
    }

    async fn run(&self, now: Timestamp, due: impl Fn(Option<&Checked>, &Entry) -> bool) -> usize {
        let mut ran = 0;
        for watched in &self.watched {
            let id = &watched.entry.id;
            let last = self.last.lock().expect("no holder of this lock panics").get(id).cloned();
            if !due(last.as_ref(), &watched.entry) {
                continue;
            }
            let (outcome, fact) = check(watched, now).await;
            let since = match &last {
                Some(last) if last.outcome == outcome => last.since,
                _ => now,
            };
            let checked = Checked { at: now, outcome, fact, since };
            if outcome != Outcome::Kept {
                tracing::warn!(promise = %id, outcome = outcome.name(), fact = %checked.fact, "a promise is not kept");
            }
            let kept = store::keep_result(&self.db, id.as_str(), &checked, &self.build).await;
            if let Err(error) = kept {
                tracing::error!(promise = %id, %error, "a check's result could not be kept");
            }
            self.last.lock().expect("no holder of this lock panics").insert(id.clone(), checked);
            ran += 1;
        }
        self.tell(now);
        ran
    }

    /// Says what must stop, to everybody who follows the standing.
    fn tell(&self, now: Timestamp) {
        let mut standing = Standing::default();
        let last = self.last.lock().expect("no holder of this lock panics");
        for watched in &self.watched {
            let id = &watched.entry.id;
            let max_age = minutes(watched.entry.max_age_minutes);
            let (state, since) = rules::state(last.get(id), max_age, self.started, now);
            if state != State::Kept {
                for part in &watched.stops {
                    let broken = state == State::Broken;
                    standing.stop(*part, Stop { promise: id.clone(), broken, since });
                }
            }
        }
        self.standing.send_replace(Arc::new(standing));
    }
}

/// Asks every part that checks a promise. One that says broken outweighs one that could not run.
async fn check(watched: &Watched, now: Timestamp) -> (Outcome, String) {
    let mut kept = Vec::new();
    let mut failed = Vec::new();
    for part in &watched.parts {
        let run = part.run(&watched.entry.id, now);
        match tokio::time::timeout(Duration::from_secs(CHECK_SECONDS), run).await {
            Ok(Ok(verdict)) if verdict.kept => kept.push(verdict.fact),
            Ok(Ok(verdict)) => return (Outcome::Broken, verdict.fact),
            Ok(Err(why)) => failed.push(why.trim_end_matches('.').to_owned()),
            Err(_) => failed.push(format!("the check was not done after {CHECK_SECONDS} s")),
        }
    }
    match failed.is_empty() {
        true => (Outcome::Kept, kept.join(" ")),
        false => (Outcome::CouldNotRun, format!("The check could not run: {}.", failed.join("; "))),
    }
}

fn minutes(minutes: i64) -> Duration {
    Duration::from_secs(u64::try_from(minutes).unwrap_or(0) * 60)
}

#[cfg(test)]
mod tests;
