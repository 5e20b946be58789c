// SPDX-License-Identifier: AGPL-3.0-or-later
//! A system of an institution, on this machine: it is asked what is due, and answers as it is told to.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// How it answers.
#[derive(Debug, Clone)]
pub enum Says {
    /// These bytes after the status line, with their length.
    Status(u16, String),
    /// The same amount, after so many milliseconds.
    After(u64, i64),
    /// A redirect to another address of its own.
    Elsewhere,
    /// More bytes than anybody should read, without a length.
    Endless,
    /// Nothing at all.
    HangsUp,
}

/// What it was asked.
#[derive(Debug, Clone)]
pub struct Heard {
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Heard {
    /// A header of the question.
    pub fn header(&self, name: &str) -> &str {
        &self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).unwrap_or_else(|| panic!("{name}")).1
    }

    /// The question.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// The system.
pub struct Institution {
    pub port: u16,
    says: Arc<Mutex<Says>>,
    heard: Arc<Mutex<Vec<Heard>>>,
    connections: Arc<AtomicUsize>,
}

impl Institution {
    /// Starts it on a free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let says = Arc::new(Mutex::new(Says::Elsewhere));
        let heard = Arc::<Mutex<Vec<Heard>>>::default();
        let connections = Arc::<AtomicUsize>::default();
        let (told, kept, counted) = (Arc::clone(&says), Arc::clone(&heard), Arc::clone(&connections));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(answer(stream, Arc::clone(&told), Arc::clone(&kept)));
            }
        });
        Self { port, says, heard, connections }
    }

    /// Where it is asked.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/amounts", self.port)
    }

    /// How it answers from now on.
    pub fn says(&self, says: Says) {
        *self.says.lock().unwrap() = says;
    }

    /// It says that this is due.
    pub fn says_due(&self, cents: i64) {
        self.says(Says::Status(200, format!("{{\"amount\": {cents}, \"note\": \"ignored\"}}")));
    }

    /// How often somebody came, whatever was said then.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// What it was asked since it was last looked at.
    pub fn heard(&self) -> Vec<Heard> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }
}

async fn answer(mut stream: TcpStream, says: Arc<Mutex<Says>>, heard: Arc<Mutex<Vec<Heard>>>) {
    while let Some(asked) = read(&mut stream).await {
        heard.lock().unwrap().push(asked);
        let says = says.lock().unwrap().clone();
        let text = match says {
            Says::Status(status, body) => whole(status, &body),
            Says::After(milliseconds, cents) => {
                tokio::time::sleep(Duration::from_millis(milliseconds)).await;
                whole(200, &format!("{{\"amount\": {cents}}}"))
            }
            Says::Elsewhere => {
                "HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n".to_owned()
            }
            Says::Endless => {
                let _ =
                    stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"amount\": 1, \"x\": \"").await;
                while stream.write_all(&[b'x'; 1_024]).await.is_ok() {}
                return;
            }
            Says::HangsUp => return,
        };
        if stream.write_all(text.as_bytes()).await.is_err() {
            return;
        }
    }
}

fn whole(status: u16, body: &str) -> String {
    format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

async fn read(stream: &mut TcpStream) -> Option<Heard> {
    let (mut bytes, mut chunk) = (Vec::new(), [0_u8; 4_096]);
    loop {
        if let Some(at) = bytes.windows(4).position(|end| end == b"\r\n\r\n") {
            let head = String::from_utf8(bytes[..at].to_vec()).unwrap();
            let mut lines = head.lines();
            let path = lines.next().unwrap().split(' ').nth(1).unwrap().to_owned();
            let headers: Vec<(String, String)> =
                lines.filter_map(|line| line.split_once(": ")).map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
            let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
            let length: usize = length.map_or(0, |(_, text)| text.parse().unwrap());
            if bytes.len() >= at + 4 + length {
                return Some(Heard { path, headers, body: bytes[at + 4..at + 4 + length].to_vec() });
            }
        }
        match stream.read(&mut chunk).await {
            Ok(count) if count > 0 => bytes.extend_from_slice(&chunk[..count]),
            _ => return None,
        }
    }
}
