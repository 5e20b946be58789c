// SPDX-License-Identifier: AGPL-3.0-or-later
//! Where receipts that never came are asked for, and the key of our subscription there. Without an address nobody asks.

use clap::Args;
use tramite_pagopa::checkout::SubscriptionKey;
use url::Url;

use super::addresses::{WEB_EXPECTED, web_address};
use super::reader::{Reader, present};
use super::secret_file::read_secret;

/// Where the receipts API stands on its host, when the setting names the host alone.
const USUAL_PATH: &str = "/bizevents/service/v1";

/// What is sent where no key was given. A sandbox asks for none.
const NO_KEY: &str = "none";

/// Where receipts are asked for.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ReceiptsOptions {
    /// The receipts API: `https://api.platform.pagopa.it/bizevents/service/v1`, or a sandbox; the host alone is enough [default: none, then receipts are not recovered]
    #[arg(long, env = "TRAMITE_RECEIPTS_URL", value_name = "URL")]
    pub(crate) receipts_url: Option<String>,
    /// The file with the subscription key for the receipts API; a sandbox needs none
    #[arg(long, env = "TRAMITE_RECEIPTS_API_KEY_FILE", value_name = "FILE")]
    pub(crate) receipts_api_key_file: Option<String>,
}

/// Where receipts are asked for, read.
#[derive(Debug, Clone)]
pub(crate) struct ReceiptsSettings {
    /// The base of the API.
    pub(crate) url: Url,
    /// The key of our subscription.
    pub(crate) key: SubscriptionKey,
    /// Whether a key was given.
    pub(crate) has_key: bool,
}

impl ReceiptsOptions {
    /// Reads all of it; none where nothing is asked for.
    pub(super) fn read(&self, reader: &mut Reader) -> Option<ReceiptsSettings> {
        let url = reader.optional("TRAMITE_RECEIPTS_URL", self.receipts_url.as_deref(), WEB_EXPECTED, |text| {
            web_address(text).map(with_path)
        });
        let has_key = present(self.receipts_api_key_file.as_deref()).is_some();
        let key = self.key(reader);
        Some(ReceiptsSettings { url: url?, key: key?, has_key })
    }

    fn key(&self, reader: &mut Reader) -> Option<SubscriptionKey> {
        const VARIABLE: &str = "TRAMITE_RECEIPTS_API_KEY_FILE";
        if present(self.receipts_api_key_file.as_deref()).is_none() {
            reader.hold(VARIABLE, None, false);
            return SubscriptionKey::new(NO_KEY).ok();
        }
        let secret = read_secret(reader, VARIABLE, self.receipts_api_key_file.as_deref())?;
        match SubscriptionKey::new(&secret) {
            Ok(key) => Some(key),
            Err(error) => {
                reader.wrong(VARIABLE, format!("the key in the file cannot be used: {error}"));
                None
            }
        }
    }
}

/// The receipts API of a simulated Node, on its host.
pub(crate) fn sandbox_receipts(sandbox_url: &Url) -> Url {
    with_path(sandbox_url.clone())
}

/// The host alone stands for the API in its usual place.
fn with_path(mut url: Url) -> Url {
    if matches!(url.path(), "" | "/") {
        url.set_path(USUAL_PATH);
    }
    url
}
