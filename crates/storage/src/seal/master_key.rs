// SPDX-License-Identifier: AGPL-3.0-or-later
//! The one key that stands outside of the database.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use data_encoding::HEXLOWER_PERMISSIVE;
use thiserror::Error;

use super::random;
use crate::error::StoreError;

/// Bytes of the key.
const KEY_BYTES: usize = 32;
/// Bytes of a nonce of GCM.
pub(super) const NONCE_BYTES: usize = 12;

/// Wraps the data keys. It prints nothing of itself.
#[derive(Clone)]
pub struct MasterKey {
    present: Aes256Gcm,
    /// What opens as well, while the master key is changed.
    other: Option<Aes256Gcm>,
}

/// Why there is no master key.
#[derive(Debug, Error)]
pub enum MasterKeyError {
    /// The file cannot be read, or not be written.
    #[error("the master key file {} cannot be used", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Neither 32 bytes nor 64 hexadecimal characters.
    #[error("the master key file {} must hold 32 raw bytes or 64 hexadecimal characters", path.display())]
    Length {
        /// The file.
        path: PathBuf,
    },
    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    Random,
}

impl MasterKey {
    /// Takes 32 random bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        Self { present: Aes256Gcm::new(&bytes.into()), other: None }
    }

    /// The same key, which also opens what another one wrapped.
    #[must_use]
    pub fn beside(self, other: Self) -> Self {
        Self { other: Some(other.present), ..self }
    }

    /// Reads the key from a file of 32 raw bytes or 64 hexadecimal characters.
    ///
    /// # Errors
    /// When the file cannot be read or holds something else.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, MasterKeyError> {
        let path = path.as_ref();
        let content = std::fs::read(path).map_err(|source| MasterKeyError::File { path: path.to_owned(), source })?;
        let raw = <[u8; KEY_BYTES]>::try_from(content.as_slice()).ok();
        let hexadecimal = || {
            let decoded = HEXLOWER_PERMISSIVE.decode(content.trim_ascii()).ok()?;
            <[u8; KEY_BYTES]>::try_from(decoded).ok()
        };
        let bytes = raw.or_else(hexadecimal).ok_or_else(|| MasterKeyError::Length { path: path.to_owned() })?;
        Ok(Self::from_bytes(bytes))
    }

    /// Makes a new key in a file that only its owner can read (mode 0600). A file that is there is never overwritten.
    ///
    /// # Errors
    /// When the file is there already or cannot be written.
    pub fn generate_file(path: impl AsRef<Path>) -> Result<Self, MasterKeyError> {
        let path = path.as_ref();
        let bytes = random::<KEY_BYTES>().map_err(|_| MasterKeyError::Random)?;
        let failed = |source| MasterKeyError::File { path: path.to_owned(), source };
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(failed)?;
        file.write_all(&bytes).and_then(|()| file.sync_all()).map_err(failed)?;
        Ok(Self::from_bytes(bytes))
    }

    pub(super) fn wrap(&self, bound: &[u8], key: &[u8]) -> Result<Vec<u8>, StoreError> {
        encrypt(&self.present, bound, key)
    }

    pub(super) fn unwrap(&self, bound: &[u8], wrapped: &[u8]) -> Result<Vec<u8>, StoreError> {
        let opened = decrypt(&self.present, bound, wrapped);
        match &self.other {
            Some(other) if opened.is_err() => decrypt(other, bound, wrapped),
            _ => opened,
        }
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MasterKey(***)")
    }
}

/// Nonce and ciphertext.
pub(super) fn encrypt(cipher: &Aes256Gcm, bound: &[u8], plain: &[u8]) -> Result<Vec<u8>, StoreError> {
    let nonce = random::<NONCE_BYTES>()?;
    let payload = Payload { msg: plain, aad: bound };
    let mut sealed = nonce.to_vec();
    let body = cipher.encrypt(&Nonce::from(nonce), payload).map_err(|_| StoreError::Sealed)?;
    sealed.extend_from_slice(&body);
    Ok(sealed)
}

/// Opens what [`encrypt`] made; anything else is refused.
pub(super) fn decrypt(cipher: &Aes256Gcm, bound: &[u8], sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
    let (nonce, body) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(StoreError::Sealed)?;
    let payload = Payload { msg: body, aad: bound };
    cipher.decrypt(&Nonce::from(*nonce), payload).map_err(|_| StoreError::Sealed)
}
