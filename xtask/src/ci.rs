//! Everything that must pass, in order, up to the first that does not.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result};

use crate::{fresh, report, tidy};

/// A step: its name, and what it runs.
type Step = (&'static str, Work);

enum Work {
    Cargo {
        arguments: &'static [&'static str],
        rustdoc_flags: Option<&'static str>,
    },
    Check(fn(&Path) -> Result<Vec<String>>),
    /// A script of ours, by its path from the root: software by others against a real server.
    Script(&'static str),
}

/// Runs all steps and tells whether all passed. What they print is left as it is.
#[expect(clippy::disallowed_methods, reason = "how long a step took is for the eye")]
pub(crate) fn run(root: &Path) -> Result<bool> {
    let (begin, steps) = (Instant::now(), steps(has_nextest(root)));
    for (number, (name, work)) in steps.iter().enumerate() {
        println!("\nci: {} of {}: {name}", number + 1, steps.len());
        let step_begin = Instant::now();
        let passed = work.run(name, root)?;
        let seconds = step_begin.elapsed().as_secs_f64();
        if !passed {
            println!("ci: {name} did not pass, after {seconds:.1} s; nothing after it was run.");
            return Ok(false);
        }
        println!("ci: {name} passed in {seconds:.1} s.");
    }
    let seconds = begin.elapsed().as_secs_f64();
    println!("\nci: all {} steps passed in {seconds:.0} s.", steps.len());
    Ok(true)
}

/// The tests come last, so that their summary is the last word.
fn steps(has_nextest: bool) -> [Step; 10] {
    let tests: &[&str] = if has_nextest {
        &["nextest", "run", "--workspace"]
    } else {
        &["test", "--workspace", "--lib", "--bins", "--tests"]
    };
    let clippy = &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    [
        ("fmt", cargo(&["fmt", "--all", "--check"])),
        ("tidy", Work::Check(tidy::run)),
        ("fresh", Work::Check(fresh::check)),
        ("clippy", cargo(clippy)),
        ("doctests", cargo(&["test", "--doc", "--workspace"])),
        (
            "rustdoc",
            Work::Cargo {
                arguments: &["doc", "--no-deps", "--workspace"],
                rustdoc_flags: Some("-D warnings"),
            },
        ),
        ("lint", Work::Script("tests/lint/run")),
        ("sdk", Work::Script("tests/sdk/run")),
        ("browser", Work::Script("tests/browser/run")),
        ("tests", cargo(tests)),
    ]
}

const fn cargo(arguments: &'static [&'static str]) -> Work {
    Work::Cargo { arguments, rustdoc_flags: None }
}

impl Work {
    fn run(&self, name: &str, root: &Path) -> Result<bool> {
        match self {
            Self::Check(check) => Ok(report(name, &check(root)?)),
            Self::Script(path) => {
                let status = Command::new(root.join(path)).current_dir(root).status();
                Ok(status.with_context(|| (*path).to_owned())?.success())
            }
            Self::Cargo { arguments, rustdoc_flags } => {
                let mut command = Command::new("cargo");
                command.args(*arguments).current_dir(root);
                if let Some(flags) = rustdoc_flags {
                    command.env("RUSTDOCFLAGS", flags);
                }
                let status = command.status();
                Ok(status.with_context(|| format!("cargo {}", arguments.join(" ")))?.success())
            }
        }
    }
}

/// Tells whether the quicker runner is here. Without it, cargo's own runs the same tests.
fn has_nextest(root: &Path) -> bool {
    let mut command = Command::new("cargo");
    command.args(["nextest", "--version"]).current_dir(root);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(has_nextest: bool) -> Vec<String> {
        let steps = steps(has_nextest);
        let line = |(name, work): &Step| match work {
            Work::Check(_) => (*name).to_owned(),
            Work::Script(path) => (*path).to_owned(),
            Work::Cargo { arguments, .. } => arguments.join(" "),
        };
        steps.iter().map(line).collect()
    }

    #[test]
    fn the_order_is_the_one_of_the_house() {
        assert_eq!(
            arguments(true),
            [
                "fmt --all --check",
                "tidy",
                "fresh",
                "clippy --workspace --all-targets -- -D warnings",
                "test --doc --workspace",
                "doc --no-deps --workspace",
                "tests/lint/run",
                "tests/sdk/run",
                "tests/browser/run",
                "nextest run --workspace",
            ]
        );
    }

    #[test]
    fn without_nextest_cargo_runs_the_tests() {
        assert_eq!(arguments(false)[9], "test --workspace --lib --bins --tests");
    }

    #[test]
    fn a_step_that_fails_or_finds_something_does_not_pass() {
        let root = Path::new(".");
        let passed = |work: Work| work.run("step", root).expect("it can be run");
        assert!(passed(cargo(&["--version"])));
        assert!(!passed(cargo(&["--no-such-argument"])));
        assert!(passed(Work::Check(|_| Ok(vec![]))));
        assert!(!passed(Work::Check(|_| Ok(vec!["It is crooked.".into()]))));
    }
}
