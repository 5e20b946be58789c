// SPDX-License-Identifier: AGPL-3.0-or-later
//! Keys that sign tokens: ES256 and nothing else.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use serde_json::{Value, json};
use tramite_domain::client_key::PublicKey;
use tramite_domain::secret::Secret;
use tramite_domain::time::Instant;

use super::{KeyError, VerifyingKey};

/// Bytes of a coordinate of the curve.
const COORDINATE_BYTES: usize = 32;

/// A key that signs, with what its readers need.
pub(crate) struct SigningKey {
    kid: String,
    pub(super) created_at: Instant,
    signing: EncodingKey,
    verifying: VerifyingKey,
    x: String,
    y: String,
}

/// A new private key, PKCS#8.
pub(super) fn generate() -> Result<Secret<Vec<u8>>, KeyError> {
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
    document.map(|pkcs8| Secret::new(pkcs8.as_ref().to_vec())).map_err(|_| KeyError::Unusable)
}

impl SigningKey {
    /// The key of a private part.
    pub(super) fn new(created_at: Instant, pkcs8: &Secret<Vec<u8>>) -> Result<Self, KeyError> {
        let pkcs8 = pkcs8.expose();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).map_err(|_| KeyError::Unusable)?;
        // An uncompressed point: the byte 4, then both coordinates.
        let point = pair.public_key().as_ref().strip_prefix(&[4]).ok_or(KeyError::Unusable)?;
        let (x, y) = point.split_at_checked(COORDINATE_BYTES).ok_or(KeyError::Unusable)?;
        let (x, y) = (BASE64URL_NOPAD.encode(x), BASE64URL_NOPAD.encode(y));
        let verifying = VerifyingKey::of_point(&x, &y)?;
        let signing = EncodingKey::from_ec_der(pkcs8);
        let kid = PublicKey::P256 { x: x.clone(), y: y.clone() }.thumbprint();
        Ok(Self { kid, created_at, signing, verifying, x, y })
    }

    /// Its id in the headers of tokens: the thumbprint of its public half, so that no two keys ever share one.
    pub(super) fn kid(&self) -> &str {
        &self.kid
    }

    /// Its public half.
    pub(super) fn verifying(&self) -> VerifyingKey {
        self.verifying.clone()
    }

    /// A token of that type with those claims.
    pub(super) fn sign<T: Serialize>(&self, kind: &str, claims: &T) -> Result<String, KeyError> {
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some(kind.to_owned());
        header.kid = Some(self.kid.clone());
        jsonwebtoken::encode(&header, claims, &self.signing).map_err(|_| KeyError::Unusable)
    }

    /// Its public half as the world reads it (RFC 7517).
    pub(super) fn jwk(&self) -> Value {
        json!({"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.kid, "x": self.x, "y": self.y})
    }
}
