// SPDX-License-Identifier: AGPL-3.0-or-later
//! A portal: a client that holds a good token, and makes a new key for each intention.

use std::cell::RefCell;

use serde_json::Value;
use tramite_domain::given::World;
use tramite_domain::time::Instant;

use super::seed::Known;
use super::{Ask, Seen, TestGateway};

/// How long a portal uses a token, in seconds: less than it lives.
const TOKEN_SECONDS: i64 = 600;

/// A client of one institution, asking.
pub struct Portal<'a> {
    gateway: &'a TestGateway,
    client: Known,
    token: RefCell<Option<(Instant, String)>>,
}

impl TestGateway {
    /// The client as a portal.
    pub fn portal(&self, client: &Known) -> Portal<'_> {
        Portal { gateway: self, client: client.clone(), token: RefCell::new(None) }
    }
}

impl Portal<'_> {
    /// The id of the client.
    pub fn client(&self) -> String {
        self.client.id.to_string()
    }

    pub async fn token(&self) -> String {
        let now = self.gateway.world.now();
        let kept = self.token.borrow().clone();
        match kept {
            Some((since, token)) if now.seconds_since(since) < TOKEN_SECONDS => token,
            _ => {
                let token = self.gateway.token(&self.client).await;
                *self.token.borrow_mut() = Some((now, token.clone()));
                token
            }
        }
    }

    pub async fn ask(&self, ask: Ask) -> Seen {
        let token = self.token().await;
        self.gateway.ask(ask.token(&token)).await
    }

    pub async fn get(&self, path: impl Into<String>) -> Seen {
        self.ask(Ask::get(path)).await
    }

    pub async fn post(&self, path: impl Into<String>, body: &Value) -> Seen {
        self.post_as(&self.gateway.world.id().to_string(), path, body).await
    }

    /// Under a key of the caller's.
    pub async fn post_as(&self, key: &str, path: impl Into<String>, body: &Value) -> Seen {
        self.ask(Ask::post(path).json(body).key(key)).await
    }

    pub async fn put(&self, path: impl Into<String>, body: &Value) -> Seen {
        self.ask(Ask::put(path).json(body)).await
    }

    /// Makes something, and says what it is.
    pub async fn make(&self, path: &str, body: &Value) -> Value {
        self.post(path, body).await.is(201).json()
    }

    /// The ids of a list, in its order.
    pub async fn ids(&self, path: impl Into<String>) -> Vec<String> {
        let list = self.get(path).await.is(200).json();
        list["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    }
}

/// The text of a member.
pub fn text(value: &Value, pointer: &str) -> String {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("no text at {pointer}: {value:#}")).to_owned()
}

/// Fails unless everything that `wanted` says stands in `found` as well.
#[track_caller]
pub fn holds(found: &Value, wanted: &Value) {
    fn missing(found: &Value, wanted: &Value, at: &str) -> Option<String> {
        match (found, wanted) {
            (Value::Object(found), Value::Object(wanted)) => wanted.iter().find_map(|(name, one)| {
                let at = format!("{at}/{name}");
                found.get(name).map_or_else(|| Some(at.clone()), |found| missing(found, one, &at))
            }),
            (Value::Array(found), Value::Array(wanted)) if found.len() == wanted.len() => {
                let mut pairs = found.iter().zip(wanted).enumerate();
                pairs.find_map(|(index, (found, wanted))| missing(found, wanted, &format!("{at}/{index}")))
            }
            _ => (found != wanted).then(|| at.to_owned()),
        }
    }
    let at = missing(found, wanted, "");
    assert_eq!(at, None, "{found:#}\nshould hold\n{wanted:#}");
}
