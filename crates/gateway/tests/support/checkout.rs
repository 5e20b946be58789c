// SPDX-License-Identifier: AGPL-3.0-or-later
//! Checkout as a small server on this machine: it takes carts, and sends citizens to a page of its own.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tramite_pagopa::checkout::{CheckoutClient, SubscriptionKey};

/// What it answers where it takes no cart.
const REFUSAL: &str = r#"{"title": "Invalid payment info", "status": 422, "detail": "Invalid payment notice data"}"#;

/// The server, and the carts that it was brought.
pub struct Checkout {
    base: String,
    carts: Arc<Mutex<Vec<Value>>>,
    refusing: Arc<Mutex<bool>>,
}

impl Checkout {
    /// Starts it.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (carts, refusing) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(false)));
        let started = Self { base: base.clone(), carts: Arc::clone(&carts), refusing: Arc::clone(&refusing) };
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let cart = read_body(&mut stream);
                let mut carts = carts.lock().unwrap();
                carts.push(serde_json::from_str(&cart).unwrap());
                let (status, header, body) = if *refusing.lock().unwrap() {
                    ("422 Unprocessable Entity", "Content-Type: application/json".to_owned(), REFUSAL)
                } else {
                    ("302 Found", format!("Location: {base}/c/{}", carts.len()), "")
                };
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status}\r\n{header}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
                );
                stream.write_all(answer.as_bytes()).ok();
            }
        });
        started
    }

    /// A client of it.
    pub fn client(&self) -> CheckoutClient {
        CheckoutClient::new(&self.base, SubscriptionKey::new("0123456789abcdef").unwrap()).unwrap()
    }

    /// From now on it takes no cart.
    pub fn refuse(&self) {
        *self.refusing.lock().unwrap() = true;
    }

    /// The carts it was brought so far.
    pub fn carts(&self) -> Vec<Value> {
        self.carts.lock().unwrap().clone()
    }

    /// Where it sends the citizen with that cart, the first being 1.
    pub fn page(&self, number: usize) -> String {
        format!("{}/c/{number}", self.base)
    }
}

/// The body of one request, once it is whole.
fn read_body(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0_u8; 4_096];
    loop {
        let read = stream.read(&mut buffer).unwrap_or(0);
        bytes.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let length = text
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.trim().parse::<usize>().ok());
        let body = text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned());
        match (body, length) {
            (Some(body), Some(length)) if body.len() >= length => return body,
            _ if read == 0 => return String::new(),
            _ => {}
        }
    }
}
