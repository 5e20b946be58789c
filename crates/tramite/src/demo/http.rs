// SPDX-License-Identifier: AGPL-3.0-or-later
//! Calls a server as an integrator would, and tells what was sent and what came back.

use std::time::Duration;

use reqwest::header::LOCATION;
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use serde_json::Value;
use url::Url;

use super::failure::DemoFailure;
use super::tell;
use crate::terminal::Terminal;

/// How long an answer may take, in seconds; a waiting request takes up to 25.
const ANSWER_SECONDS_MAX: u64 = 40;
/// How much of an unexpected answer is repeated, in characters.
const REPEATED_CHARS_MAX: usize = 600;

/// What is to be sent.
pub(crate) struct Ask<'a> {
    method: Method,
    path: String,
    shown_path: Option<&'static str>,
    bearer: Option<&'a str>,
    basic: Option<(&'a str, &'a str)>,
    idempotency_key: Option<String>,
    json: Option<Value>,
    form: Vec<(&'static str, String)>,
    expected: &'static [u16],
    told: &'static [&'static str],
    shown: &'static [&'static str],
}

impl<'a> Ask<'a> {
    fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            shown_path: None,
            bearer: None,
            basic: None,
            idempotency_key: None,
            json: None,
            form: Vec::new(),
            expected: &[200],
            told: &[],
            shown: &[],
        }
    }

    /// A GET.
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    /// A POST.
    pub(crate) fn post(path: impl Into<String>) -> Self {
        Self::new(Method::POST, path)
    }

    /// A PUT.
    pub(crate) fn put(path: impl Into<String>) -> Self {
        Self::new(Method::PUT, path)
    }

    /// A DELETE.
    pub(crate) fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::DELETE, path)
    }

    /// With an access token.
    pub(crate) fn bearer(mut self, token: &'a str) -> Self {
        self.bearer = Some(token);
        self
    }

    /// With the id and secret of a client.
    pub(crate) fn basic(mut self, id: &'a str, secret: &'a str) -> Self {
        self.basic = Some((id, secret));
        self
    }

    /// With a key of this intention.
    pub(crate) fn key(mut self, key: impl ToString) -> Self {
        self.idempotency_key = Some(key.to_string());
        self
    }

    /// With a body of JSON.
    pub(crate) fn json(mut self, body: Value) -> Self {
        self.json = Some(body);
        self
    }

    /// With a form.
    pub(crate) fn form(mut self, fields: Vec<(&'static str, String)>) -> Self {
        self.form = fields;
        self
    }

    /// The statuses that are right.
    pub(crate) const fn expects(mut self, statuses: &'static [u16]) -> Self {
        self.expected = statuses;
        self
    }

    /// The fields of the body that are worth telling, by their JSON pointers.
    pub(crate) const fn tells(mut self, pointers: &'static [&'static str]) -> Self {
        self.told = pointers;
        self
    }

    /// The fields of the answer that are worth telling, by their JSON pointers.
    pub(crate) const fn shows(mut self, pointers: &'static [&'static str]) -> Self {
        self.shown = pointers;
        self
    }

    /// What is told in place of a path that holds a secret.
    pub(crate) const fn told_as(mut self, path: &'static str) -> Self {
        self.shown_path = Some(path);
        self
    }

    fn sent(&self) -> String {
        format!("{} {}", self.method, self.shown_path.unwrap_or(&self.path))
    }
}

/// What came back.
pub(crate) struct Told {
    sent: String,
    /// The status.
    pub(crate) status: u16,
    /// The `Location`.
    pub(crate) location: Option<String>,
    /// The body, null where it is not JSON.
    pub(crate) body: Value,
}

impl Told {
    /// A text that must be in the answer.
    pub(crate) fn text(&self, pointer: &str) -> Result<String, DemoFailure> {
        let found = self.body.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        found.ok_or_else(|| DemoFailure::Missing { sent: self.sent.clone(), pointer: pointer.to_owned() })
    }

    /// A list that must be in the answer.
    pub(crate) fn list(&self, pointer: &str) -> Result<&[Value], DemoFailure> {
        let found = self.body.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice);
        found.ok_or_else(|| DemoFailure::Missing { sent: self.sent.clone(), pointer: pointer.to_owned() })
    }

    /// The address that must be in `Location`.
    pub(crate) fn redirect(&self) -> Result<Url, DemoFailure> {
        let Some(text) = &self.location else {
            return Err(DemoFailure::Missing { sent: self.sent.clone(), pointer: "Location".to_owned() });
        };
        Url::parse(text).map_err(|_| DemoFailure::Address { sent: self.sent.clone(), text: text.clone() })
    }
}

