//! `definitions` and `review`.

use std::path::PathBuf;

use candor_kernel::{AppId, PersonName, ProductId};
use candor_review::http::{Decide, DecideReply, Push, PushReply, RequestReply};
use candor_review::rules::Outcome;
use clap::{Args, Subcommand};

use super::{Reach, Server, say, say_json};
use crate::Failure;

#[derive(Debug, Args)]
pub(crate) struct Definitions {
    #[command(subcommand)]
    action: DefinitionsAction,
}

#[derive(Debug, Subcommand)]
enum DefinitionsAction {
    /// Push definition files; what has no grant becomes one request
    Push(PushArguments),
}

#[derive(Debug, Args)]
struct PushArguments {
    #[command(flatten)]
    server: Server,
    /// The product's short name
    #[arg(long)]
    product: String,
    /// Its name in full
    #[arg(long)]
    title: String,
    /// Where to ask about it
    #[arg(long)]
    contact: String,
    /// An application id and its channel, as id=channel; may be given several times
    #[arg(long = "app", required = true, value_name = "ID=CHANNEL")]
    apps: Vec<String>,
    /// Who asks
    #[arg(long, value_name = "NAME")]
    by: String,
    /// metrics.yaml, pings.yaml, tags.yaml
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// Pushes definitions.
pub(crate) async fn definitions(definitions: Definitions) -> Result<(), Failure> {
    let DefinitionsAction::Push(arguments) = definitions.action;
    let wrong = |error: candor_kernel::IdError| Failure::configuration(error.to_string());
    let mut apps = Vec::new();
    for app in &arguments.apps {
        let (id, channel) = app.split_once('=').ok_or_else(|| {
            Failure::configuration(format!(
                "--app {app}: write it as id=channel, e.g. {app}=release."
            ))
        })?;
        apps.push((AppId::parse(id).map_err(wrong)?, channel.to_owned()));
    }
    let mut files = Vec::new();
    for path in &arguments.files {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Failure::folder(format!("{} cannot be read: {error}.", path.display()))
        })?;
        files.push((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), text));
    }
    let push = Push {
        product: ProductId::parse(&arguments.product).map_err(wrong)?,
        title: arguments.title,
        contact: arguments.contact,
        apps,
        requester: PersonName::parse(&arguments.by).map_err(wrong)?,
        files,
    };
    let reach = Reach::new(&arguments.server)?;
    let reply: PushReply = reach.post("/api/admin/definitions", &push).await?;
    if arguments.server.json {
        say_json(&reply);
        return Ok(());
    }
    say(&format!(
        "{} data declared, {} of them without a grant.",
        reply.declared,
        reply.asked.len()
    ));
    if let Some(request) = reply.request {
        for item in &reply.asked {
            say(&format!("  {} ({})", item.datum, item.category));
        }
        say(&format!("Request {request} waits for a steward: candor review show {request}"));
    }
    Ok(())
}

#[derive(Debug, Args)]
pub(crate) struct Review {
    #[command(flatten)]
    server: Server,
    #[command(subcommand)]
    action: ReviewAction,
}

#[derive(Debug, Subcommand)]
enum ReviewAction {
    /// List requests, newest first
    List,
    /// Show one request with everything it asks for
    Show {
        /// Its number
        request: i64,
    },
    /// Grant a request: what it asks for is in force at once
    Grant(Deciding),
    /// Refuse a request
    Refuse(Deciding),
    /// Withdraw a grant: what it allowed ends at once
    Withdraw(Deciding),
}

#[derive(Debug, Args)]
struct Deciding {
    /// The request's number
    request: i64,
    /// Who decides; not the one who asked
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Why
    #[arg(long, default_value = "")]
    note: String,
    /// The first day on which a grant holds no longer, yyyy-mm-dd [default: in a year]
    #[arg(long, value_name = "DAY")]
    expires: Option<String>,
}

/// Lists, shows and decides requests.
pub(crate) async fn review(review: Review) -> Result<(), Failure> {
    let reach = Reach::new(&review.server)?;
    let json = review.server.json;
    match review.action {
        ReviewAction::List => {
            let rows: Vec<RequestReply> = reach.get("/api/admin/reviews").await?;
            if json {
                say_json(&rows);
            } else {
                for row in &rows {
                    say(&line(row));
                }
            }
        }
        ReviewAction::Show { request } => {
            let row: RequestReply = reach.get(&format!("/api/admin/reviews/{request}")).await?;
            if json {
                say_json(&row);
            } else {
                say(&line(&row));
                say(&format!("  asked by {} at {}", row.requester, row.opened));
                if let (Some(steward), Some(expires)) = (&row.steward, &row.expires) {
                    let note = row.note.as_deref().unwrap_or_default();
                    say(&format!("  decided by {steward}, until {expires}: {note}"));
                }
                for item in &row.items {
                    say(&format!("  {} ({})", item.datum, item.category));
                }
            }
        }
        ReviewAction::Grant(deciding) => decide(&reach, json, deciding, Outcome::Granted).await?,
        ReviewAction::Refuse(deciding) => decide(&reach, json, deciding, Outcome::Refused).await?,
        ReviewAction::Withdraw(deciding) => {
            decide(&reach, json, deciding, Outcome::Withdrawn).await?;
        }
    }
    Ok(())
}

async fn decide(
    reach: &Reach,
    json: bool,
    deciding: Deciding,
    outcome: Outcome,
) -> Result<(), Failure> {
    let steward = PersonName::parse(&deciding.by)
        .map_err(|error| Failure::configuration(error.to_string()))?;
    let body = Decide { outcome, steward, note: deciding.note, expires: deciding.expires };
    let path = format!("/api/admin/reviews/{}/decision", deciding.request);
    let reply: DecideReply = reach.post(&path, &body).await?;
    if json {
        say_json(&reply);
    } else {
        say(&format!(
            "Request {} is {}; r{} is in force.",
            deciding.request,
            outcome.name(),
            reply.revision
        ));
    }
    Ok(())
}

fn line(row: &RequestReply) -> String {
    format!("{:>4}  {:<9}  {}", row.request, row.state, row.title)
}
