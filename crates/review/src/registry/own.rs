//! This server's own declarations: proposed once for each state of them, accepted for a year.

use std::collections::BTreeSet;

use candor_inventory::glean::Terms;
use candor_kernel::{DatumId, Day, PersonName, Timestamp};
use sha2::{Digest, Sha256};

use super::Registry;
use crate::rules::{Decision, Item, Kind, Outcome, ReviewError};
use crate::store::{self, NewRequest};

/// The subject of this server's own declarations.
pub(super) const OWN: &str = "candor";
/// Own declarations are accepted for a year; then the operator is asked again (C19).
pub const OWN_GRANT_DAYS: i64 = 366;

impl Registry {
    /// Opens the request to accept this server's own declarations, once for each state of them.
    pub async fn propose_own(&self, now: Timestamp) -> Result<i64, ReviewError> {
        let fingerprint = self.own_fingerprint();
        let items = &self.own_items();
        let authors = &PersonName::parse("The authors of Candor").expect("it is a name");
        let title = &format!("Accept the {} data this server's own parts declare", items.len());
        let held = self.accepted(now.day()).await?;
        self.db
            .transact(|tx| {
                Box::pin(async move {
                    let about = (Kind::BuiltIn, OWN);
                    match store::newest_for(tx, about, fingerprint).await? {
                        Some((request, state)) if held || state == "open" => Ok(request),
                        _ => {
                            let new = NewRequest {
                                about,
                                title,
                                requester: authors,
                                fingerprint,
                                items,
                                revision: None,
                                since: None,
                            };
                            store::open_request(tx, new, now).await
                        }
                    }
                })
            })
            .await
    }

    /// Accepts this server's own declarations, for a year. Accepted ones stay as they are.
    pub async fn accept_own(&self, by: PersonName, now: Timestamp) -> Result<i64, ReviewError> {
        let request = self.propose_own(now).await?;
        if !self.accepted(now.day()).await? {
            let decision = Decision {
                outcome: Outcome::Granted,
                steward: by,
                note: "Accepted at first start.".to_owned(),
                expires: now.day().plus(OWN_GRANT_DAYS),
                except: BTreeSet::new(),
            };
            self.decide(request, &decision, now).await?;
        }
        self.refresh(now).await?;
        Ok(request)
    }

    /// Tells whether this server's own declarations, as this build has them, are accepted.
    pub async fn accepted(&self, today: Day) -> Result<bool, ReviewError> {
        store::granted(&self.db, Kind::BuiltIn, self.own_fingerprint(), today).await
    }

    fn own_items(&self) -> Vec<Item> {
        let fields = self.own.iter().flat_map(|part| &part.records).flat_map(|(record, body)| {
            body.fields.iter().map(move |(name, field)| (record, name, field))
        });
        fields
            .filter_map(|(record, name, field)| {
                let text = serde_json::to_vec(field).expect("a declaration is plain data");
                let terms = Terms(Sha256::digest(&text).into());
                let datum = DatumId::parse(&format!("{OWN}/{record}.{name}")).ok()?;
                Some(Item::new(datum, terms, field.category))
            })
            .collect()
    }

    fn own_fingerprint(&self) -> [u8; 32] {
        let text = serde_json::to_vec(&self.own).expect("declarations are plain data");
        Sha256::digest(&text).into()
    }
}
