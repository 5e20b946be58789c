// SPDX-License-Identifier: AGPL-3.0-or-later
//! The exchange with the receipts API: one GET, never repeated, never followed.

use reqwest::header::ACCEPT;
use reqwest::{Client, Response};
use thiserror::Error;
use tramite_telemetry::trace::{self, TRACEPARENT};
use url::Url;

use crate::checkout::{KEY_HEADER, client_to, no_answer, retry_after_seconds};
use crate::checkout::{Limits, SubscriptionKey, Unavailable};

/// The largest receipt that is read, in bytes: as large as the Node's message may be.
pub const RECEIPT_BYTES_MAX: usize = 512 * 1024;

/// Why there is no client.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReceiptsClientError {
    /// The base address is not an absolute http or https address.
    #[error("the base address of the receipts API must be an absolute http or https address")]
    BaseUrl,
    /// TLS could not be set up.
    #[error("no HTTP client: {0}")]
    Setup(String),
}

/// Why there is no receipt, told apart by what can be done about it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReceiptsFailure {
    /// 404: the platform knows no such receipt, now.
    #[error("the platform knows no such receipt")]
    NotFound,
    /// 400 or 422: it never will.
    #[error("the platform refused the question with {0}")]
    Refused(u16),
    /// More than is read.
    #[error("the answer is longer than a receipt may be")]
    TooLong,
    /// No answer one could use; another time there may be one.
    #[error("the receipts API is not available: {0}")]
    Unavailable(#[from] Unavailable),
}

/// A client of the receipts API for one subscription. Cheap to clone; connections are shared.
#[derive(Debug, Clone)]
pub struct ReceiptsClient {
    client: Client,
    base: Url,
    key: SubscriptionKey,
}

impl ReceiptsClient {
    /// A client for `{base}/organizations/…`.
    ///
    /// # Errors
    /// [`ReceiptsClientError`].
    pub fn new(base: &str, key: SubscriptionKey) -> Result<ReceiptsClient, ReceiptsClientError> {
        let base = Url::parse(base.trim_end_matches('/')).map_err(|_| ReceiptsClientError::BaseUrl)?;
        let web = matches!(base.scheme(), "http" | "https") && base.has_host();
        if !web || base.query().is_some() || base.fragment().is_some() {
            return Err(ReceiptsClientError::BaseUrl);
        }
        let client = client_to(&base, Limits::default()).map_err(ReceiptsClientError::Setup)?;
        Ok(ReceiptsClient { client, base, key })
    }

    /// Where a receipt is asked for: the journal tells it.
    ///
    /// # Errors
    /// Where the address cannot have a path; the client would not have been made.
    pub fn address(&self, organization: &str, iur: &str, iuv: &str) -> Result<Url, ReceiptsFailure> {
        let mut url = self.base.clone();
        let path = ["organizations", organization, "receipts", iur, "paymentoptions", iuv];
        url.path_segments_mut().map_err(|()| ReceiptsFailure::Refused(400))?.pop_if_empty().extend(path);
        Ok(url)
    }

    /// Asks once for the receipt of an institution by the two references of its settlement line; its bytes as they came.
    ///
    /// # Errors
    /// [`ReceiptsFailure`].
    pub async fn receipt(&self, organization: &str, iur: &str, iuv: &str) -> Result<Vec<u8>, ReceiptsFailure> {
        let url = self.address(organization, iur, iuv)?;
        let mut request = self.client.get(url).header(KEY_HEADER, self.key.header()).header(ACCEPT, "application/json");
        if let Some(parent) = trace::outgoing() {
            request = request.header(TRACEPARENT, parent);
        }
        let response = request.send().await.map_err(|error| ReceiptsFailure::Unavailable(no_answer(error)))?;
        match response.status().as_u16() {
            200 => bounded(response).await,
            404 => Err(ReceiptsFailure::NotFound),
            status @ (400 | 422) => Err(ReceiptsFailure::Refused(status)),
            status @ (401 | 403) => Err(Unavailable::KeyRefused(status).into()),
            429 => {
                let retry_after_seconds = retry_after_seconds(&response);
                Err(Unavailable::TooManyRequests { retry_after_seconds }.into())
            }
            status @ 500..=599 => Err(Unavailable::ServerError(status).into()),
            status => Err(Unavailable::Unexpected(status).into()),
        }
    }
}

async fn bounded(mut response: Response) -> Result<Vec<u8>, ReceiptsFailure> {
    let mut body = Vec::new();
    loop {
        let chunk = response.chunk().await.map_err(|error| ReceiptsFailure::Unavailable(no_answer(error)))?;
        let Some(chunk) = chunk else { return Ok(body) };
        if body.len().saturating_add(chunk.len()) > RECEIPT_BYTES_MAX {
            return Err(ReceiptsFailure::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
}
