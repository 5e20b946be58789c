// SPDX-License-Identifier: AGPL-3.0-or-later
//! Another issuer on loopback, which publishes keys.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tramite_testkit::Signer;

/// Where keys are published.
#[derive(Debug, Clone)]
pub struct KeyServer {
    port: u16,
    body: Arc<Mutex<Option<String>>>,
    asked: Arc<AtomicUsize>,
}

impl KeyServer {
    /// Starts one that publishes these keys.
    ///
    /// # Panics
    /// Where it cannot listen.
    pub async fn start(keys: &[&Signer]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let server = Self { port, body: Arc::default(), asked: Arc::default() };
        server.publish(keys);
        let own = server.clone();
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                own.asked.fetch_add(1, Ordering::Relaxed);
                let Some(body) = own.body() else { continue };
                let mut head = [0; 4_096];
                // What is asked does not matter: there is one thing here. Whoever went away is not answered.
                let _ = socket.read(&mut head).await;
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = socket.write_all(answer.as_bytes()).await;
            }
        });
        server
    }

    fn body(&self) -> Option<String> {
        self.body.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, body: Option<String>) {
        *self.body.lock().unwrap_or_else(PoisonError::into_inner) = body;
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/keys", self.port)
    }

    /// Publishes these keys and no others from now on.
    pub fn publish(&self, keys: &[&Signer]) {
        let keys: Vec<_> = keys.iter().map(|key| key.jwk()).collect();
        self.set(Some(json!({"keys": keys}).to_string()));
    }

    /// Answers nobody from now on.
    pub fn fall_silent(&self) {
        self.set(None);
    }

    /// How often somebody asked.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}
