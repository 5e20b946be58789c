// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the sandbox is told at its start, and whether it may start at all.

use std::fmt;
use std::time::Duration;

use reqwest::Client;
use thiserror::Error;
use tramite_domain::tax_code::InstitutionTaxCode;
use url::Url;

use crate::limits::{GATEWAY_ATTEMPTS_MAX, GATEWAY_CUTOFF_MS, GATEWAY_PAUSE_MS};

/// The header in which Tramite tells its environment with every answer (api.md, Environments).
pub(crate) const ENVIRONMENT_HEADER: &str = "Tramite-Environment";

/// The environment this crate has no business with.
pub(crate) const PRODUCTION: &str = "production";

/// What the sandbox is told at its start.
#[derive(Clone)]
pub struct SandboxSettings {
    /// Where browsers reach the sandbox: http or https, without a path.
    pub public_url: Url,
    /// Tramite's SOAP endpoint, `…/soap/pa-for-node`.
    pub soap_url: Url,
    /// The broker of every station that names no other.
    pub broker_tax_code: InstitutionTaxCode,
    /// A page of Tramite's gateway, usually `…/status`: it is asked for its environment before the start.
    pub gateway_status_url: Option<Url>,
    /// The subscription key that carts are posted with; without it anybody may.
    pub api_key: Option<String>,
}

impl fmt::Debug for SandboxSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SandboxSettings")
            .field("public_url", &self.public_url.as_str())
            .field("soap_url", &self.soap_url.as_str())
            .field("broker_tax_code", &self.broker_tax_code)
            .field("gateway_status_url", &self.gateway_status_url.as_ref().map(Url::as_str))
            .field("api_key", &self.api_key.as_ref().map(|_| "***"))
            .finish()
    }
}

/// Why the sandbox does not start.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StartError {
    /// The gateway moves real money.
    #[error("the gateway says production: the sandbox never speaks to it")]
    Production,
    /// What answers does not tell an environment, so it cannot be known to be a sandbox.
    #[error("what answers at the gateway's address tells no environment")]
    NotTramite,
    /// Nobody answers.
    #[error("the gateway does not answer")]
    GatewayUnreachable,
    /// An address that is not http or https, or the public one with a path.
    #[error("{0} must be an http or https address, without a path if it is the public one")]
    Url(&'static str),
    /// No HTTP client could be made.
    #[error("no HTTP client could be made")]
    Client,
}

impl SandboxSettings {
    pub(crate) fn check(&self) -> Result<(), StartError> {
        let web = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
        // The pages link to each other from the root.
        if !web(&self.public_url) || self.public_url.path() != "/" || self.public_url.query().is_some() {
            return Err(StartError::Url("the public address"));
        }
        if !web(&self.soap_url) {
            return Err(StartError::Url("the SOAP endpoint"));
        }
        if self.gateway_status_url.as_ref().is_some_and(|url| !web(url)) {
            return Err(StartError::Url("the gateway's address"));
        }
        Ok(())
    }

    /// An address of ours, from a path that begins with a slash.
    pub(crate) fn address(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.as_str().trim_end_matches('/'))
    }
}

/// Asks the gateway for its environment, for a while: the two may be started together.
pub(crate) async fn check_gateway(client: &Client, status_url: &Url) -> Result<(), StartError> {
    for attempt in 1..=GATEWAY_ATTEMPTS_MAX {
        let question = client.get(status_url.clone()).timeout(Duration::from_millis(GATEWAY_CUTOFF_MS));
        if let Ok(answer) = question.send().await {
            let environment = answer.headers().get(ENVIRONMENT_HEADER).map(reqwest::header::HeaderValue::as_bytes);
            match environment {
                Some(environment) if environment == PRODUCTION.as_bytes() => return Err(StartError::Production),
                Some(_) => return Ok(()),
                // A proxy speaks for a gateway that is not there yet.
                None if answer.status().is_server_error() => {}
                None => return Err(StartError::NotTramite),
            }
        }
        if attempt < GATEWAY_ATTEMPTS_MAX {
            tokio::time::sleep(Duration::from_millis(GATEWAY_PAUSE_MS)).await;
        }
    }
    Err(StartError::GatewayUnreachable)
}
