// SPDX-License-Identifier: AGPL-3.0-or-later
//! The key of one institution, and what it seals.

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::KeyInit;
use tramite_domain::ids::{DataKeyId, InstitutionId};
use uuid::Uuid;

use super::master_key::{decrypt, encrypt};
use super::{MasterKey, random};
use crate::error::StoreError;

/// First byte of everything sealed; another form will have another.
const FORM: u8 = 1;
const KEY_BYTES: usize = 32;
const ID_BYTES: usize = 16;

/// Where a sealed value stands; it opens nowhere else.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spot<'a> {
    pub(crate) table: &'static str,
    pub(crate) column: &'static str,
    pub(crate) institution: InstitutionId,
    /// The key of the row within the institution.
    pub(crate) row: &'a [u8],
}

impl Spot<'_> {
    /// Every part with its length before it, so that no two spots are written the same.
    fn bytes(&self) -> Vec<u8> {
        let institution = self.institution.uuid();
        let parts = [self.table.as_bytes(), self.column.as_bytes(), institution.as_bytes().as_slice(), self.row];
        let mut bytes = Vec::new();
        for part in parts {
            bytes.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            bytes.extend_from_slice(part);
        }
        bytes
    }
}

/// An open data key.
pub(crate) struct DataKey {
    pub(crate) id: DataKeyId,
    cipher: Aes256Gcm,
}

impl DataKey {
    /// A new key and its wrapped form.
    pub(crate) fn generate(master: &MasterKey, institution: InstitutionId) -> Result<(Self, Vec<u8>), StoreError> {
        let id = DataKeyId::new(Uuid::from_bytes(random()?));
        let bytes = random::<KEY_BYTES>()?;
        let wrapped = master.wrap(&wrapping(institution, id).bytes(), &bytes)?;
        Ok((Self { id, cipher: Aes256Gcm::new(&bytes.into()) }, wrapped))
    }

    /// Opens a stored key.
    pub(crate) fn open(
        master: &MasterKey,
        institution: InstitutionId,
        id: DataKeyId,
        wrapped: &[u8],
    ) -> Result<Self, StoreError> {
        let bytes = master.unwrap(&wrapping(institution, id).bytes(), wrapped)?;
        let bytes: [u8; KEY_BYTES] = bytes.try_into().map_err(|_| StoreError::Sealed)?;
        Ok(Self { id, cipher: Aes256Gcm::new(&bytes.into()) })
    }

    /// The wrapped form under the present master key, whichever wrapped it before.
    pub(crate) fn rewrap(
        master: &MasterKey,
        institution: InstitutionId,
        id: DataKeyId,
        wrapped: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        let bound = wrapping(institution, id).bytes();
        master.wrap(&bound, &master.unwrap(&bound, wrapped)?)
    }

    /// Seals a value for its spot: form, key id, nonce, ciphertext.
    pub(crate) fn seal(&self, spot: Spot<'_>, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut sealed = vec![FORM];
        sealed.extend_from_slice(self.id.uuid().as_bytes());
        sealed.extend(encrypt(&self.cipher, &spot.bytes(), plain)?);
        Ok(sealed)
    }

    /// Opens a value at its spot.
    pub(crate) fn unseal(&self, spot: Spot<'_>, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let body = sealed.get(1 + ID_BYTES..).ok_or(StoreError::Sealed)?;
        decrypt(&self.cipher, &spot.bytes(), body)
    }

    /// The id of the key that sealed a value.
    pub(crate) fn sealer(sealed: &[u8]) -> Result<DataKeyId, StoreError> {
        match sealed.split_first() {
            Some((&FORM, rest)) => {
                let (id, _) = rest.split_first_chunk::<ID_BYTES>().ok_or(StoreError::Sealed)?;
                Ok(DataKeyId::new(Uuid::from_bytes(*id)))
            }
            _ => Err(StoreError::Sealed),
        }
    }
}

const fn wrapping(institution: InstitutionId, id: DataKeyId) -> KeySpot {
    KeySpot { institution, id }
}

/// Where a data key itself stands.
struct KeySpot {
    institution: InstitutionId,
    id: DataKeyId,
}

impl KeySpot {
    fn bytes(&self) -> Vec<u8> {
        let id = self.id.uuid();
        Spot { table: "data_keys", column: "wrapped", institution: self.institution, row: id.as_bytes() }.bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn institution(number: u128) -> InstitutionId {
        InstitutionId::new(Uuid::from_u128(number))
    }

    #[test]
    fn a_sealed_value_opens_at_its_own_spot_alone() {
        let master = MasterKey::from_bytes([7; 32]);
        let (key, wrapped) = DataKey::generate(&master, institution(1)).unwrap();
        let spot = Spot { table: "t", column: "c", institution: institution(1), row: b"row" };
        let sealed = key.seal(spot, b"secret").unwrap();
        assert_eq!(DataKey::sealer(&sealed).unwrap(), key.id);
        let again = DataKey::open(&master, institution(1), key.id, &wrapped).unwrap();
        assert_eq!(again.unseal(spot, &sealed).unwrap(), b"secret");
        let elsewhere = [
            Spot { table: "u", ..spot },
            Spot { column: "d", ..spot },
            Spot { institution: institution(2), ..spot },
            Spot { row: b"other", ..spot },
            Spot { table: "tc", column: "", ..spot },
        ];
        for other in elsewhere {
            assert!(matches!(again.unseal(other, &sealed), Err(StoreError::Sealed)), "{other:?}");
        }
        for at in 0..sealed.len() {
            let mut touched = sealed.clone();
            touched[at] ^= 1;
            let opened = DataKey::sealer(&touched)
                .and_then(|id| if id == key.id { again.unseal(spot, &touched) } else { Err(StoreError::Sealed) });
            assert!(opened.is_err(), "byte {at}");
        }
    }

    #[test]
    fn a_data_key_opens_under_its_master_key_and_institution_alone() {
        let master = MasterKey::from_bytes([7; 32]);
        let (key, wrapped) = DataKey::generate(&master, institution(1)).unwrap();
        assert!(DataKey::open(&MasterKey::from_bytes([8; 32]), institution(1), key.id, &wrapped).is_err());
        assert!(DataKey::open(&master, institution(2), key.id, &wrapped).is_err());
        assert!(DataKey::open(&master, institution(1), key.id, &wrapped[1..]).is_err());
        // A master key beside it opens it too, and wraps it anew for itself alone.
        let next = MasterKey::from_bytes([9; 32]);
        let both = next.clone().beside(master.clone());
        assert!(DataKey::open(&both, institution(1), key.id, &wrapped).is_ok());
        let renewed = DataKey::rewrap(&both, institution(1), key.id, &wrapped).unwrap();
        assert!(DataKey::open(&next, institution(1), key.id, &renewed).is_ok());
        assert!(DataKey::open(&master, institution(1), key.id, &renewed).is_err());
    }
}
