// SPDX-License-Identifier: AGPL-3.0-or-later
//! Public keys with which others prove themselves (RFC 7517): each has one algorithm, which no token chooses.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::named::named;
use crate::time::Instant;
use crate::violation::{Place, Violations};

/// Live keys a client may have at a time, so that it can change them without a pause.
pub const LIVE_KEYS_MAX: usize = 2;
/// Longest name of a key, in characters.
pub const KEY_ID_CHARS_MAX: usize = 64;
/// Bits of an RSA key.
pub const RSA_BITS_MIN: usize = 2_048;
/// Bits of the longest RSA key, for each check costs more the longer it is.
pub const RSA_BITS_MAX: usize = 4_096;
/// The one public exponent, 65537 in base64url.
const RSA_EXPONENT: &str = "AQAB";
/// Bytes of a coordinate of the curve P-256.
const COORDINATE_BYTES: usize = 32;
/// Members of a key that only its owner may have.
const PRIVATE_MEMBERS: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "oth"];
/// Members that lead elsewhere, or carry what nobody looks at.
const FOREIGN_MEMBERS: [&str; 4] = ["x5u", "x5c", "x5t", "x5t#S256"];
/// Members that a public key may have.
const PUBLIC_MEMBERS: [&str; 9] = ["kty", "crv", "x", "y", "n", "e", "alg", "use", "kid"];

/// The name of a key in the headers of tokens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(String);

/// A text is no name of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("A key is named by 1 to 64 letters, digits, `-`, `_` and `.`, not beginning with a dot.")]
pub struct KeyIdError;

impl FromStr for KeyId {
    type Err = KeyIdError;

