//! `promises`.

use candor_notices::http::PromiseReply;
use clap::{Args, Subcommand};

use super::{Reach, Server, say, say_json};
use crate::Failure;

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
