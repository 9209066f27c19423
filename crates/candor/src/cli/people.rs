//! `erase` and `keys`: what is done for the people whose data is held.

use candor_telemetry::http::{EraseRequest, ErasureReply};
use clap::{Args, Subcommand};

use super::{Reach, Server, say, say_json};
use crate::Failure;
use crate::keys::http::{Rotate, Rotated};

#[derive(Debug, Args)]
pub(crate) struct Erase {
    #[command(flatten)]
    server: Server,
    #[command(subcommand)]
    action: EraseAction,
}

#[derive(Debug, Subcommand)]
enum EraseAction {
    /// Delete everything of one client of a product, and keep it out from now on
    Client {
        /// The client id, as the person's program shows it
        client: String,
        /// The product
        #[arg(long)]
        product: String,
    },
    /// Show deletion requests and how far each is
    List {
        /// Only the request with this document id
        #[arg(long, value_name = "UUID")]
        document: Option<String>,
        /// At most this many, newest first
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
}

/// Deletes, or shows what was deleted.
pub(crate) async fn erase(erase: Erase) -> Result<(), Failure> {
    let reach = Reach::new(&erase.server)?;
    let json = erase.server.json;
    match erase.action {
        EraseAction::Client { client, product } => {
            let body = EraseRequest { product, client };
            let done: ErasureReply = reach.post("/api/admin/erasures", &body).await?;
            if json { say_json(&done) } else { say(&words(&done)) }
        }
        EraseAction::List { document, limit } => {
            let mut path = format!("/api/admin/erasures?limit={limit}");
            if let Some(document) = &document {
                path.push_str(&format!("&document={}", super::uuid_only(document)));
            }
            let rows: Vec<ErasureReply> = reach.get(&path).await?;
            if json {
                say_json(&rows);
                return Ok(());
            }
            rows.iter().for_each(|row| say(&words(row)));
            say(&format!("{} deletion request(s).", rows.len()));
        }
    }
    Ok(())
}

fn words(erasure: &ErasureReply) -> String {
    let ErasureReply { document, product, day, state, pings } = erasure;
    let state = match state.as_str() {
        "done" => "done, nothing of it is left",
        _ => "received, being carried out; nothing reads it any more",
    };
    format!("{document}  {day}  {product}: {state}; {pings} ping(s) went")
}

#[derive(Debug, Args)]
pub(crate) struct Keys {
    #[command(flatten)]
    server: Server,
    #[command(subcommand)]
    action: KeysAction,
}

#[derive(Debug, Subcommand)]
enum KeysAction {
    /// Begin new keys for a product on the next Monday; the old ones end with their last row
    Rotate {
        /// The product
        product: String,
    },
}

/// Begins a new epoch of a product's keys.
pub(crate) async fn keys(keys: Keys) -> Result<(), Failure> {
    let reach = Reach::new(&keys.server)?;
    let KeysAction::Rotate { product } = keys.action;
    let rotated: Rotated = reach.post("/api/admin/keys/rotate", &Rotate { product }).await?;
    if keys.server.json {
        say_json(&rotated);
    } else {
        say(&format!("New keys of {} begin on {}.", rotated.product, rotated.begins));
    }
    Ok(())
}
