//! `candor serve`: opens the doors, runs the jobs, and stops in order.

use std::sync::Arc;

use candor_kernel::{Fault, Faults};
use candor_telemetry::debug::Tag;
use candor_web::serve::{Bounds, Door, Tls, serve_unix};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::folder::{DataFolder, make_private};
use crate::real::{RealClock, RealDice, start_log};
use crate::{Config, Failure, Options, Server, demo, jobs};

/// Runs a server until it is asked to stop (SIGTERM, or Ctrl-C). A demonstration switches the
/// enforcements in `broken` off once its data are there; no other server can.
pub async fn serve(config: Config, broken: Vec<Fault>) -> Result<(), Failure> {
    start_log(&config.log).map_err(Failure::configuration)?;
    let clock = Arc::new(RealClock);
    let now = candor_kernel::Clock::now(clock.as_ref());
    // From here on a signal is an end in order, even before the first request.
    let asked = Asked::listen()?;
    // Two servers do not share a folder; the certificate for development lies in it.
    let folder = DataFolder::hold(&config.data)?;
    if let Tls::Dev { folder, .. } = &config.tls {
        make_private(folder)?;
    }
    let door = Door::open(config.listen, &config.tls, now).await?;
    let private = match config.metrics_listen {
        Some(address) => Some(Door::open(address, &Tls::Off, now).await?),
        None => None,
    };
    let faults = if config.demo { Faults::for_demonstration() } else { Faults::none() };
    let switches = faults.clone();
    let options = Options { config, clock, dice: Arc::new(RealDice), faults };
    let server = Arc::new(Server::build_in(folder, options).await?);
    if server.options.config.demo {
        demo::fill(&server).await?;
    }
    for fault in broken {
        if !switches.set(fault, true) {
            return Err(Failure::configuration("Only a demonstration can be broken on purpose."));
        }
    }
    let (stop, stopped) = watch::channel(false);
    let doors = open(&server, door, private, &stopped);
    server.prepare(server.options.clock.now()).await?;
    let mut jobs = jobs::start(&server, &stopped);
    let reason = wait(doors, asked).await;
    let _ = stop.send(true);
    while jobs.join_next().await.is_some() {}
    close(&server).await;
    reason
}

type Doors =
    (tokio::task::JoinSet<()>, tokio::task::JoinHandle<Result<(), Failure>>, watch::Sender<bool>);

fn open(
    server: &Arc<Server>,
    door: Door,
    private: Option<Door>,
    stopped: &watch::Receiver<bool>,
) -> Doors {
    announce(server, &door, private.as_ref());
    let (close, closed) = watch::channel(false);
    let mut doors = tokio::task::JoinSet::new();
    let until = |mut closed: watch::Receiver<bool>, mut stopped: watch::Receiver<bool>| async move {
        tokio::select! { _ = closed.changed() => {}, _ = stopped.changed() => {} }
    };
    let (public, shutdown) = (server.public.clone(), until(closed.clone(), stopped.clone()));
    doors.spawn(door.serve(public, Bounds::default(), shutdown));
    if let Some(private) = private {
        let (router, shutdown) = (server.metrics.clone(), until(closed.clone(), stopped.clone()));
        doors.spawn(private.serve(router, Bounds::default(), shutdown));
    }
    let path = DataFolder::socket(&server.options.config.data);
    let (admin, shutdown) = (server.admin.clone(), until(closed, stopped.clone()));
    let socket = tokio::spawn(async move { Ok(serve_unix(&path, admin, shutdown).await?) });
    (doors, socket, close)
}

/// The signals that ask it to stop.
struct Asked {
    term: Signal,
    int: Signal,
}

impl Asked {
    fn listen() -> Result<Self, Failure> {
        let listen = |kind| signal(kind).map_err(|error| Failure::other(error.to_string()));
        Ok(Self { term: listen(SignalKind::terminate())?, int: listen(SignalKind::interrupt())? })
    }
}

/// Waits for a signal, then stops accepting and lets running requests finish.
async fn wait((mut doors, mut socket, close): Doors, mut asked: Asked) -> Result<(), Failure> {
    let reason = tokio::select! {
        _ = asked.term.recv() => Ok(()),
        _ = asked.int.recv() => Ok(()),
        // The socket ends early only when it cannot be opened.
        ended = &mut socket => ended.unwrap_or(Ok(())),
    };
    tracing::info!("stopping");
    let _ = close.send(true);
    while doors.join_next().await.is_some() {}
    if !socket.is_finished() {
        let _ = socket.await;
    }
    reason
}

/// Writes what waits, folds logs in, closes the stores.
async fn close(server: &Server) {
    if let Some(ingest) = &server.ingest {
        ingest.landing.close();
        if let Err(error) = ingest.counts.flush(&server.db).await {
            tracing::error!(%error, "the last counts could not be stored");
        }
    }
    if !server.db.read_only()
        && let Err(error) = server.db.checkpoint().await
    {
        tracing::error!(%error, "the last checkpoint failed; nothing is lost");
    }
    server.db.close().await;
    tracing::info!("stopped");
}

/// The lines that an operator waits for, on standard output.
#[expect(clippy::print_stdout, reason = "the address and the owner line are for people")]
fn announce(server: &Server, door: &Door, private: Option<&Door>) {
    let config = &server.options.config;
    let url = match config.public_url.strip_suffix(":0") {
        Some(start) => format!("{start}:{}", door.address().port()),
        None => config.public_url.clone(),
    };
    println!("Candor is at {url}");
    println!("Owner: open {url}{}", server.owner.path());
    if let Some(authority) = door.authority() {
        println!("Browsers and SDKs must trust {} first", authority.display());
    }
    if let Some(private) = private {
        println!("Metrics are at http://{}/metrics", private.address());
    }
    if config.demo {
        println!("This is a demonstration: all data are invented.");
        if let (Some(ingest), Some(tag)) = (&server.ingest, Tag::parse("demo")) {
            let Options { clock, dice, .. } = &server.options;
            let path = ingest.debug.link(&tag, dice.as_ref(), clock.now());
            println!("Pings tagged {tag}: open {url}{path}");
        }
    }
}
