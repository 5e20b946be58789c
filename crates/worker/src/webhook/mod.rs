// SPDX-License-Identifier: AGPL-3.0-or-later
//! Telling clients of events. Lanes are claimed (one endpoint, one institution), each is worked on by itself, and what one
//! waits for is in no other's way.

mod body;
mod lane;
mod runner;
mod send;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::Semaphore;
use tramite_domain::ids::ClientId;
use tramite_outbound::{LOOKUPS_MAX, Names, Outbound, Towards};
use tramite_storage::StoreError;
use uuid::Uuid;

pub(crate) use runner::run;

use crate::clock::Clock;
use crate::guard::guarded;
use crate::job::Job;
use crate::pace::{DELIVERY_SECONDS_MAX, LANE_LEASE_SECONDS, LANE_LIMITS};
use crate::pass::Pass;
use crate::worker::Worker;

/// What tells.
pub(crate) struct Webhooks {
    outbound: Outbound,
    /// Who holds lanes: this process, as long as it lives.
    holder: Uuid,
    /// Look-ups of names by whose endpoints they are.
    lookups: Mutex<HashMap<ClientId, Arc<Semaphore>>>,
}

impl Webhooks {
    pub(crate) fn new(towards: Towards, names: Arc<dyn Names>, holder: Uuid) -> Result<Self, reqwest::Error> {
        let outbound = Outbound::new(towards, names, Duration::from_secs(DELIVERY_SECONDS_MAX))?;
        Ok(Self { outbound, holder, lookups: Mutex::default() })
    }

    fn lookups(&self, client: ClientId) -> Arc<Semaphore> {
        let mut all = self.lookups.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(client).or_insert_with(|| Arc::new(Semaphore::new(LOOKUPS_MAX))))
    }
}

/// Tells what is due at an instant, all of it, and waits for it: a round, for tests and for the operator's command.
pub(crate) async fn round(worker: &Worker, webhooks: &Webhooks, clock: Clock<'_>) -> Result<Pass, StoreError> {
    let system = worker.store.system();
    let mut pass = Pass::default();
    system.wake_lanes(clock.now()).await?;
    loop {
        let claimed = system.claim_lanes(webhooks.holder, clock.now(), LANE_LEASE_SECONDS, LANE_LIMITS).await?;
        if claimed.is_empty() {
            return Ok(pass);
        }
        let works = claimed.iter().map(|lane| guarded(lane::work(worker, webhooks, lane, clock, &|| false)));
        for outcome in join_all(works).await {
            match outcome {
                Ok(told) => {
                    pass.found = pass.found.saturating_add(told);
                    pass.done = pass.done.saturating_add(told);
                }
                Err(error) => _ = pass.count(Job::Webhooks, Err(error)),
            }
        }
    }
}
