use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::routing::get;
use candor_kernel::Day;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{Notify, oneshot};

use super::*;

const TODAY: &str = "2026-11-21";

fn day(text: &str) -> Timestamp {
    Day::parse(text).expect("a day").start()
}

fn local() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

fn router() -> Router {
    Router::new().route("/", get(async |version: axum::http::Version| format!("{version:?}")))
}

fn dev(folder: &Path) -> Tls {
    Tls::Dev { folder: folder.to_owned(), host: Some("candor.example".to_owned()) }
}

#[tokio::test(start_paused = true)]
async fn a_connection_with_half_a_head_is_closed() {
    let bounds = Bounds { head: Duration::from_secs(7), ..Bounds::default() };
    for half in ["", "GET / HTTP/1.1\r\nHost: a", "P"] {
        let (mut client, server) = tokio::io::duplex(1024);
        let graceful = GracefulShutdown::new();
        let watcher = graceful.watcher();
        let connection = Connection { peer: None, router: router(), bounds, watcher };
        let begin = tokio::time::Instant::now();
        let serving = tokio::spawn(connection.greet(Greeting::Plain, server));
        client.write_all(half.as_bytes()).await.expect("it is open");
        let mut reply = Vec::new();
        let end = client.read_to_end(&mut reply);
        tokio::time::timeout(2 * bounds.head, end).await.expect("in time").expect("it is closed");
        serving.await.expect("no panic");
        assert!(begin.elapsed().abs_diff(bounds.head) < Duration::from_millis(5), "{half:?}");
        assert!(!reply.starts_with(b"HTTP/1.1 200"), "{half:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_never_comes_is_given_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let ready = dev(folder.path()).ready(day(TODAY)).expect("made").expect("not off");
    let bounds = Bounds { head: Duration::from_secs(7), ..Bounds::default() };
    let acceptor = RustlsAcceptor::new(ready.config).handshake_timeout(bounds.head);
    let (mut client, server) = tokio::io::duplex(1024);
    let graceful = GracefulShutdown::new();
    let watcher = graceful.watcher();
    let connection = Connection { peer: None, router: router(), bounds, watcher };
    let begin = tokio::time::Instant::now();
    let serving = tokio::spawn(connection.greet(Greeting::Tls(acceptor), server));
    let mut reply = Vec::new();
    let end = client.read_to_end(&mut reply);
    tokio::time::timeout(2 * bounds.head, end).await.expect("in time").expect("it is closed");
    serving.await.expect("no panic");
    assert!(begin.elapsed().abs_diff(bounds.head) < Duration::from_millis(5));
    assert!(reply.is_empty());
}

/// The client's clock: noon of the day on which the certificate was made.
#[derive(Debug)]
struct OnTheDay;

impl TimeProvider for OnTheDay {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = day(TODAY).micros() / 1_000_000 + 43_200;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds.unsigned_abs())))
    }
}

/// Opens a TLS connection as a client that trusts only `authority` and offers one protocol.
fn dial(
    address: SocketAddr,
    name: &str,
    authority: &Path,
    protocol: &str,
) -> StreamOwned<ClientConnection, TcpStream> {
    let mut roots = RootCertStore::empty();
    for authority in CertificateDer::pem_file_iter(authority).expect("a file") {
        roots.add(authority.expect("PEM")).expect("a certificate");
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_details(provider, Arc::new(OnTheDay))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    let connection = ClientConnection::new(Arc::new(config), name).expect("a connection");
    StreamOwned::new(connection, TcpStream::connect(address).expect("it listens"))
}

fn over_tls(address: SocketAddr, name: &str, authority: &Path) -> io::Result<String> {
    let mut stream = dial(address, name, authority, "http/1.1");
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut reply = String::new();
    stream.read_to_string(&mut reply)?;
    Ok(reply)
}

/// Sends the preface and empty settings, and returns the type of the first frame that comes back.
fn over_http2(address: SocketAddr, authority: &Path) -> io::Result<u8> {
    let mut stream = dial(address, "localhost", authority, "h2");
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")?;
    let mut head = [0; 9];
    stream.read_exact(&mut head)?;
    Ok(head[3])
}

#[tokio::test]
async fn the_development_certificate_is_good_for_its_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let door = Door::open(local(), &dev(folder.path()), day(TODAY)).await.expect("a door");
    let (address, authority) = (door.address(), door.authority().expect("a CA").to_owned());
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(door.serve(router(), Bounds::default(), async {
        let _ = stopped.await;
    }));
    let replies = tokio::task::spawn_blocking(move || {
        let replies = ["localhost", "127.0.0.1", "::1", "candor.example", "elsewhere.example"]
            .map(|name| over_tls(address, name, &authority));
        (replies, over_http2(address, &authority).expect("trusted"))
    });
    let ([good @ .., bad], frame) = replies.await.expect("no panic");
    assert_eq!(frame, 4, "the server's settings");
    for reply in good {
        let reply = reply.expect("trusted");
        assert!(reply.starts_with("HTTP/1.1 200 OK") && reply.ends_with("HTTP/1.1"), "{reply}");
    }
    assert!(bad.expect_err("not its name").to_string().contains("certificate"));
    drop(stop);
    serving.await.expect("it stops");
}

