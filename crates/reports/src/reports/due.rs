//! Editions that come by themselves, and what is told when they do not.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use candor_kernel::{Day, ReportId, Timestamp};

use super::{Report, ReportError, Reports};
use crate::rules::{Period, Span};
use crate::store;

/// An edition that is not there so long after it was due is missing.
const OVERDUE_HOURS: u64 = 6;

/// Something about an edition that the operator should look at while its pings are there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alarm {
    /// The report.
    pub report: ReportId,
    /// Its version.
    pub version: u32,
    /// The period.
    pub span: Span,
    /// What is wrong.
    pub trouble: Trouble,
}

/// What is wrong with an edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// It was due and is not there.
    Missing,
    /// It was made, and nobody had sent anything that it counts.
    Empty,
}

/// The alarms of the last look, for the metrics page. Clones share them.
#[derive(Clone, Default)]
pub struct Alarms(Arc<Mutex<BTreeSet<Alarm>>>);

impl fmt::Display for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { report, version, span, trouble } = self;
        let said = match trouble {
            Trouble::Missing => "was due and is not there; the log says why",
            Trouble::Empty => "counted nobody; does the product still send this, and here?",
        };
        write!(f, "the edition of {report} (version {version}) for {span} {said}")
    }
}

impl Alarms {
    /// Returns how many there are of a kind.
    #[must_use]
    pub fn count(&self, trouble: Trouble) -> usize {
        self.held().iter().filter(|alarm| alarm.trouble == trouble).count()
    }

    /// Replaces them; returns those that are new.
    fn replace(&self, now: BTreeSet<Alarm>) -> Vec<Alarm> {
        let mut held = self.held();
        let new = now.difference(&held).cloned().collect();
        *held = now;
        new
    }

    fn held(&self) -> std::sync::MutexGuard<'_, BTreeSet<Alarm>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reports {
    /// Makes every edition that is due, and says in the log what is missing or empty. An error of
    /// one edition does not keep the others.
    pub async fn tick(&self, now: Timestamp) -> Result<u64, ReportError> {
        let mut made = 0;
        if self.may_publish(now).is_ok() {
            for report in self.current(now.day()).await? {
                made += self.make_due(report, now).await?;
            }
        }
        for alarm in self.alarms.replace(self.alarms(now).await?.into_iter().collect()) {
            tracing::warn!(report = %alarm.report, "{alarm}");
        }
        Ok(made)
    }

    /// Lists what the operator should look at, while the pings that it is about are kept.
    pub async fn alarms(&self, now: Timestamp) -> Result<Vec<Alarm>, ReportError> {
        let mut alarms = Vec::new();
        let first_kept = self.first_kept(now);
        for report in self.current(now.day()).await? {
            let overdue = Duration::from_secs(OVERDUE_HOURS * 3600);
            let made = self.made(&report, first_kept).await?;
            for span in due(&report, first_kept, now) {
                if now.since(span.due()) >= overdue && !made.contains(&span) {
                    let Report { plan, version, .. } = &report;
                    let (report, version) = (plan.spec.report.clone(), *version);
                    alarms.push(Alarm { report, version, span, trouble: Trouble::Missing });
                }
            }
        }
        for (report, version, span) in store::empty(&self.db).await? {
            if span.start >= first_kept {
                alarms.push(Alarm { report, version, span, trouble: Trouble::Empty });
            }
        }
        Ok(alarms)
    }

    /// Returns the first day of which all pings are kept.
    pub(super) fn first_kept(&self, now: Timestamp) -> Day {
        now.day().plus(-i64::from(self.raw_days))
    }

    async fn make_due(&self, report: Report, now: Timestamp) -> Result<u64, ReportError> {
        let first_kept = self.first_kept(now);
        let there = self.made(&report, first_kept).await?;
        let mut made = 0;
        for span in due(&report, first_kept, now) {
            if there.contains(&span) {
                continue;
            }
            let id = &report.plan.spec.report;
            match self.run(id, span, now).await {
                Ok(_) => made += 1,
                Err(error) => tracing::error!(report = %id, period = %span, %error, "no edition"),
            }
        }
        Ok(made)
    }

    async fn made(&self, report: &Report, from: Day) -> Result<BTreeSet<Span>, ReportError> {
        Ok(store::made(&self.db, &report.plan.spec.report, report.version, from).await?)
    }
}

/// Lists the periods whose editions are due: those that ended since the report was asked for, while
/// all of their pings are kept. What arrived late is counted by the day on which it came.
fn due(report: &Report, first_kept: Day, now: Timestamp) -> Vec<Span> {
    let from = report.proposed.day().max(first_kept);
    let due_of = |period: &Period| {
        let first = period.of(from);
        let spans = std::iter::successors(Some(first), |span| Some(span.next()));
        spans.take_while(|span| span.due() <= now).filter(|span| span.start >= first_kept)
    };
    report.plan.spec.periods.iter().flat_map(due_of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::plan::tests::some_plan;

    fn day(text: &str) -> Day {
        Day::parse(text).expect("a day")
    }

    /// The periods that are due at an hour of a day, of a report asked for on another; pings of 30
    /// days are kept.
    fn check(periods: &[Period], asked: &str, today: &str, hour: u64) -> Vec<String> {
        let mut plan = some_plan();
        plan.spec.periods = periods.to_vec();
        let proposed = day(asked).start().plus(Duration::from_secs(12 * 3600));
        let report = Report { plan, version: 1, request: None, proposed, withdrawn: None };
        let now = day(today).start().plus(Duration::from_secs(hour * 3600));
        let spans = due(&report, now.day().plus(-30), now);
        spans.iter().map(|span| format!("{} {}", span.period.name(), span.start)).collect()
    }

    #[test]
    fn editions_are_due_at_three_and_as_long_as_their_pings_are_kept() {
        let days = |today, hour| check(&[Period::Day], "2026-11-21", today, hour);
        assert!(days("2026-11-21", 23).is_empty());
        assert!(days("2026-11-22", 2).is_empty(), "not yet three");
        assert_eq!(days("2026-11-22", 3), ["day 2026-11-21"], "the day it was asked for counts");
        assert_eq!(days("2026-11-23", 3), ["day 2026-11-21", "day 2026-11-22"]);
        let late = days("2027-01-10", 12);
        assert_eq!((late.len(), late[0].as_str()), (30, "day 2026-12-11"), "the rest is gone");
        assert!(days("2026-11-01", 12).is_empty(), "a clock that went back makes nothing");
    }

    #[test]
    fn a_longer_period_that_was_running_when_it_was_asked_for_is_made() {
        let both = [Period::Week, Period::Month];
        assert_eq!(check(&both, "2026-11-21", "2026-11-23", 3), ["week 2026-11-16"]);
        assert_eq!(
            check(&both, "2026-12-05", "2026-12-14", 3),
            ["week 2026-11-30", "week 2026-12-07", "month 2026-11-16"]
        );
        let late = check(&[Period::Month], "2026-11-21", "2026-12-17", 3);
        assert!(late.is_empty(), "its first pings are gone: {late:?}");
    }
}
