// SPDX-License-Identifier: AGPL-3.0-or-later
//! Certificates for the Node's listener: the Node's own, the next one, and strangers of the same authority.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use data_encoding::HEXLOWER;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair, PublicKeyData,
    date_time_ymd,
};
use sha2::{Digest, Sha256};

/// A certificate with its key.
#[derive(Debug)]
pub struct Identity {
    certificate: String,
    der: Vec<u8>,
    key: String,
    /// SHA-256 of its public key, hexadecimal.
    pub fingerprint: String,
}

impl Identity {
    /// What a client shows.
    ///
    /// # Panics
    /// When the library cannot read it.
    #[must_use]
    pub fn of_client(&self) -> reqwest::Identity {
        reqwest::Identity::from_pem(format!("{}{}", self.certificate, self.key).as_bytes()).expect("an identity")
    }

    /// What a proxy says of it (RFC 9440).
    #[must_use]
    pub fn header(&self) -> String {
        format!(":{}:", STANDARD.encode(&self.der))
    }

    /// Writes certificate and key into a folder.
    ///
    /// # Panics
    /// When they cannot be written.
    #[must_use]
    pub fn write(&self, folder: &Path, name: &str) -> (PathBuf, PathBuf) {
        let (certificate, key) = (folder.join(format!("{name}.pem")), folder.join(format!("{name}.key")));
        std::fs::write(&certificate, &self.certificate).expect("a certificate is written");
        std::fs::write(&key, &self.key).expect("a key is written");
        (certificate, key)
    }
}

/// An authority and those it knows.
pub struct Certificates {
    /// What the listener shows.
    pub server: Identity,
    /// The Node as it is.
    pub node: Identity,
    /// The Node as it will be.
    pub next: Identity,
    /// The Node as it was: its key is pinned, its certificate has ended.
    pub ended: Identity,
    /// Somebody else, of the same authority.
    pub stranger: Identity,
    /// Somebody who signed for himself.
    pub nobody: Identity,
    /// The key of a peer whose certificates are made when they are needed, and end soon.
    brief: KeyPair,
}

impl Certificates {
    /// Makes them all.
    ///
    /// # Panics
    /// When the library cannot.
    #[must_use]
    pub fn new() -> Self {
        let mut params = CertificateParams::new([]).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, key()).expect("an authority");
        let issue = |name: &str, ends: u64| signed(name, ends, &key(), Some(&authority));
        Self {
            server: issue("127.0.0.1", FAR),
            node: issue("forwarder.example.it", FAR),
            next: issue("forwarder-next.example.it", FAR),
            ended: issue("forwarder-old.example.it", PAST),
            stranger: issue("stranger.example.it", FAR),
            nobody: signed("forwarder.example.it", FAR, &key(), None),
            brief: key(),
        }
    }

    /// The fingerprint of the peer whose certificates end soon.
    #[must_use]
    pub fn brief_fingerprint(&self) -> String {
        fingerprint(&self.brief)
    }

    /// A certificate of it that ends in so many seconds.
    ///
    /// # Panics
    /// When the clock is before 1970.
    #[must_use]
    pub fn brief(&self, seconds: u64) -> Identity {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_secs();
        signed("forwarder.example.it", now + seconds, &self.brief, None)
    }
}

impl Default for Certificates {
    fn default() -> Self {
        Self::new()
    }
}

/// The year 2999, in seconds of Unix time.
const FAR: u64 = 32_472_144_000;
/// The year 2021.
const PAST: u64 = 1_609_459_200;

fn key() -> KeyPair {
    KeyPair::generate().expect("a key")
}

fn fingerprint(key: &KeyPair) -> String {
    HEXLOWER.encode(&Sha256::digest(key.subject_public_key_info()))
}

fn signed(name: &str, ends: u64, key: &KeyPair, authority: Option<&CertifiedIssuer<'_, KeyPair>>) -> Identity {
    let mut params = CertificateParams::new([name.to_owned()]).expect("parameters");
    params.not_before = date_time_ymd(2_020, 1, 1);
    params.not_after = (UNIX_EPOCH + Duration::from_secs(ends)).into();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth, ExtendedKeyUsagePurpose::ServerAuth];
    let certificate = match authority {
        Some(authority) => params.signed_by(key, authority),
        None => params.self_signed(key),
    };
    let certificate = certificate.expect("a certificate");
    Identity {
        certificate: certificate.pem(),
        der: certificate.der().to_vec(),
        key: key.serialize_pem(),
        fingerprint: fingerprint(key),
    }
}
