// SPDX-License-Identifier: AGPL-3.0-or-later
//! From the text of one of our own access tokens to its claims (RFC 9068).

use serde::Deserialize;
use tramite_domain::time::Instant;

use super::Claims;
use super::token::{Span, Token, TokenError};
use crate::keys::VerifyingKey;

/// What an access token calls itself (RFC 9068, 2.1), in both spellings.
const ACCESS_TYPES: [&str; 2] = ["at+jwt", "application/at+jwt"];

/// Where and when a token must hold.
pub(crate) struct Expected<'a> {
    /// Its issuer.
    pub(crate) issuer: &'a str,
    /// Its audience.
    pub(crate) audience: &'a str,
    /// The instant of the request.
    pub(crate) now: Instant,
}

/// The claims of a token that this key of ours signed and that holds now.
pub(crate) fn verified(token: &Token<'_>, expected: &Expected<'_>, key: &VerifyingKey) -> Result<Claims, TokenError> {
    if !token.is_of(&ACCESS_TYPES) {
        return Err(TokenError);
    }
    let claims = Claims::deserialize(token.claims(key)?).map_err(|_| TokenError)?;
    check_claims(&claims, expected)?;
    Ok(claims)
}

fn check_claims(claims: &Claims, expected: &Expected<'_>) -> Result<(), TokenError> {
    let issued_here = claims.iss == expected.issuer && claims.aud == expected.audience;
    let span = Span { iat: Some(claims.iat), nbf: claims.nbf, exp: claims.exp };
    let one_actor = claims.act.as_ref().is_none_or(|actor| actor.sub == claims.client_id);
    let one_subject = claims.sub == claims.client_id && one_actor;
    if issued_here && span.holds(expected.now) && one_subject { Ok(()) } else { Err(TokenError) }
}
