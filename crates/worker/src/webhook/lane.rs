// SPDX-License-Identifier: AGPL-3.0-or-later
//! The work on one lane: step, send, step, until nothing is due or somebody else's turn has come.

use futures_util::future::join_all;
use tramite_storage::{ClaimedLane, Stepped, StoreError};

use super::Webhooks;
use super::send::send;
use crate::clock::Clock;
use crate::pace::{LANE_BATCH_MAX, LANE_SECONDS_MAX};
use crate::worker::Worker;

/// Works on a lane that was claimed. How many attempts were made.
pub(super) async fn work(
    worker: &Worker,
    webhooks: &Webhooks,
    lane: &ClaimedLane,
    clock: Clock<'_>,
    stops: &(dyn Fn() -> bool + Sync),
) -> Result<usize, StoreError> {
    let system = worker.store.system();
    let begun = clock.now();
    let mut last = (Vec::new(), 0);
    let mut made = 0_usize;
    loop {
        let now = clock.now();
        // What its client may be told was read when the lane was claimed, and must not be old.
        let goes_on = !stops() && (0..LANE_SECONDS_MAX).contains(&now.seconds_since(begun));
        let ids = (worker.world.id().into(), worker.world.id().into());
        match system.step_lane(lane, last, (LANE_BATCH_MAX, goes_on), now, ids).await? {
            Stepped::Lost => {
                tracing::warn!(endpoint = %lane.endpoint, "a lane was claimed by another worker meanwhile");
                return Ok(made);
            }
            Stepped::Released => return Ok(made),
            Stepped::Work(work) => {
                let sends = work.due.iter().map(|due| send(worker, webhooks, (lane, &work), due, clock));
                let outcomes = join_all(sends).await;
                made = made.saturating_add(outcomes.len());
                last = (outcomes, work.endpoint.version);
            }
        }
    }
}
