//! What happens without being asked. Each job is a function of a time; the loops only call them.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use candor_database::{DatabaseError, lease};
use candor_kernel::{Timestamp, limits};
use candor_preference::Maintenance;
use tokio::sync::watch;

use crate::Server;

const REFRESH: Duration = Duration::from_secs(5);
const CHECK: Duration = Duration::from_secs(5);
const FORGET: Duration = Duration::from_secs(30);
const HOUSEKEEPING: Duration = Duration::from_secs(60);
const TEND: Duration = Duration::from_secs(60);
/// A singleton's lease: longer than its work takes, shorter than anybody wants to wait.
const LEASE: Duration = Duration::from_secs(300);

impl Server {
    /// Prepares a start: proposes the own declarations, reads what is in force, runs all checks.
    pub async fn prepare(&self, now: Timestamp) -> Result<(), crate::Failure> {
        if !self.db.read_only() {
            let proposed = self.registry.propose_own(now).await;
            proposed.map_err(|error| crate::Failure::other(error.to_string()))?;
        }
        self.refresh(now).await;
        let accepted = self.registry.in_force().borrow().accepted;
        self.accepted_seen.store(accepted, Ordering::SeqCst);
        self.runner.recall(now).await?;
        self.runner.run_all(now).await;
        self.tell_ready(now).await;
        Ok(())
    }

    /// Reads what is in force, keeps the notice that follows from it, and stores counts.
    pub async fn refresh(&self, now: Timestamp) {
        match self.registry.refresh(now).await {
            Ok(_) => {
                if let Err(error) = self.notices.keep_current(now).await {
                    tracing::error!(%error, "the notice could not be kept");
                }
            }
            Err(error) => tracing::error!(%error, "what is in force could not be read"),
        }
        if let Some(ingest) = &self.ingest {
            ingest.debug.forget_old(now);
        }
        if let Some(ingest) = &self.ingest
            && let Err(error) = ingest.counts.flush(&self.db).await
        {
            tracing::error!(%error, "counts could not be stored");
        }
    }

    /// Runs the checks that are due, and tells whether the server is ready. All are due at once when
    /// the declarations were just accepted: what was found of an idle server says little.
    pub async fn check(&self, now: Timestamp) {
        let accepted = self.registry.in_force().borrow().accepted;
        if accepted && !self.accepted_seen.swap(true, Ordering::SeqCst) {
            self.runner.run_all(now).await;
        } else {
            self.runner.tick(now).await;
        }
        self.tell_ready(now).await;
    }

    /// Forgets what limits abuse and is over its time. Needs no store, so that nothing keeps it.
    pub fn forget(&self) {
        self.memory.forget_old(self.options.clock.monotonic());
    }

    /// Removes what is over its time and makes editions that are due, if no other process does.
    pub async fn housekeep(&self, now: Timestamp) -> Result<(), DatabaseError> {
        let holder = self.process_name.as_str();
        let taken = self.db.transact(|tx| {
            Box::pin(async move { lease::acquire(tx, "housekeeping", holder, now, LEASE).await })
        });
        let Some(lease) = taken.await? else { return Ok(()) };
        let done = self.keep_house(now).await;
        let lease = &lease;
        self.db.transact(|tx| Box::pin(async move { lease::release(tx, lease).await })).await?;
        done
    }

    async fn keep_house(&self, now: Timestamp) -> Result<(), DatabaseError> {
        for swept in self.sweeper.tick(now, maintenance()).await? {
            tracing::info!(table = swept.table, rows = swept.rows, "swept");
        }
        if let Some(ingest) = &self.ingest {
            let first_kept = now.day().plus(-i64::from(self.raw_days));
            match ingest.sweep(first_kept, &maintenance()).await {
                Ok(days) if days.is_empty() => {}
                Ok(days) => tracing::info!(days = days.len(), "old segments removed"),
                Err(error) => tracing::error!(%error, "old segments could not be removed"),
            }
            let tombstones = now.day().plus(-(limits::TOMBSTONE_DAYS as i64));
            if let Err(error) = ingest.landing.resume(tombstones, &maintenance()).await {
                tracing::error!(%error, "erasures or the reserve wait");
            }
            match self.keys.forget_ended(first_kept) {
                Ok(0) => {}
                Ok(keys) => tracing::info!(keys, "keys of ended epochs destroyed"),
                Err(error) => tracing::error!(%error, "keys of ended epochs stay"),
            }
        }
        if let Some(reports) = &self.reports
            && let Err(error) = reports.tick(now).await
        {
            tracing::error!(%error, "editions could not be made");
        }
        Ok(())
    }

