// SPDX-License-Identifier: AGPL-3.0-or-later
//! What an operator decides about the gateway.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use thiserror::Error;
use tramite_domain::institution::ACCOUNT_DELAY_SECONDS;
use tramite_domain::person::RETENTION_YEARS;
use tramite_pagopa::checkout::CheckoutClient;
use url::Url;

/// How long the body of a request may take to come, where nobody says otherwise: who sends slower holds memory and a
/// connection, and says nothing (reliability.md 34).
const BODY_TIME_MAX: Duration = Duration::from_secs(10);

/// The gateway's settings.
#[derive(Debug, Clone)]
pub struct GatewaySettings {
    public_url: String,
    /// How many requests are served at most.
    pub limits: RateLimits,
    /// Proxies whose word on the address of their client is believed (`X-Forwarded-For`).
    pub trusted_proxies: Vec<IpAddr>,
    /// How long after its decision a change of an account or a beneficiary takes effect, in seconds.
    pub account_delay_seconds: i64,
    /// For how many years accounting is kept before the persons in it go.
    pub retention_years: u8,
    /// Whether receipts that never came are asked for: the worker has somebody to ask.
    pub recovers_receipts: bool,
    /// Where carts are minted; none where citizens are sent nowhere.
    pub checkout: Option<CheckoutClient>,
    /// How long the body of a request may take to come.
    pub body_time_max: Duration,
    /// Whether operators have a listener of their own: the public one does not serve their routes then.
    pub platform_apart: bool,
    /// Whether, in a sandbox, citizens may be sent back to http addresses of this machine.
    pub loopback_return: bool,
}

/// The public address is not one that a token or a link could carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the public URL must be http or https, with a host and without user, path, query and fragment")]
pub struct PublicUrlError;

impl GatewaySettings {
    /// Settings with the default limits.
    ///
    /// # Errors
    /// [`PublicUrlError`].
    pub fn new(public_url: &str) -> Result<Self, PublicUrlError> {
        let url = Url::parse(public_url).map_err(|_| PublicUrlError)?;
        let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
        let web = matches!(url.scheme(), "http" | "https") && url.has_host() && url.fragment().is_none();
        let given = public_url.strip_suffix('/').unwrap_or(public_url);
        // What was given must be what is meant: no default port, no upper case, no dots to resolve.
        let canonical = url.as_str().strip_suffix('/').unwrap_or(url.as_str());
        // A path of its own would stand in front of none of the paths that answers name (`Location`, links of documents):
        // Tramite has a host name to itself.
        if !plain || !web || url.path() != "/" || given != canonical {
            return Err(PublicUrlError);
        }
        Ok(Self {
            public_url: given.to_owned(),
            limits: RateLimits::default(),
            trusted_proxies: Vec::new(),
            account_delay_seconds: ACCOUNT_DELAY_SECONDS,
            retention_years: RETENTION_YEARS,
            recovers_receipts: false,
            checkout: None,
            body_time_max: BODY_TIME_MAX,
            platform_apart: false,
            loopback_return: true,
        })
    }

    /// The address under which the world reaches us, without a final slash.
    #[must_use]
    pub fn public_url(&self) -> &str {
        &self.public_url
    }

    /// Who makes our tokens.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.public_url
    }

    /// For whom access tokens are made: this API.
    #[must_use]
    pub fn audience(&self) -> String {
        format!("{}/v1", self.public_url)
    }

    /// Whether browsers may be told to come by https only.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https:")
    }
}

/// How many requests are served at most (api.md, Conventions).
#[derive(Debug, Clone, Copy)]
pub struct RateLimits {
    /// Requests of one client for one institution, a second.
    pub client_per_second: NonZeroU32,
    /// As many at once.
    pub client_burst: NonZeroU32,
    /// Tokens of one client, a minute.
    pub token_client_per_minute: NonZeroU32,
    /// Requests for tokens of one source, a minute.
    pub token_source_per_minute: NonZeroU32,
    /// Requests without a token of one source, a second.
    pub source_per_second: NonZeroU32,
    /// As many at once.
    pub source_burst: NonZeroU32,
    /// Requests of one client that wait for a session to move, at a time.
    pub waits_per_client: NonZeroU32,
    /// Look-ups in vain of other institutions' notices by one client, an hour.
    pub misses_per_hour: NonZeroU32,
    /// Look-ups of notices on hosted pages by one source, a minute.
    pub lookups_source_per_minute: NonZeroU32,
    /// The same for one tax code, whoever asks; beyond it answers come later.
    pub lookups_code_per_minute: NonZeroU32,
    /// The same for one institution, likewise.
    pub lookups_institution_per_minute: NonZeroU32,
    /// Submissions on hosted pages by one source, a minute.
    pub submissions_source_per_minute: NonZeroU32,
    /// The same for one tax code, whoever submits.
    pub submissions_code_per_minute: NonZeroU32,
    /// The same for one institution.
    pub submissions_institution_per_minute: NonZeroU32,
}

const fn number(value: u32) -> NonZeroU32 {
    match NonZeroU32::new(value) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

impl Default for RateLimits {
    fn default() -> Self {
        Self {
            client_per_second: number(50),
            client_burst: number(200),
            token_client_per_minute: number(30),
            token_source_per_minute: number(300),
            source_per_second: number(10),
            source_burst: number(50),
            waits_per_client: number(20),
            misses_per_hour: number(30),
            lookups_source_per_minute: number(20),
            lookups_code_per_minute: number(6),
            lookups_institution_per_minute: number(300),
            submissions_source_per_minute: number(20),
            submissions_code_per_minute: number(6),
            submissions_institution_per_minute: number(300),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_address_is_plain_and_carries_no_final_slash() {
        for (given, kept) in [
            ("https://tramite.example.it", "https://tramite.example.it"),
            ("https://tramite.example.it/", "https://tramite.example.it"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("https://tramite.example.it:8443", "https://tramite.example.it:8443"),
        ] {
            assert_eq!(GatewaySettings::new(given).unwrap().public_url(), kept);
        }
        for wrong in [
            "",
            "tramite.example.it",
            "ftp://a",
            "https://a:443",
            "https://u@a",
            "https://a?b",
            "https://a#b",
            "HTTPS://a",
            "https://example.it/tramite",
        ] {
            assert!(GatewaySettings::new(wrong).is_err(), "{wrong}");
        }
    }
}
