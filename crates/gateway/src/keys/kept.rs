// SPDX-License-Identifier: AGPL-3.0-or-later
//! Keys as the store keeps them: sealed there, usable here.

use tramite_domain::given::World;
use tramite_domain::ids::SigningKeyId;
use tramite_domain::secret::Secret;
use tramite_domain::time::Instant;
use tramite_storage::{KeyPurpose, REPLAY_SECONDS, SigningKey as KeptKey, Store, StoreError};
use uuid::Uuid;

use super::KeyError;
use super::es256::SigningKey;
use super::link::LinkKey;
use super::set::KeySet;

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Access tokens.
    AccessToken,
    /// Tokens with which citizens return to portals.
    CheckoutReturn,
    /// Public addresses of checkout sessions.
    SessionLink,
}

impl Purpose {
    /// Every purpose.
    pub(super) const ALL: [Self; 3] = [Self::AccessToken, Self::CheckoutReturn, Self::SessionLink];

    /// The id of its first key, in every database the same: of two processes that start on an empty one, the second finds
    /// it taken, and uses the key of the first.
    const fn first_id(self) -> SigningKeyId {
        SigningKeyId::new(Uuid::from_u128(match self {
            Self::AccessToken => 1,
            Self::CheckoutReturn => 2,
            Self::SessionLink => 3,
        }))
    }

    /// What a kept key is for.
    pub(super) const fn of(kept: KeyPurpose) -> Self {
        match kept {
            KeyPurpose::AccessToken => Self::AccessToken,
            KeyPurpose::CheckoutReturn => Self::CheckoutReturn,
            KeyPurpose::SessionLink => Self::SessionLink,
        }
    }

    /// How long what a key of it made may be shown to us, in seconds.
    pub(super) const fn signed_seconds_max(self) -> i64 {
        match self {
            Self::AccessToken | Self::CheckoutReturn => 3_600,
            // As long as the answer that made a session is replayed with its address (rules.md 34), and a day.
            Self::SessionLink => REPLAY_SECONDS + 86_400,
        }
    }

    const fn kept(self) -> KeyPurpose {
        match self {
            Self::AccessToken => KeyPurpose::AccessToken,
            Self::CheckoutReturn => KeyPurpose::CheckoutReturn,
            Self::SessionLink => KeyPurpose::SessionLink,
        }
    }
}

/// Reads all keys that are not retired.
pub(super) async fn load(store: &Store, now: Instant) -> Result<KeySet, KeyError> {
    let mut kept = store.system().signing_keys().await?;
    kept.retain(|key| key.retired_at.is_none_or(|end| now < end));
    kept.sort_by_key(|key| key.created_at);
    let mut set = KeySet { loaded_at: now, access: Vec::new(), returns: Vec::new(), links: Vec::new() };
    for key in kept {
        let signing = |key: &KeptKey| SigningKey::new(key.created_at, &key.private);
        match key.purpose {
            KeyPurpose::AccessToken => set.access.push(signing(&key)?),
            KeyPurpose::CheckoutReturn => set.returns.push(signing(&key)?),
            KeyPurpose::SessionLink => {
                set.links.push(LinkKey { created_at: key.created_at, secret: key.private.clone() })
            }
        }
    }
    Ok(set)
}

/// Keeps the first key of a purpose, unless another process was faster.
pub(super) async fn insert_first(
    store: &Store,
    world: &dyn World,
    purpose: Purpose,
    private: Secret<Vec<u8>>,
) -> Result<(), KeyError> {
    match insert(store, world, purpose.first_id(), purpose, private).await {
        Err(KeyError::Store(StoreError::Duplicate(_))) => Ok(()),
        settled => settled,
    }
}

/// Keeps a new key.
pub(super) async fn insert(
    store: &Store,
    world: &dyn World,
    id: SigningKeyId,
    purpose: Purpose,
    private: Secret<Vec<u8>>,
) -> Result<(), KeyError> {
    let key = KeptKey { id, purpose: purpose.kept(), private, created_at: world.now(), retired_at: None };
    Ok(store.system().insert_signing_key(&key).await?)
}
