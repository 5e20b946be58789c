// SPDX-License-Identifier: AGPL-3.0-or-later
//! From the text of a token to its claims (RFC 8725). The key decides the algorithm, never the token; addresses and
//! keys that a token brings along (`jku`, `x5u`, `jwk`) are not looked at; nothing is fetched.

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, crypto};
use serde::Deserialize;
use serde_json::Value;
use tramite_domain::time::Instant;

use super::Claims;
use crate::extract::strict;
use crate::keys::VerifyingKey;

/// Longest token read, in bytes: one of a delegation that names as many services as it may, with the longest codes.
const TOKEN_BYTES_MAX: usize = 16 * 1_024;
/// Longest key id looked up, in bytes.
const KID_BYTES_MAX: usize = 64;
/// How far clocks may differ, in seconds.
const LEEWAY_SECONDS: i64 = 60;
/// What an access token calls itself (RFC 9068, 2.1), in both spellings.
const TYPES: [&str; 2] = ["at+jwt", "application/at+jwt"];

/// The token is not accepted. Why is nobody's business but ours, and one answer serves all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TokenError;

/// Where and when a token must hold.
pub(crate) struct Expected<'a> {
    /// Its issuer.
    pub(crate) issuer: &'a str,
    /// Its audience.
    pub(crate) audience: &'a str,
    /// The instant of the request.
    pub(crate) now: Instant,
}

/// The claims of a token that one of our keys signed and that holds now.
pub(crate) fn verified(
    token: &str,
    expected: &Expected<'_>,
    key_of: impl FnOnce(&str) -> Option<VerifyingKey>,
) -> Result<Claims, TokenError> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(TokenError);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(TokenError)?;
    let (header, payload) = message.split_once('.').ok_or(TokenError)?;
    let header = object(header)?;
    let kid = checked_header(&header)?;
    let key = key_of(kid).ok_or(TokenError)?;
    match crypto::verify(signature, message.as_bytes(), key.decoding(), Algorithm::ES256) {
        Ok(true) => {}
        _ => return Err(TokenError),
    }
    let claims = Claims::deserialize(object(payload)?).map_err(|_| TokenError)?;
    check_claims(&claims, expected)?;
    Ok(claims)
}

/// The key that a token names, if it has the form of one of ours at all.
pub(crate) fn key_id(token: &str) -> Option<String> {
    let (header, _) = token.get(..TOKEN_BYTES_MAX).unwrap_or(token).split_once('.')?;
    let header = object(header).ok()?;
    checked_header(&header).ok().map(str::to_owned)
}

/// One part of a token: base64url without padding, of a JSON object whose members stand once.
fn object(part: &str) -> Result<Value, TokenError> {
    let bytes = BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| TokenError)?;
    strict(&bytes).ok().filter(Value::is_object).ok_or(TokenError)
}

/// The key id of a header that is one of ours in form.
fn checked_header(header: &Value) -> Result<&str, TokenError> {
    let text = |name| header.get(name).and_then(Value::as_str);
    let kind = text("typ").is_some_and(|kind| TYPES.iter().any(|one| one.eq_ignore_ascii_case(kind)));
    let algorithm = text("alg") == Some("ES256");
    // An extension that must be understood is none that we understand.
    let extension = header.get("crit").is_some() || header.get("zip").is_some();
    let kid = text("kid").filter(|kid| kid.len() <= KID_BYTES_MAX);
    kid.filter(|_| kind && algorithm && !extension).ok_or(TokenError)
}

fn check_claims(claims: &Claims, expected: &Expected<'_>) -> Result<(), TokenError> {
    let now = expected.now.datetime().timestamp();
    let issued_here = claims.iss == expected.issuer && claims.aud == expected.audience;
    let alive = claims.exp.saturating_add(LEEWAY_SECONDS) > now;
    let begun = claims.iat <= now.saturating_add(LEEWAY_SECONDS)
        && claims.nbf.is_none_or(|from| from <= now.saturating_add(LEEWAY_SECONDS));
    let one_actor = claims.act.as_ref().is_none_or(|actor| actor.sub == claims.client_id);
    let one_subject = claims.sub == claims.client_id && one_actor;
    if issued_here && alive && begun && one_subject { Ok(()) } else { Err(TokenError) }
}
