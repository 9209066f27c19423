//! `definitions` and `review`.

use std::path::PathBuf;

use candor_kernel::{AppId, PersonName, ProductId, RepositoryRev};
use candor_review::http::{Push, PushReply, RevisionInFull, RevisionReply};
use clap::{Args, Subcommand};

use super::{Reach, Server, definition_files, say, say_json};
use crate::Failure;

mod lines;
mod names;
mod review;

pub(crate) use review::{Review, review};

#[derive(Debug, Args)]
pub(crate) struct Definitions {
    #[command(subcommand)]
    action: DefinitionsAction,
}

#[derive(Debug, Subcommand)]
enum DefinitionsAction {
    /// Push definition files; what has no grant becomes one request
    Push(PushArguments),
    /// Push the files of a product of long standing: linked reviews are to be confirmed, in one
    /// request; what has none is left for a push
    Import(PushArguments),
    /// List every pushed state of a product's definitions, or say what one changed
    History {
        #[command(flatten)]
        server: Server,
        /// The product's short name
        product: String,
        /// The number of a state; with --json, its files too
        revision: Option<i64>,
    },
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
    /// Which state of your repository the files are, as its version control names it
    #[arg(long, value_name = "REV")]
    rev: Option<String>,
    /// Definitions of an SDK itself, as glean-core's; only they may use Glean's own names. May be
    /// given several times
    #[arg(long = "library", value_name = "PATH")]
    libraries: Vec<PathBuf>,
    /// Ask once more for what was refused
    #[arg(long)]
    ask_again: bool,
    /// metrics.yaml, pings.yaml, tags.yaml, product.yaml, or folders that hold them
    #[arg(required = true, value_name = "PATH")]
    files: Vec<PathBuf>,
}

/// Pushes definitions, or tells what was pushed.
pub(crate) async fn definitions(definitions: Definitions) -> Result<(), Failure> {
    match definitions.action {
        DefinitionsAction::Push(arguments) => push(arguments, false).await,
        DefinitionsAction::Import(arguments) => push(arguments, true).await,
        DefinitionsAction::History { server, product, revision } => {
            history(&server, &product, revision).await
        }
    }
}

fn wrong(error: candor_kernel::IdError) -> Failure {
    Failure::configuration(error.to_string())
}

async fn push(arguments: PushArguments, import: bool) -> Result<(), Failure> {
    let mut apps = Vec::new();
    for app in &arguments.apps {
        let (id, channel) = app.split_once('=').ok_or_else(|| {
            Failure::configuration(format!(
                "--app {app}: write it as id=channel, e.g. {app}=release."
            ))
        })?;
        apps.push((AppId::parse(id).map_err(wrong)?, channel.to_owned()));
    }
    let mut files = names::short(definition_files::read(&arguments.files)?);
    let libraries = names::short(definition_files::read(&arguments.libraries)?);
    files.extend(libraries.into_iter().map(|(name, text)| (names::of_library(&name), text)));
    let rev = arguments.rev.as_deref().map(RepositoryRev::parse).transpose();
    let push = Push {
        product: ProductId::parse(&arguments.product).map_err(wrong)?,
        title: arguments.title,
        contact: arguments.contact,
        apps,
        requester: PersonName::parse(&arguments.by).map_err(wrong)?,
        files,
        rev: rev.map_err(wrong)?,
        import,
        ask_again: arguments.ask_again,
    };
    let reach = Reach::new(&arguments.server)?;
    let reply: PushReply = reach.post("/api/admin/definitions", &push).await?;
    if arguments.server.json {
        say_json(&reply);
    } else {
        lines::pushed(&reply).iter().for_each(|line| say(line));
    }
    Ok(())
}

async fn history(server: &Server, product: &str, revision: Option<i64>) -> Result<(), Failure> {
    let product = ProductId::parse(product).map_err(wrong)?;
    let reach = Reach::new(server)?;
    let path = format!("/api/admin/definitions/{product}");
    match revision {
        None => {
            let all: Vec<RevisionReply> = reach.get(&path).await?;
            if server.json {
                say_json(&all);
            } else {
                all.iter().for_each(|one| say(&lines::revision(one)));
            }
        }
        Some(number) => {
            let one: RevisionInFull = reach.get(&format!("{path}/{number}")).await?;
            if server.json {
                say_json(&one);
            } else {
                say(&lines::revision(&one.revision));
                one.changes.iter().flat_map(lines::change).for_each(|line| say(&line));
            }
        }
    }
    Ok(())
}
