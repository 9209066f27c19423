//! The way of a ping from bytes to a durable row: rules, permit, store, and nothing between.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use candor_inventory::promise::{Allowed, Part};
use candor_inventory::{App, Channel, InForce, PingTerms, Standing};
use candor_kernel::{Day, DocumentId, DocumentKey, Fault, Faults, Keys, ProductId, Timestamp};
use candor_preference::{Maintenance, Signals};
use candor_segments::{ErasureState, Landed, Landing, LandingError, Row};
use tokio::sync::watch;

use crate::counts::Counts;
use crate::debug::Debug;
use crate::keyed::Keyed;
use crate::probe;
use crate::rules::{Dropped, Refusal, Trace, body, deletion, filter, path};

/// What a ping arrives with. There is no field for an address, a user agent or a cookie.
pub struct Submission<'a> {
    /// The four parts of the path: app, ping, version, document.
    pub path: [&'a str; 4],
    /// The `Content-Encoding` header.
    pub encoding: Option<&'a [u8]>,
    /// What the person's browser or program says.
    pub signals: Signals,
    /// The body as it came.
    pub body: &'a [u8],
}

/// What became of a ping that was not refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepted {
    /// It is durable.
    Kept {
        /// How many things were left out, by reason.
        dropped: BTreeMap<Dropped, u64>,
    },
    /// It was durable before.
    Duplicate,
    /// It was a deletion request, and is durable.
    Deletion(ErasureState),
    /// It was tagged, and is shown to the operator instead of stored.
    Debug,
}

impl Accepted {
    /// Returns the stable name, for replies and counters.
    #[must_use]
    pub const fn slug(&self) -> &'static str {
        match self {
            Self::Kept { .. } => "accepted",
            Self::Duplicate => "duplicate",
            Self::Deletion(_) => "deletion",
            Self::Debug => "debug",
        }
    }
}

/// Where a submission comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// From anybody.
    Outside,
    /// From this server itself: a promise check, which alone may use the reserved application and
    /// is not stopped by the promise it is about to check, or invented data of a demonstration.
    Inside,
}

/// The edge of telemetry. Cheap to clone.
#[derive(Clone)]
pub struct Ingest {
    /// Where pings are kept.
    pub landing: Arc<Landing>,
    /// Keys by product.
    pub keys: Arc<dyn Keys>,
    /// What is in force.
    pub in_force: watch::Receiver<Arc<InForce>>,
    /// What is stopped because a promise does not hold.
    pub standing: watch::Receiver<Arc<Standing>>,
    /// What became of pings, counted.
    pub counts: Arc<Counts>,
    /// What became of tagged pings, shown.
    pub debug: Arc<Debug>,
    /// Enforcements that a demonstration switched off.
    pub faults: Faults,
}

impl Ingest {
    /// Takes one ping, or refuses it by name. Returns after it is durable.
    pub async fn accept(
        &self,
        submission: Submission<'_>,
        from: From,
        now: Timestamp,
    ) -> Result<Accepted, Refusal> {
        let mut product = None;
        let result = self.take(submission, from, now, &mut product).await;
        // What this server sends itself is no measure of anything.
        if from == From::Inside {
            return result;
        }
        match &result {
            Ok(accepted) => self.counts.accepted(now.day(), product.as_ref(), accepted),
            Err(refusal) => self.counts.refused(now.day(), product.as_ref(), *refusal),
        }
        result
    }

    async fn take(
        &self,
        submission: Submission<'_>,
        from: From,
        now: Timestamp,
        product: &mut Option<ProductId>,
    ) -> Result<Accepted, Refusal> {
        let [app, ping, version, document] = submission.path;
        let path = path::read(app, ping, version, document)?;
        let in_force = Arc::clone(&self.in_force.borrow());
        // Whoever wants to leave can, whatever is in force and whatever is broken.
        if path.ping.as_str() == deletion::PING {
            return self.delete(&path, &in_force, &submission, now, product).await;
        }
        if from == From::Outside {
            self.gate(&path, now)?;
        }
        let (row, dropped) = self.prepare(path, &in_force, &submission, now, product, None)?;
        match self.landing.land(row).await.map_err(refusal)? {
            Landed::Stored => Ok(Accepted::Kept { dropped }),
            Landed::Duplicate => Ok(Accepted::Duplicate),
            Landed::Erased => Err(Refusal::Erased),
        }
    }

