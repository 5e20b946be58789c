// SPDX-License-Identifier: AGPL-3.0-or-later
//! The keys of this Tramite: one set for each purpose, so that what one key signs no other reader takes.
//!
//! They are made at the first start, kept sealed in the store, and shared by all processes. A new key is published
//! before it signs, and an old one stays published until what it signed has ended.

mod es256;
mod kept;
mod link;
mod set;
mod verifying;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use thiserror::Error;
use tokio::time::timeout;
use tramite_domain::given::World;
use tramite_domain::ids::{SessionId, SigningKeyId};
use tramite_domain::secret::Secret;
use tramite_domain::time::Instant;
use tramite_storage::{Store, StoreError};

pub use kept::Purpose;
use set::{KeySet, SETTLE_SECONDS};
pub use verifying::VerifyingKey;
pub(crate) use verifying::is_usable;

/// How often a process looks for keys that another one made, in seconds.
const RELOAD_SECONDS: i64 = 60;
/// How soon it looks again because a token names a key it does not know, or because it could not look, in seconds.
const UNKNOWN_RELOAD_SECONDS: i64 = 10;
/// How long a request waits for whoever reads them, in milliseconds, where what is known does not do.
const TURN_MS_MAX: u64 = 1_000;
/// What the tokens call themselves with which citizens return from Checkout.
const RETURN_TYPE: &str = "checkout-return+jwt";

/// Why a key cannot be used.
#[derive(Debug, Error)]
pub enum KeyError {
    /// The store cannot tell.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A key is damaged, or the library refused it.
    #[error("a key cannot be used")]
    Unusable,
    /// There is no key for the purpose.
    #[error("no key for {0:?}")]
    Missing(Purpose),
}

/// The keys as this process knows them.
pub struct Keys {
    store: Store,
    known: RwLock<Arc<KeySet>>,
    reloading: tokio::sync::Mutex<()>,
    /// When they could not be read the last time.
    failed_at: RwLock<Option<Instant>>,
}

impl Keys {
    /// Reads the keys, making what is missing.
    ///
    /// # Errors
    /// [`KeyError`] where the store or the library fails.
    pub async fn open(store: &Store, world: &dyn World) -> Result<Self, KeyError> {
        let mut known = kept::load(store, world.now()).await?;
        // In the second round only what had a first key once, which is retired, and no other since.
        for first in [true, false] {
            let missing: Vec<Purpose> = Purpose::ALL.into_iter().filter(|purpose| !known.has(*purpose)).collect();
            if missing.is_empty() {
                break;
            }
            for purpose in missing {
                match first {
                    true => kept::insert_first(store, world, purpose, new_key(purpose)?).await?,
                    false => Self::add(store, world, purpose).await?,
                }
            }
            known = kept::load(store, world.now()).await?;
        }
        let reloading = tokio::sync::Mutex::new(());
        Ok(Self { store: store.clone(), known: RwLock::new(Arc::new(known)), reloading, failed_at: RwLock::default() })
    }

    /// Makes a further key for every purpose. It signs once every process and every reader has it; the ones there were
    /// stop signing then, and are published until what they signed has ended. How many end.
    ///
    /// # Errors
    /// As [`Keys::open`].
    pub async fn rotate(store: &Store, world: &dyn World) -> Result<usize, KeyError> {
        let mut present = store.system().signing_keys().await?;
        present.retain(|key| key.retired_at.is_none());
        // The new ones first: whatever breaks off after this, there is a key that stays.
        for purpose in Purpose::ALL {
            Self::add(store, world, purpose).await?;
        }
        let now = world.now();
        for key in &present {
            let ends = now.plus_seconds(SETTLE_SECONDS.saturating_add(Purpose::of(key.purpose).signed_seconds_max()));
            store.system().retire_signing_key(key.id, ends).await?;
        }
        Ok(present.len())
    }

    async fn add(store: &Store, world: &dyn World, purpose: Purpose) -> Result<(), KeyError> {
        kept::insert(store, world, SigningKeyId::new(world.id()), purpose, new_key(purpose)?).await
    }

    /// Reads the keys again when it is time, or when a token names one that is not known. A store that cannot tell
    /// changes nothing: the keys we have go on.
    pub async fn refresh(&self, now: Instant, wanted: Option<&str>) {
        let unknown = wanted.is_some_and(|kid| !self.known().knows(kid));
        self.reload(now, unknown).await;
    }

    /// The session of a token in a public address. One that no key fits may be of a key that another process has just
    /// made: the keys are read again, not more often than for an unknown key of a token.
    pub async fn session_of_address(&self, token: &str, now: Instant) -> Option<SessionId> {
        self.reload(now, false).await;
        if let Some(session) = self.session_of(token) {
            return Some(session);
        }
        self.reload(now, link::has_form(token)).await;
        self.session_of(token)
    }

