// SPDX-License-Identifier: AGPL-3.0-or-later
//! What clients and institutions are today, asked of the store at most once in a while: a token outlives neither the
//! revocation of its client, nor the end of its delegation, nor the suspension of its institution by more than a
//! minute (reliability.md 45).

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock};

use tramite_domain::access::Client;
use tramite_domain::ids::{ClientId, InstitutionId, SupportAccessId};
use tramite_domain::institution::InstitutionStatus;
use tramite_domain::support::SupportAccess;
use tramite_domain::tax_code::InstitutionTaxCode;
use tramite_domain::time::Instant;

use crate::gateway::Gateway;
use crate::problem::Problem;

/// How old what we know may be, in seconds.
const FRESH_SECONDS: i64 = 60;
/// How many entries are kept; beyond it what is no longer fresh goes.
const ENTRIES_MAX: usize = 10_000;

/// What is known, and since when.
#[derive(Default)]
pub(crate) struct Fresh {
    clients: Known<ClientId, Arc<Client>>,
    institutions: Known<InstitutionId, Standing>,
    supports: Known<SupportAccessId, Arc<SupportAccess>>,
}

/// What an institution is today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Its state.
    pub(crate) status: InstitutionStatus,
    /// Its code, which never changes.
    pub(crate) tax_code: InstitutionTaxCode,
    /// Whether it lets operators read in support.
    pub(crate) support_access: bool,
}

impl Fresh {
    /// The client, if it exists.
    pub(crate) async fn client(&self, gateway: &Gateway, id: ClientId) -> Result<Option<Arc<Client>>, Problem> {
        let now = gateway.now();
        if let Some(known) = self.clients.get(&id, now) {
            return Ok(Some(known));
        }
        let read = gateway.store().system().client_for_token(id).await?.map(Arc::new);
        Ok(read.inspect(|client| self.clients.put(id, Arc::clone(client), now)))
    }

    /// What an institution is, if it exists.
    pub(crate) async fn institution(&self, gateway: &Gateway, id: InstitutionId) -> Result<Option<Standing>, Problem> {
        let now = gateway.now();
        if let Some(known) = self.institutions.get(&id, now) {
            return Ok(Some(known));
        }
        let read = gateway.store().system().institution(id).await?;
        let standing =
            read.map(|one| Standing { status: one.status, tax_code: one.tax_code, support_access: one.support_access });
        Ok(standing.inspect(|standing| self.institutions.put(id, *standing, now)))
    }

    /// An access in support, if it exists.
    pub(crate) async fn support(
        &self,
        gateway: &Gateway,
        id: SupportAccessId,
    ) -> Result<Option<Arc<SupportAccess>>, Problem> {
        let now = gateway.now();
        if let Some(known) = self.supports.get(&id, now) {
            return Ok(Some(known));
        }
        let read = gateway.store().system().support_access(id).await?.map(|(access, _)| Arc::new(access));
        Ok(read.inspect(|access| self.supports.put(id, Arc::clone(access), now)))
    }

    /// Forgets an access, as below.
    pub(crate) fn forget_support(&self, id: SupportAccessId) {
        self.supports.forget(&id);
    }

    /// Forgets a client: this process changed it and knows better at once.
    pub(crate) fn forget_client(&self, id: ClientId) {
        self.clients.forget(&id);
    }

    /// Forgets an institution, as above.
    pub(crate) fn forget_institution(&self, id: InstitutionId) {
        self.institutions.forget(&id);
    }
}

struct Known<K, V>(RwLock<HashMap<K, (Instant, V)>>);

impl<K, V> Default for Known<K, V> {
    fn default() -> Self {
        Self(RwLock::new(HashMap::new()))
    }
}

fn fresh(since: Instant, now: Instant) -> bool {
    // A clock that went back makes nothing fresh.
    (0..FRESH_SECONDS).contains(&now.seconds_since(since))
}

impl<K: Eq + Hash, V: Clone> Known<K, V> {
    fn get(&self, key: &K, now: Instant) -> Option<V> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(key).filter(|(since, _)| fresh(*since, now)).map(|(_, value)| value.clone())
    }

    fn put(&self, key: K, value: V, now: Instant) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= ENTRIES_MAX {
            known.retain(|_, (since, _)| fresh(*since, now));
        }
        if known.len() < ENTRIES_MAX || known.contains_key(&key) {
            known.insert(key, (now, value));
        }
    }

    fn forget(&self, key: &K) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_believed_for_less_than_a_minute_and_never_by_a_clock_that_went_back() {
        let known = Known::default();
        let noon: Instant = "2026-09-01T12:00:00Z".parse().unwrap();
        known.put("a", 1, noon);
        assert_eq!(known.get(&"a", noon.plus_seconds(59)), Some(1));
        assert_eq!(known.get(&"a", noon.plus_seconds(60)), None);
        assert_eq!(known.get(&"a", noon.plus_seconds(-1)), None);
        known.forget(&"a");
        assert_eq!(known.get(&"a", noon), None);
    }
}
