// SPDX-License-Identifier: AGPL-3.0-or-later
//! Others whose tokens are taken, as this process knows them. They are read from the store, at most a minute old; their keys
//! are what the worker has fetched. No request fetches anything, and nothing that a token says is an address to anybody.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use tokio::time::timeout;
use tramite_domain::ids::TrustedIssuerId;
use tramite_domain::time::Instant;
use tramite_domain::trusted_issuer::{IssuerKeys, KEYS_AGAIN_SECONDS, TrustedIssuer};
use tramite_storage::StoreError;

use crate::gateway::Gateway;
use crate::problem::Problem;

/// How old what we know may be, in seconds.
const FRESH_SECONDS: i64 = 60;
/// How soon it is read again because a token names a key that is not known, in seconds.
const MISSED_SECONDS: i64 = 5;
/// How long a request waits for whoever reads, in milliseconds: who reads waits for the database, and no queue may grow behind.
const TURN_MS_MAX: u64 = 1_000;

/// An issuer with its keys.
pub(crate) struct Trusted {
    /// The issuer.
    pub(crate) issuer: TrustedIssuer,
    /// Its keys.
    pub(crate) keys: IssuerKeys,
}

/// All of them.
struct Loaded {
    at: Instant,
    all: Vec<Arc<Trusted>>,
}

/// What is known.
#[derive(Default)]
pub(crate) struct Issuers {
    known: RwLock<Option<Arc<Loaded>>>,
    loading: tokio::sync::Mutex<()>,
    wanted: Mutex<HashMap<TrustedIssuerId, Instant>>,
}

impl Issuers {
    /// The issuer of that name, if its tokens are taken.
    ///
    /// # Errors
    /// Whatever keeps the store from telling.
    pub(crate) async fn named(&self, gateway: &Gateway, name: &str) -> Result<Option<Arc<Trusted>>, Problem> {
        let loaded = self.loaded(gateway, FRESH_SECONDS).await?;
        Ok(loaded.all.iter().find(|one| one.issuer.issuer == name && one.issuer.terms.enabled).cloned())
    }

    /// The same issuer again, where a token of it names a key that is not known: what may have been fetched meanwhile. Whoever
    /// fetches is told that there may be more, once a minute.
    ///
    /// # Errors
    /// As [`Issuers::named`].
    pub(crate) async fn missed(&self, gateway: &Gateway, known: &Trusted) -> Result<Option<Arc<Trusted>>, Problem> {
        let now = gateway.now();
        if self.is_first(known.issuer.id, now) {
            gateway.store().system().want_issuer_keys(known.issuer.id, now).await?;
        }
        let loaded = self.loaded(gateway, MISSED_SECONDS).await?;
        Ok(loaded.all.iter().find(|one| one.issuer.id == known.issuer.id && one.issuer.terms.enabled).cloned())
    }

    /// Forgets all: this process changed one and knows better at once.
    pub(crate) fn forget(&self) {
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Whether nobody has wanted its keys within a minute.
    fn is_first(&self, id: TrustedIssuerId, now: Instant) -> bool {
        let mut wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = |at: &Instant| (0..KEYS_AGAIN_SECONDS).contains(&now.seconds_since(*at));
        if wanted.get(&id).is_some_and(recent) {
            return false;
        }
        wanted.insert(id, now);
        true
    }

    fn young(&self, now: Instant, seconds: i64) -> Option<Arc<Loaded>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.clone().filter(|loaded| (0..seconds).contains(&now.seconds_since(loaded.at)))
    }

    async fn loaded(&self, gateway: &Gateway, seconds: i64) -> Result<Arc<Loaded>, Problem> {
        let now = gateway.now();
        if let Some(loaded) = self.young(now, seconds) {
            return Ok(loaded);
        }
        // One reads for all who wait.
        let turn = timeout(Duration::from_millis(TURN_MS_MAX), self.loading.lock()).await;
        let _turn = turn.map_err(|_| StoreError::Busy)?;
        if let Some(loaded) = self.young(now, seconds) {
            return Ok(loaded);
        }
        let read = gateway.store().system().trusted_issuers().await?;
        let all = read.into_iter().map(|(issuer, keys)| Arc::new(Trusted { issuer, keys })).collect();
        let loaded = Arc::new(Loaded { at: now, all });
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&loaded));
        Ok(loaded)
    }
}
