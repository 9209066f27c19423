//! Deletion requests: durable before they are answered, whatever else is refused.

use candor_inventory::InForce;
use candor_kernel::{DocumentId, Personal, ProductId, Timestamp};
use candor_preference::Erasure;
use candor_segments::{ErasureRequest, ErasureState};

use crate::ingest::{Accepted, Ingest, Submission, refusal};
use crate::keyed::Keyed;
use crate::rules::path::Path;
use crate::rules::{Refusal, body, deletion};

impl Ingest {
    /// Takes a deletion request as an SDK sends it. No review, promise or signal is asked.
    pub(crate) async fn delete(
        &self,
        path: &Path,
        in_force: &InForce,
        submission: &Submission<'_>,
        now: Timestamp,
        product: &mut Option<ProductId>,
    ) -> Result<Accepted, Refusal> {
        let Some(app) = in_force.apps.get(&path.app) else {
            // An app that was registered stays known; one that is not found in an old reading may
            // only not have been read yet.
            let known = in_force.fresh(now);
            return Err(if known { Refusal::UnknownApp } else { Refusal::Outdated });
        };
        *product = Some(app.product.clone());
        let encoding = body::Encoding::read(submission.encoding)?;
        let ids = body::inflated(encoding, submission.body, deletion::ids)?;
        let state = self.erase(&app.product, path.document, &ids, now).await?;
        Ok(Accepted::Deletion(state))
    }

    /// Removes everything of whoever has these ids, and keeps it out from now on. `document` names
    /// the wish, so that one can ask what became of it.
    pub async fn erase(
        &self,
        product: &ProductId,
        document: DocumentId,
        ids: &[Personal<DocumentId>],
        now: Timestamp,
    ) -> Result<ErasureState, Refusal> {
        let keyed = Keyed::of(self.keys.as_ref(), product, now.day())?;
        let request = ErasureRequest {
            document: keyed.document(document),
            product: product.clone(),
            day: now.day(),
            subjects: ids.iter().flat_map(|id| keyed.subjects(id)).collect(),
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "a person asks for the deletion of their data"
        )]
        let erasure = Erasure::claim();
        self.landing.erase(request, erasure).await.map_err(refusal)
    }
}
