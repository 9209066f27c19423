//! `report`: trying, asking for, making, showing and withdrawing reports.

use std::path::{Path, PathBuf};

use candor_kernel::{Clock, IdError, MetricId, PersonName, PingName, ProductId, ReportId};
use candor_reports::http::{Asked, ReportReply, Run, Withdraw};
use candor_reports::rules::spec::{BoundsSpec, Counted, MeasureSpec, ValueSpec};
use candor_reports::rules::{Edition, Period, Spec};
use candor_reports::trial;
use clap::{Args, Subcommand};

use super::{Reach, Server, say, say_json};
use crate::Failure;
use crate::real::RealClock;

mod words;

#[derive(Debug, Args)]
pub(crate) struct Report {
    #[command(flatten)]
    server: Server,
    #[command(subcommand)]
    action: ReportAction,
}

#[derive(Debug, Subcommand)]
enum ReportAction {
    /// Show what an edition would look like, with invented people and real noise; needs no server
    Try {
        /// The report's spec, in YAML or JSON
        file: PathBuf,
        /// How many people to invent
        #[arg(long, value_name = "N")]
        people: u64,
    },
    /// Ask for a report
    Ask(Ask),
    /// Make the edition of a period, or show the one that was made
    Run {
        /// The report's short name
        report: String,
        /// A day, yyyy-mm-dd, or week/yyyy-mm-dd or month/yyyy-mm-dd with its first day; it must
        /// have ended
        #[arg(long, value_name = "PERIOD")]
        period: String,
    },
    /// Show a published report
    Show {
        /// The report's short name
        report: String,
    },
    /// End a report; its editions stay, with the note beside them
    Withdraw {
        /// The report's short name
        report: String,
        /// Why
        #[arg(long)]
        note: String,
    },
}

#[derive(Debug, Args)]
struct Ask {
    /// A file with the report's spec, in YAML or JSON; or a short name, with --metric, for how many
    /// people's programs send a metric on a day
    #[arg(value_name = "FILE|NAME")]
    file: String,
    /// Who asks
    #[arg(long, value_name = "NAME")]
    by: String,
    /// The product
    #[arg(long, requires = "metric")]
    product: Option<String>,
    /// The ping whose senders are counted
    #[arg(long, requires = "metric")]
    ping: Option<String>,
    /// The metric it must hold
    #[arg(long, requires_all = ["product", "ping", "question"])]
    metric: Option<String>,
    /// The question it answers
    #[arg(long, requires = "metric")]
    question: Option<String>,
}

/// The most people that are invented: each costs some memory of time, none says more.
const PEOPLE_MAX: u64 = 10_000_000;

/// Does what was asked.
pub(crate) async fn report(report: Report) -> Result<(), Failure> {
    let Report { server, action } = report;
    let json = server.json;
    match action {
        ReportAction::Try { file, people } => try_out(&file, people, json),
        ReportAction::Ask(ask) => asked(&Reach::new(&server)?, &ask, json).await,
        ReportAction::Run { report, period } => {
            let path = format!("/api/admin/reports/{}/editions", named(&report)?);
            let edition: Edition = Reach::new(&server)?.post(&path, &Run { period }).await?;
            if json {
                say_json(&edition);
            } else {
                words::edition(&edition).iter().for_each(|line| say(line));
            }
            Ok(())
        }
        ReportAction::Show { report } => {
            let path = format!("/api/reports/{}", named(&report)?);
            let reply: ReportReply = Reach::new(&server)?.get(&path).await?;
            if json {
                say_json(&reply);
            } else {
                words::report(&reply).iter().for_each(|line| say(line));
            }
            Ok(())
        }
        ReportAction::Withdraw { report, note } => {
            let path = format!("/api/admin/reports/{}/withdrawal", named(&report)?);
            let reply: ReportReply = Reach::new(&server)?.post(&path, &Withdraw { note }).await?;
            if json {
                say_json(&reply);
            } else {
                say(&format!(
                    "{} makes no edition any more; what was published stays.",
                    reply.report
                ));
            }
            Ok(())
        }
    }
}

fn try_out(file: &Path, people: u64, json: bool) -> Result<(), Failure> {
    if people > PEOPLE_MAX {
        return Err(Failure::configuration(format!("At most {PEOPLE_MAX} people are invented.")));
    }
    let editions =
        trial::editions(spec(file)?, people, RealClock.now()).map_err(Failure::configuration)?;
    if json {
        say_json(&editions);
        return Ok(());
    }
    say(&format!("With {people} invented people; the noise is real and new each time."));
    for edition in &editions {
        words::edition(edition).iter().for_each(|line| say(line));
    }
    Ok(())
}

async fn asked(reach: &Reach, ask: &Ask, json: bool) -> Result<(), Failure> {
    let by = PersonName::parse(&ask.by).map_err(wrong)?;
    let spec = match &ask.metric {
        None => spec(Path::new(&ask.file))?,
        Some(metric) => people_by_day(ask, metric)?,
    };
    let path = format!("/api/admin/reports?requester={}", escaped(by.as_str()));
    let asked: Asked = reach.post(&path, &spec).await?;
    if json {
        say_json(&asked);
    } else {
        say(&format!(
            "Request {} for version {} waits for a steward.",
            asked.request, asked.version
        ));
    }
    Ok(())
}

fn people_by_day(ask: &Ask, metric: &str) -> Result<Spec, Failure> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let metric = MetricId::parse(metric).map_err(wrong)?;
    Ok(Spec {
        report: named(&ask.file)?,
        product: ProductId::parse(&text(&ask.product)).map_err(wrong)?,
        ping: PingName::parse(&text(&ask.ping)).map_err(wrong)?,
        question: text(&ask.question),
        measure: MeasureSpec::People(Counted::Value(ValueSpec { metric, label: None })),
        dimensions: Vec::new(),
        periods: vec![Period::Day],
        preset: None,
        bounds: BoundsSpec::default(),
    })
}

fn spec(file: &Path) -> Result<Spec, Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::folder(format!("{} cannot be read: {error}.", file.display())))?;
    Spec::read(&text).map_err(Failure::configuration)
}

fn named(report: &str) -> Result<ReportId, Failure> {
    ReportId::parse(report).map_err(wrong)
}

fn wrong(error: IdError) -> Failure {
    Failure::configuration(error.to_string())
}

/// Writes a name so that it can stand in a query.
fn escaped(text: &str) -> String {
    let byte = |byte: &u8| match byte.is_ascii_alphanumeric() {
        true => char::from(*byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.as_bytes().iter().map(byte).collect()
}
