// SPDX-License-Identifier: AGPL-3.0-or-later
//! What every process of one installation is told: `serve` and `worker` take the same settings, so that neither can be
//! run against the rules of the other.

use clap::Args;
use tramite_domain::institution::ACCOUNT_DELAY_SECONDS;
use tramite_domain::journal::{RETENTION_MONTHS_MAX, RETENTION_MONTHS_MIN};
use tramite_domain::person::{RETENTION_YEARS, RETENTION_YEARS_MAX, RETENTION_YEARS_MIN};
use tramite_storage::StoreSettings;
use url::Url;

use super::addresses::{PUBLIC_EXPECTED, public_address};
use super::checkout::{CheckoutOptions, CheckoutSettings};
use super::node::NodeAuth;
use super::reader::Reader;
use super::receipts::{ReceiptsOptions, ReceiptsSettings};
use super::store::StoreOptions;

/// The longest time that a change of an account may take, in seconds: thirty days.
const ACCOUNT_DELAY_SECONDS_MAX: i64 = 30 * 86_400;

/// What every process of one installation is told.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ServiceOptions {
    #[command(flatten)]
    pub(crate) store: StoreOptions,
    /// Where the world reaches the gateway; it stands in links, tokens and errors
    #[arg(long, env = "TRAMITE_PUBLIC_URL", value_name = "URL")]
    pub(crate) public_url: Option<String>,
    #[command(flatten)]
    pub(crate) checkout: CheckoutOptions,
    #[command(flatten)]
    pub(crate) receipts: ReceiptsOptions,
    /// How the Node proves itself: none, mtls or proxy [default: none, for a sandbox alone]
    #[arg(long, env = "TRAMITE_NODE_AUTH", value_name = "WAY")]
    pub(crate) node_auth: Option<String>,
    /// Whether citizens may be sent back to http addresses of this machine, in a sandbox: true or false [default: true in a sandbox]
    #[arg(long, env = "TRAMITE_LOOPBACK_RETURN", value_name = "BOOLEAN")]
    pub(crate) loopback_return: Option<String>,
    /// How long after its decision a change of an account or beneficiary takes effect, in seconds [default: 86400]
    #[arg(long, env = "TRAMITE_ACCOUNT_DELAY", value_name = "SECONDS")]
    pub(crate) account_delay: Option<String>,
    /// For how many months the journal of messages is kept; never less than 24 [default: 24]
    #[arg(long, env = "TRAMITE_JOURNAL_MONTHS", value_name = "MONTHS")]
    pub(crate) journal_months: Option<String>,
    /// For how many years after the end of its own accounting is kept before the persons in it go; 5 to 50 [default: 10]
    #[arg(long, env = "TRAMITE_RETENTION_YEARS", value_name = "YEARS")]
    pub(crate) retention_years: Option<String>,
}

/// What every process of one installation is told, read.
pub(crate) struct ServiceSettings {
    /// Where the data are.
    pub(crate) store: StoreSettings,
    /// Where the world reaches the gateway.
    pub(crate) public_url: Url,
    /// Where carts are posted.
    pub(crate) checkout: CheckoutSettings,
    /// Where receipts that never came are asked for; none where nobody asks.
    pub(crate) receipts: Option<ReceiptsSettings>,
    /// How the Node proves itself.
    pub(crate) node_auth: NodeAuth,
    /// Whether citizens may be sent back to this machine; none where nobody said so.
    pub(crate) loopback_return: Option<bool>,
    /// How long after its decision a change of an account or beneficiary takes effect, in seconds.
    pub(crate) account_delay_seconds: i64,
    /// For how many months the journal is kept.
    pub(crate) journal_months: u32,
    /// For how many years accounting is kept before the persons in it go.
    pub(crate) retention_years: u8,
}

impl ServiceOptions {
    /// Reads all of it; none where something is wrong.
    pub(crate) fn read(&self, reader: &mut Reader) -> Option<ServiceSettings> {
        let store = self.store.read(reader);
        let public_url =
            reader.required("TRAMITE_PUBLIC_URL", self.public_url.as_deref(), PUBLIC_EXPECTED, public_address);
        let checkout = self.checkout.read(reader);
        let receipts = self.receipts.read(reader);
        let node_auth = reader.or_default(
            "TRAMITE_NODE_AUTH",
            self.node_auth.as_deref(),
            NodeAuth::EXPECTED,
            NodeAuth::None,
            NodeAuth::named,
        );
        let loopback_return =
            reader.optional("TRAMITE_LOOPBACK_RETURN", self.loopback_return.as_deref(), "true or false", |text| {
                text.parse().ok()
            });
        let account_delay_seconds = reader.or_default(
            "TRAMITE_ACCOUNT_DELAY",
            self.account_delay.as_deref(),
            "seconds, 0 to 2592000",
            ACCOUNT_DELAY_SECONDS,
            |text| text.parse().ok().filter(|seconds| (0..=ACCOUNT_DELAY_SECONDS_MAX).contains(seconds)),
        );
        let journal_months = reader.or_default(
            "TRAMITE_JOURNAL_MONTHS",
            self.journal_months.as_deref(),
            "months, 24 to 1200",
            RETENTION_MONTHS_MIN,
            |text| text.parse().ok().filter(|months| (RETENTION_MONTHS_MIN..=RETENTION_MONTHS_MAX).contains(months)),
        );
        let retention_years = reader.or_default(
            "TRAMITE_RETENTION_YEARS",
            self.retention_years.as_deref(),
            "years, 5 to 50",
            RETENTION_YEARS,
            |text| text.parse().ok().filter(|years| (RETENTION_YEARS_MIN..=RETENTION_YEARS_MAX).contains(years)),
        );
        Some(ServiceSettings {
            store: store?,
            public_url: public_url?,
            checkout: checkout?,
            receipts,
            node_auth,
            loopback_return,
            account_delay_seconds,
            journal_months,
            retention_years,
        })
    }
}
