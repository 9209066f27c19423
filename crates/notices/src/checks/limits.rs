//! S10: limits stop whoever objects to tracking where they stop everybody, and forget within an hour.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use candor_inventory::Verdict;
use candor_kernel::limits::AUTH_FAILURES_PER_HOUR;
use candor_web::{Admits, SubmitLimit, Visit, trial};

use super::NoticeChecks;

const HOUR: Duration = Duration::from_secs(3600);
/// Pings in a minute that the trial limit admits: few, so that the trial is short.
const TRIAL_PINGS: usize = 5;
/// A sender who was not stopped after so many times what is allowed never will be.
const TOO_OFTEN: usize = 3;

/// What two senders could do, first one who does not object, then one who does.
struct Trial {
    /// That of the one who objects.
    address: IpAddr,
    /// What must be in no file.
    traces: Vec<Vec<u8>>,
    tries: [usize; 2],
    pings: [usize; 2],
    limit: SubmitLimit,
}

impl NoticeChecks {
    /// Two senders from addresses that nobody has, one of them objecting, are stopped at the same
    /// try, by the limit of this server and by a trial one of the kind that pings meet; nothing is
    /// remembered longer than an hour, and nothing of it is in a file.
    pub(super) async fn limits_are_alike(&self) -> Result<Verdict, String> {
        let mut trial = self.trial().await?;
        // The key may have ended meanwhile, which gives everybody a new place once.
        if self.memory.places.traces(trial.address) != trial.traces {
            trial = self.trial().await?;
        }
        let Trial { tries, pings, limit, traces, .. } = trial;
        for (what, [plain, objecting], allowed) in
            [("wrong tokens", tries, AUTH_FAILURES_PER_HOUR), ("pings", pings, TRIAL_PINGS)]
        {
            if plain != objecting {
                return Ok(Verdict::broken(format!(
                    "A trial sender who objects to tracking could send {objecting} {what}, one who \
                     does not {plain}."
                )));
            }
            if plain != allowed {
                return Ok(Verdict::broken(format!(
                    "A trial sender was to be stopped after {allowed} {what} and could send {plain}."
                )));
            }
        }
        if let Some(broken) = self.remembered(&limit)? {
            return Ok(broken);
        }
        if let Some(file) = self.residue.files_with(traces).await?.first() {
            return Ok(Verdict::broken(format!(
                "What a limit goes by was found in the file {file}."
            )));
        }
        Ok(Verdict::kept(format!(
            "Two trial senders, one objecting by DNT and Sec-GPC, were both stopped after {} wrong \
             tokens here and after {} pings at a trial limit, which forgot both within an hour. \
             Nothing in memory is older than that; the key and a place were found in no file.",
            tries[0], pings[0]
        )))
    }

    async fn trial(&self) -> Result<Trial, String> {
        let [plain, objecting] = [(self.address(), false), (self.address(), true)];
        let limit = SubmitLimit::new(Admits { per_minute: TRIAL_PINGS, ..Admits::default() });
        Ok(Trial {
            address: objecting.0,
            traces: self.memory.places.traces(objecting.0),
            tries: [self.tries(plain).await?, self.tries(objecting).await?],
            pings: [self.pings(&limit, plain).await?, self.pings(&limit, objecting).await?],
            limit,
        })
    }

    /// How many wrong tokens are looked at before the sender is stopped.
    async fn tries(&self, sender: (IpAddr, bool)) -> Result<usize, String> {
        for tries in 0..TOO_OFTEN * AUTH_FAILURES_PER_HOUR {
            let visit = from(sender, "/api/admin/promises/check");
            match self.voice()?.visit(visit).await?.0 {
                401 => {}
                429 => return Ok(tries),
                status => return Err(format!("a wrong token was answered {status}")),
            }
        }
        Ok(TOO_OFTEN * AUTH_FAILURES_PER_HOUR)
    }

    /// How many pings a trial limit admits, behind the places of this server.
    async fn pings(&self, limit: &SubmitLimit, sender: (IpAddr, bool)) -> Result<usize, String> {
        let router = trial(Arc::clone(&self.memory.places), limit.clone());
        for pings in 0..TOO_OFTEN * TRIAL_PINGS {
            match from(sender, "/").send(router.clone()).await?.0 {
                200 => {}
                503 => return Ok(pings),
                status => return Err(format!("a trial ping was answered {status}")),
            }
        }
        Ok(TOO_OFTEN * TRIAL_PINGS)
    }

    /// The trial limit must forget when an hour has passed on a clock of its own; what this server
    /// remembers must be younger than an hour now.
    fn remembered(&self, trial: &SubmitLimit) -> Result<Option<Verdict>, String> {
        let now = self.clock.monotonic();
        if trial.oldest(now).is_none() {
            return Err("the trial limit remembered nobody".to_owned());
        }
        trial.forget_old(now + HOUR);
        if trial.oldest(now + HOUR).is_some() {
            return Ok(Some(Verdict::broken("A trial limit remembered a sender after an hour.")));
        }
        let oldest = self.memory.oldest(now).filter(|age| *age > HOUR);
        Ok(oldest.map(|age| {
            let minutes = age.as_secs() / 60;
            Verdict::broken(format!("Something that a limit goes by is {minutes} minutes old."))
        }))
    }
}

fn from((address, objecting): (IpAddr, bool), path: &str) -> Visit {
    let mut headers = vec![("authorization", "Bearer a wrong token".to_owned())];
    if objecting {
        headers.extend([("dnt", "1".to_owned()), ("sec-gpc", "1".to_owned())]);
    }
    let (method, path) = ("POST".to_owned(), path.to_owned());
    Visit { method, path, headers, body: Vec::new(), address: Some(address), own: false }
}
