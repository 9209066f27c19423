//! `init`, `token`, `pings`.

use std::sync::Arc;

use candor_kernel::{Clock, Faults, PersonName};
use candor_telemetry::http::{Look, PingReply};
use clap::{Args, Subcommand};

use super::{Reach, Server, say, say_json};
use crate::access::{EndTokens, EndedTokens, MadeToken, NewToken, TokenRow};
use crate::config::Overrides;
use crate::real::{RealClock, RealDice};
use crate::{Config, Failure, Options};

#[derive(Debug, Args)]
pub(crate) struct Init {
    #[command(flatten)]
    overrides: Overrides,
    /// Accept the server's own declarations, which `/welcome` would show
    #[arg(long, requires = "by")]
    accept: bool,
    /// Who accepts them; stands in public beside the decision
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

/// Makes the folders and stores, proposes the own declarations, and accepts them where asked.
pub(crate) async fn init(init: Init) -> Result<(), Failure> {
    let config = Config::read(&init.overrides, false)?;
    let options = Options {
        config,
        clock: Arc::new(RealClock),
        dice: Arc::new(RealDice),
        faults: Faults::none(),
    };
    let server = crate::Server::build(options).await?;
    let now = RealClock.now();
    let failed = |error: candor_review::ReviewError| Failure::other(error.to_string());
    let request = server.registry.propose_own(now).await.map_err(failed)?;
    if let (true, Some(by)) = (init.accept, &init.by) {
        let by =
            PersonName::parse(by).map_err(|error| Failure::configuration(error.to_string()))?;
        server.registry.accept_own(by, now).await.map_err(failed)?;
        say(&format!("The folders are ready. Request {request} is granted for a year."));
    } else {
        say(&format!(
            "The folders are ready. Request {request} waits: open the owner line that `candor serve` \
             prints, or run `candor init --accept --by NAME`."
        ));
    }
    server.db.close().await;
    Ok(())
}

#[derive(Debug, Args)]
pub(crate) struct Token {
    #[command(flatten)]
    server: Server,
    #[command(subcommand)]
    action: TokenAction,
}

#[derive(Debug, Subcommand)]
enum TokenAction {
    /// Make a token and print it once
    Create {
        /// Whose or what for it is
        #[arg(long)]
        name: String,
        /// What it opens, e.g. definitions:push; may be given several times
        #[arg(long = "scope", required = true)]
        scopes: Vec<String>,
        /// For how many days
        #[arg(long, default_value_t = 90)]
        days: u32,
    },
    /// List tokens; what they are is not kept
    List,
    /// End all tokens of a name
    End {
        /// Whose or what for
        #[arg(long)]
        name: String,
    },
}

/// Makes, lists and ends tokens.
pub(crate) async fn token(token: Token) -> Result<(), Failure> {
    let reach = Reach::new(&token.server)?;
    let json = token.server.json;
    match token.action {
        TokenAction::Create { name, scopes, days } => {
            let new = NewToken { name, scopes, days };
            let made: MadeToken = reach.post("/api/admin/tokens", &new).await?;
            if json { say_json(&made) } else { say(&made.token) }
        }
        TokenAction::List => {
            let rows: Vec<TokenRow> = reach.get("/api/admin/tokens").await?;
            if json {
                say_json(&rows);
            } else {
                for row in rows {
                    let TokenRow { name, scopes, made, ends } = row;
                    say(&format!("{name}  made {made}  ends {ends}  {}", scopes.join(" ")));
                }
            }
        }
        TokenAction::End { name } => {
            let body = EndTokens { name };
            let ended: EndedTokens = reach.post("/api/admin/tokens/end", &body).await?;
            if json { say_json(&ended) } else { say(&format!("{} ended.", ended.ended)) }
        }
    }
    Ok(())
}

#[derive(Debug, Args)]
pub(crate) struct Pings {
    #[command(flatten)]
    server: Server,
    /// Why you look; public, for 400 days
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Who looks; public beside the reason
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Only the ping with this document id
    #[arg(long, value_name = "UUID")]
    document: Option<String>,
    /// At most this many, newest day first
    #[arg(long, default_value_t = 20)]
    limit: usize,
}

/// Shows stored pings, once the server has recorded who looks and why.
pub(crate) async fn pings(pings: Pings) -> Result<(), Failure> {
    let reach = Reach::new(&pings.server)?;
    let Pings { document, limit, reason, by, .. } = pings;
    let look = Look { reason, by, document, limit: Some(limit) };
    let rows: Vec<PingReply> = reach.post("/api/admin/pings", &look).await?;
    if pings.server.json {
        say_json(&rows);
        return Ok(());
    }
    for row in &rows {
        let PingReply { document, product, app, ping, day, ids, revision, payload } = row;
        say(&format!("{document}  {day}  {product}/{ping} from {app}, allowed by r{revision}"));
        if *ids == 0 {
            say("  It carries no id: no deletion request finds it, it ends with its day.");
        }
        say(&format!("  {payload}"));
    }
    say(&format!("{} ping(s).", rows.len()));
    Ok(())
}
