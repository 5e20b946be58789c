// SPDX-License-Identifier: AGPL-3.0-or-later
//! Where Checkout wants the citizen.

use std::fmt;

use url::Url;

use super::failure::Unavailable;

/// The longest `Location` that is taken, in bytes.
const LOCATION_BYTES_MAX: usize = 4_096;

/// The address of one cart at Checkout. Whoever has it may pay it, so it prints without path and query.
#[derive(Clone, PartialEq, Eq)]
pub struct CheckoutUrl(Url);

impl CheckoutUrl {
    /// Checks a `Location`: absolute, http or https with a host, no user in it; never http where we asked over https.
    pub(super) fn from_location(location: &str, asked: &Url) -> Result<CheckoutUrl, Unavailable> {
        let wrong = Unavailable::BadRedirect;
        if location.len() > LOCATION_BYTES_MAX {
            return Err(wrong("the location is too long"));
        }
        let url = Url::parse(location).map_err(|_| wrong("the location is not an absolute address"))?;
        let is_secure = url.scheme() == "https" || (url.scheme() == "http" && asked.scheme() == "http");
        if !is_secure {
            return Err(wrong("the location is neither https nor as secure as the question"));
        }
        if url.host_str().is_none_or(str::is_empty) || !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("the location has no host, or a user"));
        }
        Ok(CheckoutUrl(url))
    }

    /// The address, for the citizen's browser alone: never for a log.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The address as a URL.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.0
    }
}

impl fmt::Debug for CheckoutUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "CheckoutUrl({}/***)", self.0.host_str().unwrap_or_default())
    }
}
