//! Questions to files at rest, beside DuckDB and chDB on the same files: each engine a process of its
//! own, in turn, in the same run. All answers must be the same, totals bounded and without noise.

mod answers;
mod engine;
mod questions;
mod rows;

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;
use serde_json::{Value, json};

pub(crate) use answers::{answer, edition};
use engine::{Engine, Took, Totals};
use questions::Shape;

use crate::figures::{self, Verdict};

/// How many times as long as the best of all may Candor take.
const RATIO_MAX: f64 = 3.0;
/// Memory of Candor's process, below.
const MEGABYTES: f64 = 512.0;
/// Noise and threshold of an edition of 100,000 cells, below.
const EDITION_SECONDS: f64 = 3.0;
/// How often each is asked.
const ROUNDS: usize = 3;
const MILLIONS: [u64; 2] = [10, 50];
const MILLIONS_QUICK: u64 = 1;

/// What is measured, and how it is told.
struct Options {
    millions: Vec<u64>,
    json: bool,
    /// Where the files lie; those of an earlier run are used again.
    data: Option<PathBuf>,
}

/// One question over one number of pings.
#[derive(Debug, Serialize)]
struct Figure {
    pings: u64,
    title: &'static str,
    /// Medians in milliseconds, by engine: Candor first.
    engines: Vec<Timed>,
    /// Whether all gave the same answer each time.
    same: bool,
}

/// The medians of one engine.
#[derive(Debug, Clone, Serialize)]
struct Timed {
    name: &'static str,
    millis: f64,
    cpu_millis: f64,
}

/// What one number of pings gave.
#[derive(Debug, Serialize)]
struct Size {
    pings: u64,
    file_megabytes: f64,
    figures: Vec<Figure>,
    /// Of each engine's process, after all questions.
    peak_megabytes: BTreeMap<&'static str, f64>,
}

/// Measures all and prints it; tells whether the targets are met. `python` has DuckDB and chDB. It
/// runs in the checkout's root.
pub(crate) async fn query(python: &Path, options: &[&str]) -> Result<bool> {
    let options = Options::read(options)?;
    let machine = figures::machine().await?;
    let say = |line: &dyn Display| {
        if !options.json {
            println!("{line}");
        }
    };
    say(&machine);
    let seconds = edition_seconds()?;
    say(&format!("\nNoise and threshold of 100,000 cells: {seconds:.2} s."));
    let mut sizes = Vec::new();
    for millions in &options.millions {
        let size = measure(python, &options, *millions)?;
        say(&size);
        sizes.push(size);
    }
    let verdicts = verdicts(&sizes, seconds);
    say(&"");
    verdicts.iter().for_each(|verdict| say(verdict));
    if options.json {
        let all = json!({ "machine": machine, "sizes": sizes, "edition_seconds": seconds,
            "verdicts": verdicts });
        println!("{all:#}");
    }
    Ok(verdicts.iter().all(|verdict| verdict.met))
}

fn edition_seconds() -> Result<f64> {
    let output = Command::new(std::env::current_exe()?).arg("edition").output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let told: Value = serde_json::from_slice(&output.stdout)?;
    told["seconds"].as_f64().context("it says how long it took")
}

