// SPDX-License-Identifier: AGPL-3.0-or-later
//! The requests, as bytes.

use std::sync::Mutex;

use serde_json::{Value, json};
use tramite_tests::api::{notice, position};
use tramite_tests::node::{self, Addressee};
use uuid::Uuid;

/// Where the sessions of the demo's client may lead back to.
pub(crate) const RETURN_URL: &str = "http://127.0.0.1:8091/ritorno";

/// What requests are made of.
pub(crate) struct Requests {
    /// Host and port.
    pub(crate) host: String,
    /// The portal's token.
    pub(crate) token: String,
    /// Whom the Node asks.
    pub(crate) to: Addressee,
    /// Positions to be asked for.
    pub(crate) made: Vec<Value>,
    /// Positions that nobody has asked for yet, as `id notice`: each is paid once, or gets one session.
    pub(crate) fresh: Mutex<Vec<String>>,
}

impl Requests {
    /// Positions in no order, the same for every run.
    fn one(&self, at: usize) -> &Value {
        &self.made[at.wrapping_mul(7_919) % self.made.len()]
    }

    fn fresh(&self) -> Option<(String, String)> {
        let next = self.fresh.lock().unwrap().pop()?;
        next.split_once(' ').map(|(id, notice)| (id.to_owned(), notice.to_owned()))
    }

    fn soap(&self, operation: &str, message: &str) -> Vec<u8> {
        format!(
            "POST /soap/pa-for-node HTTP/1.1\r\nHost: {}\r\nContent-Type: text/xml; charset=utf-8\r\n\
             SOAPAction: {operation}\r\nContent-Length: {}\r\n\r\n{message}",
            self.host,
            message.len()
        )
        .into_bytes()
    }

    fn post(&self, path: &str, body: &Value) -> Vec<u8> {
        let body = body.to_string();
        format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nIdempotency-Key: {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.host,
            self.token,
            Uuid::new_v4(),
            body.len()
        )
        .into_bytes()
    }

    pub(crate) fn verify(&self, at: usize) -> Option<Vec<u8>> {
        Some(self.soap("paVerifyPaymentNotice", &node::verify(&self.to, notice(self.one(at)))))
    }

    pub(crate) fn get(&self, at: usize) -> Option<Vec<u8>> {
        Some(self.soap("paGetPaymentV2", &node::get(&self.to, notice(self.one(at)))))
    }

    pub(crate) fn show(&self, at: usize) -> Option<Vec<u8>> {
        let id = self.one(at)["id"].as_str().unwrap();
        let request = format!(
            "GET /v1/debt-positions/{id} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\r\n",
            self.host, self.token
        );
        Some(request.into_bytes())
    }

    pub(crate) fn create(&self, _: usize) -> Option<Vec<u8>> {
        Some(self.post("/v1/debt-positions", &position("MULTE", 12_050)))
    }

    /// Half of what is fresh is left to the receipts.
    pub(crate) fn session(&self, at: usize) -> Option<Vec<u8>> {
        let left = self.fresh.lock().unwrap().len();
        let (id, _) = (left > at).then(|| self.fresh()).flatten()?;
        let body = json!({"line_items": [{"debt_position_id": id}], "return_url": RETURN_URL});
        Some(self.post("/v1/checkout-sessions", &body))
    }

    pub(crate) fn receipt(&self, _: usize) -> Option<Vec<u8>> {
        let (_, number) = self.fresh()?;
        let id = Uuid::new_v4().simple().to_string();
        Some(self.soap("paSendRTV2", &node::receipt(&self.to, &number, &id, "120.50")))
    }
}

/// `id notice` of the position in an answer.
pub(crate) fn position_and_notice(answer: &str) -> Option<String> {
    let (_, body) = answer.split_once("\r\n\r\n")?;
    let position: Value = serde_json::from_str(body).ok()?;
    Some(format!("{} {}", position["id"].as_str()?, notice(&position)))
}
