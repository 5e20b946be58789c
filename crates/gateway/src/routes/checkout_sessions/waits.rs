// SPDX-License-Identifier: AGPL-3.0-or-later
//! Requests that take long, above all those that wait for a session to move: some per client, not without end.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use tramite_domain::ids::ClientId;

use crate::problem::{Code, Problem};

/// After how many seconds another one may be tried.
const RETRY_SECONDS: u64 = 5;

/// Counts the waiting requests of each client.
#[derive(Debug, Clone)]
pub(crate) struct Waits {
    per_client: NonZeroU32,
    counts: Arc<Mutex<HashMap<ClientId, u32>>>,
}

/// A place among the waiting; given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    waits: Waits,
    client: ClientId,
}

impl Waits {
    /// Of so many of each client at a time.
    pub(crate) fn new(per_client: NonZeroU32) -> Self {
        Self { per_client, counts: Arc::default() }
    }

    /// A place for one more request of the client.
    pub(crate) fn enter(&self, client: ClientId) -> Result<Place, Problem> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(client).or_insert(0);
        if *count >= self.per_client.get() {
            return Err(Problem::new(Code::RateLimited).retry_after(RETRY_SECONDS));
        }
        *count = count.saturating_add(1);
        Ok(Place { waits: self.clone(), client })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.waits.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.client) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_requests_of_a_client_wait_and_a_place_is_given_back() {
        let waits = Waits::new(NonZeroU32::new(20).unwrap());
        let client = ClientId::new(uuid::Uuid::from_u128(1));
        let mut places: Vec<_> = (0..20).map(|_| waits.enter(client).unwrap()).collect();
        assert!(waits.enter(client).is_err());
        assert!(waits.enter(ClientId::new(uuid::Uuid::from_u128(2))).is_ok());
        places.pop();
        assert!(waits.enter(client).is_ok());
        drop(places);
        assert!(waits.counts.lock().unwrap().is_empty());
    }
}
