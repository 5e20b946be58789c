// SPDX-License-Identifier: AGPL-3.0-or-later
//! Strong entity tags: the row version and the status derived from it and the clock, so that a state that changed by
//! time alone is another version too.

use std::fmt;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// A strong entity tag, quotes included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Etag(String);

impl Etag {
    /// The tag of a row at a version and in a status.
    #[must_use]
    pub fn of(version: i64, status: &str) -> Self {
        Self(format!("\"{version}-{status}\""))
    }

    /// The tag of a row without a status.
    #[must_use]
    pub fn version(version: i64) -> Self {
        Self(format!("\"{version}\""))
    }

    /// The tag of a document, by all that it is made of.
    #[must_use]
    pub fn digest(made_of: &str) -> Self {
        let digest = HEXLOWER.encode(&Sha256::digest(made_of.as_bytes()));
        Self(format!("\"{digest}\""))
    }

    /// The tag of a file, by its SHA-256.
    #[must_use]
    pub fn sha256(digest: &[u8; 32]) -> Self {
        Self(format!("\"{}\"", HEXLOWER.encode(digest)))
    }

    /// The tag as it stands in a header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Etag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
