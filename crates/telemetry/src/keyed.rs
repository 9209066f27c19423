//! Ids end here: what goes on is their keyed hash, under each key that is alive.

use candor_kernel::{
    Day, DocumentId, DocumentKey, KeyUse, Keys, LiveKeys, Personal, ProductId, Secret, SubjectKey,
    sink,
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::rules::Refusal;

/// The live keys of one product.
pub(crate) struct Keyed {
    subjects: LiveKeys,
    documents: LiveKeys,
}

impl Keyed {
    /// Takes the keys of a product; without them nothing is stored or found.
    pub(crate) fn of(keys: &dyn Keys, product: &ProductId, today: Day) -> Result<Self, Refusal> {
        let live = |key_use| {
            keys.live(product, key_use, today).map_err(|error| {
                tracing::error!(%error, %product, "no key");
                Refusal::Unavailable
            })
        };
        Ok(Self { subjects: live(KeyUse::Subject)?, documents: live(KeyUse::Document)? })
    }

    /// Returns what stands for an id of a client in new rows.
    pub(crate) fn subject(&self, id: &Personal<DocumentId>) -> SubjectKey {
        SubjectKey(hash(&self.subjects.current, id.open(sink::KeyedHash)))
    }

    /// Returns everything that may stand for it in rows that are kept, or will.
    pub(crate) fn subjects(&self, id: &Personal<DocumentId>) -> Vec<SubjectKey> {
        let id = id.open(sink::KeyedHash);
        all(&self.subjects).map(|key| SubjectKey(hash(key, id))).collect()
    }

    /// Returns what stands for a document in new rows.
    pub(crate) fn document(&self, id: DocumentId) -> DocumentKey {
        DocumentKey(hash(&self.documents.current, &id))
    }

    /// Returns what stood for it in rows of other epochs.
    pub(crate) fn document_before(&self, id: DocumentId) -> Vec<DocumentKey> {
        self.documents.others.iter().map(|key| DocumentKey(hash(key, &id))).collect()
    }
}

fn all(keys: &LiveKeys) -> impl Iterator<Item = &Secret> {
    std::iter::once(&keys.current).chain(&keys.others)
}

fn hash(key: &Secret, id: &DocumentId) -> [u8; 16] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose()).expect("any length is a key");
    mac.update(&id.0);
    let whole: [u8; 32] = mac.finalize().into_bytes().into();
    let mut short = [0; 16];
    short.copy_from_slice(&whole[..16]);
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_depends_on_id_and_key_and_shows_neither() {
        let (one, two) = (Secret::new([1; 32]), Secret::new([2; 32]));
        let (ann, bo) = (DocumentId([7; 16]), DocumentId([8; 16]));
        assert_eq!(hash(&one, &ann), hash(&one, &ann));
        assert_ne!(hash(&one, &ann), hash(&one, &bo));
        assert_ne!(hash(&one, &ann), hash(&two, &ann));
        assert_ne!(hash(&one, &ann), ann.0);
    }

    #[test]
    fn erasure_knows_every_live_key_and_new_rows_the_current_one() {
        let live = |current, other| LiveKeys {
            current: Secret::new([current; 32]),
            others: vec![Secret::new([other; 32])],
        };
        let keyed = Keyed { subjects: live(1, 2), documents: live(3, 4) };
        let id = Personal::new(DocumentId([7; 16]));
        let all = keyed.subjects(&id);
        assert_eq!(all.len(), 2);
        assert_eq!(all[0], keyed.subject(&id));
        assert_ne!(
            keyed.document_before(DocumentId([7; 16])),
            [keyed.document(DocumentId([7; 16]))]
        );
    }
}
