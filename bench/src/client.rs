//! One connection that speaks just enough HTTP/1.1.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection that is kept open.
pub(crate) struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What came back.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The server says that it kept the ping.
    pub(crate) accepted: bool,
}

impl Line {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await.context("the server does not accept")?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(4096) })
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<Answer> {
        self.send(request).await?;
        self.answer().await
    }

    /// Sends a part of a request.
    pub(crate) async fn send(&mut self, bytes: &[u8]) -> Result<()> {
        Ok(self.stream.write_all(bytes).await?)
    }

    /// Reads the answer to what was sent.
    pub(crate) async fn answer(&mut self) -> Result<Answer> {
        self.buffer.clear();
        loop {
            if let Some(answer) = read(&self.buffer)? {
                return Ok(answer);
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the server closed the connection");
            }
        }
    }
}

/// Reads an answer, once all of it is there.
fn read(bytes: &[u8]) -> Result<Option<Answer>> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&bytes[..end]).context("the head is no text")?;
    let body = &bytes[end + 4..];
    let status = head.get(9..12).and_then(|digits| digits.parse().ok()).context("no status")?;
    let lengths = head.lines().filter_map(|line| line.split_once(':'));
    let mut lengths = lengths.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let (_, length) = lengths.next().context("an answer without Content-Length is not read")?;
    if body.len() < length.trim().parse::<usize>()? {
        return Ok(None);
    }
    let accepted = body.windows(10).any(|word| word == br#""accepted""#);
    Ok(Some(Answer { status, accepted }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_when_it_is_whole() {
        let whole = "HTTP/1.1 200 OK\r\ncontent-length: 21\r\n\r\n{\"result\":\"accepted\"}";
        let accepted = Answer { status: 200, accepted: true };
        assert_eq!(read(whole.as_bytes()).expect("it reads"), Some(accepted));
        for length in 0..whole.len() {
            assert_eq!(read(&whole.as_bytes()[..length]).expect("a part"), None, "{length}");
        }
        let busy = read(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n").expect("it reads");
        assert_eq!(busy, Some(Answer { status: 503, accepted: false }));
        assert!(read(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}
