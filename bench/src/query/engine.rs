//! One engine: a process that is asked a line at a time.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

/// Two totals of each cell.
pub(super) type Totals = Vec<[u64; 2]>;

/// A process that answers questions.
pub(super) struct Engine {
    pub(super) name: &'static str,
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// What one answer took.
#[derive(Clone, Copy)]
pub(super) struct Took {
    /// From the question to the whole answer.
    pub(super) millis: f64,
    /// Of all its threads, to a hundredth of a second.
    pub(super) cpu_millis: f64,
}

impl Engine {
    pub(super) fn start(name: &'static str, command: &mut Command) -> Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("{command:?}"))?;
        let questions = child.stdin.take().context("it is piped")?;
        let answers = BufReader::new(child.stdout.take().context("it is piped")?);
        Ok(Self { name, child, questions, answers })
    }

    pub(super) fn ask(&mut self, question: &str) -> Result<(Totals, Took)> {
        let before = self.cpu_millis()?;
        let begin = Instant::now();
        writeln!(self.questions, "{question}")?;
        self.questions.flush()?;
        let mut line = String::new();
        let read = self.answers.read_line(&mut line)?;
        let millis = begin.elapsed().as_secs_f64() * 1e3;
        ensure!(read > 0, "{} gave no answer to {question}", self.name);
        let answer = serde_json::from_str(&line).with_context(|| line.clone())?;
        Ok((answer, Took { millis, cpu_millis: self.cpu_millis()? - before }))
    }

    /// The most memory it ever held, in megabytes (10^6 bytes).
    pub(super) fn peak_megabytes(&self) -> Result<f64> {
        let status = self.about("status")?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = peak.and_then(|rest| rest.trim().strip_suffix(" kB"));
        let kibibytes: f64 = kibibytes.context("the process has ended")?.parse()?;
        Ok(kibibytes * 1024.0 / 1e6)
    }

    fn cpu_millis(&self) -> Result<f64> {
        let stat = self.about("stat")?;
        let (_, fields) = stat.rsplit_once(')').context("stat has a name")?;
        let mut fields = fields.split_whitespace().skip(11).take(2);
        // User and system time, in hundredths of a second.
        let ticks = fields.try_fold(0.0, |sum, field| field.parse::<f64>().map(|n| sum + n))?;
        Ok(ticks * 10.0)
    }

    fn about(&self, file: &str) -> Result<String> {
        let path = format!("/proc/{}/{file}", self.child.id());
        fs::read_to_string(&path).with_context(|| format!("{path}: this measures on Linux only"))
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // It has ended already when these fail.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
