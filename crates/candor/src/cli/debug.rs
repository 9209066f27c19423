//! `debug`: what became of pings that their sender tagged.

use std::time::Duration;

use candor_telemetry::http::{FieldReply, LinkReply, SeenReply};
use clap::Args;

use super::{Reach, Server, say, say_json};
use crate::Failure;

const PAUSE: Duration = Duration::from_secs(1);

#[derive(Debug, Args)]
pub(crate) struct Debug {
    #[command(flatten)]
    server: Server,
    /// The tag, as GLEAN_DEBUG_VIEW_TAG names it: letters, digits and dashes, 20 at most
    tag: String,
    /// Print what is there and end, instead of waiting for more
    #[arg(long)]
    once: bool,
    /// Print a link that shows it in a browser for a day
    #[arg(long, conflicts_with = "once")]
    link: bool,
}

/// Shows tagged pings, and follows until it is interrupted.
pub(crate) async fn debug(debug: Debug) -> Result<(), Failure> {
    let Debug { server, tag, once, link } = debug;
    // Before it becomes part of a path.
    if candor_telemetry::debug::Tag::parse(&tag).is_none() {
        return Err(Failure::configuration("A tag is 1 to 20 letters, digits and dashes."));
    }
    let reach = Reach::new(&server)?;
    let path = format!("/api/admin/debug/{tag}");
    if link {
        let made: LinkReply = reach.post(&format!("{path}/link"), &serde_json::json!({})).await?;
        if server.json {
            say_json(&made);
        } else {
            say(&made.link);
        }
        return Ok(());
    }
    let mut shown = 0;
    loop {
        let mut seen: Vec<SeenReply> = reach.get(&path).await?;
        seen.retain(|ping| ping.number > shown);
        shown = seen.first().map_or(shown, |newest| newest.number);
        if server.json && (once || !seen.is_empty()) {
            say_json(&seen);
        } else if !server.json {
            // Oldest first: the newest stands where the next will follow.
            seen.iter().rev().for_each(|ping| say(&words(ping)));
        }
        if once {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn words(seen: &SeenReply) -> String {
    let from = match (&seen.app, &seen.ping) {
        (Some(app), Some(ping)) => format!("{ping} from {app}"),
        _ => "a ping".to_owned(),
    };
    let mut text = format!("{}  {}  {from}\n  {}", seen.arrived, seen.outcome, seen.says);
    if let Some(at) = &seen.at {
        text.push_str(&format!("\n  {at}"));
    }
    for FieldReply { path, came, verdict, mend } in &seen.fields {
        let came = came.as_deref().unwrap_or("(not shown)");
        text.push_str(&format!("\n  {verdict:<13}  {path}  {came}"));
        if let Some(mend) = mend {
            text.push_str(&format!("\n                 {mend}"));
        }
    }
    if seen.more > 0 {
        text.push_str(&format!("\n  and {} more parts", seen.more));
    }
    text
}