/// Calls one server.
#[derive(Clone)]
pub(crate) struct Caller {
    client: Client,
    base: String,
    to: Terminal,
}

impl Caller {
    /// Calls the server at that address, and tells it there. Redirects are answers like others.
    pub(crate) fn new(base: &Url, to: Terminal) -> Result<Self, DemoFailure> {
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .timeout(Duration::from_secs(ANSWER_SECONDS_MAX))
            .build()
            .map_err(|source| DemoFailure::NoAnswer { sent: "the HTTP client".to_owned(), source })?;
        Ok(Self { client, base: base.as_str().trim_end_matches('/').to_owned(), to })
    }

    /// Where it tells.
    pub(crate) const fn terminal(&self) -> Terminal {
        self.to
    }

    /// Sends, tells, and refuses any answer but the expected ones.
    pub(crate) async fn ask(&self, ask: Ask<'_>) -> Result<Told, DemoFailure> {
        let sent = ask.sent();
        let (expected, shown) = (ask.expected, ask.shown);
        let mut line = sent.clone();
        if let Some(body) = &ask.json {
            line.push_str(&fields(body, ask.told));
        }
        let failed = |source| DemoFailure::NoAnswer { sent: sent.clone(), source: reqwest::Error::without_url(source) };
        let answer = self.request(ask).send().await.map_err(failed)?;
        let status = answer.status().as_u16();
        let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let text = answer.text().await.map_err(failed)?;
        let told = Told { sent: sent.clone(), status, location, body: serde_json::from_str(&text).unwrap_or_default() };
        tell::exchange(self.to, &line, &received(&told, shown));
        if expected.contains(&status) {
            return Ok(told);
        }
        let expected = expected.iter().map(u16::to_string).collect::<Vec<_>>().join(" or ");
        Err(DemoFailure::Answer { sent, status, expected, body: text.chars().take(REPEATED_CHARS_MAX).collect() })
    }

    fn request(&self, ask: Ask<'_>) -> reqwest::RequestBuilder {
        let mut request = self.client.request(ask.method, address(&self.base, &ask.path));
        if let Some(token) = ask.bearer {
            request = request.bearer_auth(token);
        }
        if let Some((id, secret)) = ask.basic {
            request = request.basic_auth(id, Some(secret));
        }
        if let Some(key) = ask.idempotency_key {
            request = request.header("Idempotency-Key", key);
        }
        if let Some(body) = ask.json {
            request = request.json(&body);
        }
        if !ask.form.is_empty() {
            request = request.form(&ask.form);
        }
        request
    }
}

/// A path is one of the server; an address is taken as it is.
fn address(base: &str, path: &str) -> String {
    if path.starts_with('/') { format!("{base}{path}") } else { path.to_owned() }
}

fn received(told: &Told, shown: &[&str]) -> String {
    let mut line = format!("{}{}", told.status, fields(&told.body, shown));
    if let Some(location) = told.location.as_deref().filter(|_| (300..400).contains(&told.status)) {
        line.push_str(" Location: ");
        line.push_str(&without_values(location));
    }
    line
}

/// The fields at those places, each with its own name.
fn fields(value: &Value, pointers: &[&str]) -> String {
    let mut line = String::new();
    for pointer in pointers {
        if let (Some(found), Some(name)) = (value.pointer(pointer), pointer.rsplit('/').next()) {
            let text = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
            line.push_str(&format!(" {name}={text}"));
        }
    }
    line
}

/// An address with the names of its parameters alone: a value may be a token.
fn without_values(address: &str) -> String {
    let Some((place, query)) = address.split_once('?') else { return address.to_owned() };
    let names: Vec<String> =
        query.split('&').map(|one| format!("{}=…", one.split('=').next().unwrap_or_default())).collect();
    format!("{place}?{}", names.join("&"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_told_names_fields_and_hides_parameters() {
        let told = Told {
            sent: "GET /x".to_owned(),
            status: 303,
            location: Some("http://127.0.0.1/esito?tramite_state=demo&tramite_token=ey.J".to_owned()),
            body: json!({"amount": 4500, "line_items": [{"status": "open"}]}),
        };
        assert_eq!(
            received(&told, &["/amount", "/line_items/0/status", "/absent"]),
            "303 amount=4500 status=open Location: http://127.0.0.1/esito?tramite_state=…&tramite_token=…"
        );
    }
}
