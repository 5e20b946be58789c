// SPDX-License-Identifier: AGPL-3.0-or-later
//! The exchange with Checkout: one POST, never repeated, never followed.

use std::error::Error as _;
use std::time::Duration;

use reqwest::header::{LOCATION, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use serde::Deserialize;
use thiserror::Error;
use tramite_telemetry::trace::{self, TRACEPARENT};
use url::{Host, Url};

use super::cart::Cart;
use super::failure::{CheckoutFailure, Unavailable};
use super::key::SubscriptionKey;
use super::redirect::CheckoutUrl;
use crate::xml::fit;

/// Seconds to a connection (sla.md section 3).
pub const CONNECT_TIMEOUT_SECONDS: u64 = 5;

/// Seconds to the end of the answer (sla.md section 3).
pub const TOTAL_TIMEOUT_SECONDS: u64 = 10;

/// The largest body of an answer that is read, in bytes.
pub const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// The header of the platform's gateway.
pub(crate) const KEY_HEADER: &str = "Ocp-Apim-Subscription-Key";

/// The longest title or detail that is kept, in characters.
const PROBLEM_CHARS_MAX: usize = 500;

/// Time limits of one exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// To a connection.
    pub connect: Duration,
    /// To the end of the answer.
    pub total: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connect: Duration::from_secs(CONNECT_TIMEOUT_SECONDS),
            total: Duration::from_secs(TOTAL_TIMEOUT_SECONDS),
        }
    }
}

/// Why there is no client.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CheckoutClientError {
    /// The base address is not an absolute http or https address.
    #[error("the base address of Checkout must be an absolute http or https address")]
    BaseUrl,
    /// TLS could not be set up.
    #[error("no HTTP client: {0}")]
    Setup(String),
}

/// A client of Checkout for one subscription. Cheap to clone; connections are shared.
#[derive(Debug, Clone)]
pub struct CheckoutClient {
    client: Client,
    carts: Url,
    key: SubscriptionKey,
}

/// `ProblemJson`, as far as it is read.
#[derive(Deserialize, Default)]
struct Problem {
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    detail: Option<String>,
}

impl CheckoutClient {
    /// A client for `{base}/carts` with the usual time limits.
    ///
    /// # Errors
    /// [`CheckoutClientError`].
    pub fn new(base: &str, key: SubscriptionKey) -> Result<CheckoutClient, CheckoutClientError> {
        CheckoutClient::with_limits(base, key, Limits::default())
    }

    /// As [`CheckoutClient::new`] with other time limits.
    ///
    /// # Errors
    /// [`CheckoutClientError`].
    pub fn with_limits(
        base: &str,
        key: SubscriptionKey,
        limits: Limits,
    ) -> Result<CheckoutClient, CheckoutClientError> {
        let carts = format!("{}/carts", base.trim_end_matches('/'));
        let carts = Url::parse(&carts).map_err(|_| CheckoutClientError::BaseUrl)?;
        if !matches!(carts.scheme(), "http" | "https") || carts.query().is_some() || carts.fragment().is_some() {
            return Err(CheckoutClientError::BaseUrl);
        }
        let client = client_to(&carts, limits).map_err(CheckoutClientError::Setup)?;
        Ok(CheckoutClient { client, carts, key })
    }

    /// Posts a cart once and tells where to send the citizen.
    ///
    /// # Errors
    /// [`CheckoutFailure`]; after a time-out a cart may exist that nobody will ever see.
    pub async fn post_cart(&self, cart: &Cart) -> Result<CheckoutUrl, CheckoutFailure> {
        let mut request =
            self.client.post(self.carts.clone()).header(KEY_HEADER, self.key.header()).json(&cart.within_lengths());
        if let Some(parent) = trace::outgoing() {
            request = request.header(TRACEPARENT, parent);
        }
        let response = request.send().await.map_err(|error| CheckoutFailure::Unavailable(no_answer(error)))?;
        match response.status().as_u16() {
            302 => Ok(self.redirect(&response)?),
            status @ (400 | 422) => Err(refused(status, response).await),
            status @ (401 | 403) => Err(Unavailable::KeyRefused(status).into()),
            429 => Err(too_many(&response).into()),
            status @ 500..=599 => Err(Unavailable::ServerError(status).into()),
            status => Err(Unavailable::Unexpected(status).into()),
        }
    }

    fn redirect(&self, response: &Response) -> Result<CheckoutUrl, Unavailable> {
        let location = response.headers().get(LOCATION).ok_or(Unavailable::BadRedirect("there is no location"))?;
        let location = location.to_str().map_err(|_| Unavailable::BadRedirect("the location is not ASCII"))?;
        CheckoutUrl::from_location(location, &self.carts)
    }
}

/// A client that asks an address once, and follows nothing; else why there is none.
pub(crate) fn client_to(url: &Url, limits: Limits) -> Result<Client, String> {
    let mut builder = Client::builder()
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(limits.connect)
        .timeout(limits.total);
    if is_loopback(url) {
        // A proxy for the world outside cannot reach a sandbox on this machine.
        builder = builder.no_proxy();
    }
    builder.build().map_err(causes)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn too_many(response: &Response) -> Unavailable {
    Unavailable::TooManyRequests { retry_after_seconds: retry_after_seconds(response) }
}

/// `Retry-After`, where it is a number of seconds.
pub(crate) fn retry_after_seconds(response: &Response) -> Option<u64> {
    let seconds = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    seconds.and_then(|text| text.trim().parse().ok())
}

async fn refused(status: u16, response: Response) -> CheckoutFailure {
    let body = bounded_body(response).await;
    let problem: Problem = serde_json::from_slice(&body).unwrap_or_default();
    let text = |text: Option<String>| fit(&text.unwrap_or_default(), PROBLEM_CHARS_MAX);
    CheckoutFailure::Refused { status, title: text(problem.title), detail: text(problem.detail) }
}

/// The body up to the limit; what breaks off or is longer counts as nothing, for the status has said enough.
async fn bounded_body(mut response: Response) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        if body.len().saturating_add(chunk.len()) > ANSWER_BYTES_MAX {
            return Vec::new();
        }
        body.extend_from_slice(&chunk);
    }
    body
}

pub(crate) fn no_answer(error: reqwest::Error) -> Unavailable {
    if error.is_connect() {
        Unavailable::Unreachable(causes(error))
    } else if error.is_timeout() {
        Unavailable::TimedOut
    } else {
        Unavailable::Broken(causes(error))
    }
}

/// The chain of causes without the address.
fn causes(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}
