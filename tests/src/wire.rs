// SPDX-License-Identifier: AGPL-3.0-or-later
//! HTTP by hand, for what no client library does: half a request, no reading, a connection that is watched.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How long an answer is waited for.
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// A connection.
#[derive(Debug)]
pub struct Wire(TcpStream);

impl Wire {
    /// Connects to an address without a scheme.
    ///
    /// # Panics
    /// When nobody listens.
    pub async fn to(address: &str) -> Self {
        Self(TcpStream::connect(plain(address)).await.expect("somebody listens"))
    }

    /// Sends some bytes.
    ///
    /// # Panics
    /// When the connection is gone.
    pub async fn say(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.expect("the connection holds");
    }

    /// Reads one answer: its head in lower case, and its body as far as `Content-Length` says. Empty where the connection
    /// ended before it.
    ///
    /// # Panics
    /// When it takes too long.
    pub async fn answer(&mut self) -> (String, String) {
        timeout(ANSWER_MAX, self.read()).await.expect("an answer in time")
    }

    async fn read(&mut self) -> (String, String) {
        let mut bytes = Vec::new();
        loop {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let head = head.to_ascii_lowercase();
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
                if body.len() >= length.unwrap_or(0) {
                    return (head, body.to_owned());
                }
            }
            let mut chunk = [0; 16_384];
            match self.0.read(&mut chunk).await {
                Ok(0) | Err(_) => return (String::new(), text),
                Ok(count) => bytes.extend_from_slice(&chunk[..count]),
            }
        }
    }
}

/// An address without its scheme.
#[must_use]
pub fn plain(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, address)| address)
}

/// The head of a request, with these further lines.
#[must_use]
pub fn head(method: &str, path: &str, lines: &[String]) -> String {
    let further: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{further}\r\n")
}

/// Somebody slow: what is said at once, and what is said after it, byte by byte.
#[derive(Debug, Clone, Default)]
pub struct Slow {
    /// A whole request that is answered first.
    pub before: Option<String>,
    /// What is said at once.
    pub first: Vec<u8>,
    /// A byte that is said twice a second then; none for silence.
    pub drop: Option<u8>,
}

impl Slow {
    /// How long the other side bore it; none where it still does after that time.
    async fn borne(self, address: String, limit: Duration) -> Option<Duration> {
        let mut wire = Wire::to(&address).await;
        if let Some(before) = &self.before {
            wire.say(before.as_bytes()).await;
            assert!(wire.answer().await.0.starts_with("http/1.1 "), "the first request is answered");
        }
        let begun = Instant::now();
        wire.0.write_all(&self.first).await.ok();
        let mut chunk = [0; 1_024];
        while begun.elapsed() < limit {
            match timeout(Duration::from_millis(500), wire.0.read(&mut chunk)).await {
                Ok(Ok(0) | Err(_)) => return Some(begun.elapsed()),
                // It says why, and will close.
                Ok(Ok(_)) => {}
                Err(_) => {
                    if let Some(byte) = self.drop
                        && wire.0.write_all(&[byte]).await.is_err()
                    {
                        return Some(begun.elapsed());
                    }
                }
            }
        }
        None
    }

    /// That many of them at once; how long each was borne.
    #[must_use]
    pub fn crowd(&self, count: usize, address: &str, limit: Duration) -> Crowd {
        let each = (0..count).map(|_| tokio::spawn(self.clone().borne(address.to_owned(), limit)));
        Crowd(each.collect())
    }
}

/// Many who are slow at once.
#[derive(Debug)]
pub struct Crowd(Vec<JoinHandle<Option<Duration>>>);

impl Crowd {
    /// How long the one was borne who was borne longest; none where somebody still is.
    ///
    /// # Panics
    /// When somebody failed.
    pub async fn longest(self) -> Option<Duration> {
        let mut longest = Duration::ZERO;
        for one in self.0 {
            longest = longest.max(one.await.expect("it ends")?);
        }
        Some(longest)
    }
}

/// Connections whose answers are never read: they ask over and over, and take in next to nothing.
///
/// # Panics
/// When nobody listens.
pub async fn readers_of_nothing(count: usize, address: &str, request: &str, times: usize) -> Vec<TcpStream> {
    let mut readers = Vec::with_capacity(count);
    for _ in 0..count {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4_096).expect("a small buffer");
        let mut stream = socket.connect(plain(address).parse().expect("an address")).await.expect("somebody listens");
        stream.write_all(request.repeat(times).as_bytes()).await.expect("the connection holds");
        readers.push(stream);
    }
    readers
}
