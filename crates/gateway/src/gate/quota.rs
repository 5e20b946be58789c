// SPDX-License-Identifier: AGPL-3.0-or-later
//! Requests of a client in a day. All processes together serve no more than the quota: each takes a share of it from the
//! database before it serves anything of it. What a process has taken and not served when it stops, or when the quota is
//! changed, is lost to the client for that day: a thousandth of the quota, and a hundred requests, at most.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::NaiveDate;
use tokio::time::timeout;
use tramite_domain::client_limits::{quota_day, seconds_to_next_day, share};
use tramite_domain::ids::ClientId;
use tramite_domain::time::Instant;
use tramite_storage::{Store, StoreError};

use super::RateState;

/// Clients whose shares are kept; beyond it those of days that are over go.
const SHARES_MAX: usize = 10_000;
/// How long a request waits for its turn, in milliseconds: who holds it waits for the database, and no queue may grow behind.
const TURN_MS_MAX: u64 = 1_000;

/// The shares of this process.
#[derive(Default)]
pub(crate) struct Quotas(Mutex<HashMap<ClientId, Arc<tokio::sync::Mutex<Share>>>>);

/// What is left of what this process has taken for a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Share {
    day: NaiveDate,
    quota: u32,
    left: u32,
    /// Requests that all processes have taken, as far as this one knows.
    taken: u32,
}

impl Share {
    const fn none(day: NaiveDate, quota: u32) -> Self {
        Self { day, quota, left: 0, taken: 0 }
    }
}

impl Quotas {
    /// Counts one request of a client; refused where its day is used up.
    ///
    /// # Errors
    /// Whatever keeps the store from telling: then nothing is served.
    pub(crate) async fn take(
        &self,
        store: &Store,
        client: ClientId,
        quota: u32,
        now: Instant,
    ) -> Result<Result<RateState, RateState>, StoreError> {
        let day = quota_day(now);
        let known = self.known(client, day, quota);
        // Requests of one client take turns here, so that they take one share and not one each.
        let turn = timeout(Duration::from_millis(TURN_MS_MAX), known.lock()).await;
        let mut share_of = turn.map_err(|_| StoreError::Busy)?;
        if (share_of.day, share_of.quota) != (day, quota) {
            *share_of = Share::none(day, quota);
        }
        // Where all is taken the day is over: a client that goes on asking costs the database nothing.
        if share_of.left == 0 && share_of.taken < quota {
            let got = store.system().take_requests(client, day, quota, share(quota)).await?;
            (share_of.left, share_of.taken) = (got.granted, got.taken);
        }
        let served = share_of.left > 0;
        share_of.left = share_of.left.saturating_sub(1);
        let remaining = quota.saturating_sub(share_of.taken).saturating_add(share_of.left);
        let seconds = seconds_to_next_day(now);
        let state = RateState { limit: quota, remaining, reset_seconds: seconds, retry_seconds: seconds };
        Ok(if served { Ok(state) } else { Err(RateState { remaining: 0, ..state }) })
    }

    fn known(&self, client: ClientId, day: NaiveDate, quota: u32) -> Arc<tokio::sync::Mutex<Share>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= SHARES_MAX && !all.contains_key(&client) {
            all.retain(|_, share| share.try_lock().map_or(true, |share| share.day == day));
        }
        Arc::clone(all.entry(client).or_insert_with(|| Arc::new(tokio::sync::Mutex::new(Share::none(day, quota)))))
    }
}
