//! C18: whether a version is released follows from its registration, not from what it claims.

use candor_inventory::{Channel, Verdict};
use serde_json::{Value, json};

use super::{Sent, TelemetryChecks};
use crate::probe;

impl TelemetryChecks {
    /// Content may be on by default before a release only. The same content is sent by the released
    /// application, which claims to be a nightly, and by the one that is registered as such.
    pub(super) async fn channels_are_registered(&self) -> Result<Verdict, String> {
        for claim in ["", "release", "esr", "unheard of"] {
            if Channel::by_name(claim) != Channel::Release {
                return Ok(Verdict::broken(format!(
                    "The channel {claim:?} counts as not released."
                )));
            }
        }
        let (planted, claimed) = (self.canary(), self.canary());
        let content = |canary: &str, channel: &str| -> Value {
            json!({
                "client_info": { "app_channel": channel },
                "metrics": { "string": { (probe::CONTENT): canary } },
            })
        };
        let nightly = Sent { app: probe::NIGHTLY, ..Sent::new(content(&planted, "nightly")) };
        self.send(nightly).await?;
        if self.files_with(&[planted.as_bytes()]).await?.is_none() {
            return Err("what a registered test version may send was not found".to_owned());
        }
        self.send(Sent::new(content(&claimed, "nightly"))).await?;
        Ok(match self.files_with(&[claimed.as_bytes()]).await? {
            Some(file) => Verdict::broken(format!(
                "A released version claimed to be a nightly, and {file} holds what only those may send."
            )),
            None => Verdict::kept(
                "Content of a released version that claimed to be a nightly was found in no file; \
                 that of a registered nightly was kept.",
            ),
        })
    }
}
