// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whether a form that is posted comes from a page of ours that this browser was shown. A random cookie says which browser, a voucher
//! in the form that we made it for that one; neither says who somebody is. What a browser itself tells of where a form comes from is
//! believed as well. The voucher is another each time, so that a compressed page gives nothing of it away.

use actix_web::HttpRequest;
use actix_web::http::header::{COOKIE, HeaderName, ORIGIN};
use data_encoding::BASE64URL_NOPAD;
use rand::Rng;
use tramite_domain::time::Instant;

use crate::gateway::Gateway;

/// For how long a page that was shown is taken, in seconds: long enough to look for a document.
const PAGE_SECONDS: i64 = 4 * 3_600;
/// Bytes of the name of a browser, and of what makes each voucher another.
const RANDOM_BYTES: usize = 16;
/// What vouchers are made for.
const CONTEXT: &[u8] = b"tramite hosted page v1";
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Where a posted form comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// A page of ours, shown to this browser.
    Ours,
    /// A page of ours that is too old, or was shown before the cookie went: what was entered is shown again.
    Stale,
    /// Anywhere else.
    Foreign,
}

/// A browser, by the random name that we gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Browser([u8; RANDOM_BYTES]);

impl Browser {
    /// The one that the cookie names.
    pub(super) fn known(gateway: &Gateway, request: &HttpRequest) -> Option<Self> {
        let name = cookie_name(gateway);
        let mut all = request.headers().get_all(COOKIE).filter_map(|value| value.to_str().ok());
        let value =
            all.find_map(|text| text.split(';').find_map(|one| one.trim().strip_prefix(name)?.strip_prefix('=')));
        BASE64URL_NOPAD.decode(value?.as_bytes()).ok()?.try_into().ok().map(Self)
    }

    pub(super) fn new() -> Self {
        Self(random())
    }

    /// The cookie, until the browser is closed. `SameSite=Lax`: who comes from the institution's own site is the same browser still, and a
    /// form that is posted from elsewhere comes without it.
    pub(super) fn cookie(self, gateway: &Gateway) -> String {
        let secure = if gateway.settings().is_https() { "; Secure" } else { "" };
        let value = BASE64URL_NOPAD.encode(&self.0);
        format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}", cookie_name(gateway))
    }

    /// What a page carries that is shown to this browser now.
    pub(super) fn voucher(self, gateway: &Gateway) -> Option<String> {
        let expires = gateway.now().plus_seconds(PAGE_SECONDS).datetime().timestamp().to_be_bytes();
        let nonce: [u8; RANDOM_BYTES] = random();
        let mac = gateway.keys().vouch(CONTEXT, &[&self.0, &nonce, &expires], gateway.now())?;
        Some(BASE64URL_NOPAD.encode(&[&nonce[..], &expires[..], &mac[..]].concat()))
    }

    fn vouched(self, gateway: &Gateway, voucher: &str, now: Instant) -> bool {
        let Ok(bytes) = BASE64URL_NOPAD.decode(voucher.as_bytes()) else { return false };
        let Some((nonce, rest)) = bytes.split_first_chunk::<RANDOM_BYTES>() else { return false };
        let Some((expires, mac)) = rest.split_first_chunk::<8>() else { return false };
        let fresh = now.datetime().timestamp() < i64::from_be_bytes(*expires);
        gateway.keys().is_vouched(CONTEXT, &[&self.0, nonce, expires], mac) && fresh
    }
}

/// Whether a voucher was made for this browser, and is not too old.
pub(super) fn is_ours(gateway: &Gateway, request: &HttpRequest, voucher: &str) -> bool {
    Browser::known(gateway, request).is_some_and(|browser| browser.vouched(gateway, voucher, gateway.now()))
}

/// Where a posted form comes from.
pub(super) fn trust(gateway: &Gateway, request: &HttpRequest, voucher: Option<&str>) -> Trust {
    let told = told(gateway, request);
    if told == Some(false) {
        return Trust::Foreign;
    }
    let browser = Browser::known(gateway, request);
    match (browser.zip(voucher), told) {
        (Some((browser, voucher)), _) if browser.vouched(gateway, voucher, gateway.now()) => Trust::Ours,
        (_, Some(true)) => Trust::Stale,
        _ => Trust::Foreign,
    }
}

/// What the browser tells of where the form comes from, where it tells anything: whether it is a page of ours.
fn told(gateway: &Gateway, request: &HttpRequest) -> Option<bool> {
    let header = |name| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    match header(SEC_FETCH_SITE) {
        Some(site) => Some(site == "same-origin"),
        None => header(ORIGIN).map(|origin| origin == gateway.settings().public_url()),
    }
}

/// With the prefix a browser takes it from this host alone, over https alone.
fn cookie_name(gateway: &Gateway) -> &'static str {
    if gateway.settings().is_https() { "__Host-tramite_page" } else { "tramite_page" }
}

fn random() -> [u8; RANDOM_BYTES] {
    let mut bytes = [0; RANDOM_BYTES];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}