    fn from_str(text: &str) -> Result<Self, KeyIdError> {
        let right = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let named = (1..=KEY_ID_CHARS_MAX).contains(&text.len()) && text.chars().all(right) && !text.starts_with('.');
        if named { Ok(Self(text.to_owned())) } else { Err(KeyIdError) }
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl KeyId {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a key verifies with, and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum KeyAlgorithm {
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// RSA, PKCS#1 v1.5, with SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// RSA, PSS, with SHA-256.
    #[serde(rename = "PS256")]
    Ps256,
}

named!(KeyAlgorithm { Es256 = "ES256", Rs256 = "RS256", Ps256 = "PS256" });

impl KeyAlgorithm {
    /// Every algorithm.
    pub const ALL: [Self; 3] = [Self::Es256, Self::Rs256, Self::Ps256];
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kty")]
pub enum PublicKey {
    /// A point of the curve P-256; ES256.
    #[serde(rename = "EC")]
    P256 {
        /// Its first coordinate, base64url.
        x: String,
        /// Its second one.
        y: String,
    },
    /// An RSA key; its exponent is 65537.
    #[serde(rename = "RSA")]
    Rsa {
        /// The modulus, base64url.
        n: String,
        /// RS256 or PS256.
        alg: KeyAlgorithm,
    },
}

impl PublicKey {
    /// Its one algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> KeyAlgorithm {
        match self {
            Self::P256 { .. } => KeyAlgorithm::Es256,
            Self::Rsa { alg, .. } => *alg,
        }
    }

    /// Its thumbprint (RFC 7638): SHA-256 over its members in their one order.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        let members = match self {
            Self::P256 { x, y } => format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#),
            Self::Rsa { n, .. } => format!(r#"{{"e":"{RSA_EXPONENT}","kty":"RSA","n":"{n}"}}"#),
        };
        BASE64URL_NOPAD.encode(&Sha256::digest(members.as_bytes()))
    }

    /// Modulus and exponent of an RSA key.
    #[must_use]
    pub fn rsa(&self) -> Option<(&str, &str)> {
        match self {
            Self::Rsa { n, .. } => Some((n, RSA_EXPONENT)),
            Self::P256 { .. } => None,
        }
    }
}

/// A public key of a client, kept where secrets of others are not: nothing of it is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientKey {
    /// Its name, once in its client, for ever.
    pub id: KeyId,
    /// The key.
    pub public: PublicKey,
    /// When it was registered.
    pub created_at: Instant,
    /// Not accepted from this instant on.
    pub expires_at: Option<Instant>,
}

impl ClientKey {
    /// Whether it is accepted at that instant.
    #[must_use]
    pub fn live_at(&self, now: Instant) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}

/// The members of a key as they are written: all of them texts.
pub type Members = BTreeMap<String, String>;

/// A key that somebody registers: its name, or its thumbprint where it has none, and the key.
///
/// Records what is wrong with it, all at once.
pub fn read(members: &Members, place: &Place, all: &mut Violations) -> Option<(KeyId, PublicKey)> {
    let mut faults = Violations::new();
    for name in members.keys() {
        let at = place.at(name);
        if PRIVATE_MEMBERS.contains(&name.as_str()) {
            faults.add(
                &at,
                "private_key",
                "This is the private part of a key: keep it to yourself, and make a new key, for this one was shown.",
            );
        } else if FOREIGN_MEMBERS.contains(&name.as_str()) {
            faults.add(
                &at,
                "not_allowed",
                "Certificates are not looked at, and nothing is fetched: send the key itself.",
            );
        } else if name == "k" {
            faults.add(
                &at,
                "symmetric_key",
                "A symmetric key is a secret that two know: send the public part of an EC or RSA key.",
            );
        } else if !PUBLIC_MEMBERS.contains(&name.as_str()) {
            faults.add(&at, "unknown_field", "A public key has no such member here.");
        }
    }
    let key = material(members, place, &mut faults);
    let id = match members.get("kid") {
        Some(text) => faults.take(&place.at("kid"), "invalid_key_id", text.parse()),
        None => key.as_ref().and_then(|key| key.thumbprint().parse().ok()),
    };
    let read = id.zip(key).filter(|_| faults.is_empty());
    faults.into_vec().into_iter().for_each(|fault| all.push(fault));
    read
}

/// A key of a set that is published elsewhere; none where it is not one of ours to use.
#[must_use]
pub fn published(members: &Members) -> Option<(String, PublicKey)> {
    let mut faults = Violations::new();
    let key = material(members, &Place::root(), &mut faults).filter(|_| faults.is_empty())?;
    Some((members.get("kid")?.clone(), key))
}

fn material(members: &Members, place: &Place, faults: &mut Violations) -> Option<PublicKey> {
    let named = |name: &str| members.get(name).map(String::as_str);
    if !matches!(named("use"), None | Some("sig")) {
        faults.add(&place.at("use"), "not_allowed", "The key is to sign: `use` is sig, or left out.");
    }
    match named("kty") {
        Some("EC") => point(members, place, faults),
        Some("RSA") => rsa(members, place, faults),
        Some("oct") => {
            let why = "A symmetric key is a secret that two know: send the public part of an EC or RSA key.";
            faults.add(&place.at("kty"), "symmetric_key", why);
            None
        }
        Some(_) => {
            faults.add(&place.at("kty"), "unknown_value", "Expected one of: EC, RSA.");
            None
        }
        None => {
            faults.add(&place.at("kty"), "required", "The field is missing.");
            None
        }
    }
}

fn point(members: &Members, place: &Place, faults: &mut Violations) -> Option<PublicKey> {
    if members.get("crv").map(String::as_str) != Some("P-256") {
        faults.add(&place.at("crv"), "unknown_value", "Expected P-256: another curve is not taken.");
    }
    if members.get("alg").is_some_and(|alg| alg != "ES256") {
        faults.add(
            &place.at("alg"),
            "unknown_value",
            "Expected ES256, or nothing: a key of P-256 has no other algorithm.",
        );
    }
    let mut coordinate = |name: &str| {
        let text = members.get(name);
        let right = text.filter(|text| decoded(text).is_some_and(|bytes| bytes.len() == COORDINATE_BYTES));
        if right.is_none() {
            faults.add(&place.at(name), "invalid_key", "Expected 32 bytes in base64url without padding.");
        }
        right.cloned()
    };
    let (x, y) = (coordinate("x"), coordinate("y"));
    Some(PublicKey::P256 { x: x?, y: y? })
}

fn rsa(members: &Members, place: &Place, faults: &mut Violations) -> Option<PublicKey> {
    let alg = match members.get("alg").map(String::as_str) {
        None | Some("RS256") => Some(KeyAlgorithm::Rs256),
        Some("PS256") => Some(KeyAlgorithm::Ps256),
        Some(_) => {
            faults.add(&place.at("alg"), "unknown_value", "Expected one of: RS256, PS256.");
            None
        }
    };
    if members.get("e").map(String::as_str) != Some(RSA_EXPONENT) {
        faults.add(&place.at("e"), "invalid_key", "Expected AQAB: the public exponent is 65537.");
    }
    let bytes = members.get("n").and_then(|text| decoded(text));
    let Some(bytes) = bytes.filter(|bytes| bytes.first().is_some_and(|first| *first != 0)) else {
        faults.add(
            &place.at("n"),
            "invalid_key",
            "Expected the modulus in base64url without padding and leading zeros.",
        );
        return None;
    };
    let bits = bits_of(&bytes);
    if !(RSA_BITS_MIN..=RSA_BITS_MAX).contains(&bits) {
        let why = format!("The key has {bits} bits: at least {RSA_BITS_MIN}, at most {RSA_BITS_MAX}.");
        faults.add(&place.at("n"), "invalid_key", why);
        return None;
    }
    Some(PublicKey::Rsa { n: members.get("n")?.clone(), alg: alg? })
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    BASE64URL_NOPAD.decode(text.as_bytes()).ok()
}

/// Bits of a number without leading zero bytes.
fn bits_of(bytes: &[u8]) -> usize {
    let zeros = bytes.first().map_or(0, |first| usize::try_from(first.leading_zeros()).unwrap_or_default());
    bytes.len().saturating_mul(8).saturating_sub(zeros)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(pairs: &[(&str, &str)]) -> Members {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    /// What was read, and where there were faults.
    type Told = (Option<(KeyId, PublicKey)>, Vec<(String, &'static str)>);

    fn told(pairs: &[(&str, &str)]) -> Told {
        let mut faults = Violations::new();
        let read = read(&members(pairs), &Place::root().at("public_key"), &mut faults);
        (read, faults.into_vec().into_iter().map(|fault| (fault.pointer, fault.code)).collect())
    }

    fn modulus(bytes: usize) -> String {
        BASE64URL_NOPAD.encode(&vec![0xC1; bytes])
    }

    const X: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
    const Y: &str = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";

    #[test]
    fn a_key_has_one_algorithm_and_its_thumbprint_names_it() {
        let (read, faults) = told(&[("kty", "EC"), ("crv", "P-256"), ("x", X), ("y", Y)]);
        assert_eq!(faults, []);
        let (id, key) = read.unwrap();
        assert_eq!((id.as_str(), key.algorithm()), (key.thumbprint().as_str(), KeyAlgorithm::Es256));
        let n = modulus(256);
        for (alg, algorithm) in [(None, KeyAlgorithm::Rs256), (Some("PS256"), KeyAlgorithm::Ps256)] {
            let mut pairs = vec![("kty", "RSA"), ("n", n.as_str()), ("e", "AQAB"), ("kid", "uno"), ("use", "sig")];
            pairs.extend(alg.map(|alg| ("alg", alg)));
            let (id, key) = told(&pairs).0.unwrap();
            assert_eq!((id.as_str(), key.algorithm()), ("uno", algorithm));
            let kept = serde_json::to_string(&key).unwrap();
            assert_eq!(serde_json::from_str::<PublicKey>(&kept).unwrap(), key);
        }
    }

    #[test]
    fn the_thumbprint_is_that_of_the_standard() {
        // The example of RFC 7638, 3.1.
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        let key = PublicKey::Rsa { n: n.to_owned(), alg: KeyAlgorithm::Rs256 };
        assert_eq!(key.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn what_is_no_public_key_of_ours_is_refused_with_all_its_faults() {
        let (n, short, long) = (modulus(256), modulus(255), modulus(513));
        let rsa = |more: &[(&'static str, &str)]| {
            let mut pairs: Vec<(&str, &str)> = vec![("kty", "RSA"), ("n", &n), ("e", "AQAB")];
            for (name, value) in more {
                pairs.retain(|(known, _)| known != name);
                pairs.push((name, value));
            }
            told(&pairs)
        };
        for (more, pointer, code) in [
            (("d", "AA"), "/public_key/d", "private_key"),
            (("qi", "AA"), "/public_key/qi", "private_key"),
            (("x5u", "https://example.it/cert"), "/public_key/x5u", "not_allowed"),
            (("k", "AA"), "/public_key/k", "symmetric_key"),
            (("a/b", "AA"), "/public_key/a~1b", "unknown_field"),
            (("alg", "HS256"), "/public_key/alg", "unknown_value"),
            (("alg", "none"), "/public_key/alg", "unknown_value"),
            (("use", "enc"), "/public_key/use", "not_allowed"),
            (("e", "Aw"), "/public_key/e", "invalid_key"),
            (("n", short.as_str()), "/public_key/n", "invalid_key"),
            (("n", long.as_str()), "/public_key/n", "invalid_key"),
            (("n", "AAAA"), "/public_key/n", "invalid_key"),
            (("kid", "../../etc"), "/public_key/kid", "invalid_key_id"),
            (("kty", "OKP"), "/public_key/kty", "unknown_value"),
        ] {
            assert_eq!(rsa(&[more]), (None, vec![(pointer.to_owned(), code)]), "{more:?}");
        }
        let (none, faults) = told(&[("kty", "oct"), ("k", "AA")]);
        assert!(none.is_none());
        assert!(faults.iter().all(|(_, code)| *code == "symmetric_key") && faults.len() == 2, "{faults:?}");
        let (none, faults) = told(&[("kty", "EC"), ("crv", "P-384"), ("x", "AA"), ("y", Y), ("alg", "ES384")]);
        assert!(none.is_none());
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert_eq!(told(&[]).1, [("/public_key/kty".to_owned(), "required")]);
    }
}