fn measure(python: &Path, options: &Options, millions: u64) -> Result<Size> {
    // Beside the binary, on a real disk: a folder for temporary files may be memory.
    let own = std::env::current_exe()?;
    let place = own.parent().context("a program is in a folder")?;
    let passing = tempfile::tempdir_in(place)?;
    let folder = match &options.data {
        Some(folder) => folder.join(format!("{millions}-million")),
        None => passing.path().to_owned(),
    };
    let rest = folder.join("rest");
    let (about, count) = (folder.join("questions.json"), folder.join("pings"));
    if !count.exists() {
        let begin = Instant::now();
        let pings = rows::write(&rest, millions * 1_000_000)?;
        fs::write(&count, pings.to_string())?;
        let seconds = begin.elapsed().as_secs_f64();
        if !options.json {
            println!("\n{pings} pings were written in {seconds:.0} s.");
        }
    }
    let pings = fs::read_to_string(&count)?.parse()?;
    let shapes = questions::all(&rest)?;
    let told: BTreeMap<_, _> = shapes.iter().map(|shape| (shape.name, &shape.others)).collect();
    fs::write(&about, json!(told).to_string())?;
    let mut engines = [
        Engine::start("candor", Command::new(&own).arg("answer").arg(&folder))?,
        other("duckdb", python, &about)?,
        other("chdb", python, &about)?,
    ];
    let figures = shapes.iter().map(|shape| figure(pings, shape, &mut engines));
    let figures = figures.collect::<Result<_>>()?;
    let peak = engines.iter().map(|engine| Ok((engine.name, engine.peak_megabytes()?)));
    let peak_megabytes = peak.collect::<Result<_>>()?;
    Ok(Size { pings, file_megabytes: megabytes(&rest.join("shop/till"))?, figures, peak_megabytes })
}

fn other(name: &'static str, python: &Path, about: &Path) -> Result<Engine> {
    Engine::start(name, Command::new(python).arg("tests/query/engine.py").arg(name).arg(about))
}

/// Asks all engines one question: once to bring the files into memory, for all alike, then in turn.
fn figure(pings: u64, shape: &Shape, engines: &mut [Engine]) -> Result<Figure> {
    let mut answers: Vec<Totals> = Vec::new();
    for engine in &mut *engines {
        answers.push(engine.ask(shape.name)?.0);
    }
    let mut took = vec![Vec::new(); engines.len()];
    for _ in 0..ROUNDS {
        for (engine, took) in engines.iter_mut().zip(&mut took) {
            let (answer, time) = engine.ask(shape.name)?;
            answers.push(answer);
            took.push(time);
        }
    }
    let same = answers.windows(2).all(|pair| pair[0] == pair[1]);
    let engines = engines.iter().zip(took).map(|(engine, took)| Timed::of(engine.name, &took));
    Ok(Figure { pings, title: shape.title, engines: engines.collect(), same })
}

fn megabytes(folder: &Path) -> Result<f64> {
    let files = fs::read_dir(folder)?.map(|file| Ok(file?.metadata()?.len()));
    Ok(files.sum::<Result<u64>>()? as f64 / 1e6)
}

/// Holds what was found against the targets, and tells whether the run counts at all.
fn verdicts(sizes: &[Size], edition_seconds: f64) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    let mut verdict = |met, sentence| verdicts.push(Verdict { met, sentence });
    for Figure { pings, title, engines, same } in sizes.iter().flat_map(|size| &size.figures) {
        let best = engines.iter().map(|engine| engine.millis).fold(f64::INFINITY, f64::min);
        let ratio = engines.first().map_or(f64::NAN, |candor| candor.millis / best);
        verdict(
            ratio <= RATIO_MAX,
            format!(
                "{title}, {pings} pings: {ratio:.1} times the best; within {RATIO_MAX} is asked."
            ),
        );
        if !same {
            verdict(false, format!("{title}, {pings} pings: answers differ, the run is invalid."));
        }
    }
    let peaks = sizes.iter().filter_map(|size| size.peak_megabytes.get("candor"));
    let peak = peaks.copied().fold(0.0, f64::max);
    verdict(
        peak < MEGABYTES,
        format!("{peak:.0} MB of memory at most; under {MEGABYTES} is asked."),
    );
    verdict(
        edition_seconds < EDITION_SECONDS,
        format!("{edition_seconds:.2} s for 100,000 cells; under {EDITION_SECONDS} is asked."),
    );
    verdicts
}

impl Options {
    fn read(words: &[&str]) -> Result<Self> {
        let mut options = Self { millions: MILLIONS.to_vec(), json: false, data: None };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "--quick" => options.millions = vec![MILLIONS_QUICK],
                "--json" => options.json = true,
                "--millions" => {
                    let millions = words.next().context("--millions wants a number")?;
                    options.millions = vec![millions.parse()?];
                }
                "--data" => {
                    options.data = Some(words.next().context("--data wants a folder")?.into());
                }
                _ => bail!("{word:?} is no option of `query`"),
            }
        }
        Ok(options)
    }
}

