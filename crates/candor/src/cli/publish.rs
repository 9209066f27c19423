//! `report` and `promises`.

use candor_kernel::{IdError, MetricId, PersonName, PingName, ProductId, ReportId};
use candor_notices::http::PromiseReply;
use candor_reports::http::{Asked, EditionReply, Propose, ReportReply, Run};
use clap::{Args, Subcommand};

use super::{Reach, Server, say, say_json};
use crate::Failure;

#[derive(Debug, Args)]
pub(crate) struct Report {
    #[command(flatten)]
    server: Server,
    #[command(subcommand)]
    action: ReportAction,
}

#[derive(Debug, Subcommand)]
enum ReportAction {
    /// Ask for a report: how many people send a metric on a day
    Ask {
        /// The report's short name
        report: String,
        /// The product
        #[arg(long)]
        product: String,
        /// The ping whose senders are counted
        #[arg(long)]
        ping: String,
        /// The metric it must hold
        #[arg(long)]
        metric: String,
        /// The question it answers
        #[arg(long)]
        question: String,
        /// Who asks
        #[arg(long, value_name = "NAME")]
        by: String,
    },
    /// Make the edition of a day, or show the one that was made
    Run {
        /// The report's short name
        report: String,
        /// The day, yyyy-mm-dd; it must have ended
        #[arg(long, value_name = "DAY")]
        period: String,
    },
    /// Show a published report
    Show {
        /// The report's short name
        report: String,
    },
}

/// Asks for a report, makes an edition, shows a report.
pub(crate) async fn report(report: Report) -> Result<(), Failure> {
    let reach = Reach::new(&report.server)?;
    let json = report.server.json;
    let wrong = |error: IdError| Failure::configuration(error.to_string());
    match report.action {
        ReportAction::Ask { report, product, ping, metric, question, by } => {
            let body = Propose {
                report: ReportId::parse(&report).map_err(wrong)?,
                product: ProductId::parse(&product).map_err(wrong)?,
                ping: PingName::parse(&ping).map_err(wrong)?,
                metric: MetricId::parse(&metric).map_err(wrong)?,
                question,
                requester: PersonName::parse(&by).map_err(wrong)?,
            };
            let asked: Asked = reach.post("/api/admin/reports", &body).await?;
            if json {
                say_json(&asked);
            } else {
                say(&format!("Request {} waits for a steward.", asked.request));
            }
        }
        ReportAction::Run { report, period } => {
            let report = ReportId::parse(&report).map_err(wrong)?;
            let path = format!("/api/admin/reports/{report}/editions");
            let edition: EditionReply = reach.post(&path, &Run { period }).await?;
            if json { say_json(&edition) } else { say(&words(&edition)) }
        }
        ReportAction::Show { report } => {
            let report = ReportId::parse(&report).map_err(wrong)?;
            let reply: ReportReply = reach.get(&format!("/api/reports/{report}")).await?;
            if json {
                say_json(&reply);
            } else {
                say(&reply.question);
                for edition in &reply.editions {
                    say(&words(edition));
                }
                say(&format!("±{} in 95 of 100 cases; {}.", reply.error_95, reply.unit));
            }
        }
    }
    Ok(())
}

fn words(edition: &EditionReply) -> String {
    match edition.people {
        Some(people) => format!("{}: about {people} people", edition.period),
        None => format!("{}: too few people to tell", edition.period),
    }
}

#[derive(Debug, Args)]
pub(crate) struct Promises {
    #[command(subcommand)]
    action: PromisesAction,
}

#[derive(Debug, Subcommand)]
enum PromisesAction {
    /// Show the state of every promise; exits with 19 when one that is checked does not hold
    Check {
        #[command(flatten)]
        server: Server,
        /// Run all checks now instead of showing the last results
        #[arg(long)]
        run: bool,
    },
}

/// Shows whether the server keeps its word.
pub(crate) async fn promises(promises: Promises) -> Result<(), Failure> {
    let PromisesAction::Check { server, run } = promises.action;
    let reach = Reach::new(&server)?;
    let replies: Vec<PromiseReply> = match run {
        true => reach.post("/api/admin/promises/check", &serde_json::json!({})).await?,
        false => reach.get("/api/promises").await?,
    };
    let not_kept: Vec<_> = replies
        .iter()
        .filter(|reply| matches!(reply.state.as_str(), "broken" | "stale"))
        .map(|reply| reply.id.as_str())
        .collect();
    if server.json {
        say_json(&replies);
    } else {
        for reply in replies.iter().filter(|reply| reply.state != "open") {
            say(&format!("{:<6}  {}  {}", reply.state, reply.id, reply.sentence));
            say(&format!("              {}", reply.fact.as_deref().unwrap_or("not checked yet")));
        }
        let open = replies.iter().filter(|reply| reply.state == "open").count();
        say(&format!("{open} of {} are not built yet.", replies.len()));
    }
    if not_kept.is_empty() {
        return Ok(());
    }
    Err(Failure::not_kept(format!("{} does not hold or was not checked.", not_kept.join(", "))))
}
