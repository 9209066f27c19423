//! Listeners: plain, TLS and the admin socket. Slow heads, too many connections and a stop that
//! somebody waits for are handled here.

mod tls;
mod unix;

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::serve::Listener;
use axum_server::accept::Accept;
use axum_server::tls_rustls::RustlsAcceptor;
use candor_kernel::Timestamp;
use candor_kernel::limits::{
    HTTP_CONNECTIONS, HTTP_FINISH_SECONDS, HTTP_HEAD_BYTES, HTTP_HEAD_SECONDS, HTTP_STREAMS,
    HTTP_WINDOW_BYTES,
};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::client::Peer;
pub use tls::Tls;
pub use unix::serve_unix;

/// Says why a listener cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is in use by another program.
    #[error("{0} is in use by another program: stop it, or choose another address with --listen.")]
    Taken(SocketAddr),
    /// The address cannot be listened on.
    #[error(
        "cannot listen on {address}: {source}. Choose an address of this machine with --listen; ports below 1024 need a privilege."
    )]
    Address {
        /// What was asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// A certificate or key cannot be used.
    #[error(
        "{path}: {reason}. Name a PEM certificate chain and its PEM private key, or use --tls dev or off."
    )]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file or folder cannot be read or written.
    #[error("{path}: {source}. See that the folder exists and that this user may write there.")]
    File {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another server answers on the socket.
    #[error("{0} is answered by a server that runs already: stop that one first.")]
    Answered(PathBuf),
}

/// How long clients may take, and how many there may be at one time.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// For a request's head, for a TLS handshake, and between two requests of a connection.
    pub head: Duration,
    /// For running requests after the server was asked to stop.
    pub finish: Duration,
    /// Connections at one time; others wait to be accepted.
    pub connections: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        let head = Duration::from_secs(HTTP_HEAD_SECONDS as u64);
        Self {
            head,
            finish: Duration::from_secs(HTTP_FINISH_SECONDS as u64),
            connections: HTTP_CONNECTIONS,
        }
    }
}

/// An open listener. Connections wait from now on; they are answered by [`Door::serve`].
pub struct Door {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<tls::Ready>,
}

impl Door {
    /// Opens a listener on `address`; port 0 takes a free one. `now` dates a new development
    /// certificate.
    pub async fn open(address: SocketAddr, tls: &Tls, now: Timestamp) -> Result<Self, ServeError> {
        let tls = tls.ready(now)?;
        let problem = |source: io::Error| match source.kind() {
            io::ErrorKind::AddrInUse => ServeError::Taken(address),
            _ => ServeError::Address { address, source },
        };
        let listener = TcpListener::bind(address).await.map_err(problem)?;
        let address = listener.local_addr().map_err(problem)?;
        Ok(Self { listener, address, tls })
    }

    /// Returns the address it listens on, with the port that was taken.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the CA certificate that people must trust first, with `--tls dev`.
    #[must_use]
    pub fn authority(&self) -> Option<&Path> {
        self.tls.as_ref()?.authority.as_deref()
    }

    /// Answers until `shutdown` is ready, then stops accepting and gives running requests
    /// [`Bounds::finish`].
    pub async fn serve(
        self,
        router: Router,
        bounds: Bounds,
        shutdown: impl Future<Output = ()> + Send,
    ) {
        let greeting = match self.tls {
            None => Greeting::Plain,
            Some(tls) => {
                Greeting::Tls(RustlsAcceptor::new(tls.config).handshake_timeout(bounds.head))
            }
        };
        let peer = |address: &SocketAddr| Some(Peer(address.ip()));
        answer(self.listener, peer, greeting, router, bounds, shutdown).await;
    }
}

/// What comes before the first request of a connection.
#[derive(Clone)]
enum Greeting {
    Plain,
    Tls(RustlsAcceptor),
}

async fn answer<L: Listener>(
    mut listener: L,
    peer: impl Fn(&L::Addr) -> Option<Peer>,
    greeting: Greeting,
    router: Router,
    bounds: Bounds,
    shutdown: impl Future<Output = ()> + Send,
) {
    let room = Arc::new(Semaphore::new(bounds.connections));
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        // Beyond the limit nobody is accepted: others wait in the system's queue.
        let accept = async {
            let place = Arc::clone(&room).acquire_owned().await;
            (place.expect("the semaphore is never closed"), listener.accept().await)
        };
        let (place, (io, address)) = tokio::select! {
            accepted = accept => accepted,
            Some(_) = connections.join_next() => continue,
            () = &mut shutdown => break,
        };
        let connection = Connection {
            peer: peer(&address),
            router: router.clone(),
            bounds,
            watcher: graceful.watcher(),
        };
        let greeting = greeting.clone();
        connections.spawn(async move {
            connection.greet(greeting, io).await;
            drop(place);
        });
    }
    drop(listener);
    // What is not done by then is cut off when `connections` is dropped.
    let _ = tokio::time::timeout(bounds.finish, graceful.shutdown()).await;
}

struct Connection {
    peer: Option<Peer>,
    router: Router,
    bounds: Bounds,
    watcher: Watcher,
}

impl Connection {
    async fn greet<I>(self, greeting: Greeting, io: I)
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        // Boxed: what a connection becomes, not the largest that it might have become.
        match greeting {
            Greeting::Plain => Box::pin(self.converse(io, false)).await,
            // A handshake that fails is the other side's: nothing to say and nobody to tell.
            Greeting::Tls(acceptor) => {
                if let Ok((io, ())) = Box::pin(acceptor.accept(io, ())).await {
                    let http2 = io.get_ref().1.alpn_protocol() == Some(b"h2");
                    Box::pin(self.converse(io, http2)).await;
                }
            }
        }
    }

    async fn converse<I>(self, io: I, http2: bool)
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let service = service_fn(|mut request: Request<Incoming>| {
            if let Some(peer) = self.peer {
                request.extensions_mut().insert(peer);
            }
            self.router.clone().oneshot(request.map(Body::new))
        });
        let builder = speech(http2, self.bounds);
        let conversation = builder.serve_connection(TokioIo::new(io), service);
        // It ends with an error when the client goes away or is too slow: that is all right.
        let _ = self.watcher.watch(conversation).await;
    }
}

/// The version was agreed before (TLS) or is HTTP/1.1: nothing is guessed from the first bytes,
/// which a client could send for ever.
fn speech(http2: bool, bounds: Bounds) -> auto::Builder<TokioExecutor> {
    let builder = auto::Builder::new(TokioExecutor::new());
    let mut builder = if http2 { builder.http2_only() } else { builder.http1_only() };
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(bounds.head)
        .max_buf_size(HTTP_HEAD_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(bounds.head)
        .keep_alive_timeout(bounds.head)
        // What a connection may send before a handler takes it; the default is a megabyte.
        .initial_connection_window_size(HTTP_WINDOW_BYTES as u32)
        .initial_stream_window_size(HTTP_WINDOW_BYTES as u32)
        .max_header_list_size(HTTP_HEAD_BYTES as u32)
        .max_concurrent_streams(HTTP_STREAMS as u32);
    builder
}

#[cfg(test)]
mod tests;
