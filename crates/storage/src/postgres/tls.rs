// SPDX-License-Identifier: AGPL-3.0-or-later
//! TLS towards the server: proved (`verify-full`), or only encrypted (`prefer`, `require`), as libpq means these words.

use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::StoreError;

/// The certificate must be trusted and name the host: by the given roots, or by those of the system.
pub(super) fn proved(root_certificate: Option<&Path>) -> Result<MakeRustlsConnect, StoreError> {
    let Some(path) = root_certificate else {
        let provider = CryptoProvider::get_default();
        if provider.is_none() {
            // Somebody else may have been faster; then there is a default too.
            aws_lc_rs::default_provider().install_default().ok();
        }
        let (connect, _) = MakeRustlsConnect::with_native_certs().map_err(|_| {
            StoreError::unavailable("the system has no trusted certificates: name them with sslrootcert")
        })?;
        return Ok(connect);
    };
    let mut roots = RootCertStore::empty();
    let certificates =
        CertificateDer::pem_file_iter(path).map_err(|error| StoreError::unavailable(error.to_string()))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| StoreError::unavailable(error.to_string()))?;
        roots.add(certificate).map_err(StoreError::unavailable)?;
    }
    let config = builder()?.with_root_certificates(roots).with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// Encrypted; whoever answers is believed.
pub(super) fn unproved() -> Result<MakeRustlsConnect, StoreError> {
    let verifier = Arc::new(Unproved(Arc::new(aws_lc_rs::default_provider())));
    let config = builder()?.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

fn builder() -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, StoreError> {
    ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(StoreError::failed)
}

#[derive(Debug)]
struct Unproved(Arc<CryptoProvider>);

impl ServerCertVerifier for Unproved {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
