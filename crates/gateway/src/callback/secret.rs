// SPDX-License-Identifier: AGPL-3.0-or-later
//! Secrets of callbacks: each is made of the institution's key, the service and a number, so that none stands in the database.

use tramite_domain::ident::ServiceCode;
use tramite_domain::mac::mac;
use tramite_domain::secret::Secret;
use tramite_domain::service::AmountCallback;

/// What the key is used for, so that it could never vouch for anything else.
const CONTEXT: &[u8] = b"tramite amount callback v1";

/// The secrets that sign now: the present one, and the one before it; none where a code is longer than any may be.
pub(super) fn live(
    key: &Secret<[u8; 32]>,
    code: &ServiceCode,
    callback: &AmountCallback,
) -> Option<Vec<Secret<[u8; 32]>>> {
    let numbers = [Some(callback.secret), callback.former_secret];
    numbers.into_iter().flatten().map(|number| secret(key, code, number)).collect()
}

/// A secret as the institution keeps it.
pub(crate) fn secret_text(key: &Secret<[u8; 32]>, code: &ServiceCode, number: i64) -> Option<Secret<String>> {
    secret(key, code, number).as_ref().map(tramite_outbound::secret_text)
}

fn secret(key: &Secret<[u8; 32]>, code: &ServiceCode, number: i64) -> Option<Secret<[u8; 32]>> {
    let code = code.as_str().as_bytes();
    // The length comes first: no code and number are those of another.
    let length = [u8::try_from(code.len()).ok()?];
    Some(Secret::new(mac(key.expose(), &[CONTEXT, &length, code, &number.to_be_bytes()])))
}