    /// Moves days before yesterday to files at rest, and writes files anew without the clients that
    /// asked for deletion, once an hour where there are any. Needs no database: the data folder has
    /// one server, and erasure waits for nothing.
    pub async fn tend(&self, now: Timestamp) {
        let Some(ingest) = &self.ingest else { return };
        // Around midnight two days are written.
        match ingest.landing.move_before(now.day().plus(-1), &maintenance()).await {
            Ok(days) if days.is_empty() => {}
            Ok(days) => tracing::info!(days = days.len(), "closed days moved to files"),
            Err(error) => tracing::error!(%error, "closed days stay in landing"),
        }
        let mut rewritten = self.rewritten.lock().await;
        let pause = Duration::from_secs(limits::REST_REWRITE_MINUTES as u64 * 60);
        // A clock that went back does not stop it.
        let due = rewritten.is_none_or(|last| now < last || now >= last.plus(pause));
        if !due || !ingest.landing.hides() {
            return;
        }
        match ingest.landing.rewrite(&maintenance()).await {
            Ok(files) => {
                *rewritten = Some(now);
                tracing::info!(files, "files written anew without erased clients, and searched");
            }
            Err(error) => tracing::error!(%error, "erased clients are hidden, not gone"),
        }
    }

    async fn tell_ready(&self, now: Timestamp) {
        let mut missing = Vec::new();
        if self.db.read_only() {
            missing
                .push("a newer version has changed the database; this one only reads".to_owned());
        }
        match self.registry.accepted(now.day()).await {
            Ok(true) => {}
            Ok(false) => missing.push("the owner has not accepted the declarations".to_owned()),
            Err(_) => missing.push("the database does not answer".to_owned()),
        }
        self.missing.send_if_modified(|old| {
            let changed = *old != missing;
            *old = missing;
            changed
        });
    }
}

/// Starts the loops; they end when `stop` says so.
pub fn start(server: &Arc<Server>, stop: &watch::Receiver<bool>) -> tokio::task::JoinSet<()> {
    let mut jobs = tokio::task::JoinSet::new();
    let one = Arc::clone(server);
    jobs.spawn(every(REFRESH, stop.clone(), move || {
        let server = Arc::clone(&one);
        async move { server.refresh(server.options.clock.now()).await }
    }));
    let one = Arc::clone(server);
    jobs.spawn(every(CHECK, stop.clone(), move || {
        let server = Arc::clone(&one);
        async move { server.check(server.options.clock.now()).await }
    }));
    let one = Arc::clone(server);
    jobs.spawn(every(FORGET, stop.clone(), move || {
        one.forget();
        std::future::ready(())
    }));
    let one = Arc::clone(server);
    jobs.spawn(every(HOUSEKEEPING, stop.clone(), move || {
        let server = Arc::clone(&one);
        async move {
            if let Err(error) = server.housekeep(server.options.clock.now()).await {
                tracing::error!(%error, "housekeeping");
            }
        }
    }));
    let one = Arc::clone(server);
    jobs.spawn(every(TEND, stop.clone(), move || {
        let server = Arc::clone(&one);
        async move { server.tend(server.options.clock.now()).await }
    }));
    jobs
}

async fn every<F: Future<Output = ()>>(
    pause: Duration,
    mut stop: watch::Receiver<bool>,
    job: impl Fn() -> F,
) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => job().await,
            _ = stop.changed() => return,
        }
    }
}

fn maintenance() -> Maintenance {
    #[expect(clippy::disallowed_methods, reason = "this is the sweeper's own job")]
    Maintenance::claim()
}
