//! The linter beside glean_parser: the same files, each time a process of its own, in turn.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde_json::{Value, json};

use crate::figures::{self, Verdict};

/// The largest of the products whose definitions are kept here: 530 metrics.
const DEFINITIONS: &str = "tests/vectors/lint/products/fenix";
/// How often Candor should have linted while glean_parser lints once, at least.
const TIMES_MIN: f64 = 50.0;
/// How often each is started.
const ROUNDS: usize = 15;
const ROUNDS_QUICK: usize = 3;

/// One of the two.
struct Linter {
    name: &'static str,
    program: PathBuf,
    arguments: Vec<String>,
}

/// How long a linter took, from its start to its end.
#[derive(Debug, Serialize)]
struct Timed {
    name: &'static str,
    median_millis: f64,
    fastest_millis: f64,
    slowest_millis: f64,
}

/// Measures both and prints it; tells whether the target is met. It runs in the checkout's root.
pub(crate) async fn lint(glean_parser: &Path, options: &[&str]) -> Result<bool> {
    let quick = options.contains(&"--quick");
    let as_json = options.contains(&"--json");
    let say = |line: &dyn Display| {
        if !as_json {
            println!("{line}");
        }
    };
    let machine = figures::machine().await?;
    say(&machine);
    let linters = linters(glean_parser)?;
    // The first runs bring files and byte code into memory, for both alike.
    let same = ours(&linters[0].run()?)? == theirs(&linters[1].run()?)?;
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..if quick { ROUNDS_QUICK } else { ROUNDS } {
        for (linter, times) in linters.iter().zip(&mut times) {
            let begin = Instant::now();
            linter.run()?;
            times.push(begin.elapsed());
        }
    }
    let [candor, glean] = [0, 1].map(|at| Timed::of(linters[at].name, &mut times[at]));
    say(&"\n| linter | median ms | fastest | slowest |\n| --- | ---: | ---: | ---: |");
    say(&candor);
    say(&glean);
    let verdicts = verdicts(&candor, &glean, same);
    say(&"");
    verdicts.iter().for_each(|verdict| say(verdict));
    if as_json {
        let all = json!({ "machine": machine, "linters": [candor, glean], "verdicts": verdicts });
        println!("{all:#}");
    }
    Ok(verdicts.iter().all(|verdict| verdict.met))
}

fn linters(glean_parser: &Path) -> Result<[Linter; 2]> {
    let files = fs::read_dir(DEFINITIONS).context("it is run in the checkout's root")?;
    let mut files: Vec<String> =
        files.map(|file| Ok(file?.path().display().to_string())).collect::<Result<_>>()?;
    files.retain(|file| file.ends_with(".yaml"));
    files.sort();
    let with = |arguments: &[&str]| {
        let version = ["--expire-by-version", "128"];
        let flags = arguments.iter().chain(&version).map(|word| (*word).to_owned());
        flags.chain(files.clone()).collect()
    };
    Ok([
        Linter {
            name: "candor lint --profile glean",
            program: std::env::current_exe()?.with_file_name("candor"),
            arguments: with(&["lint", "--profile", "glean", "--json"]),
        },
        Linter {
            name: "glean_parser glinter",
            program: glean_parser.to_owned(),
            arguments: with(&["glinter"]),
        },
    ])
}

impl Linter {
    fn run(&self) -> Result<Output> {
        let output = Command::new(&self.program).args(&self.arguments).output();
        let output = output.with_context(|| self.program.display().to_string())?;
        let told = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{} ended with {}: {told}", self.name, output.status);
        Ok(output)
    }
}

/// What Candor found, as glean_parser prints it.
fn ours(output: &Output) -> Result<BTreeSet<String>> {
    let nits: Vec<Value> = serde_json::from_slice(&output.stdout)?;
    let line = |nit: &Value| {
        let text = |key: &str| nit[key].as_str().unwrap_or_default().to_owned();
        let severity = text("severity").to_uppercase();
        format!("{severity}: {}: {}: {}", text("check"), text("subject"), text("message"))
    };
    Ok(nits.iter().map(line).collect())
}

fn theirs(output: &Output) -> Result<BTreeSet<String>> {
    let told = std::str::from_utf8(&output.stderr)?;
    let is_nit = |line: &&str| line.starts_with("WARNING: ") || line.starts_with("ERROR: ");
    Ok(told.lines().filter(is_nit).map(str::to_owned).collect())
}

fn verdicts(candor: &Timed, glean: &Timed, same: bool) -> [Verdict; 2] {
    let times = glean.median_millis / candor.median_millis;
    [
        Verdict {
            met: times >= TIMES_MIN,
            sentence: format!("{times:.0} times as fast; at least {TIMES_MIN} is asked."),
        },
        Verdict { met: same, sentence: "both find the same, in the same words.".to_owned() },
    ]
}

impl Timed {
    /// Of the times of at least one run.
    fn of(name: &'static str, times: &mut [Duration]) -> Self {
        times.sort_unstable();
        let millis = |at: usize| times.get(at).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3);
        Self {
            name,
            median_millis: millis(times.len() / 2),
            fastest_millis: millis(0),
            slowest_millis: millis(times.len().saturating_sub(1)),
        }
    }
}

impl Display for Timed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, median_millis, fastest_millis, slowest_millis } = self;
        write!(f, "| {name} | {median_millis:.1} | {fastest_millis:.1} | {slowest_millis:.1} |")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timed(millis: u64) -> Timed {
        let times = [millis, 1, 100_000].map(Duration::from_millis);
        Timed::of("one of the two", &mut times.clone())
    }

    #[test]
    fn the_median_counts() {
        assert_eq!(timed(7).to_string(), "| one of the two | 7.0 | 1.0 | 100000.0 |");
    }

    #[test]
    fn each_miss_is_named() {
        let met = |candor, glean, same| {
            verdicts(&timed(candor), &timed(glean), same).map(|verdict| verdict.met)
        };
        assert_eq!(met(10, 500, true), [true, true]);
        assert_eq!(met(10, 499, true), [false, true]);
        assert_eq!(met(10, 500, false), [true, false]);
    }
}
