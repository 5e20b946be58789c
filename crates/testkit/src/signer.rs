// SPDX-License-Identifier: AGPL-3.0-or-later
//! Somebody with a key of their own: a client that proves itself, another issuer, a forger.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaKeyPair,
};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

/// Bytes of a coordinate of P-256.
const COORDINATE_BYTES: usize = 32;
/// Where the modulus of a key of 2048 bits stands in its DER form, behind three lengths and a zero.
const MODULUS_AT: usize = 9;
const MODULUS_BYTES: usize = 256;

/// A key that signs tokens of any form.
#[derive(Debug)]
pub struct Signer {
    /// What it is called in headers.
    pub kid: String,
    key: Key,
}

#[derive(Debug)]
enum Key {
    Point(EcdsaKeyPair),
    Rsa(RsaKeyPair, &'static str),
}

impl Signer {
    /// A new key of P-256.
    ///
    /// # Panics
    /// Where the library makes none.
    #[must_use]
    pub fn es256(kid: &str) -> Self {
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.expect("a key").as_ref());
        Self { kid: kid.to_owned(), key: Key::Point(pair.expect("a key")) }
    }

    /// A new RSA key of 2048 bits for PKCS#1 v1.5.
    #[must_use]
    pub fn rs256(kid: &str) -> Self {
        Self::rsa(kid, "RS256")
    }

    /// A new RSA key of 2048 bits for PSS.
    #[must_use]
    pub fn ps256(kid: &str) -> Self {
        Self::rsa(kid, "PS256")
    }

    fn rsa(kid: &str, algorithm: &'static str) -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
        Self { kid: kid.to_owned(), key: Key::Rsa(pair, algorithm) }
    }

    /// What it signs by.
    #[must_use]
    pub const fn algorithm(&self) -> &'static str {
        match &self.key {
            Key::Point(_) => "ES256",
            Key::Rsa(_, algorithm) => algorithm,
        }
    }

    /// Its public half (RFC 7517).
    #[must_use]
    pub fn jwk(&self) -> Value {
        let text = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        let mut jwk = match &self.key {
            Key::Point(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(COORDINATE_BYTES);
                json!({"kty": "EC", "crv": "P-256", "x": text(x), "y": text(y)})
            }
            Key::Rsa(pair, _) => {
                let der = pair.public_key().as_ref();
                json!({"kty": "RSA", "n": text(&der[MODULUS_AT..MODULUS_AT + MODULUS_BYTES]), "e": "AQAB"})
            }
        };
        jwk["kid"] = json!(self.kid);
        jwk["alg"] = json!(self.algorithm());
        jwk
    }

    /// The header of its tokens.
    #[must_use]
    pub fn header(&self, kind: &str) -> Value {
        json!({"alg": self.algorithm(), "kid": self.kid, "typ": kind})
    }

    /// Signs whatever stands there.
    ///
    /// # Panics
    /// Where the library does not.
    #[must_use]
    pub fn sign(&self, header: &Value, claims: &str) -> String {
        let message = message(header, claims);
        let random = SystemRandom::new();
        let signature = match &self.key {
            Key::Point(pair) => pair.sign(&random, message.as_bytes()).expect("it signs").as_ref().to_vec(),
            Key::Rsa(pair, algorithm) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let done = match *algorithm {
                    "PS256" => pair.sign(&RSA_PSS_SHA256, &random, message.as_bytes(), &mut signature),
                    _ => pair.sign(&RSA_PKCS1_SHA256, &random, message.as_bytes(), &mut signature),
                };
                done.expect("it signs");
                signature
            }
        };
        format!("{message}.{}", BASE64URL_NOPAD.encode(&signature))
    }

    /// A token of that type with those claims.
    #[must_use]
    pub fn token(&self, kind: &str, claims: &Value) -> String {
        self.sign(&self.header(kind), &claims.to_string())
    }
}

/// What a signature is made over.
#[must_use]
pub fn message(header: &Value, claims: &str) -> String {
    let encode = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
    format!("{}.{}", encode(&header.to_string()), encode(claims))
}
