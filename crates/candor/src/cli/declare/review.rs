//! `review`: requests and decisions.

use candor_kernel::{DatumId, PersonName};
use candor_review::http::{Decide, DecideReply, RequestReply};
use candor_review::rules::Outcome;
use clap::{Args, Subcommand};

use super::{lines, wrong};
use crate::Failure;
use crate::cli::{Reach, Server, say, say_json};

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
    Grant {
        #[command(flatten)]
        deciding: Deciding,
        /// Refuse these data, with the same reasons, while the rest is granted
        #[arg(long, value_name = "DATUM", num_args = 1..)]
        except: Vec<String>,
    },
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
                rows.iter().for_each(|row| say(&lines::request(row)));
            }
        }
        ReviewAction::Show { request } => {
            let row: RequestReply = reach.get(&format!("/api/admin/reviews/{request}")).await?;
            if json {
                say_json(&row);
            } else {
                lines::request_in_full(&row).iter().for_each(|line| say(line));
            }
        }
        ReviewAction::Grant { deciding, except } => {
            decide(&reach, json, deciding, Outcome::Granted, &except).await?;
        }
        ReviewAction::Refuse(deciding) => {
            decide(&reach, json, deciding, Outcome::Refused, &[]).await?;
        }
        ReviewAction::Withdraw(deciding) => {
            decide(&reach, json, deciding, Outcome::Withdrawn, &[]).await?;
        }
    }
    Ok(())
}

async fn decide(
    reach: &Reach,
    json: bool,
    deciding: Deciding,
    outcome: Outcome,
    except: &[String],
) -> Result<(), Failure> {
    let Deciding { request, by, note, expires } = deciding;
    let except = except.iter().map(|datum| DatumId::parse(datum));
    let body = Decide {
        outcome,
        steward: PersonName::parse(&by).map_err(wrong)?,
        note,
        expires,
        except: except.collect::<Result<_, _>>().map_err(wrong)?,
    };
    let path = format!("/api/admin/reviews/{request}/decision");
    let reply: DecideReply = reach.post(&path, &body).await?;
    if json {
        say_json(&reply);
        return Ok(());
    }
    let without = match body.except.len() {
        0 => String::new(),
        some => format!(" without {some} of its data"),
    };
    let revision = reply.revision;
    say(&format!("Request {request} is {}{without}; r{revision} is in force.", outcome.name()));
    Ok(())
}
