// SPDX-License-Identifier: AGPL-3.0-or-later
//! A client of the API like any other: it takes tokens, waits where it is told to, and asks again where nobody answered.

mod failure;
mod upload;

use std::time::{Duration, Instant};

use reqwest::header::RETRY_AFTER;
use reqwest::redirect::Policy;
use reqwest::{Client, Request, RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use tramite_domain::secret::Secret;

use crate::config::ClientSettings;

pub(crate) use failure::ApiFailure;
pub(crate) use upload::Upload;

/// How long a connection may take to be made, in seconds.
const CONNECT_SECONDS_MAX: u64 = 10;
/// How long an answer may take, in seconds; a waiting request takes up to 25.
const ANSWER_SECONDS_MAX: u64 = 60;
/// How often a request is sent at most.
const TRIES_MAX: u32 = 8;
/// The first pause before a request is sent again, in seconds; each further one is twice as long.
const AGAIN_FIRST_SECONDS: u64 = 1;
/// The longest pause before a request is sent again, in seconds, whatever the server says.
const AGAIN_SECONDS_MAX: u64 = 60;
/// How long before its end a token is not used any more, in seconds.
const TOKEN_MARGIN_SECONDS: u64 = 60;

/// A client of the API for one institution.
pub(crate) struct Api {
    client: Client,
    settings: ClientSettings,
    token: Option<Token>,
}

/// A token, and until when it is used.
struct Token {
    text: Secret<String>,
    until: Instant,
}

#[derive(Deserialize)]
struct Issued {
    access_token: String,
    expires_in: u64,
}

impl Api {
    /// A client that has asked for nothing yet.
    pub(crate) fn new(settings: ClientSettings) -> Result<Self, ApiFailure> {
        let client = Client::builder()
            .redirect(Policy::none())
            .connect_timeout(Duration::from_secs(CONNECT_SECONDS_MAX))
            .timeout(Duration::from_secs(ANSWER_SECONDS_MAX))
            .build()
            .map_err(|source| ApiFailure::no_answer("the HTTP client", source))?;
        Ok(Self { client, settings, token: None })
    }

    /// The address of a path of the API.
    pub(crate) fn address(&self, path: &str) -> String {
        format!("{}{path}", self.settings.url.as_str().trim_end_matches('/'))
    }

    /// Reads what stands at a path, with what the request says beside it.
    pub(crate) async fn get(
        &mut self,
        path: &str,
        with: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Response, ApiFailure> {
        let address = self.address(path);
        self.send(&format!("GET {path}"), |client| Ok(with(client.get(&address)))).await
    }

    /// Sends a request until it is answered: where nobody answers, where the server is busy, and once more where a token had ended.
    /// `make` makes it anew each time, and it must be one that may come twice.
    pub(crate) async fn send(
        &mut self,
        what: &str,
        make: impl Fn(&Client) -> Result<RequestBuilder, ApiFailure>,
    ) -> Result<Response, ApiFailure> {
        let mut tries = 0_u32;
        loop {
            let last = tries.saturating_add(1) >= TRIES_MAX;
            let pause = AGAIN_FIRST_SECONDS.saturating_mul(2_u64.saturating_pow(tries));
            let request = match self.signed(&make).await {
                Ok(request) => request,
                Err(failure) if last || !failure.may_pass() => return Err(failure),
                Err(failure) => {
                    wait(failure.retry_after().unwrap_or(pause)).await;
                    tries = tries.saturating_add(1);
                    continue;
                }
            };
            let seconds = match self.client.execute(request).await {
                Ok(response) if response.status().is_success() => return Ok(response),
                Ok(response) if response.status() == StatusCode::UNAUTHORIZED && tries == 0 => {
                    self.token = None;
                    0
                }
                Ok(response) => {
                    let failure = ApiFailure::refused(what, response).await;
                    if last || !failure.may_pass() {
                        return Err(failure);
                    }
                    failure.retry_after().unwrap_or(pause)
                }
                Err(source) if last => return Err(ApiFailure::no_answer(what, source)),
                Err(_) => pause,
            };
            wait(seconds).await;
            tries = tries.saturating_add(1);
        }
    }

    async fn signed(
        &mut self,
        make: &impl Fn(&Client) -> Result<RequestBuilder, ApiFailure>,
    ) -> Result<Request, ApiFailure> {
        let text = self.token().await?.expose().clone();
        let request = make(&self.client)?.bearer_auth(text).build();
        request.map_err(|source| ApiFailure::no_answer("the request", source))
    }

    /// The token, taken anew where it is about to end.
    async fn token(&mut self) -> Result<Secret<String>, ApiFailure> {
        const WHAT: &str = "POST /oauth2/token";
        if let Some(token) = self.token.as_ref().filter(|token| Instant::now() < token.until) {
            return Ok(token.text.clone());
        }
        let asked = Instant::now();
        let form = [("grant_type", "client_credentials"), ("institution", self.settings.institution.as_str())];
        let (id, secret) = (self.settings.client_id.to_string(), self.settings.client_secret.expose());
        let request = self.client.post(self.address("/oauth2/token")).basic_auth(id, Some(secret)).form(&form);
        let response = request.send().await.map_err(|source| ApiFailure::no_answer(WHAT, source))?;
        if !response.status().is_success() {
            return Err(ApiFailure::refused(WHAT, response).await);
        }
        let issued: Issued = response.json().await.map_err(|source| ApiFailure::no_answer(WHAT, source))?;
        let seconds = issued.expires_in.saturating_sub(TOKEN_MARGIN_SECONDS);
        let until = asked.checked_add(Duration::from_secs(seconds)).unwrap_or(asked);
        let text = Secret::new(issued.access_token);
        self.token = Some(Token { text: text.clone(), until });
        Ok(text)
    }
}

async fn wait(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds.min(AGAIN_SECONDS_MAX))).await;
}

/// After how many seconds the server wants to be asked again.
fn retry_after(response: &Response) -> Option<u64> {
    response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
}
