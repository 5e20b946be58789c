// SPDX-License-Identifier: AGPL-3.0-or-later
//! How many requests are served at most (api.md, Conventions), and whose word on a client's address is believed.

use std::net::IpAddr;
use std::num::NonZeroU32;

use clap::Args;
use tramite_gateway::RateLimits;

use super::reader::{Reader, present};

const EXPECTED: &str = "a number from 1 to 1000000";
const NUMBER_MAX: u32 = 1_000_000;

/// How many requests are served at most.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct LimitOptions {
    /// Requests of one client for one institution, a second [default: 50]
    #[arg(long, env = "TRAMITE_LIMIT_CLIENT_PER_SECOND", value_name = "NUMBER")]
    pub(crate) limit_client_per_second: Option<String>,
    /// As many of them at once [default: 200]
    #[arg(long, env = "TRAMITE_LIMIT_CLIENT_BURST", value_name = "NUMBER")]
    pub(crate) limit_client_burst: Option<String>,
    /// Tokens of one client, a minute [default: 30]
    #[arg(long, env = "TRAMITE_LIMIT_TOKEN_CLIENT_PER_MINUTE", value_name = "NUMBER")]
    pub(crate) limit_token_client_per_minute: Option<String>,
    /// Requests for tokens of one source, a minute [default: 300]
    #[arg(long, env = "TRAMITE_LIMIT_TOKEN_SOURCE_PER_MINUTE", value_name = "NUMBER")]
    pub(crate) limit_token_source_per_minute: Option<String>,
    /// Requests without a token of one source, a second [default: 10]
    #[arg(long, env = "TRAMITE_LIMIT_SOURCE_PER_SECOND", value_name = "NUMBER")]
    pub(crate) limit_source_per_second: Option<String>,
    /// As many of them at once [default: 50]
    #[arg(long, env = "TRAMITE_LIMIT_SOURCE_BURST", value_name = "NUMBER")]
    pub(crate) limit_source_burst: Option<String>,
    /// Requests of one client that wait for a session to move, at a time [default: 20]
    #[arg(long, env = "TRAMITE_LIMIT_WAITS_PER_CLIENT", value_name = "NUMBER")]
    pub(crate) limit_waits_per_client: Option<String>,
    /// Look-ups in vain of other institutions' notices by one client, an hour [default: 30]
    #[arg(long, env = "TRAMITE_LIMIT_MISSES_PER_HOUR", value_name = "NUMBER")]
    pub(crate) limit_misses_per_hour: Option<String>,
    /// Look-ups of notices on hosted pages by one source, a minute [default: 20]
    #[arg(long, env = "TRAMITE_LIMIT_LOOKUPS_SOURCE_PER_MINUTE", value_name = "NUMBER")]
    pub(crate) limit_lookups_source_per_minute: Option<String>,
    /// The same for one tax code; beyond it answers come later [default: 6]
    #[arg(long, env = "TRAMITE_LIMIT_LOOKUPS_CODE_PER_MINUTE", value_name = "NUMBER")]
    pub(crate) limit_lookups_code_per_minute: Option<String>,
    /// The same for one institution, likewise [default: 300]
    #[arg(long, env = "TRAMITE_LIMIT_LOOKUPS_INSTITUTION_PER_MINUTE", value_name = "NUMBER")]
    pub(crate) limit_lookups_institution_per_minute: Option<String>,
    /// Submissions on hosted pages by one source, a minute [default: 20]
    #[arg(long, env = "TRAMITE_LIMIT_SUBMISSIONS_SOURCE_PER_MINUTE", value_name = "NUMBER")]
    pub(crate) limit_submissions_source_per_minute: Option<String>,
    /// The same for one tax code [default: 6]
    #[arg(long, env = "TRAMITE_LIMIT_SUBMISSIONS_CODE_PER_MINUTE", value_name = "NUMBER")]
    pub(crate) limit_submissions_code_per_minute: Option<String>,
    /// The same for one institution [default: 300]
    #[arg(long, env = "TRAMITE_LIMIT_SUBMISSIONS_INSTITUTION_PER_MINUTE", value_name = "NUMBER")]
    pub(crate) limit_submissions_institution_per_minute: Option<String>,
    /// Proxies whose `X-Forwarded-For` is believed: IP addresses separated by commas [default: none]
    #[arg(long, env = "TRAMITE_TRUSTED_PROXIES", value_name = "ADDRESSES")]
    pub(crate) trusted_proxies: Option<String>,
}

