// SPDX-License-Identifier: AGPL-3.0-or-later
//! Requests that wait for a session to move: some per client, not without end.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tramite_domain::ids::ClientId;

use crate::problem::{Code, Problem};

/// Requests of one client that may wait at a time.
const WAITS_MAX: usize = 20;
/// After how many seconds another one may be tried.
const RETRY_SECONDS: u64 = 5;

/// Counts the waiting requests of each client.
#[derive(Debug, Clone, Default)]
pub(crate) struct Waits(Arc<Mutex<HashMap<ClientId, usize>>>);

/// A place among the waiting; given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    waits: Waits,
    client: ClientId,
}

impl Waits {
    /// A place for one more request of the client.
    pub(crate) fn enter(&self, client: ClientId) -> Result<Place, Problem> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(client).or_insert(0);
        if *count >= WAITS_MAX {
            return Err(Problem::new(Code::RateLimited).retry_after(RETRY_SECONDS));
        }
        *count += 1;
        Ok(Place { waits: self.clone(), client })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.waits.0.lock().unwrap_or_else(PoisonError::into_inner);
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
        let waits = Waits::default();
        let client = ClientId::new(uuid::Uuid::from_u128(1));
        let mut places: Vec<_> = (0..WAITS_MAX).map(|_| waits.enter(client).unwrap()).collect();
        assert!(waits.enter(client).is_err());
        assert!(waits.enter(ClientId::new(uuid::Uuid::from_u128(2))).is_ok());
        places.pop();
        assert!(waits.enter(client).is_ok());
        drop(places);
        assert!(waits.0.lock().unwrap().is_empty());
    }
}
