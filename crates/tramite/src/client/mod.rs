// SPDX-License-Identifier: AGPL-3.0-or-later
//! A client of the API like any other: it takes tokens, waits where it is told to, and asks again where nobody answered to the end.

mod failure;
mod upload;

use std::time::{Duration, Instant};

use reqwest::header::RETRY_AFTER;
use reqwest::redirect::Policy;
use reqwest::{Client, Request, RequestBuilder, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
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
/// How long after a request was sent first it is sent again at most, in seconds: a file may take long each time.
const AGAIN_WITHIN_SECONDS: u64 = 3_600;
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
    pub(crate) async fn get<T>(
        &mut self,
        path: &str,
        with: impl Fn(RequestBuilder) -> RequestBuilder,
        take: impl AsyncFn(Response) -> Result<T, ApiFailure>,
    ) -> Result<T, ApiFailure> {
        let address = self.address(path);
        self.send(&format!("GET {path}"), |client| Ok(with(client.get(&address))), take).await
    }

    /// Sends a request until it is answered to the end: where nobody answers, where an answer breaks off, where the server is busy, and
    /// once more where a token had ended. `make` makes it anew each time, and it must be one that may come twice; `take` takes what
    /// the answer holds, and begins anew with each answer.
    pub(crate) async fn send<T>(
        &mut self,
        what: &str,
        make: impl Fn(&Client) -> Result<RequestBuilder, ApiFailure>,
        take: impl AsyncFn(Response) -> Result<T, ApiFailure>,
    ) -> Result<T, ApiFailure> {
        let begun = Instant::now();
        let (mut tries, mut is_renewed) = (0_u32, false);
        loop {
            let failure = match self.once(what, &make, &take).await {
                Ok(taken) => return Ok(taken),
                Err(failure) => failure,
            };
            // A token that was taken and is refused had ended. Who gets none is not known, and asks no second time.
            if failure.is_unauthorized() && !is_renewed && self.token.take().is_some() {
                is_renewed = true;
                continue;
            }
            let pause = AGAIN_FIRST_SECONDS.saturating_mul(2_u64.saturating_pow(tries));
            tries = tries.saturating_add(1);
            let is_last = tries >= TRIES_MAX || begun.elapsed() >= Duration::from_secs(AGAIN_WITHIN_SECONDS);
            if is_last || !failure.may_pass() {
                return Err(failure);
            }
            // A server that says "in a second" each time is asked ever less often too: what it waits for may take a while.
            wait(failure.retry_after().map_or(pause, |told| told.max(pause))).await;
        }
    }

    /// Sends a request once, and takes what the answer holds.
    async fn once<T>(
        &mut self,
        what: &str,
        make: &impl Fn(&Client) -> Result<RequestBuilder, ApiFailure>,
        take: &impl AsyncFn(Response) -> Result<T, ApiFailure>,
    ) -> Result<T, ApiFailure> {
        let request = self.signed(make).await?;
        let response = self.client.execute(request).await.map_err(|source| ApiFailure::no_answer(what, source))?;
        if !response.status().is_success() {
            return Err(ApiFailure::refused(what, response).await);
        }
        take(response).await
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
        self.token = None;
        let asked = Instant::now();
        let form = [("grant_type", "client_credentials"), ("institution", self.settings.institution.as_str())];
        let (id, secret) = (self.settings.client_id.to_string(), self.settings.client_secret.expose());
        let request = self.client.post(self.address("/oauth2/token")).basic_auth(id, Some(secret)).form(&form);
        let response = request.send().await.map_err(|source| ApiFailure::no_answer(WHAT, source))?;
        if !response.status().is_success() {
            return Err(ApiFailure::refused(WHAT, response).await);
        }
        let issued: Issued = json(WHAT, response).await?;
        let seconds = issued.expires_in.saturating_sub(TOKEN_MARGIN_SECONDS);
        let until = asked.checked_add(Duration::from_secs(seconds)).unwrap_or(asked);
        let text = Secret::new(issued.access_token);
        self.token = Some(Token { text: text.clone(), until });
        Ok(text)
    }
}

/// What an answer says in JSON.
pub(crate) async fn json<T: DeserializeOwned>(what: &str, answer: Response) -> Result<T, ApiFailure> {
    let bytes = answer.bytes().await.map_err(|source| ApiFailure::no_answer(what, source))?;
    serde_json::from_slice(&bytes).map_err(|source| ApiFailure::Unreadable { what: what.to_owned(), source })
}

async fn wait(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds.min(AGAIN_SECONDS_MAX))).await;
}

/// After how many seconds the server wants to be asked again.
fn retry_after(response: &Response) -> Option<u64> {
    response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
}
