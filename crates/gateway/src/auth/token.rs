// SPDX-License-Identifier: AGPL-3.0-or-later
//! A signed token (RFC 7515, 8725), whoever made it. The key decides the algorithm, never the token; addresses and keys that
//! a token brings along (`jku`, `x5u`, `jwk`) are not looked at; nothing is fetched.

use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;
use tramite_domain::time::Instant;

use crate::extract::strict;
use crate::keys::VerifyingKey;

/// Longest token read, in bytes: one of a delegation that names as many services as it may, with the longest codes.
const TOKEN_BYTES_MAX: usize = 16 * 1_024;
/// Longest key id looked up, in bytes.
const KID_BYTES_MAX: usize = 64;
/// How far clocks may differ, in seconds.
pub(crate) const LEEWAY_SECONDS: i64 = 60;

/// The token is not accepted. Why is nobody's business but ours, and one answer serves all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TokenError;

/// A token that has the form of one. Nothing of it is believed before [`Token::claims`].
pub(crate) struct Token<'a> {
    header: Value,
    message: &'a str,
    payload: &'a str,
    signature: &'a str,
}

impl<'a> Token<'a> {
    /// Reads the form of a token.
    pub(crate) fn read(text: &'a str) -> Result<Self, TokenError> {
        if text.len() > TOKEN_BYTES_MAX {
            return Err(TokenError);
        }
        let (message, signature) = text.rsplit_once('.').ok_or(TokenError)?;
        let (header, payload) = message.split_once('.').ok_or(TokenError)?;
        let header = object(header)?;
        // An extension that must be understood is none that we understand.
        if header.get("crit").is_some() || header.get("zip").is_some() {
            return Err(TokenError);
        }
        Ok(Self { header, message, payload, signature })
    }

    /// A member of the header that is a text.
    fn told(&self, name: &str) -> Option<&str> {
        self.header.get(name).and_then(Value::as_str)
    }

    /// Whether it calls itself one of these.
    pub(crate) fn is_of(&self, types: &[&str]) -> bool {
        self.told("typ").is_some_and(|kind| types.iter().any(|one| one.eq_ignore_ascii_case(kind)))
    }

    /// Whether it says nothing of what it is.
    pub(crate) fn is_untyped(&self) -> bool {
        self.header.get("typ").is_none()
    }

    /// The key that it names.
    pub(crate) fn key_id(&self) -> Option<&str> {
        self.told("kid").filter(|kid| kid.len() <= KID_BYTES_MAX)
    }

    /// A member of the header as it stands there, for whoever needs a key that the token itself brings along.
    pub(crate) fn member(&self, name: &str) -> Option<&Value> {
        self.header.get(name)
    }

    /// The claims, where the key signed them. The algorithm is the key's; a token that names another is not the key's.
    pub(crate) fn claims(&self, key: &VerifyingKey) -> Result<Value, TokenError> {
        let named = self.told("alg") == Some(key.algorithm().name());
        if named && key.signed(self.signature, self.message.as_bytes()) { self.unproved() } else { Err(TokenError) }
    }

    /// What the token claims, proved by nobody: good to look for whose key is to prove it.
    pub(crate) fn unproved(&self) -> Result<Value, TokenError> {
        object(self.payload)
    }
}

/// One part of a token: base64url without padding, of a JSON object whose members stand once.
fn object(part: &str) -> Result<Value, TokenError> {
    let bytes = BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| TokenError)?;
    strict(&bytes).ok().filter(Value::is_object).ok_or(TokenError)
}

/// When a token holds, in seconds since 1970.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    /// When it was made, where it says so.
    pub(crate) iat: Option<i64>,
    /// Not before, where it says so.
    pub(crate) nbf: Option<i64>,
    /// When it ends.
    pub(crate) exp: i64,
}

impl Span {
    /// What claims say: each a whole number, and the end is obligatory.
    pub(crate) fn of(claims: &Value) -> Result<Self, TokenError> {
        let seconds = |name: &str| match claims.get(name) {
            None => Ok(None),
            Some(value) => value.as_i64().map(Some).ok_or(TokenError),
        };
        Ok(Self { iat: seconds("iat")?, nbf: seconds("nbf")?, exp: seconds("exp")?.ok_or(TokenError)? })
    }

    /// Whether it holds at an instant, by clocks that differ by a minute at most.
    pub(crate) fn holds(&self, now: Instant) -> bool {
        let now = now.datetime().timestamp();
        let begun = |at: Option<i64>| at.is_none_or(|from| from <= now.saturating_add(LEEWAY_SECONDS));
        self.exp.saturating_add(LEEWAY_SECONDS) > now && begun(self.iat) && begun(self.nbf)
    }
}
