// SPDX-License-Identifier: AGPL-3.0-or-later
//! How many requests are served: a bucket per client and institution, so that no tenant can take another's share, and
//! a bucket per source for those who have not said who they are. Memory is bounded whatever is asked.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::{DefaultKeyedStateStore, HashMapStateStore};
use governor::{Quota, RateLimiter};
use tramite_domain::client_limits::ClientRate;
use tramite_domain::ids::{ClientId, InstitutionId};

use crate::settings::RateLimits;

/// How many buckets of one kind are kept; when there are more, full ones go, and strangers share 256.
const BUCKETS_MAX: usize = 100_000;
/// Clients with a rate of their own that are kept; beyond it all begin anew.
const OWN_MAX: usize = 10_000;
/// How often full buckets are looked for, at most.
const CLEANING_INTERVAL: Duration = Duration::from_secs(1);

/// The state of a bucket after a request: what the three headers say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RateState {
    /// How many requests fit.
    pub(crate) limit: u32,
    /// How many are left.
    pub(crate) remaining: u32,
    /// Seconds until the bucket is full again.
    pub(crate) reset_seconds: u32,
    /// Seconds until the next request is served, where this one was not.
    pub(crate) retry_seconds: u32,
}

/// Every bucket.
pub(crate) struct Limits {
    clients: Buckets<(ClientId, Option<InstitutionId>)>,
    own: RwLock<HashMap<ClientId, Own>>,
    sources: Buckets<IpAddr>,
    token_clients: Buckets<ClientId>,
    token_sources: Buckets<IpAddr>,
}

impl Limits {
    /// Empty buckets of these sizes.
    pub(crate) fn new(limits: &RateLimits) -> Self {
        let per_second = |rate, burst| Quota::per_second(rate).allow_burst(burst);
        Self {
            clients: Buckets::new(per_second(limits.client_per_second, limits.client_burst)),
            own: RwLock::default(),
            sources: Buckets::new(per_second(limits.source_per_second, limits.source_burst)),
            token_clients: Buckets::new(Quota::per_minute(limits.token_client_per_minute)),
            token_sources: Buckets::new(Quota::per_minute(limits.token_source_per_minute)),
        }
    }

    /// Takes from the bucket of a client and institution, which is as large as everybody's or as the client's own rate says.
    pub(crate) fn client(
        &self,
        client: ClientId,
        institution: Option<InstitutionId>,
        own: Option<ClientRate>,
    ) -> Result<RateState, RateState> {
        match own {
            Some(rate) => self.own(client, rate).take(institution),
            None => self.clients.take((client, institution)),
        }
    }

    /// The buckets of a client with a rate of its own; one that was changed begins with full buckets.
    fn own(&self, client: ClientId, rate: ClientRate) -> Arc<Buckets<Option<InstitutionId>>> {
        let same = |own: &&Own| own.rate == rate;
        let known = self.own.read().unwrap_or_else(PoisonError::into_inner).get(&client).filter(same).cloned();
        if let Some(own) = known {
            return own.buckets;
        }
        let mut all = self.own.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = all.get(&client).filter(same) {
            return Arc::clone(&own.buckets);
        }
        if all.len() >= OWN_MAX {
            all.clear();
        }
        let number = |value| NonZeroU32::new(value).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(number(rate.requests_per_second)).allow_burst(number(rate.burst));
        let buckets = Arc::new(Buckets::new(quota));
        all.insert(client, Own { rate, buckets: Arc::clone(&buckets) });
        buckets
    }

    /// Takes from the bucket of a source.
    pub(crate) fn source(&self, source: IpAddr) -> Result<RateState, RateState> {
        self.sources.take(source)
    }

    /// Takes from the bucket of a client's tokens.
    pub(crate) fn token_client(&self, client: ClientId) -> Result<RateState, RateState> {
        self.token_clients.take(client)
    }

    /// Takes from the bucket of a source's requests for tokens.
    pub(crate) fn token_source(&self, source: IpAddr) -> Result<RateState, RateState> {
        self.token_sources.take(source)
    }

    /// What stands in answers that count against nothing.
    pub(crate) fn unlimited(&self) -> RateState {
        let limit = self.clients.quota.burst_size().get();
        RateState { limit, remaining: limit, reset_seconds: 0, retry_seconds: 0 }
    }
}

