// SPDX-License-Identifier: AGPL-3.0-or-later
//! The running of it: lanes are claimed at every tick, worked on beside each other, and their claims renewed while that lasts.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant as Moment, sleep, timeout};
use tramite_storage::{ClaimedLane, LaneLimits, StoreError};

use super::{Webhooks, lane};
use crate::clock::Clock;
use crate::failure::code;
use crate::guard::guarded;
use crate::job::Job;
use crate::pace::{
    LANE_AGAIN_SECONDS, LANE_LEASE_SECONDS, LANE_LIMITS, LANE_RENEW_MS, LANES_WOKEN_EVERY_MS, PASS_SECONDS_MAX,
    STOP_GRACE_SECONDS, WEBHOOKS_EVERY_MS, back_off,
};
use crate::worker::Worker;

/// Tells until it is stopped. What is being sent then is waited for a little; a lane that is left comes back by itself.
pub(crate) async fn run(worker: &Worker, webhooks: &Webhooks, stopped: watch::Receiver<bool>) {
    if let Err(error) = worker.store.system().take_over_lanes().await {
        tracing::warn!(code = code(&error), cause = %error, "lanes that were left come back by their time");
    }
    worker.watch.begin(Job::Webhooks, worker.settings.every(Job::Webhooks));
    let running =
        Running { worker, webhooks, busy: Mutex::default(), stops: AtomicBool::new(false), left: Mutex::default() };
    let (claimed, lanes) = mpsc::unbounded_channel();
    let end = async {
        running.claim(claimed, stopped.clone()).await;
        running.stops.store(true, Ordering::Relaxed);
        sleep(Duration::from_secs(STOP_GRACE_SECONDS)).await;
    };
    tokio::select! {
        // It ends when nothing more is claimed and every lane is done.
        () = running.work(lanes) => {}
        () = running.renew() => {}
        () = running.free() => {}
        () = end => {}
    }
    worker.watch.stopped(Job::Webhooks);
}

struct Running<'a> {
    worker: &'a Worker,
    webhooks: &'a Webhooks,
    /// Lanes that are worked on, or will be in a moment: their claims are renewed.
    busy: Mutex<Vec<ClaimedLane>>,
    stops: AtomicBool,
    /// Lanes whose work failed and that are not free yet.
    left: Mutex<Vec<ClaimedLane>>,
}

impl Running<'_> {
    fn clock(&self) -> Clock<'_> {
        Clock::World(self.worker.world.as_ref())
    }

    /// Claims what is due as long as there is room.
    async fn claim(&self, claimed: mpsc::UnboundedSender<ClaimedLane>, mut stopped: watch::Receiver<bool>) {
        let (mut failures, mut seen) = (0_u32, None);
        loop {
            let begun = Moment::now();
            let ticking = timeout(Duration::from_secs(PASS_SECONDS_MAX), guarded(self.tick(&mut seen)));
            let outcome = ticking.await.unwrap_or_else(|_| Err(StoreError::Busy));
            let (told, done) = outcome.as_ref().map_or_else(|error| (code(error), 0), |lanes| ("ok", lanes.len()));
            self.worker.watch.came_round(Job::Webhooks, told, done, begun.elapsed());
            let pause = match outcome {
                Ok(lanes) => {
                    failures = 0;
                    self.busy().extend(lanes.iter().cloned());
                    for one in lanes {
                        // The other end lives as long as this one.
                        _ = claimed.send(one);
                    }
                    Duration::from_millis(WEBHOOKS_EVERY_MS)
                }
                Err(error) => {
                    failures = failures.saturating_add(1);
                    let job = Job::Webhooks.name();
                    tracing::warn!(job, code = code(&error), failures, cause = %error, "lanes could not be claimed");
                    back_off(failures)
                }
            };
            tokio::select! {
                () = sleep(pause) => {}
                _ = stopped.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// One look: what fell behind is woken when something was published, and once in a while in any case.
    async fn tick(&self, seen: &mut Option<(i64, Moment)>) -> Result<Vec<ClaimedLane>, StoreError> {
        let system = self.worker.store.system();
        let now = self.clock().now();
        let end = system.feed_end().await?;
        let fresh =
            seen.is_some_and(|(last, at)| last == end && at.elapsed() < Duration::from_millis(LANES_WOKEN_EVERY_MS));
        if !fresh {
            system.wake_lanes(now).await?;
            *seen = Some((end, Moment::now()));
        }
        let lanes = LANE_LIMITS.lanes.saturating_sub(self.busy().len());
        if lanes == 0 {
            return Ok(Vec::new());
        }
        let limits = LaneLimits { lanes, ..LANE_LIMITS };
        system.claim_lanes(self.webhooks.holder, now, LANE_LEASE_SECONDS, limits).await
    }

    /// Works on every lane that is claimed, beside each other.
    async fn work(&self, mut lanes: mpsc::UnboundedReceiver<ClaimedLane>) {
        let mut working = FuturesUnordered::new();
        loop {
            tokio::select! {
                next = lanes.recv() => match next {
                    Some(lane) => working.push(self.one(lane)),
                    None => break,
                },
                Some(()) = working.next(), if !working.is_empty() => {}
            }
        }
        while working.next().await.is_some() {}
    }

    async fn one(&self, lane: ClaimedLane) {
        let stops = || self.stops.load(Ordering::Relaxed);
        let outcome = guarded(lane::work(self.worker, self.webhooks, &lane, self.clock(), &stops)).await;
        self.busy().retain(|one| *one != lane);
        if let Err(error) = outcome {
            let job = Job::Webhooks.name();
            tracing::warn!(job, endpoint = %lane.endpoint, code = code(&error), cause = %error, "a lane was left");
            self.left().push(lane);
        }
    }

    fn busy(&self) -> MutexGuard<'_, Vec<ClaimedLane>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn left(&self) -> MutexGuard<'_, Vec<ClaimedLane>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Frees the lanes whose work failed, beside the renewal of the others: somebody may hold such a lane for seconds.
    async fn free(&self) {
        loop {
            sleep(Duration::from_millis(LANE_RENEW_MS)).await;
            let left = self.left().clone();
            for lane in left {
                let rests_until = self.clock().now().plus_seconds(LANE_AGAIN_SECONDS);
                let system = self.worker.store.system();
                match guarded(system.leave_lane(&lane, rests_until)).await {
                    Ok(()) => self.left().retain(|one| *one != lane),
                    Err(error) => {
                        tracing::warn!(code = code(&error), cause = %error, "a lane could not be freed");
                        if !matches!(error, StoreError::Busy) {
                            break;
                        }
                    }
                }
            }
        }
    }

    /// Renews the claims of this process while it lives.
    async fn renew(&self) {
        loop {
            sleep(Duration::from_millis(LANE_RENEW_MS)).await;
            let working = self.busy().clone();
            if working.is_empty() {
                continue;
            }
            let system = self.worker.store.system();
            let now = self.clock().now();
            let renewing = guarded(system.renew_lanes(self.webhooks.holder, &working, now, LANE_LEASE_SECONDS));
            match timeout(Duration::from_secs(LANE_LEASE_SECONDS.unsigned_abs()), renewing).await {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => tracing::warn!(code = code(&error), cause = %error, "lanes could not be renewed"),
                Err(_) => tracing::warn!(code = "timeout", "lanes could not be renewed in time"),
            }
        }
    }
}
