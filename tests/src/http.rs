// SPDX-License-Identifier: AGPL-3.0-or-later
//! Clients that trust no certificate of the machine. A client reads all of those when it is made, which takes longer than most of what
//! a journey asks, and journeys speak with programs on this machine: without TLS, or by a certificate that the journey itself made.

use reqwest::{Client, ClientBuilder, IntoUrl, Response};

/// A client that is not built yet.
pub fn builder() -> ClientBuilder {
    Client::builder().no_proxy().tls_certs_only([])
}

/// A client with connections of its own.
///
/// # Panics
/// Where none can be made.
#[must_use]
pub fn client() -> Client {
    builder().build().expect("a client")
}

/// Asks once.
///
/// # Errors
/// Where there is no answer.
pub async fn get(url: impl IntoUrl) -> Result<Response, reqwest::Error> {
    client().get(url).send().await
}
