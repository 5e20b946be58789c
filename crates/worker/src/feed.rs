// SPDX-License-Identifier: AGPL-3.0-or-later
//! The feed: committed events get their place in it, so that nobody who pages on it misses one.

use tramite_storage::StoreError;

use crate::pace::{FEED_EVENTS_MAX, FEED_ROUNDS_MAX};
use crate::pass::Pass;
use crate::worker::Worker;

/// Gives places until nothing waits, or for so many rounds; another worker that is at it leaves nothing to do here.
pub(crate) async fn publish(worker: &Worker) -> Result<Pass, StoreError> {
    let mut pass = Pass::default();
    for _ in 0..FEED_ROUNDS_MAX {
        let placed = worker.store.system().publish_feed(FEED_EVENTS_MAX).await?;
        pass.found = placed;
        pass.done = pass.done.saturating_add(placed);
        if placed < FEED_EVENTS_MAX {
            break;
        }
    }
    Ok(pass)
}
