//! What was found, as a table, as JSON, and held against the targets.

use std::fmt;
use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::json;

use crate::flood::Flood;
use crate::server::Kind;

/// Candor's share of the floor's rate, at least.
const SHARE_MIN: f64 = 0.5;
/// The 99th percentile at 80 % of the maximum, below.
const P99_MILLIS: f64 = 50.0;
/// Memory under any load, below.
const MEGABYTES: f64 = 200.0;
/// A larger share of processor time before the measurement: the machine is busy with something else.
const BUSY_MAX: f64 = 0.05;

/// Above the rows that visits are shown as.
pub(crate) const HEAD: &str = "\
| server | pings/s at most | CPU µs/ping | p50 ms at 80 % | p99 ms | p99.9 ms | memory MB | not accepted |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |";

/// One server, measured once; or the medians of all its visits.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Visit {
    pub(crate) kind: Kind,
    /// Accepted per second in the best closed loop.
    pub(crate) rate: f64,
    /// The server's processor time for a ping, in the closed loops.
    pub(crate) cpu_micros: f64,
    /// Of the open loop at 80 % of `rate`.
    pub(crate) p50_millis: f64,
    pub(crate) p99_millis: f64,
    pub(crate) p999_millis: f64,
    pub(crate) peak_megabytes: f64,
    /// Pings that were not accepted, in all phases; of all visits, not the median.
    pub(crate) failed: u64,
}

/// A target, and whether it is met.
#[derive(Debug, Serialize)]
pub(crate) struct Verdict {
    pub(crate) met: bool,
    pub(crate) sentence: String,
}

/// A line about the machine, and whether it was busy before.
pub(crate) async fn machine() -> Result<String> {
    let processors = std::thread::available_parallelism()?;
    let model = fs::read_to_string("/proc/cpuinfo")?;
    let model = model.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("of an unknown kind", |rest| rest.trim_matches(['\t', ':', ' ']));
    let (all_before, idle_before) = processor_time()?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let (all, idle) = processor_time()?;
    let busy = 1.0 - (idle - idle_before) / (all - all_before);
    let provisional = "; something else is running, so these figures are provisional";
    let provisional = if busy > BUSY_MAX { provisional } else { "" };
    let percent = busy * 100.0;
    Ok(format!("{processors} processors, {model}, {percent:.0} % busy before{provisional}."))
}

/// The time of all processors since the system's start, and how much of it they were idle.
fn processor_time() -> Result<(f64, f64)> {
    let stat = fs::read_to_string("/proc/stat")?;
    let sum = stat.lines().next().and_then(|line| line.strip_prefix("cpu "));
    let fields = sum.context("/proc/stat begins with the sum")?.split_whitespace();
    let fields: Vec<f64> = fields.map(str::parse).collect::<Result<_, _>>()?;
    // Idle, and idle with a disk that works.
    Ok((fields.iter().sum(), fields.iter().skip(3).take(2).sum()))
}

/// The medians of each server, in the order of their work.
pub(crate) fn medians(visits: &[Visit]) -> [Visit; 3] {
    [Kind::Empty, Kind::Floor, Kind::Candor].map(|kind| {
        let of_kind: Vec<_> = visits.iter().filter(|visit| visit.kind == kind).collect();
        let median = |figure: fn(&Visit) -> f64| {
            let mut values: Vec<f64> = of_kind.iter().map(|visit| figure(visit)).collect();
            values.sort_by(f64::total_cmp);
            values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
        };
        Visit {
            kind,
            rate: median(|visit| visit.rate),
            cpu_micros: median(|visit| visit.cpu_micros),
            p50_millis: median(|visit| visit.p50_millis),
            p99_millis: median(|visit| visit.p99_millis),
            p999_millis: median(|visit| visit.p999_millis),
            peak_megabytes: median(|visit| visit.peak_megabytes),
            failed: of_kind.iter().map(|visit| visit.failed).sum(),
        }
    })
}

