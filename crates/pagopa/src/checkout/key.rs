// SPDX-License-Identifier: AGPL-3.0-or-later
//! The key of our subscription at the platform's gateway.

use std::fmt;

use reqwest::header::HeaderValue;
use thiserror::Error;

/// A text cannot be a key: empty, or not fit for an HTTP header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a subscription key must be a header value of printable ASCII")]
pub struct InvalidKey;

/// The value of `Ocp-Apim-Subscription-Key`. It prints as `***` and is kept out of HTTP/2's header tables.
#[derive(Clone, PartialEq, Eq)]
pub struct SubscriptionKey(HeaderValue);

impl SubscriptionKey {
    /// A key from the configuration.
    ///
    /// # Errors
    /// [`InvalidKey`].
    pub fn new(text: &str) -> Result<SubscriptionKey, InvalidKey> {
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(InvalidKey);
        }
        let mut value = HeaderValue::from_str(text).map_err(|_| InvalidKey)?;
        value.set_sensitive(true);
        Ok(SubscriptionKey(value))
    }

    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Debug for SubscriptionKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

impl fmt::Display for SubscriptionKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}
