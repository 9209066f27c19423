//! Promises, the checks that can break them, and what a state stops.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use candor_kernel::{Fault, PromiseId, Timestamp};
use serde::{Deserialize, Serialize};

/// A future that crosses a trait.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One promise that a slice keeps: what its `promises.yaml` says beside the register's sentence.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// Its id in the register.
    pub id: PromiseId,
    /// The parts that stop while it does not hold.
    pub stops: Vec<Part>,
    /// The fault that must break it.
    pub mutation: String,
    /// How anybody can repeat the check; one sentence or command.
    pub repeat: String,
}

impl Promise {
    /// Reads a `promises.yaml`. A mutation that names no fault is an error: a check that cannot
    /// fail is no check.
    pub fn read(text: &str) -> Result<Vec<Self>, String> {
        let promises: Vec<Self> =
            serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
        for promise in &promises {
            if Fault::by_name(&promise.mutation).is_none() {
                return Err(format!("{}: no fault is called {:?}", promise.id, promise.mutation));
            }
        }
        Ok(promises)
    }
}

/// A part of the server that can be stopped. What a person gave for a service they use is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Observed data coming in.
    Telemetry,
    /// Numbers going out.
    Reports,
}

/// What a check found: whether the promise holds, and the measured fact as evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// True when the promise holds.
    pub kept: bool,
    /// One sentence: what was measured.
    pub fact: String,
}

impl Verdict {
    /// It holds, and this was measured.
    #[must_use]
    pub fn kept(fact: impl Into<String>) -> Self {
        Self { kept: true, fact: fact.into() }
    }

    /// It does not hold, and this is the evidence.
    #[must_use]
    pub fn broken(fact: impl Into<String>) -> Self {
        Self { kept: false, fact: fact.into() }
    }
}

/// Runs the checks of one part. An error means that a check could not run: the promise is stale.
pub trait Checks: Send + Sync {
    /// Returns the promises this part keeps.
    fn promises(&self) -> Vec<Promise>;
    /// Runs the check of one of them.
    fn run<'a>(
        &'a self,
        id: &'a PromiseId,
        at: Timestamp,
    ) -> BoxFuture<'a, Result<Verdict, String>>;
}

/// Which parts are stopped, since when and by which promise. Travels in a watch channel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing(BTreeMap<Part, Stop>);

/// Why a part is stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// The promise that does not hold or was not checked.
    pub promise: PromiseId,
    /// True when the check said so; false when it is overdue or could not run.
    pub broken: bool,
    /// Since when.
    pub since: Timestamp,
}

/// What a part may do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed<'a> {
    /// Everything its reviews allow.
    Open,
    /// Nothing for now; senders keep what they have and come again (503).
    Wait(&'a Stop),
    /// Nothing; stopped for longer than senders are asked to wait.
    Refuse(&'a Stop),
}

impl Standing {
    /// Senders are asked to wait for this long at most.
    pub const WAIT: Duration = Duration::from_secs(7 * 86_400);

    /// Notes that a promise stops a part; a broken one outweighs an overdue one, then the oldest.
    pub fn stop(&mut self, part: Part, stop: Stop) {
        match self.0.get(&part) {
            Some(old) if (old.broken, stop.since) >= (stop.broken, old.since) => {}
            _ => {
                self.0.insert(part, stop);
            }
        }
    }

    /// Tells what a part may do at this time.
    #[must_use]
    pub fn allows(&self, part: Part, now: Timestamp) -> Allowed<'_> {
        match self.0.get(&part) {
            None => Allowed::Open,
            Some(stop) if now.since(stop.since) <= Self::WAIT => Allowed::Wait(stop),
            Some(stop) => Allowed::Refuse(stop),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stop(id: &str, broken: bool, since: i64) -> Stop {
        let promise = PromiseId::parse(id).expect("an id");
        Stop { promise, broken, since: Timestamp::from_micros(since) }
    }

    #[test]
    fn a_part_waits_seven_days_and_is_then_refused() {
        let mut standing = Standing::default();
        let start = Timestamp::from_micros(0);
        assert_eq!(standing.allows(Part::Telemetry, start), Allowed::Open);
        standing.stop(Part::Telemetry, stop("S30", false, 0));
        assert!(matches!(
            standing.allows(Part::Telemetry, start.plus(Standing::WAIT)),
            Allowed::Wait(_)
        ));
        let later = start.plus(Standing::WAIT + Duration::from_secs(1));
        assert!(matches!(standing.allows(Part::Telemetry, later), Allowed::Refuse(_)));
        assert_eq!(standing.allows(Part::Reports, later), Allowed::Open);
    }

    #[test]
    fn the_gravest_and_oldest_stop_is_named() {
        let cases = [
            (vec![("S30", false, 1), ("S38", true, 5)], "S38"),
            (vec![("S38", true, 5), ("S30", false, 1)], "S38"),
            (vec![("S30", true, 5), ("S38", true, 3)], "S38"),
            (vec![("S30", false, 3), ("S38", false, 5)], "S30"),
        ];
        for (stops, expected) in cases {
            let mut standing = Standing::default();
            for (id, broken, since) in stops {
                standing.stop(Part::Reports, stop(id, broken, since));
            }
            let Allowed::Wait(named) = standing.allows(Part::Reports, Timestamp::from_micros(9))
            else {
                panic!("it is stopped");
            };
            assert_eq!(named.promise.as_str(), expected);
        }
    }

    #[test]
    fn a_mutation_must_be_a_fault() {
        let text = "- {id: S30, stops: [telemetry], mutation: wishful, repeat: Look.}";
        assert!(Promise::read(text).expect_err("no such fault").contains("wishful"));
        assert!(Promise::read(&text.replace("wishful", "sweep-nothing")).is_ok());
    }
}