impl LimitOptions {
    /// Reads the limits.
    pub(super) fn read(&self, reader: &mut Reader) -> RateLimits {
        let usual = RateLimits::default();
        let mut number = |variable, given: &Option<String>, default: NonZeroU32| {
            reader.or_default(variable, given.as_deref(), EXPECTED, default, |text| {
                text.parse().ok().filter(|number: &NonZeroU32| number.get() <= NUMBER_MAX)
            })
        };
        RateLimits {
            client_per_second: number(
                "TRAMITE_LIMIT_CLIENT_PER_SECOND",
                &self.limit_client_per_second,
                usual.client_per_second,
            ),
            client_burst: number("TRAMITE_LIMIT_CLIENT_BURST", &self.limit_client_burst, usual.client_burst),
            token_client_per_minute: number(
                "TRAMITE_LIMIT_TOKEN_CLIENT_PER_MINUTE",
                &self.limit_token_client_per_minute,
                usual.token_client_per_minute,
            ),
            token_source_per_minute: number(
                "TRAMITE_LIMIT_TOKEN_SOURCE_PER_MINUTE",
                &self.limit_token_source_per_minute,
                usual.token_source_per_minute,
            ),
            source_per_second: number(
                "TRAMITE_LIMIT_SOURCE_PER_SECOND",
                &self.limit_source_per_second,
                usual.source_per_second,
            ),
            source_burst: number("TRAMITE_LIMIT_SOURCE_BURST", &self.limit_source_burst, usual.source_burst),
            waits_per_client: number(
                "TRAMITE_LIMIT_WAITS_PER_CLIENT",
                &self.limit_waits_per_client,
                usual.waits_per_client,
            ),
            misses_per_hour: number(
                "TRAMITE_LIMIT_MISSES_PER_HOUR",
                &self.limit_misses_per_hour,
                usual.misses_per_hour,
            ),
            lookups_source_per_minute: number(
                "TRAMITE_LIMIT_LOOKUPS_SOURCE_PER_MINUTE",
                &self.limit_lookups_source_per_minute,
                usual.lookups_source_per_minute,
            ),
            lookups_code_per_minute: number(
                "TRAMITE_LIMIT_LOOKUPS_CODE_PER_MINUTE",
                &self.limit_lookups_code_per_minute,
                usual.lookups_code_per_minute,
            ),
            lookups_institution_per_minute: number(
                "TRAMITE_LIMIT_LOOKUPS_INSTITUTION_PER_MINUTE",
                &self.limit_lookups_institution_per_minute,
                usual.lookups_institution_per_minute,
            ),
            submissions_source_per_minute: number(
                "TRAMITE_LIMIT_SUBMISSIONS_SOURCE_PER_MINUTE",
                &self.limit_submissions_source_per_minute,
                usual.submissions_source_per_minute,
            ),
            submissions_code_per_minute: number(
                "TRAMITE_LIMIT_SUBMISSIONS_CODE_PER_MINUTE",
                &self.limit_submissions_code_per_minute,
                usual.submissions_code_per_minute,
            ),
            submissions_institution_per_minute: number(
                "TRAMITE_LIMIT_SUBMISSIONS_INSTITUTION_PER_MINUTE",
                &self.limit_submissions_institution_per_minute,
                usual.submissions_institution_per_minute,
            ),
        }
    }

    /// Reads the proxies.
    pub(super) fn proxies(&self, reader: &mut Reader) -> Vec<IpAddr> {
        const VARIABLE: &str = "TRAMITE_TRUSTED_PROXIES";
        let Some(text) = present(self.trusted_proxies.as_deref()) else {
            reader.hold(VARIABLE, None, false);
            return Vec::new();
        };
        let read: Result<Vec<IpAddr>, _> = text.split(',').map(|one| one.trim().parse()).collect();
        match read {
            Ok(proxies) => {
                reader.hold(VARIABLE, Some(text.to_owned()), true);
                proxies
            }
            Err(_) => {
                reader.wrong(VARIABLE, format!("{text:?} is wrong; expected IP addresses separated by commas"));
                Vec::new()
            }
        }
    }
}
