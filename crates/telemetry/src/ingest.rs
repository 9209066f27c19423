//! The way of a ping from bytes to a durable row: rules, permit, store, and nothing between.

use std::collections::BTreeMap;
use std::sync::Arc;

use candor_inventory::promise::{Allowed, Part};
use candor_inventory::{InForce, Standing};
use candor_kernel::{
    DocumentId, Fault, Faults, Keys, Personal, ProductId, Secret, SubjectKey, Timestamp, sink,
};
use candor_preference::Signals;
use candor_segments::{Landed, Landing, LandingError, Row};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::sync::watch;

use crate::counts::Counts;
use crate::probe;
use crate::rules::{Dropped, Refusal, body, filter, path};

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
pub struct Accepted {
    /// Whether it was new.
    pub landed: Landed,
    /// How many things were left out, by reason.
    pub dropped: BTreeMap<Dropped, u64>,
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
            Ok(Accepted { landed, dropped }) => {
                self.counts.accepted(now.day(), product.as_ref(), *landed, dropped);
            }
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
        if from == From::Outside {
            self.allowed(now)?;
            if path.app.as_str() == probe::NAME {
                return Err(Refusal::UnknownApp);
            }
        }
        let (app, ping) = path::terms(&path, &in_force, now)?;
        *product = Some(app.product.clone());
        let encoding = body::Encoding::read(submission.encoding)?;
        let inflated = body::inflate(encoding, submission.body)?;
        let payload = body::parse(&inflated)?;
        let switched = filter::Switched { keep_undeclared: self.faults.on(Fault::KeepUndeclared) };
        let kept = filter::filter(&in_force, ping, &submission.signals, payload, switched)?;
        let subject = match kept.client {
            Some(client) => Some(self.subject(&app.product, client)?),
            None => None,
        };
        let row = Row {
            document: path.document,
            product: app.product.clone(),
            app: path.app,
            ping: path.ping,
            day: now.day(),
            subject,
            payload: kept.payload,
            permit: kept.permit,
        };
        let landed = self.landing.land(row).await.map_err(refusal)?;
        Ok(Accepted { landed, dropped: kept.dropped })
    }

    fn allowed(&self, now: Timestamp) -> Result<(), Refusal> {
        match self.standing.borrow().allows(Part::Telemetry, now) {
            Allowed::Open => Ok(()),
            Allowed::Wait(_) => Err(Refusal::Waiting),
            Allowed::Refuse(_) => Err(Refusal::Stopped),
        }
    }

    /// The client's id ends here: what goes on is its keyed hash.
    fn subject(
        &self,
        product: &ProductId,
        client: Personal<DocumentId>,
    ) -> Result<SubjectKey, Refusal> {
        let key = self.keys.subject_key(product).map_err(|error| {
            tracing::error!(%error, %product, "no key");
            Refusal::Unavailable
        })?;
        Ok(subject_key(&key, client.open(sink::KeyedHash)))
    }
}

fn subject_key(key: &Secret, client: &DocumentId) -> SubjectKey {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose()).expect("any length is a key");
    mac.update(&client.0);
    let hash: [u8; 32] = mac.finalize().into_bytes().into();
    let mut short = [0; 16];
    short.copy_from_slice(&hash[..16]);
    SubjectKey(short)
}

fn refusal(error: LandingError) -> Refusal {
    match error {
        LandingError::Withdrawn => Refusal::Withdrawn,
        LandingError::Full => Refusal::Full,
        LandingError::Busy | LandingError::Failed(_) | LandingError::Closed => Refusal::Unavailable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_key_depends_on_client_and_key_and_shows_neither() {
        let (one, two) = (Secret::new([1; 32]), Secret::new([2; 32]));
        let (ann, bo) = (DocumentId([7; 16]), DocumentId([8; 16]));
        assert_eq!(subject_key(&one, &ann), subject_key(&one, &ann));
        assert_ne!(subject_key(&one, &ann), subject_key(&one, &bo));
        assert_ne!(subject_key(&one, &ann), subject_key(&two, &ann));
        assert_ne!(subject_key(&one, &ann).0, ann.0);
    }
}
