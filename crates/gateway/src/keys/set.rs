// SPDX-License-Identifier: AGPL-3.0-or-later
//! The keys of all purposes at one moment.

use serde_json::{Value, json};
use tramite_domain::time::Instant;

use super::es256::SigningKey;
use super::link::LinkKey;
use super::{Purpose, VerifyingKey};

/// How long a new key is published before it signs, in seconds: every process and every reader has it by then. A process reads
/// the keys once a minute, a reader keeps what it got for five more, and clocks may differ by one.
pub(super) const SETTLE_SECONDS: i64 = 300 + 60 + 60;

/// The keys that hold, each list in the order in which they were made.
pub(super) struct KeySet {
    pub(super) loaded_at: Instant,
    pub(super) access: Vec<SigningKey>,
    pub(super) returns: Vec<SigningKey>,
    pub(super) links: Vec<LinkKey>,
}

impl KeySet {
    /// Whether there is a key for a purpose.
    pub(super) fn has(&self, purpose: Purpose) -> bool {
        match purpose {
            Purpose::AccessToken => !self.access.is_empty(),
            Purpose::CheckoutReturn => !self.returns.is_empty(),
            Purpose::SessionLink => !self.links.is_empty(),
        }
    }

    /// Whether that key of access tokens is known.
    pub(super) fn knows(&self, kid: &str) -> bool {
        self.access.iter().any(|key| key.kid() == kid)
    }

    /// The key that checks access tokens of that id; keys of other purposes check none.
    pub(super) fn verifying(&self, kid: &str) -> Option<VerifyingKey> {
        self.access.iter().find(|key| key.kid() == kid).map(SigningKey::verifying)
    }

    /// The key that signs now: the newest that everybody knows, else the oldest.
    pub(super) fn signing(&self, purpose: Purpose, now: Instant) -> Option<&SigningKey> {
        let keys = match purpose {
            Purpose::AccessToken => &self.access,
            Purpose::CheckoutReturn => &self.returns,
            Purpose::SessionLink => return None,
        };
        let settled = keys.iter().rev().find(|key| now.seconds_since(key.created_at) >= SETTLE_SECONDS);
        settled.or_else(|| keys.first())
    }

    /// The public parts.
    pub(super) fn public_jwks(&self) -> Value {
        let keys: Vec<Value> = self.access.iter().chain(&self.returns).map(SigningKey::jwk).collect();
        json!({"keys": keys})
    }
}
