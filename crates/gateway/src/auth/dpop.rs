// SPDX-License-Identifier: AGPL-3.0-or-later
//! Proofs of possession (RFC 9449): whoever shows a token that is bound to a key signs with that key which request it is for, once.

use actix_web::http::header::WWW_AUTHENTICATE;
use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tramite_domain::client_key::{KeyAlgorithm, Members, PublicKey, read};
use tramite_domain::time::Instant;
use tramite_domain::violation::{Place, Violations};
use url::Url;

use super::identify::Asked;
use super::token::{LEEWAY_SECONDS, Token};
use crate::gateway::Gateway;
use crate::keys::{VerifyingKey, is_usable};
use crate::problem::{Code, Problem};

/// The header that carries a proof.
const HEADER: &str = "dpop";
/// What a proof calls itself.
const TYPES: [&str; 1] = ["dpop+jwt"];
/// Longest id of a proof, in bytes.
const ID_BYTES_MAX: usize = 256;
/// What goes before whose it is and its id, so that no other token is taken for it.
const ONCE: &[u8] = b"dpop_proof";

/// The refusal of a token that wants a proof, or of a proof.
pub(super) fn challenge() -> Problem {
    let algorithms = KeyAlgorithm::ALL.map(KeyAlgorithm::name).join(" ");
    let text = format!("DPoP error=\"invalid_token\", algs=\"{algorithms}\"");
    Problem::new(Code::InvalidToken).with_header(WWW_AUTHENTICATE, &text)
}

/// A proof that holds, if it is shown for the first time. It is remembered last: that is a durable write, and nobody whose requests
/// are not counted causes one. It is looked for before, so that who has only seen it spends nothing of its owner's.
pub(crate) struct Once {
    sha256: [u8; 32],
    ends_at: Instant,
}

impl Once {
    /// Looks whether the proof was shown before, in whatever process.
    ///
    /// # Errors
    /// As [`Once::spend`].
    pub(crate) async fn is_new(&self, gateway: &Gateway) -> Result<(), Problem> {
        let shown = gateway.store().system().is_used(self.sha256).await?;
        if shown { Err(challenge()) } else { Ok(()) }
    }

    /// Remembers the proof, in every process.
    ///
    /// # Errors
    /// A challenge where it was shown before; whatever keeps the store from telling: then it proves nothing.
    pub(crate) async fn spend(self, gateway: &Gateway) -> Result<(), Problem> {
        let first = gateway.store().system().use_once(self.sha256, self.ends_at).await?;
        if first { Ok(()) } else { Err(challenge()) }
    }
}

/// What is left to be asked where the owner of the key of that thumbprint signed, for this request and this token, now; none
/// where it proves nothing.
pub(super) fn proves(gateway: &Gateway, asked: &Asked<'_>, token: &str, thumbprint: &str) -> Option<Once> {
    let now = gateway.now();
    let mut all = asked.headers.get_all(HEADER);
    let (Some(proof), None) = (all.next(), all.next()) else { return None };
    let claims = signed(proof.to_str().ok()?, thumbprint)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let own = format!("{}{}", gateway.settings().public_url(), asked.path);
    let same = text("htm") == Some(asked.method) && text("htu").is_some_and(|told| is_same(told, &own));
    let for_token = text("ath") == Some(BASE64URL_NOPAD.encode(&Sha256::digest(token.as_bytes())).as_str());
    let jti = text("jti").filter(|jti| (1..=ID_BYTES_MAX).contains(&jti.len()))?;
    let made = claims.get("iat").and_then(Value::as_i64).filter(|made| is_fresh(*made, now))?;
    if !same || !for_token {
        return None;
    }
    let once = Sha256::new().chain_update(ONCE).chain_update(thumbprint).chain_update([0]).chain_update(jti);
    // Remembered for as long as it could be shown.
    let left = made.saturating_sub(now.datetime().timestamp()).saturating_add(LEEWAY_SECONDS);
    let ends_at = now.plus_seconds(left.saturating_add(1));
    Some(Once { sha256: once.finalize().into(), ends_at })
}

/// The claims of a proof that the key of that thumbprint signed, which the proof brings along.
fn signed(proof: &str, thumbprint: &str) -> Option<Value> {
    let proof = Token::read(proof).ok()?;
    if !proof.is_of(&TYPES) {
        return None;
    }
    let key = public(&proof).filter(|key| key.thumbprint() == thumbprint && is_usable(key))?;
    proof.claims(&VerifyingKey::of(&key).ok()?).ok()
}

/// The public key of a proof; one that holds anything private is none.
fn public(proof: &Token<'_>) -> Option<PublicKey> {
    let written = proof.member("jwk")?.as_object()?;
    let mut members: Members =
        written.iter().map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect::<Option<_>>()?;
    members.remove("kid");
    // The key is the caller's own, so its algorithm is as well; RS256 and PS256 are equally good.
    if let Some(algorithm) = proof.member("alg").and_then(Value::as_str) {
        members.entry("alg".to_owned()).or_insert_with(|| algorithm.to_owned());
    }
    read(&members, &Place::root(), &mut Violations::new()).map(|(_, key)| key)
}

fn is_fresh(made: i64, now: Instant) -> bool {
    now.datetime().timestamp().saturating_sub(made).abs() <= LEEWAY_SECONDS
}

/// Whether two addresses are one, without query and fragment.
fn is_same(told: &str, own: &str) -> bool {
    let plain = |text: &str| {
        let mut url = Url::parse(text).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        Some(url)
    };
    plain(told).is_some_and(|told| plain(own) == Some(told))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_the_same_without_query_and_fragment_and_in_no_other_way() {
        let own = "https://tramite.example.it/v1/services";
        for same in [own, "https://TRAMITE.example.it:443/v1/services", "https://tramite.example.it/v1/services?a=1#b"]
        {
            assert!(is_same(same, own), "{same}");
        }
        for other in [
            "http://tramite.example.it/v1/services",
            "https://tramite.example.it/v1/services/",
            "https://tramite.example.it/v1",
            "https://elsewhere.example.it/v1/services",
            "/v1/services",
            "",
        ] {
            assert!(!is_same(other, own), "{other}");
        }
    }
}
