//! A line to PostgreSQL that a test can cut, and mend again.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use reqwest::Url;

/// What the line does with bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// It carries them.
    Whole,
    /// It ends every connection, as an engine does that has stopped.
    Closed,
    /// It keeps connections and loses every byte, as a network does that has gone.
    Silent,
}

/// A line. It lasts as long as the process of the test.
pub(crate) struct Line {
    address: SocketAddr,
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    state: State,
    /// Both ends of every connection.
    ends: Vec<TcpStream>,
}

impl Line {
    /// Lays a line to the server of this database, and returns the address that goes through it.
    pub(crate) fn to(url: &str) -> (Self, String) {
        let mut url = Url::parse(url).expect("it is the address of a database");
        let host = url.host_str().expect("the tests' PostgreSQL is reached by a host").to_owned();
        let far = (host, url.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it has one");
        let inner = Arc::new(Mutex::new(Inner { state: State::Whole, ends: Vec::new() }));
        let ours = Arc::clone(&inner);
        std::thread::spawn(move || {
            for near in listener.incoming() {
                lay(&near.expect("it can be accepted"), &far, &ours);
            }
        });
        url.set_ip_host(address.ip()).expect("the address has a host");
        url.set_port(Some(address.port())).expect("the address has a host");
        (Self { address, inner }, url.into())
    }

    /// Cuts or mends the line. What went over it until then is at its end, unless it is silent.
    pub(crate) fn set(&self, state: State) {
        let mut inner = self.inner.lock().expect("no holder of this lock panics");
        inner.state = state;
        if state != State::Silent {
            for end in inner.ends.drain(..) {
                // The other side may have ended it.
                let _ = end.shutdown(Shutdown::Both);
            }
        }
    }
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a line through {}", self.address)
    }
}

fn lay(near: &TcpStream, far: &(String, u16), inner: &Arc<Mutex<Inner>>) {
    let state = inner.lock().expect("no holder of this lock panics").state;
    if state == State::Closed {
        let _ = near.shutdown(Shutdown::Both);
        return;
    }
    let far = TcpStream::connect(far).expect("the tests' PostgreSQL takes connections");
    let copy = |end: &TcpStream| end.try_clone().expect("a handle is free");
    inner.lock().expect("no holder of this lock panics").ends.extend([copy(near), copy(&far)]);
    for (from, to) in [(copy(near), copy(&far)), (copy(&far), copy(near))] {
        let inner = Arc::clone(inner);
        std::thread::spawn(move || carry(from, to, &inner));
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, inner: &Mutex<Inner>) {
    let mut bytes = [0; 16 << 10];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        let state = inner.lock().expect("no holder of this lock panics").state;
        if state == State::Whole && to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}