#[test]
fn the_development_certificate_is_kept_until_a_week_before_its_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let make = |tls: &Tls, today: &str| {
        tls.ready(day(today)).map_err(|error| error.to_string()).expect("made");
        std::fs::read(folder.path().join("dev-ca.pem")).expect("a CA")
    };
    let tls = dev(folder.path());
    let first = make(&tls, "2026-11-21");
    let mode = |name: &str| {
        let path = folder.path().join(name);
        std::fs::metadata(path).expect("a file").permissions().mode() & 0o777
    };
    assert_eq!(mode("dev-key.pem"), 0o600);
    let mut names: Vec<_> = std::fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["dev-ca.pem", "dev-cert.pem", "dev-key.pem"], "no key of the CA");

    assert_eq!(make(&tls, "2027-12-16"), first, "7 days are left");
    let second = make(&tls, "2027-12-17");
    assert_ne!(second, first, "6 days are left");
    assert_ne!(make(&tls, "2026-11-21"), second, "it was made by a clock that ran ahead");

    let first = make(&tls, "2026-11-21");
    let other = Tls::Dev { folder: folder.path().to_owned(), host: None };
    assert_ne!(make(&other, "2026-11-21"), first, "other names");
    std::fs::remove_file(folder.path().join("dev-key.pem")).expect("it is there");
    make(&other, "2026-11-21");
    assert_eq!(mode("dev-key.pem"), 0o600);
}

#[test]
fn a_certificate_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    dev(folder.path()).ready(day(TODAY)).map_err(|error| error.to_string()).expect("made");
    let other = tempfile::tempdir().expect("a folder");
    dev(other.path()).ready(day(TODAY)).map_err(|error| error.to_string()).expect("made");
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("empty.pem"), "nothing").expect("written");
    let check = |cert: PathBuf, key: PathBuf, named: &Path, reason: &str| {
        let tls = Tls::Files { cert, key };
        let error = tls.ready(day(TODAY)).map(|_| ()).expect_err("unusable").to_string();
        let named = named.display().to_string();
        assert!(error.starts_with(&named) && error.contains(reason), "{error}");
    };
    let (cert, key) = (path("dev-cert.pem"), path("dev-key.pem"));
    check(path("gone.pem"), key.clone(), &path("gone.pem"), "No such file");
    check(path("empty.pem"), key.clone(), &path("empty.pem"), "holds no certificate");
    check(cert.clone(), path("empty.pem"), &path("empty.pem"), "holds no private key");
    check(cert.clone(), other.path().join("dev-key.pem"), &cert, "does not fit");
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let first = Door::open(local(), &Tls::Off, day(TODAY)).await.map_err(|_| ()).expect("a door");
    let second = Door::open(first.address(), &Tls::Off, day(TODAY)).await;
    let error = second.map(|_| ()).expect_err("taken").to_string();
    assert!(
        error.starts_with(&first.address().to_string()) && error.contains("--listen"),
        "{error}"
    );
}