impl Timed {
    fn of(name: &'static str, took: &[Took]) -> Self {
        let median = |figure: fn(&Took) -> f64| {
            let mut all: Vec<_> = took.iter().map(figure).collect();
            all.sort_by(f64::total_cmp);
            all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
        };
        Self {
            name,
            millis: median(|took| took.millis),
            cpu_millis: median(|took| took.cpu_millis),
        }
    }
}

impl Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pings, file_megabytes, figures, peak_megabytes } = self;
        writeln!(f, "\n{pings} pings, {file_megabytes:.0} MB of files; ms (CPU ms):\n")?;
        writeln!(f, "| question | candor | duckdb | chdb |\n| --- | ---: | ---: | ---: |")?;
        for Figure { title, engines, .. } in figures {
            write!(f, "| {title} |")?;
            for Timed { millis, cpu_millis, .. } in engines {
                write!(f, " {millis:.0} ({cpu_millis:.0}) |")?;
            }
            writeln!(f)?;
        }
        write!(f, "| peak memory, MB |")?;
        for name in ["candor", "duckdb", "chdb"] {
            write!(f, " {:.0} |", peak_megabytes.get(name).copied().unwrap_or(f64::NAN))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(millis: [f64; 3], same: bool, peak: f64) -> Size {
        let names = ["candor", "duckdb", "chdb"].into_iter();
        let engine = |(name, millis)| Timed { name, millis, cpu_millis: 1.0 };
        let engines = names.zip(millis).map(engine).collect();
        let figures = vec![Figure { pings: 1, title: "a question", engines, same }];
        let peak_megabytes = [("candor", peak), ("duckdb", 9e9)].into();
        Size { pings: 1, file_megabytes: 1.0, figures, peak_megabytes }
    }

    fn met(sizes: &[Size], seconds: f64) -> Vec<bool> {
        verdicts(sizes, seconds).iter().map(|verdict| verdict.met).collect()
    }

    #[test]
    fn the_best_of_the_others_counts() {
        let just = size([30.0, 10.0, 99.0], true, 511.0);
        let ours = size([1.0, 10.0, 99.0], true, 1.0);
        assert_eq!(met(&[just, ours], 2.9), [true; 4]);
    }

    #[test]
    fn each_miss_is_named() {
        let miss = |millis, same, peak, seconds| met(&[size(millis, same, peak)], seconds);
        assert_eq!(miss([31.0, 99.0, 10.0], true, 1.0, 1.0), [false, true, true]);
        assert_eq!(miss([f64::NAN, 9.0, 1.0], true, 1.0, 1.0), [false, true, true]);
        assert_eq!(miss([1.0, 1.0, 1.0], false, 1.0, 1.0), [true, false, true, true]);
        assert_eq!(miss([1.0, 1.0, 1.0], true, 512.0, 1.0), [true, false, true]);
        assert_eq!(miss([1.0, 1.0, 1.0], true, 1.0, 3.0), [true, true, false]);
    }

    #[test]
    fn medians_count_not_means() {
        let took = [7.0, 1.0, 900.0].map(|millis| Took { millis, cpu_millis: 2.0 * millis });
        let timed = Timed::of("one", &took);
        assert_eq!((timed.millis, timed.cpu_millis), (7.0, 14.0));
    }

    #[test]
    fn options_are_known_or_refused() {
        let millions = |words: &[&str]| Options::read(words).map(|options| options.millions);
        assert_eq!(millions(&[]).expect("none"), [10, 50]);
        assert_eq!(millions(&["--quick", "--json"]).expect("known"), [1]);
        assert_eq!(millions(&["--millions", "3"]).expect("known"), [3]);
        assert!(millions(&["--milions", "3"]).is_err() && millions(&["--data"]).is_err());
    }
}
