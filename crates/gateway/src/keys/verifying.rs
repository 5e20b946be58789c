// SPDX-License-Identifier: AGPL-3.0-or-later
//! Public keys that check tokens: each by its one algorithm, whatever the token says.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use tramite_domain::client_key::{KeyAlgorithm, PublicKey};

use super::KeyError;

/// What an uncompressed point begins with.
const UNCOMPRESSED: u8 = 4;

/// A public key, with the one algorithm that it checks by.
#[derive(Clone)]
pub struct VerifyingKey {
    key: DecodingKey,
    algorithm: KeyAlgorithm,
}

impl VerifyingKey {
    /// The key of a point of the curve P-256.
    pub(super) fn of_point(x: &str, y: &str) -> Result<Self, KeyError> {
        let key = DecodingKey::from_ec_components(x, y).map_err(|_| KeyError::Unusable)?;
        Ok(Self { key, algorithm: KeyAlgorithm::Es256 })
    }

    /// A key of somebody else.
    pub(crate) fn of(public: &PublicKey) -> Result<Self, KeyError> {
        let key = match (public, public.rsa()) {
            (PublicKey::P256 { x, y }, _) => DecodingKey::from_ec_components(x, y),
            (_, Some((n, e))) => DecodingKey::from_rsa_components(n, e),
            (PublicKey::Rsa { .. }, None) => return Err(KeyError::Unusable),
        };
        Ok(Self { key: key.map_err(|_| KeyError::Unusable)?, algorithm: public.algorithm() })
    }

    /// What it checks by.
    pub(crate) const fn algorithm(&self) -> KeyAlgorithm {
        self.algorithm
    }

    /// Whether the key's owner signed the message.
    pub(crate) fn signed(&self, signature: &str, message: &[u8]) -> bool {
        let algorithm = match self.algorithm {
            KeyAlgorithm::Es256 => Algorithm::ES256,
            KeyAlgorithm::Rs256 => Algorithm::RS256,
            KeyAlgorithm::Ps256 => Algorithm::PS256,
        };
        matches!(crypto::verify(signature, message, &self.key, algorithm), Ok(true))
    }
}

/// Whether a key is one at all: a pair of numbers need not be a point of the curve.
pub(crate) fn is_usable(public: &PublicKey) -> bool {
    let PublicKey::P256 { x, y } = public else { return VerifyingKey::of(public).is_ok() };
    let decoded = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).unwrap_or_default();
    let point = [vec![UNCOMPRESSED], decoded(x), decoded(y)].concat();
    ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_numbers_that_are_no_point_of_the_curve_are_no_key() {
        // The example of RFC 7517, A.1.
        let x = "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4".to_owned();
        let y = "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM".to_owned();
        assert!(is_usable(&PublicKey::P256 { x: x.clone(), y: y.clone() }));
        assert!(!is_usable(&PublicKey::P256 { x: y, y: x }));
    }
}
