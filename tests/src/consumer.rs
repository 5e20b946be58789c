// SPDX-License-Identifier: AGPL-3.0-or-later
//! A receiver of webhooks on loopback.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One request that came.
#[derive(Debug, Clone)]
pub struct Heard {
    /// Its head, as it came.
    pub head: String,
    /// Its body, as it came.
    pub body: Vec<u8>,
    /// When.
    pub at: SystemTime,
    /// The status it was answered with.
    pub status: u16,
}

/// How a receiver answers.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// How long it takes.
    pub takes: Duration,
    /// It refuses one of so many, with 500; never where it is 0.
    pub refuses_one_of: usize,
    /// What it answers with otherwise.
    pub status: u16,
    /// It sends everybody to that port of this machine instead.
    pub redirects_to: Option<u16>,
}

impl Default for Manner {
    /// Takes everything at once.
    fn default() -> Self {
        Self { takes: Duration::ZERO, refuses_one_of: 0, status: 204, redirects_to: None }
    }
}

impl Manner {
    /// The status of an answer where so many were heard before.
    const fn status_after(self, count: usize) -> u16 {
        if self.redirects_to.is_some() {
            301
        } else if self.refuses_one_of > 0 && count.is_multiple_of(self.refuses_one_of) {
            500
        } else {
            self.status
        }
    }
}

/// A receiver.
#[derive(Debug, Clone)]
pub struct Consumer {
    /// Where it is.
    pub port: u16,
    heard: Arc<Mutex<Vec<Heard>>>,
    manner: Arc<Mutex<Manner>>,
    connections: Arc<AtomicUsize>,
}

impl Heard {
    /// A header.
    ///
    /// # Panics
    /// Where it is missing.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let value = self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        });
        value.unwrap_or_else(|| panic!("no {name} in {}", self.head))
    }

    /// The body.
    ///
    /// # Panics
    /// Where it is no JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

impl Consumer {
    /// Starts one that takes everything at once.
    ///
    /// # Panics
    /// Where it cannot listen.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let consumer = Self {
            port: listener.local_addr().expect("an address").port(),
            heard: Arc::default(),
            manner: Arc::default(),
            connections: Arc::default(),
        };
        let own = consumer.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                own.connections.fetch_add(1, Ordering::Relaxed);
                let own = own.clone();
                tokio::spawn(async move { own.serve(socket).await });
            }
        });
        consumer
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/tramite", self.port)
    }

    /// Answers like that from now on.
    pub fn answers(&self, manner: Manner) {
        *locked(&self.manner) = manner;
    }

    /// Everything that came.
    #[must_use]
    pub fn heard(&self) -> Vec<Heard> {
        locked(&self.heard).clone()
    }

    /// How often somebody connected.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    async fn serve(&self, mut socket: TcpStream) -> Option<()> {
        let mut bytes = Vec::new();
        loop {
            let end = loop {
                if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                    break at + 4;
                }
                if socket.read_buf(&mut bytes).await.ok()? == 0 {
                    return None;
                }
            };
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let mut one = Heard { head, body: Vec::new(), at: SystemTime::now(), status: 204 };
            let length: usize = one.header("content-length").parse().ok()?;
            while bytes.len() < end + length {
                if socket.read_buf(&mut bytes).await.ok()? == 0 {
                    return None;
                }
            }
            let rest = bytes.split_off(end + length);
            one.body = bytes.split_off(end);
            bytes = rest;
            let manner = *locked(&self.manner);
            let status = {
                let mut heard = locked(&self.heard);
                one.status = manner.status_after(heard.len());
                let status = one.status;
                heard.push(one);
                status
            };
            tokio::time::sleep(manner.takes).await;
            let to = manner.redirects_to.map(|port| format!("Location: http://127.0.0.1:{port}/\r\n"));
            let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n{}\r\n", to.unwrap_or_default());
            socket.write_all(answer.as_bytes()).await.ok()?;
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
