// SPDX-License-Identifier: AGPL-3.0-or-later
//! Mutual TLS with pinned keys. No authority is asked: possession of a pinned key is the whole proof.

use std::io;
use std::sync::Arc;

use chrono::DateTime;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::NoServerSessionStorage;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, ServerConfig, SignatureScheme};
use thiserror::Error as ThisError;
use tramite_domain::time::Instant;

use super::peers::{Peers, RefusedPeer};

/// The listener's own certificate and key do not fit.
#[derive(Debug, ThisError)]
#[error("the certificate and its key cannot be used: {0}")]
pub struct TlsSetupError(#[from] Error);

/// TLS 1.2 and 1.3, with a certificate of ours, for the peers alone.
///
/// # Errors
/// [`TlsSetupError`] where key and certificate do not belong together.
pub fn server_config(
    certificates: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    peers: Peers,
) -> Result<ServerConfig, TlsSetupError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = Pinned { peers, provider: Arc::clone(&provider) };
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(Arc::new(verifier))
        .with_single_cert(certificates, key)?;
    // A resumed session would skip the proof, and let in a certificate that has ended meanwhile.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(config)
}

/// Why a connection was refused before there was one.
#[must_use]
pub fn refusal_of(error: &io::Error) -> RefusedPeer {
    let told = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    match told {
        Some(Error::NoCertificatesPresented) => RefusedPeer::NoCertificate,
        Some(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure)) => RefusedPeer::Unlisted,
        Some(Error::InvalidCertificate(CertificateError::Expired)) => RefusedPeer::NotValidNow,
        Some(Error::InvalidCertificate(_)) => RefusedPeer::Unreadable,
        _ => RefusedPeer::Handshake,
    }
}

#[derive(Debug)]
struct Pinned {
    peers: Peers,
    provider: Arc<CryptoProvider>,
}

impl ClientCertVerifier for Pinned {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let seconds = i64::try_from(now.as_secs()).map_err(|_| CertificateError::Expired)?;
        let now = DateTime::from_timestamp(seconds, 0).map(Instant::new).ok_or(CertificateError::Expired)?;
        match self.peers.prove(end_entity, now) {
            Ok(_) => Ok(ClientCertVerified::assertion()),
            Err(RefusedPeer::NotValidNow) => Err(CertificateError::Expired.into()),
            Err(RefusedPeer::Unlisted) => Err(CertificateError::ApplicationVerificationFailure.into()),
            Err(_) => Err(CertificateError::BadEncoding.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