#[tokio::test]
async fn a_stop_lets_running_requests_end_and_accepts_no_more() {
    let (started, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (begin, wait) = (Arc::clone(&started), Arc::clone(&release));
    let slow = move || async move {
        begin.notify_one();
        wait.notified().await;
        "done"
    };
    let door = Door::open(local(), &Tls::Off, day(TODAY)).await.map_err(|_| ()).expect("a door");
    let address = door.address();
    let (stop, stopped) = oneshot::channel::<()>();
    let router = Router::new().route("/slow", get(slow));
    let serving = tokio::spawn(door.serve(router, Bounds::default(), async {
        let _ = stopped.await;
    }));
    let mut client = tokio::net::TcpStream::connect(address).await.expect("open");
    client.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").await.expect("sent");
    started.notified().await;
    stop.send(()).expect("it listens");
    // The listener is gone as soon as the stop was heard; until then a connection may still open.
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    release.notify_one();
    let mut reply = String::new();
    client.read_to_string(&mut reply).await.expect("a reply");
    assert!(reply.starts_with("HTTP/1.1 200 OK") && reply.ends_with("done"), "{reply}");
    serving.await.expect("it stops");
}

#[tokio::test]
async fn a_request_that_never_ends_is_cut_off() {
    let door = Door::open(local(), &Tls::Off, day(TODAY)).await.map_err(|_| ()).expect("a door");
    let address = door.address();
    let started = Arc::new(Notify::new());
    let begin = Arc::clone(&started);
    let router = Router::new().route(
        "/",
        get(move || async move {
            begin.notify_one();
            std::future::pending::<()>().await;
        }),
    );
    let bounds = Bounds { finish: Duration::from_millis(50), ..Bounds::default() };
    let mut client = tokio::net::TcpStream::connect(address).await.expect("open");
    client.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.expect("sent");
    let stop = async move { started.notified().await };
    door.serve(router, bounds, stop).await;
    let mut reply = Vec::new();
    let _ = client.read_to_end(&mut reply).await;
    assert!(reply.is_empty());
}

#[tokio::test]
async fn beyond_the_limit_connections_wait_until_one_is_closed() {
    let answered = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&answered);
    let router = Router::new()
        .route("/first", get(async || "first"))
        .route("/second", get(async move || count.fetch_add(1, Ordering::SeqCst).to_string()));
    let door = Door::open(local(), &Tls::Off, day(TODAY)).await.map_err(|_| ()).expect("a door");
    let address = door.address();
    let bounds = Bounds { connections: 1, ..Bounds::default() };
    let serving = tokio::spawn(door.serve(router, bounds, std::future::pending()));
    let mut first = tokio::net::TcpStream::connect(address).await.expect("open");
    let mut second = tokio::net::TcpStream::connect(address).await.expect("waiting");
    second
        .write_all(b"GET /second HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        .await
        .expect("sent");
    for _ in 0..3 {
        first.write_all(b"GET /first HTTP/1.1\r\nHost: a\r\n\r\n").await.expect("sent");
        let mut reply = [0; 512];
        assert!(first.read(&mut reply).await.expect("a reply") > 0);
        assert_eq!(answered.load(Ordering::SeqCst), 0, "the second still waits");
    }
    drop(first);
    let mut reply = String::new();
    second.read_to_string(&mut reply).await.expect("a reply");
    assert!(reply.starts_with("HTTP/1.1 200 OK"), "{reply}");
    serving.abort();
}

#[tokio::test]
async fn the_admin_socket_is_for_its_owner_and_goes_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("admin.sock");
    // What a server that was killed leaves behind.
    drop(std::os::unix::net::UnixListener::bind(&path).expect("bound"));
    let (stop, stopped) = oneshot::channel::<()>();
    let here = path.clone();
    let serving = tokio::spawn(async move {
        serve_unix(&here, router(), async {
            let _ = stopped.await;
        })
        .await
    });
    let mut client = loop {
        match tokio::net::UnixStream::connect(&path).await {
            Ok(client) => break client,
            Err(_) => tokio::task::yield_now().await,
        }
    };
    let mode = std::fs::metadata(&path).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    client
        .write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        .await
        .expect("sent");
    let mut reply = String::new();
    client.read_to_string(&mut reply).await.expect("a reply");
    assert!(reply.starts_with("HTTP/1.1 200 OK"), "{reply}");

    let second = serve_unix(&path, router(), async {}).await.expect_err("one answers");
    assert!(matches!(&second, ServeError::Answered(answered) if *answered == path), "{second}");
    stop.send(()).expect("it listens");
    serving.await.expect("no panic").map_err(|error| error.to_string()).expect("it stops");
    assert!(!path.exists());
}

#[tokio::test]
async fn a_file_that_is_no_socket_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("admin.sock");
    std::fs::write(&path, "notes").expect("written");
    let error = serve_unix(&path, router(), async {}).await.expect_err("in the way");
    assert!(error.to_string().contains("no socket"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).expect("still there"), "notes");
}
