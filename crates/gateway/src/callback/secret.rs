// SPDX-License-Identifier: AGPL-3.0-or-later
//! Secrets of callbacks: each is made of the institution's key, the service and a number, so that none stands in the database.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tramite_domain::ident::ServiceCode;
use tramite_domain::secret::Secret;
use tramite_domain::service::AmountCallback;

/// What the key is used for, so that it could never vouch for anything else.
const CONTEXT: &[u8] = b"tramite amount callback v1";
/// How Standard Webhooks marks a secret.
const PREFIX: &str = "whsec_";

/// The secrets that sign now: the present one, and the one before it.
pub(super) fn live(key: &Secret<[u8; 32]>, code: &ServiceCode, callback: &AmountCallback) -> Vec<Secret<[u8; 32]>> {
    let numbers = [Some(callback.secret), callback.former_secret];
    numbers.into_iter().flatten().filter_map(|number| secret(key, code, number)).collect()
}

/// A secret as the institution keeps it.
pub(crate) fn secret_text(key: &Secret<[u8; 32]>, code: &ServiceCode, number: i64) -> Option<Secret<String>> {
    secret(key, code, number).map(|secret| Secret::new(format!("{PREFIX}{}", STANDARD.encode(secret.expose()))))
}

fn secret(key: &Secret<[u8; 32]>, code: &ServiceCode, number: i64) -> Option<Secret<[u8; 32]>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose()).ok()?;
    mac.update(CONTEXT);
    // The length comes first: no code and number are those of another.
    mac.update(&[u8::try_from(code.as_str().len()).ok()?]);
    mac.update(code.as_str().as_bytes());
    mac.update(&number.to_be_bytes());
    Some(Secret::new(mac.finalize().into_bytes().into()))
}
