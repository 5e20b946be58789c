// SPDX-License-Identifier: AGPL-3.0-or-later
//! A receiver of webhooks on loopback, which answers as it is told to.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

/// What it answers.
#[derive(Debug, Clone)]
pub(crate) enum Says {
    Status(u16),
    /// Elsewhere.
    Redirect(String),
    Never,
}

/// What it was sent.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Heard {
    pub(crate) fn header(&self, name: &str) -> String {
        let line = self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        });
        line.unwrap_or_else(|| panic!("no {name} in {}", self.head))
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

pub(crate) struct Consumer {
    pub(crate) port: u16,
    says: Arc<Mutex<Says>>,
    heard: Arc<Mutex<Vec<Heard>>>,
    connections: Arc<AtomicUsize>,
}

impl Consumer {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let consumer = Self {
            port: listener.local_addr().unwrap().port(),
            says: Arc::new(Mutex::new(Says::Status(204))),
            heard: Arc::default(),
            connections: Arc::default(),
        };
        let (says, heard, connections) =
            (Arc::clone(&consumer.says), Arc::clone(&consumer.heard), Arc::clone(&consumer.connections));
        std::thread::spawn(move || {
            for socket in listener.incoming() {
                let Ok(socket) = socket else { return };
                connections.fetch_add(1, Ordering::Relaxed);
                let (says, heard) = (Arc::clone(&says), Arc::clone(&heard));
                std::thread::spawn(move || serve(socket, &says, &heard));
            }
        });
        consumer
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/tramite", self.port)
    }

    pub(crate) fn says(&self, what: Says) {
        *self.says.lock().unwrap() = what;
    }

    /// What came since it was asked last.
    pub(crate) fn heard(&self) -> Vec<Heard> {
        std::mem::take(&mut *self.heard.lock().unwrap())
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

fn serve(mut socket: TcpStream, says: &Mutex<Says>, heard: &Mutex<Vec<Heard>>) {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4_096];
    let end = loop {
        let Ok(count @ 1..) = socket.read(&mut buffer) else { return };
        bytes.extend_from_slice(buffer.get(..count).unwrap());
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
    };
    let head = String::from_utf8_lossy(bytes.get(..end).unwrap()).into_owned();
    let mut one = Heard { head, body: Vec::new() };
    let length: usize = one.header("content-length").parse().unwrap();
    while bytes.len() < end + length {
        let Ok(count @ 1..) = socket.read(&mut buffer) else { return };
        bytes.extend_from_slice(buffer.get(..count).unwrap());
    }
    one.body = bytes.split_off(end);
    heard.lock().unwrap().push(one);
    let said = says.lock().unwrap().clone();
    let answer = match said {
        Says::Status(status) => format!("HTTP/1.1 {status} X\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"),
        Says::Redirect(to) => {
            format!("HTTP/1.1 301 X\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        }
        Says::Never => {
            std::thread::sleep(Duration::from_secs(30));
            return;
        }
    };
    // Whoever has gone meanwhile misses it.
    _ = socket.write_all(answer.as_bytes());
}
