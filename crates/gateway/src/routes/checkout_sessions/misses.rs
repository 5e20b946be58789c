// SPDX-License-Identifier: AGPL-3.0-or-later
//! How often a client asked in vain for another institution's notice: numbers cannot be tried out (rules.md 37).

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

use tramite_domain::ids::ClientId;
use tramite_domain::time::Instant;

use crate::problem::{Code, Problem};

/// The window, in seconds.
const WINDOW_SECONDS: i64 = 3_600;
/// Clients remembered at most; the oldest window goes first.
const CLIENTS_MAX: usize = 10_000;

/// Counts look-ups in vain.
#[derive(Debug)]
pub(crate) struct Misses {
    per_hour: NonZeroU32,
    windows: Mutex<HashMap<ClientId, Window>>,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    since: Instant,
    count: u32,
}

/// A look-up that counts as one in vain until it is given back.
#[derive(Debug)]
pub(crate) struct Place {
    client: ClientId,
    since: Instant,
}

impl Misses {
    /// Of so many in an hour.
    pub(crate) fn new(per_hour: NonZeroU32) -> Self {
        Self { per_hour, windows: Mutex::default() }
    }

    /// A place for one more look-up of the client. It counts from now on, so that look-ups at the same time cannot be
    /// more than those one after another.
    pub(crate) fn take(&self, client: ClientId, now: Instant) -> Result<Place, Problem> {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= CLIENTS_MAX && !windows.contains_key(&client) {
            let oldest = windows.iter().min_by_key(|(_, window)| window.since).map(|(id, _)| *id);
            oldest.map(|id| windows.remove(&id));
        }
        let window = windows.entry(client).or_insert(Window { since: now, count: 0 });
        let age = now.seconds_since(window.since);
        if age >= WINDOW_SECONDS {
            *window = Window { since: now, count: 0 };
        } else if window.count >= self.per_hour.get() {
            return Err(Problem::new(Code::RateLimited).retry_after(WINDOW_SECONDS.saturating_sub(age).unsigned_abs()));
        }
        window.count = window.count.saturating_add(1);
        Ok(Place { client, since: window.since })
    }

    /// The look-up was not in vain.
    pub(crate) fn give_back(&self, place: Place) {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(window) = windows.get_mut(&place.client).filter(|window| window.since == place.since) {
            window.count = window.count.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_thirty_look_ups_in_vain_a_client_waits_for_the_hour_to_pass() {
        let misses = Misses::new(NonZeroU32::new(30).unwrap());
        let client = ClientId::new(uuid::Uuid::from_u128(1));
        let other = ClientId::new(uuid::Uuid::from_u128(2));
        let start = Instant::UNIX_EPOCH;
        // Those that are under way count already, and those that hit do not count in the end.
        let under_way: Vec<_> = (0..30).map(|_| misses.take(client, start).unwrap()).collect();
        assert!(misses.take(client, start).is_err());
        under_way.into_iter().for_each(|place| misses.give_back(place));
        for _ in 0..30 {
            assert!(misses.take(client, start).is_ok());
        }
        assert!(misses.take(client, start.plus_seconds(WINDOW_SECONDS - 1)).is_err());
        assert!(misses.take(other, start).is_ok());
        assert!(misses.take(client, start.plus_seconds(WINDOW_SECONDS)).is_ok());
    }
}
