// SPDX-License-Identifier: AGPL-3.0-or-later
//! A small client that keeps its connections and spends as little as possible on itself: it shares the machine with
//! what it measures.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What was measured.
pub(crate) struct Measured {
    times: Vec<Duration>,
    took: Duration,
}

impl Measured {
    /// Answers a second.
    pub(crate) fn per_second(&self) -> f64 {
        self.times.len() as f64 / self.took.as_secs_f64()
    }

    /// How many.
    pub(crate) fn count(&self) -> u64 {
        self.times.len() as u64
    }

    /// The time within which that part of the answers came, in milliseconds.
    pub(crate) fn quantile_ms(&self, part: f64) -> f64 {
        let at = (self.times.len() as f64 * part) as usize;
        self.times.get(at.min(self.times.len().saturating_sub(1))).map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
    }
}

/// Sends requests over so many connections for a while, or until there is none; every answer must hold the expected
/// text. Requests are numbered from 0 in the order in which they are sent.
pub(crate) async fn load<F>(
    host: &str,
    connections: usize,
    during: Duration,
    expected: &'static str,
    request: F,
    answered: fn(&str) -> Option<String>,
) -> (Measured, Vec<String>)
where
    F: Fn(usize) -> Option<Vec<u8>> + Send + Sync + 'static,
{
    let (request, next) = (Arc::new(request), Arc::new(AtomicUsize::new(0)));
    let begin = Instant::now();
    let tasks: Vec<_> = (0..connections)
        .map(|_| {
            let (host, request, next) = (host.to_owned(), Arc::clone(&request), Arc::clone(&next));
            tokio::spawn(async move {
                let mut socket = TcpStream::connect(&host).await.unwrap();
                socket.set_nodelay(true).unwrap();
                let (mut times, mut kept, mut buffer) = (Vec::new(), Vec::new(), Vec::with_capacity(16 * 1024));
                while begin.elapsed() < during
                    && let Some(message) = request(next.fetch_add(1, Ordering::Relaxed))
                {
                    let sent = Instant::now();
                    socket.write_all(&message).await.unwrap();
                    read_answer(&mut socket, &mut buffer).await;
                    times.push(sent.elapsed());
                    let text = String::from_utf8_lossy(&buffer);
                    assert!(text.contains(expected), "{text}");
                    kept.extend(answered(&text));
                }
                (times, kept)
            })
        })
        .collect();
    let (mut times, mut kept) = (Vec::new(), Vec::new());
    for task in tasks {
        let (own, others) = task.await.unwrap();
        times.extend(own);
        kept.extend(others);
    }
    let took = begin.elapsed();
    times.sort_unstable();
    (Measured { times, took }, kept)
}

/// Reads one answer, head and body.
async fn read_answer(socket: &mut TcpStream, buffer: &mut Vec<u8>) {
    buffer.clear();
    let mut whole = usize::MAX;
    while buffer.len() < whole {
        assert!(socket.read_buf(buffer).await.unwrap() > 0, "the gateway hung up");
        if whole == usize::MAX
            && let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n")
        {
            let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:")).expect("a length");
            whole = end + 4 + length.trim().parse::<usize>().unwrap();
        }
    }
}