/// The buckets of a client with a rate of its own, one for each of its institutions.
#[derive(Clone)]
struct Own {
    rate: ClientRate,
    buckets: Arc<Buckets<Option<InstitutionId>>>,
}

/// Buckets of one kind, one for each key.
pub(crate) struct Buckets<K: Hash + Eq + Clone> {
    quota: Quota,
    each: RateLimiter<K, DefaultKeyedStateStore<K>, DefaultClock, StateInformationMiddleware>,
    /// Buckets of those for whom no other has room, by a byte of a hash that nobody outside can foretell: one of them who asks too
    /// much is in the way of few others.
    strangers: RateLimiter<u8, HashMapStateStore<u8>, DefaultClock, StateInformationMiddleware>,
    hashing: RandomState,
    clock: DefaultClock,
    cleaned: Mutex<Option<Instant>>,
}

impl<K: Hash + Eq + Clone> Buckets<K> {
    /// Full ones.
    pub(crate) fn new(quota: Quota) -> Self {
        Self {
            quota,
            each: RateLimiter::keyed(quota).with_middleware(),
            strangers: RateLimiter::hashmap(quota).with_middleware(),
            hashing: RandomState::new(),
            clock: DefaultClock::default(),
            cleaned: Mutex::new(None),
        }
    }

    /// Takes from the bucket of a key.
    pub(crate) fn take(&self, key: K) -> Result<RateState, RateState> {
        let taken =
            if self.has_room() { self.each.check_key(&key) } else { self.strangers.check_key(&self.stranger(&key)) };
        match taken {
            Ok(snapshot) => Ok(self.state(snapshot.remaining_burst_capacity(), Duration::ZERO)),
            Err(not_yet) => Err(self.state(0, not_yet.wait_time_from(self.clock.now()))),
        }
    }

    /// The bucket of a key among those of strangers.
    fn stranger(&self, key: &K) -> u8 {
        let [part, ..] = self.hashing.hash_one(key).to_le_bytes();
        part
    }

    /// Whether another bucket may be kept, after looking for full ones.
    fn has_room(&self) -> bool {
        if self.each.len() < BUCKETS_MAX {
            return true;
        }
        let Ok(mut cleaned) = self.cleaned.try_lock() else { return false };
        if cleaned.is_none_or(|last| last.elapsed() >= CLEANING_INTERVAL) {
            self.each.retain_recent();
            *cleaned = Some(Instant::now());
        }
        self.each.len() < BUCKETS_MAX
    }

    fn state(&self, remaining: u32, wait: Duration) -> RateState {
        let limit = self.quota.burst_size();
        let missing = limit.get().saturating_sub(remaining);
        RateState {
            limit: limit.get(),
            remaining,
            reset_seconds: seconds_up(self.quota.replenish_interval().saturating_mul(missing)),
            retry_seconds: seconds_up(wait).max(NonZeroU32::MIN.get()),
        }
    }
}

/// Whole seconds, rounded up.
fn seconds_up(duration: Duration) -> u32 {
    let whole = duration.as_secs().saturating_add(u64::from(duration.subsec_nanos() > 0));
    u32::try_from(whole).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(value: u32) -> NonZeroU32 {
        NonZeroU32::new(value).unwrap()
    }

    #[test]
    fn a_bucket_empties_and_says_when_to_come_back_and_its_neighbour_stays_full() {
        let buckets = Buckets::new(Quota::per_minute(number(3)));
        let states: Vec<_> = (0..4).map(|_| buckets.take("a")).collect();
        assert_eq!(states.iter().filter(|state| state.is_ok()).count(), 3);
        let refused = states[3].unwrap_err();
        assert_eq!((refused.limit, refused.remaining), (3, 0));
        assert!((1..=20).contains(&refused.retry_seconds) && (41..=60).contains(&refused.reset_seconds), "{refused:?}");
        let neighbour = buckets.take("b").unwrap();
        assert_eq!((neighbour.remaining, neighbour.reset_seconds), (2, 20));
    }

    #[test]
    fn strangers_for_whom_there_is_no_room_do_not_share_one_bucket() {
        let buckets = Buckets::new(Quota::per_hour(number(1)));
        for key in 0..BUCKETS_MAX {
            buckets.take(key).unwrap();
        }
        let served = (BUCKETS_MAX..BUCKETS_MAX + 1_000).filter(|key| buckets.take(*key).is_ok()).count();
        assert!((100..=256).contains(&served), "{served}");
    }
}
