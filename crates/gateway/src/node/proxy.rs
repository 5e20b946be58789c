// SPDX-License-Identifier: AGPL-3.0-or-later
//! A proxy of ours that speaks mutual TLS with the Node and passes on whose certificate it saw (RFC 9440). Its word
//! counts only with a secret that nobody else has.

use std::fmt;

use actix_web::http::header::{HeaderMap, HeaderName};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tramite_domain::time::Instant;

use super::peers::{Peers, RefusedPeer};
use crate::soap::Peer;

/// Where the proxy says its secret.
pub const PROXY_SECRET_HEADER: &str = "tramite-proxy-secret";
/// Where the proxy says whose certificate it saw: a byte sequence of RFC 8941 with the DER form.
const CLIENT_CERT: HeaderName = HeaderName::from_static("client-cert");
const SECRET: HeaderName = HeaderName::from_static(PROXY_SECRET_HEADER);
/// What only a proxy may say; nothing behind the proof ever sees it.
const OF_PROXIES: [HeaderName; 3] = [CLIENT_CERT, SECRET, HeaderName::from_static("client-cert-chain")];

/// A proxy and the peers that it may speak for. Its secret is kept as SHA-256 and never printed.
#[derive(Clone)]
pub struct Proxy {
    secret_sha256: [u8; 32],
    peers: Peers,
}

impl Proxy {
    /// A proxy that knows this secret.
    #[must_use]
    pub fn new(secret: &[u8], peers: Peers) -> Self {
        Self { secret_sha256: Sha256::digest(secret).into(), peers }
    }

    /// The peer of a request, and its headers without what only a proxy may say.
    ///
    /// # Errors
    /// [`RefusedPeer`]; the headers are cleared in any case.
    pub(super) fn prove(&self, headers: &mut HeaderMap, now: Instant) -> Result<Peer, RefusedPeer> {
        let proved = self.read(headers, now);
        for name in &OF_PROXIES {
            headers.remove(name);
        }
        proved
    }

    fn read(&self, headers: &HeaderMap, now: Instant) -> Result<Peer, RefusedPeer> {
        let secret = only(headers, &SECRET).ok_or(RefusedPeer::WrongSecret)?;
        let given: [u8; 32] = Sha256::digest(secret.as_bytes()).into();
        if !bool::from(given.ct_eq(&self.secret_sha256)) {
            return Err(RefusedPeer::WrongSecret);
        }
        let told = only(headers, &CLIENT_CERT).ok_or(RefusedPeer::NoCertificate)?;
        let encoded = told.strip_prefix(':').and_then(|rest| rest.strip_suffix(':')).ok_or(RefusedPeer::Unreadable)?;
        let certificate = STANDARD.decode(encoded).map_err(|_| RefusedPeer::Unreadable)?;
        self.peers.prove(&certificate, now)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Proxy").field("secret", &"***").field("peers", &self.peers).finish()
    }
}

/// A header that is there once. Twice is one too many: we and the proxy might read another one.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut all = headers.get_all(name);
    let first = all.next()?;
    if all.next().is_some() { None } else { first.to_str().ok().map(str::trim) }
}
