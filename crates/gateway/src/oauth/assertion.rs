// SPDX-License-Identifier: AGPL-3.0-or-later
//! `private_key_jwt` (RFC 7523): a client proves itself by what only its own key can sign, for us, for a few minutes, once.

use serde_json::Value;
use sha2::{Digest, Sha256};
use tramite_domain::access::Client;
use tramite_domain::ids::ClientId;
use tramite_domain::time::Instant;

use crate::auth::{LEEWAY_SECONDS, Span, Token, TokenError};
use crate::gateway::Gateway;
use crate::keys::VerifyingKey;
use crate::problem::Problem;

/// What the form calls such a proof.
pub(super) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How far ahead an assertion may end, in seconds.
const AHEAD_SECONDS_MAX: i64 = 300;
/// Longest id of an assertion, in bytes.
const ID_BYTES_MAX: usize = 256;
/// What it may call itself, where it says anything.
const TYPES: [&str; 2] = ["JWT", "client-authentication+jwt"];
/// What goes before whose it is and its id, so that no other token is taken for it.
const ONCE: &[u8] = b"client_assertion";

/// Whom an assertion names, if it has the form of one. Nothing of it is believed yet.
pub(super) fn named(assertion: &str) -> Option<ClientId> {
    Token::read(assertion).ok()?.unproved().ok()?.get("sub")?.as_str()?.parse().ok()
}

/// Whether the client's own key signed the assertion, it is for us and now, and nobody has shown it before.
///
/// # Errors
/// Whatever keeps the store from telling: then it proves nothing.
pub(super) async fn proves(gateway: &Gateway, client: &Client, assertion: &str) -> Result<bool, Problem> {
    let now = gateway.now();
    let Ok(claimed) = read(assertion, client, gateway.settings().issuer(), now) else { return Ok(false) };
    Ok(gateway.store().system().use_once(claimed.once, claimed.ends_at).await?)
}

/// What is remembered of an assertion.
#[derive(Debug, PartialEq, Eq)]
struct Claimed {
    once: [u8; 32],
    ends_at: Instant,
}

fn read(assertion: &str, client: &Client, issuer: &str, now: Instant) -> Result<Claimed, TokenError> {
    let token = Token::read(assertion)?;
    if !token.is_untyped() && !token.is_of(&TYPES) {
        return Err(TokenError);
    }
    let kid = token.key_id().ok_or(TokenError)?;
    let live = client.keys.iter().find(|key| key.id.as_str() == kid && key.live_at(now)).ok_or(TokenError)?;
    let claims = token.claims(&VerifyingKey::of(&live.public).map_err(|_| TokenError)?)?;
    let (id, span) = (client.id.to_string(), Span::of(&claims)?);
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let own = text("iss") == Some(&id) && text("sub") == Some(&id);
    let soon = span.exp <= now.datetime().timestamp().saturating_add(AHEAD_SECONDS_MAX);
    let jti = text("jti").filter(|jti| (1..=ID_BYTES_MAX).contains(&jti.len())).ok_or(TokenError)?;
    if !(own && is_for(&claims, issuer) && soon && span.holds(now)) {
        return Err(TokenError);
    }
    let once = Sha256::new().chain_update(ONCE).chain_update(client.id.uuid().as_bytes()).chain_update(jti);
    // Remembered for as long as it could be shown.
    let left = span.exp.saturating_sub(now.datetime().timestamp()).saturating_add(LEEWAY_SECONDS);
    Ok(Claimed { once: once.finalize().into(), ends_at: now.plus_seconds(left.saturating_add(1)) })
}

/// Whether the assertion is for us and nobody else: our issuer, or a list of it alone.
fn is_for(claims: &Value, issuer: &str) -> bool {
    match claims.get("aud") {
        Some(Value::String(one)) => one == issuer,
        Some(Value::Array(all)) => matches!(all.as_slice(), [Value::String(one)] if one == issuer),
        _ => false,
    }
}