/// Holds what was found against the targets, and tells whether the run counts at all.
pub(crate) fn verdicts(visits: &[Visit], flood: &Flood) -> Vec<Verdict> {
    let [_, floor, candor] = medians(visits);
    let (share, p99) = (candor.rate / floor.rate, candor.p99_millis);
    let ours = visits.iter().filter(|visit| visit.kind == Kind::Candor);
    let peak = ours.map(|visit| visit.peak_megabytes).fold(flood.peak_megabytes, f64::max);
    let failed: u64 = visits.iter().map(|visit| visit.failed).sum();
    let silent = flood.unanswered();
    let verdict = |met, sentence| Verdict { met, sentence };
    vec![
        verdict(
            share >= SHARE_MIN,
            format!("{share:.2} of the floor's rate; at least {SHARE_MIN} is asked."),
        ),
        verdict(
            p99 < P99_MILLIS,
            format!("p99 of {p99:.1} ms at 80 % of the maximum; under {P99_MILLIS} is asked."),
        ),
        verdict(
            peak < MEGABYTES,
            format!("{peak:.0} MB of memory at most; under {MEGABYTES} is asked."),
        ),
        verdict(
            failed == 0,
            format!("{failed} ordinary pings were not accepted; a single one makes a run invalid."),
        ),
        verdict(
            flood.recovered_seconds.is_some(),
            "the server outlives the flood and accepts a ping after it.".to_owned(),
        ),
        verdict(
            silent.is_empty(),
            format!("attacks without any answer: {silent:?}; one makes the memory say little."),
        ),
    ]
}

/// Everything, for programs.
pub(crate) fn json(machine: &str, visits: &[Visit], flood: &Flood) -> String {
    let (medians, verdicts) = (medians(visits), verdicts(visits, flood));
    let all = json!({ "machine": machine, "visits": visits, "medians": medians, "flood": flood,
        "verdicts": verdicts });
    format!("{all:#}")
}

impl fmt::Display for Visit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rate, cpu_micros, p50_millis, p99_millis, p999_millis, failed, .. } = self;
        write!(f, "| {} | {rate:.0} | {cpu_micros:.0} | {p50_millis:.1} ", self.kind.name())?;
        write!(f, "| {p99_millis:.1} | {p999_millis:.1} | {:.0} | {failed} |", self.peak_megabytes)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", if self.met { "met" } else { "MISSED" }, self.sentence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visit(kind: Kind, rate: f64, p99_millis: f64) -> Visit {
        let (cpu_micros, p50_millis, p999_millis) = (1.0, 1.0, 100.0);
        let (peak_megabytes, failed) = (199.0, 0);
        Visit {
            kind,
            rate,
            cpu_micros,
            p50_millis,
            p99_millis,
            p999_millis,
            peak_megabytes,
            failed,
        }
    }

    /// Medians that just meet the targets, between others that do not.
    fn found() -> (Vec<Visit>, Flood) {
        let found = [(99.0, 1.0, 99.0), (100.0, 50.0, 49.0), (101.0, 60.0, 1.0)];
        let visits = found.into_iter().flat_map(|(floor, candor, p99)| {
            [visit(Kind::Floor, floor, 0.0), visit(Kind::Candor, candor, p99)]
        });
        let answers = [("keys", [(0, 7), (413, 1)].into()), ("endless heads", [(0, 7)].into())];
        let (answers, recovered_seconds) = (answers.into(), Some(0.1));
        (visits.collect(), Flood { peak_megabytes: 199.0, answers, recovered_seconds })
    }

    type Change = fn(&mut (Vec<Visit>, Flood));

    fn met((visits, flood): &(Vec<Visit>, Flood)) -> Vec<bool> {
        verdicts(visits, flood).iter().map(|verdict| verdict.met).collect()
    }

    #[test]
    fn medians_at_the_targets_meet_them() {
        assert_eq!(met(&found()), [true; 6]);
    }

    #[test]
    fn each_miss_is_named() {
        let changes: [(usize, Change); 7] = [
            (0, |(visits, _)| visits[5].rate = 49.0),
            (1, |(visits, _)| visits[5].p99_millis = 50.0),
            (2, |(visits, _)| visits[1].peak_megabytes = 200.0),
            (2, |(_, flood)| flood.peak_megabytes = 200.0),
            (3, |(visits, _)| visits[0].failed = 1),
            (4, |(_, flood)| flood.recovered_seconds = None),
            (5, |(_, flood)| flood.answers = [("keys", [(0, 7)].into())].into()),
        ];
        for (missed, change) in changes {
            let mut all = found();
            change(&mut all);
            let expected: Vec<bool> = (0..6).map(|place| place != missed).collect();
            assert_eq!(met(&all), expected, "{missed}");
        }
    }
}