    async fn reload(&self, now: Instant, unknown: bool) {
        let before = self.known();
        let age = now.seconds_since(before.loaded_at);
        if (0..RELOAD_SECONDS).contains(&age) && !(unknown && age >= UNKNOWN_RELOAD_SECONDS) {
            return;
        }
        // A store that could not tell a moment ago is not waited for: whatever else the request asks of it waits as well.
        if self.has_failed(now) {
            return;
        }
        // While another reads, what is known serves; but not where it lacks a key, or a newer one may sign already.
        let waits = unknown || age >= SETTLE_SECONDS;
        let turn = match waits {
            true => timeout(Duration::from_millis(TURN_MS_MAX), self.reloading.lock()).await.ok(),
            false => self.reloading.try_lock().ok(),
        };
        // Whoever had the turn before has read them meanwhile, or could not, for all who waited.
        let Some(_turn) = turn.filter(|_| Arc::ptr_eq(&before, &self.known()) && !self.has_failed(now)) else { return };
        match kept::load(&self.store, now).await {
            Ok(read) => *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(read),
            Err(error) => {
                *self.failed_at.write().unwrap_or_else(PoisonError::into_inner) = Some(now);
                tracing::warn!(cause = %error, "the keys cannot be read again");
            }
        }
    }

    /// Whether they could not be read a moment ago: then a key that is not known may be one of ours all the same.
    pub(crate) fn has_failed(&self, now: Instant) -> bool {
        let failed_at = *self.failed_at.read().unwrap_or_else(PoisonError::into_inner);
        failed_at.is_some_and(|at| (0..UNKNOWN_RELOAD_SECONDS).contains(&now.seconds_since(at)))
    }

    fn known(&self) -> Arc<KeySet> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The key that checks access tokens of that key id.
    pub(crate) fn verifying(&self, kid: &str) -> Option<VerifyingKey> {
        self.known().verifying(kid)
    }

    /// Signs an access token.
    pub(crate) fn sign_access_token<T: Serialize>(&self, claims: &T, now: Instant) -> Result<String, KeyError> {
        let known = self.known();
        let key = known.signing(Purpose::AccessToken, now).ok_or(KeyError::Missing(Purpose::AccessToken))?;
        key.sign(crate::auth::ACCESS_TOKEN_TYPE, claims)
    }

    /// Signs the token with which a citizen returns to a portal: a hint for the portal, worth nothing here.
    ///
    /// # Errors
    /// [`KeyError`] where there is no key or the library fails.
    pub fn sign_return_token<T: Serialize>(&self, claims: &T, now: Instant) -> Result<String, KeyError> {
        let known = self.known();
        let key = known.signing(Purpose::CheckoutReturn, now).ok_or(KeyError::Missing(Purpose::CheckoutReturn))?;
        key.sign(RETURN_TYPE, claims)
    }

    /// The token of a session's public address: derived, so that it is the same each time and stands nowhere.
    ///
    /// # Errors
    /// [`KeyError`] where there is no key.
    pub fn session_token(&self, session: SessionId) -> Result<String, KeyError> {
        let known = self.known();
        link::token(&known.links, session).ok_or(KeyError::Missing(Purpose::SessionLink))
    }

    /// What vouches for these parts, each of a fixed length, under a context of the caller's own; none where there is no key.
    pub(crate) fn vouch(&self, context: &[u8], parts: &[&[u8]], now: Instant) -> Option<[u8; 16]> {
        let known = self.known();
        link::vouching(&known.links, now).and_then(|key| link::vouch(key, context, parts))
    }

    /// Whether we vouched for these parts; compared in constant time.
    pub(crate) fn is_vouched(&self, context: &[u8], parts: &[&[u8]], given: &[u8]) -> bool {
        link::is_vouched(&self.known().links, context, parts, given)
    }

    /// The session of a token that we made; compared in constant time.
    #[must_use]
    pub fn session_of(&self, token: &str) -> Option<SessionId> {
        link::session_of(&self.known().links, token)
    }

    /// The public parts (RFC 7517), of access tokens and of return tokens.
    #[must_use]
    pub fn public_jwks(&self) -> Value {
        self.known().public_jwks()
    }
}

/// A new private part for a purpose.
fn new_key(purpose: Purpose) -> Result<Secret<Vec<u8>>, KeyError> {
    match purpose {
        Purpose::SessionLink => link::generate(),
        Purpose::AccessToken | Purpose::CheckoutReturn => es256::generate(),
    }
}
