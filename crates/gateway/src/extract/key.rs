// SPDX-License-Identifier: AGPL-3.0-or-later
//! The Idempotency-Key of a request.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::HeaderMap;
use actix_web::{FromRequest, HttpRequest};
use sha2::{Digest, Sha256};

use crate::problem::{Code, Problem};

/// The header.
const HEADER: &str = "idempotency-key";
/// Longest key, in characters.
const KEY_CHARS_MAX: usize = 255;

/// The key of the intention behind a request, as it is kept: hashed, with the operation it was used for.
///
/// The client and the institution it belongs to come from the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// SHA-256 of the key.
    pub sha256: [u8; 32],
    /// The method.
    pub method: String,
    /// The path as it was routed, whichever of its characters the caller wrote as escapes: the same key on another resource is another
    /// intention, and the same resource with other escapes is not. What is erased is found by it, too.
    pub path: String,
}

/// The one key that the headers bring: 1 to 255 visible ASCII characters.
///
/// # Errors
/// [`Code::IdempotencyKeyRequired`] where there is none, more than one, or one of another form.
pub(crate) fn check_key(headers: &HeaderMap) -> Result<&str, Problem> {
    let mut all = headers.get_all(HEADER);
    let (first, second) = (all.next(), all.next());
    let text = first.filter(|_| second.is_none()).and_then(|value| value.to_str().ok());
    text.filter(|text| (1..=KEY_CHARS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()))
        .ok_or_else(|| Problem::new(Code::IdempotencyKeyRequired))
}

impl FromRequest for IdempotencyKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(check_key(request.headers()).map(|key| Self {
            sha256: Sha256::digest(key.as_bytes()).into(),
            method: request.method().as_str().to_owned(),
            path: routed(request.match_info().as_str()),
        }))
    }
}

/// A decoded path as it may be kept: PostgreSQL keeps no zero byte in a text. No decoded path holds this escape otherwise, for the
/// percent sign itself stays one.
fn routed(path: &str) -> String {
    path.replace('\0', "%00")
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(keys: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for key in keys {
            headers.append(HeaderName::from_static(HEADER), HeaderValue::from_bytes(key.as_bytes()).unwrap());
        }
        headers
    }

    #[test]
    fn a_path_is_kept_as_it_was_routed_but_for_what_a_text_cannot_hold() {
        assert_eq!(routed("/v1/checkout-sessions"), "/v1/checkout-sessions");
        assert_eq!(routed("/v1/services/a\0b"), "/v1/services/a%00b");
    }

    #[test]
    fn a_key_is_one_header_of_visible_ascii() {
        let longest = "k".repeat(KEY_CHARS_MAX);
        for right in ["a", "8e03978e-40d5-43e8-bc93-6894a57f9324", "!~", longest.as_str()] {
            assert_eq!(check_key(&headers(&[right])).unwrap(), right);
        }
        let too_long = format!("{longest}k");
        for wrong in [&[][..], &[""], &["a b"], &["à"], &["a", "b"], &[too_long.as_str()]] {
            assert_eq!(check_key(&headers(wrong)).unwrap_err().code(), Code::IdempotencyKeyRequired, "{wrong:?}");
        }
    }
}
