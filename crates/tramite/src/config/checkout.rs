// SPDX-License-Identifier: AGPL-3.0-or-later
//! Where carts are posted, and the key of our subscription there.

use clap::Args;
use tramite_pagopa::checkout::{InvalidKey, SubscriptionKey};
use url::Url;

use super::addresses::{WEB_EXPECTED, web_address};
use super::problem::WrongConfiguration;
use super::reader::{Reader, present};
use super::secret_file::read_secret;

/// Where the API of Checkout stands on its host, when the setting names the host alone.
const USUAL_PATH: &str = "/checkout/ec/v2";

/// What is sent where no key was given. A sandbox asks for none.
const NO_KEY: &str = "none";

/// Where carts are posted.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct CheckoutOptions {
    /// The Checkout API: `https://api.platform.pagopa.it/checkout/ec/v2`, or a sandbox; the host alone is enough
    #[arg(long, env = "TRAMITE_CHECKOUT_URL", value_name = "URL")]
    pub(crate) checkout_url: Option<String>,
    /// The file with the subscription key for the Checkout API; a sandbox needs none
    #[arg(long, env = "TRAMITE_CHECKOUT_API_KEY_FILE", value_name = "FILE")]
    pub(crate) checkout_api_key_file: Option<String>,
}

/// Where carts are posted, read.
#[derive(Debug, Clone)]
pub(crate) struct CheckoutSettings {
    /// The base of the API.
    pub(crate) url: Url,
    /// The key of our subscription.
    pub(crate) key: SubscriptionKey,
    /// Whether a key was given.
    pub(crate) has_key: bool,
}

impl CheckoutOptions {
    /// Reads all of it; none where something is wrong.
    pub(super) fn read(&self, reader: &mut Reader) -> Option<CheckoutSettings> {
        let url = reader.required("TRAMITE_CHECKOUT_URL", self.checkout_url.as_deref(), WEB_EXPECTED, |text| {
            web_address(text).map(with_path)
        });
        let has_key = present(self.checkout_api_key_file.as_deref()).is_some();
        let key = self.key(reader);
        Some(CheckoutSettings { url: url?, key: key?, has_key })
    }

    fn key(&self, reader: &mut Reader) -> Option<SubscriptionKey> {
        const VARIABLE: &str = "TRAMITE_CHECKOUT_API_KEY_FILE";
        if present(self.checkout_api_key_file.as_deref()).is_none() {
            reader.hold(VARIABLE, None, false);
            return SubscriptionKey::new(NO_KEY).ok();
        }
        let secret = read_secret(reader, VARIABLE, self.checkout_api_key_file.as_deref())?;
        match SubscriptionKey::new(&secret) {
            Ok(key) => Some(key),
            Err(error) => {
                reader.wrong(VARIABLE, format!("the key in the file cannot be used: {error}"));
                None
            }
        }
    }
}

/// The API of a simulated Checkout, which asks for no key.
pub(crate) fn sandbox_checkout(sandbox_url: &Url) -> Result<(Url, SubscriptionKey), WrongConfiguration> {
    let wrong = |error: InvalidKey| WrongConfiguration::one("TRAMITE_CHECKOUT_API_KEY_FILE", error.to_string());
    Ok((with_path(sandbox_url.clone()), SubscriptionKey::new(NO_KEY).map_err(wrong)?))
}

/// The host alone stands for the API in its usual place.
fn with_path(mut url: Url) -> Url {
    if matches!(url.path(), "" | "/") {
        url.set_path(USUAL_PATH);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_alone_stands_for_the_api_in_its_usual_place() {
        let read = |text: &str| with_path(web_address(text).unwrap()).to_string();
        assert_eq!(read("http://sandbox:9000"), "http://sandbox:9000/checkout/ec/v2");
        assert_eq!(read("http://sandbox:9000/"), "http://sandbox:9000/checkout/ec/v2");
        assert_eq!(read("https://a.it/other/v3"), "https://a.it/other/v3");
    }
}
