// SPDX-License-Identifier: AGPL-3.0-or-later
//! How often a client asked in vain for another institution's notice: numbers cannot be tried out (rules.md 37).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tramite_domain::ids::ClientId;
use tramite_domain::time::Instant;

use crate::problem::{Code, Problem};

/// Look-ups in vain per client and window.
const MISSES_MAX: u32 = 30;
/// The window, in seconds.
const WINDOW_SECONDS: i64 = 3_600;
/// Clients remembered at most; the oldest window goes first.
const CLIENTS_MAX: usize = 10_000;

/// Counts look-ups in vain.
#[derive(Debug, Default)]
pub(crate) struct Misses(Mutex<HashMap<ClientId, Window>>);

#[derive(Debug, Clone, Copy)]
struct Window {
    since: Instant,
    count: u32,
}

impl Misses {
    /// Whether the client may look another notice up.
    pub(crate) fn check(&self, client: ClientId, now: Instant) -> Result<(), Problem> {
        let windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match windows.get(&client) {
            Some(window) if window.count >= MISSES_MAX && now.seconds_since(window.since) < WINDOW_SECONDS => {
                Err(Problem::new(Code::RateLimited)
                    .retry_after((WINDOW_SECONDS - now.seconds_since(window.since)).unsigned_abs()))
            }
            _ => Ok(()),
        }
    }

    /// One more in vain.
    pub(crate) fn count(&self, client: ClientId, now: Instant) {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= CLIENTS_MAX && !windows.contains_key(&client) {
            let oldest = windows.iter().min_by_key(|(_, window)| window.since).map(|(id, _)| *id);
            oldest.map(|id| windows.remove(&id));
        }
        let window = windows.entry(client).or_insert(Window { since: now, count: 0 });
        if now.seconds_since(window.since) >= WINDOW_SECONDS {
            *window = Window { since: now, count: 0 };
        }
        window.count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_thirty_look_ups_in_vain_a_client_waits_for_the_hour_to_pass() {
        let misses = Misses::default();
        let client = ClientId::new(uuid::Uuid::from_u128(1));
        let other = ClientId::new(uuid::Uuid::from_u128(2));
        let start = Instant::UNIX_EPOCH;
        for _ in 0..MISSES_MAX {
            assert!(misses.check(client, start).is_ok());
            misses.count(client, start);
        }
        assert!(misses.check(client, start.plus_seconds(WINDOW_SECONDS - 1)).is_err());
        assert!(misses.check(other, start).is_ok());
        assert!(misses.check(client, start.plus_seconds(WINDOW_SECONDS)).is_ok());
    }
}
