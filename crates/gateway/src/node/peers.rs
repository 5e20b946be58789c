// SPDX-License-Identifier: AGPL-3.0-or-later
//! Which peers are the Node. Their public keys are pinned: another certificate of the same authority is a stranger's.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use sha2::{Digest, Sha256};
use tramite_domain::time::Instant;
use x509_cert::Certificate;
use x509_cert::der::{Decode, Encode};

use crate::soap::Peer;

/// Keys that may be pinned at a time: those in use, and those that come next.
pub const PEERS_MAX: usize = 16;
/// Bytes of SHA-256.
const FINGERPRINT_BYTES: usize = 32;

/// SHA-256 of a public key in its DER form (SubjectPublicKeyInfo, RFC 5280).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fingerprint([u8; FINGERPRINT_BYTES]);

impl Fingerprint {
    fn of(public_key: &[u8]) -> Self {
        Self(Sha256::digest(public_key).into())
    }

    fn of_certificate(certificate: &Certificate) -> Option<Self> {
        certificate.tbs_certificate.subject_public_key_info.to_der().ok().map(|public_key| Self::of(&public_key))
    }
}

impl FromStr for Fingerprint {
    type Err = ();

    /// 64 hexadecimal characters; colons between them are allowed, for tools print them.
    fn from_str(text: &str) -> Result<Self, ()> {
        let plain: String = text.chars().filter(|character| *character != ':').collect();
        let bytes = HEXLOWER_PERMISSIVE.decode(plain.as_bytes()).map_err(|_| ())?;
        bytes.try_into().map(Self).map_err(|_| ())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&HEXLOWER.encode(&self.0))
    }
}

/// Why a peer is not let in. The code is what is counted and logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusedPeer {
    /// It showed no certificate.
    NoCertificate,
    /// What it showed is no certificate.
    Unreadable,
    /// The key is not one of the Node's.
    Unlisted,
    /// The key is one of the Node's, but the certificate has ended or has not begun.
    NotValidNow,
    /// It does not know the proxy's secret.
    WrongSecret,
    /// TLS was not agreed on, or not in time.
    Handshake,
}

impl RefusedPeer {
    /// A stable word for counters and logs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoCertificate => "no_certificate",
            Self::Unreadable => "unreadable",
            Self::Unlisted => "unlisted",
            Self::NotValidNow => "not_valid_now",
            Self::WrongSecret => "wrong_secret",
            Self::Handshake => "handshake",
        }
    }
}

/// The peer of a connection, as its handshake proved it. A connection may be kept for long, and outlive the certificate.
#[derive(Debug, Clone)]
pub struct Shown {
    peer: Peer,
    /// When the certificate ends, in seconds of Unix time.
    ends: u64,
}

impl Shown {
    /// The peer, while its certificate holds.
    ///
    /// # Errors
    /// [`RefusedPeer::NotValidNow`].
    pub(super) fn at(&self, now: Instant) -> Result<Peer, RefusedPeer> {
        if unix_seconds(now) > self.ends { Err(RefusedPeer::NotValidNow) } else { Ok(self.peer.clone()) }
    }
}

fn unix_seconds(instant: Instant) -> u64 {
    u64::try_from(instant.datetime().timestamp()).unwrap_or(0)
}

/// The peers that are let in.
#[derive(Debug, Clone)]
pub struct Peers(BTreeSet<Fingerprint>);

impl Peers {
    /// The peers with these keys; none where there is none or more than [`PEERS_MAX`].
    #[must_use]
    pub fn new(keys: impl IntoIterator<Item = Fingerprint>) -> Option<Self> {
        let keys: BTreeSet<Fingerprint> = keys.into_iter().collect();
        (1..=PEERS_MAX).contains(&keys.len()).then_some(Self(keys))
    }

    /// The peer that a certificate names, and until when; whether it is one of ours was decided by the handshake.
    #[must_use]
    pub fn shown(certificate: &[u8]) -> Option<Shown> {
        let certificate = Certificate::from_der(certificate).ok()?;
        let peer = Peer { fingerprint: Fingerprint::of_certificate(&certificate)?.to_string() };
        Some(Shown { peer, ends: certificate.tbs_certificate.validity.not_after.to_unix_duration().as_secs() })
    }

    /// Proves a certificate: its key is pinned, and it is valid now. That the peer holds the key is shown by TLS.
    ///
    /// # Errors
    /// [`RefusedPeer`].
    pub fn prove(&self, certificate: &[u8], now: Instant) -> Result<Peer, RefusedPeer> {
        let certificate = Certificate::from_der(certificate).map_err(|_| RefusedPeer::Unreadable)?;
        let fingerprint = Fingerprint::of_certificate(&certificate).ok_or(RefusedPeer::Unreadable)?;
        if !self.0.contains(&fingerprint) {
            return Err(RefusedPeer::Unlisted);
        }
        let seconds = unix_seconds(now);
        let from = certificate.tbs_certificate.validity.not_before.to_unix_duration().as_secs();
        let to = certificate.tbs_certificate.validity.not_after.to_unix_duration().as_secs();
        if !(from..=to).contains(&seconds) {
            return Err(RefusedPeer::NotValidNow);
        }
        Ok(Peer { fingerprint: fingerprint.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_as_tools_print_it() {
        let plain = "0123456789abcdef".repeat(4);
        let colons: Vec<String> =
            plain.to_uppercase().as_bytes().chunks(2).map(|two| String::from_utf8_lossy(two).into_owned()).collect();
        for text in [plain.clone(), plain.to_uppercase(), colons.join(":")] {
            assert_eq!(text.parse::<Fingerprint>().unwrap().to_string(), plain);
        }
        for wrong in ["", "0123", plain.trim_start_matches('0'), &format!("{plain}00"), &plain.replace('a', "g")] {
            assert_eq!(wrong.parse::<Fingerprint>(), Err(()), "{wrong}");
        }
    }

    #[test]
    fn there_is_at_least_one_peer_and_not_without_end() {
        let key = |number: usize| Fingerprint::of(&number.to_be_bytes());
        assert!(Peers::new([]).is_none());
        assert!(Peers::new((0..PEERS_MAX).map(key)).is_some());
        assert!(Peers::new((0..=PEERS_MAX).map(key)).is_none());
        assert!(Peers::new([key(1), key(1)]).is_some(), "the same key twice is one");
    }
}