    /// Everything before the writer, in one go: what was inflated is gone when it waits.
    pub(crate) fn prepare(
        &self,
        path: path::Path,
        in_force: &InForce,
        submission: &Submission<'_>,
        now: Timestamp,
        product: &mut Option<ProductId>,
        mut trace: Option<&mut Trace>,
    ) -> Result<(Row, BTreeMap<Dropped, u64>), Refusal> {
        let (app, ping) = path::terms(&path, in_force, now)?;
        *product = Some(app.product.clone());
        let encoding = body::Encoding::read(submission.encoding)?;
        let switched = filter::Switched { keep_undeclared: self.faults.on(Fault::KeepUndeclared) };
        let kept = body::inflated(encoding, submission.body, |json| {
            let payload = body::parse(json).map_err(|broken| broken.noted(trace.as_deref_mut()))?;
            let ping = self.believed(in_force, app, ping, &payload);
            filter::traced(in_force, ping, &submission.signals, payload, switched, trace)
        })?;
        let keyed = Keyed::of(self.keys.as_ref(), &app.product, now.day())?;
        let row = Row {
            document: keyed.document(path.document),
            document_before: keyed.document_before(path.document),
            product: app.product.clone(),
            app: path.app,
            ping: path.ping,
            day: now.day(),
            subject: kept.client.as_ref().map(|id| keyed.subject(id)),
            secondary: kept.secondary.iter().map(|id| keyed.subject(id)).collect(),
            payload: kept.payload,
            permit: kept.permit,
        };
        Ok((row, kept.dropped))
    }

    /// The terms of a registered application hold whatever a ping claims (C18). The fault believes it.
    fn believed<'a>(
        &self,
        in_force: &'a InForce,
        app: &'a App,
        ping: &'a PingTerms,
        payload: &body::Payload<'_>,
    ) -> &'a PingTerms {
        if !self.faults.on(Fault::BelieveChannel) {
            return ping;
        }
        let claim = payload.client_info.get("app_channel");
        let claim = claim.and_then(|claim| serde_json::from_str::<String>(claim.get()).ok());
        let channel = Channel::by_name(&claim.unwrap_or_default());
        let mut apps = in_force.apps.values().filter(|other| other.product == app.product);
        let other = apps.find(|other| other.channel == channel);
        let same = |other: &'a App| other.pings.values().find(|one| one.datum == ping.datum);
        other.and_then(same).unwrap_or(ping)
    }

    /// Removes everything of days before `first_kept`, in landing and at rest. Returns the days that
    /// had any.
    pub async fn sweep(
        &self,
        first_kept: Day,
        maintenance: &Maintenance,
    ) -> Result<Vec<Day>, LandingError> {
        if [Fault::SweepNothing, Fault::KeepPings].into_iter().any(|fault| self.faults.on(fault)) {
            return Ok(Vec::new());
        }
        self.landing.remove_before(first_kept, maintenance).await
    }

    /// Returns everything that may stand for a document in rows that are kept, of any product.
    pub fn documents(
        &self,
        document: DocumentId,
        now: Timestamp,
    ) -> Result<Vec<DocumentKey>, Refusal> {
        let in_force = Arc::clone(&self.in_force.borrow());
        let products: BTreeSet<_> = in_force.apps.values().map(|app| &app.product).collect();
        let mut all = Vec::new();
        for product in products {
            let keyed = Keyed::of(self.keys.as_ref(), product, now.day())?;
            all.push(keyed.document(document));
            all.extend(keyed.document_before(document));
        }
        Ok(all)
    }

    /// What everybody outside must pass before their ping is looked at.
    pub(crate) fn gate(&self, path: &path::Path, now: Timestamp) -> Result<(), Refusal> {
        self.allowed(now)?;
        if probe::is(&path.app) {
            return Err(Refusal::UnknownApp);
        }
        Ok(())
    }

    fn allowed(&self, now: Timestamp) -> Result<(), Refusal> {
        match self.standing.borrow().allows(Part::Telemetry, now) {
            Allowed::Open => Ok(()),
            Allowed::Wait(_) => Err(Refusal::Waiting),
            Allowed::Refuse(_) => Err(Refusal::Stopped),
        }
    }
}

pub(crate) fn refusal(error: LandingError) -> Refusal {
    match error {
        LandingError::Withdrawn => Refusal::Withdrawn,
        LandingError::Full => Refusal::Full,
        LandingError::Busy
        | LandingError::Erasing
        | LandingError::Failed(_)
        | LandingError::Closed => Refusal::Unavailable,
    }
}
