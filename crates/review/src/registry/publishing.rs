//! Requests to publish: a report asks, and collects nothing by that.

use candor_inventory::glean::Terms;
use candor_inventory::{BoxFuture, Category, PublishRequest, Publishing};
use candor_kernel::{DatumId, Day, Timestamp};

use super::Registry;
use crate::rules::{Item, Kind, ReviewError};
use crate::store::{self, NewRequest};

impl Publishing for Registry {
    fn ask(&self, request: PublishRequest, now: Timestamp) -> BoxFuture<'_, Result<i64, String>> {
        Box::pin(async move {
            let PublishRequest { report, question, terms, requester } = &request;
            let datum = DatumId::parse(&format!("report/{report}")).map_err(|e| e.to_string())?;
            let items = &[Item::new(datum, Terms(*terms), Category::Technical)];
            let held = self.granted(*terms, now.day()).await?;
            let asked = self.db.transact(|tx| {
                Box::pin(async move {
                    let about = (Kind::Publish, report.as_str());
                    match store::newest_for(tx, about, *terms).await? {
                        Some((number, state)) if held || state == "open" => Ok(number),
                        _ => {
                            let new = NewRequest {
                                about,
                                title: question,
                                requester,
                                fingerprint: *terms,
                                items,
                                revision: None,
                                since: None,
                            };
                            store::open_request(tx, new, now).await
                        }
                    }
                })
            });
            asked.await.map_err(|error: ReviewError| error.to_string())
        })
    }

    fn granted(&self, terms: [u8; 32], today: Day) -> BoxFuture<'_, Result<bool, String>> {
        Box::pin(async move {
            let granted = store::granted(&self.db, Kind::Publish, terms, today).await;
            granted.map_err(|error| error.to_string())
        })
    }
}
