// SPDX-License-Identifier: AGPL-3.0-or-later
//! What must be read back is sealed: AES-256-GCM under a data key per institution, which the master key wraps. A sealed
//! value is bound to its table, column, institution and row: moved elsewhere, it does not open (api.md, Secrets).

mod data_key;
mod keyring;
mod master_key;

pub(crate) use data_key::{DataKey, Spot};
pub(crate) use keyring::Keyring;
pub use master_key::{MasterKey, MasterKeyError};

use crate::error::StoreError;

/// Fills a buffer from the operating system's generator.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    use rand::TryRng;

    let mut bytes = [0_u8; N];
    rand::rngs::SysRng.try_fill_bytes(&mut bytes).map_err(|error| StoreError::failed(error.to_string()))?;
    Ok(bytes)
}
