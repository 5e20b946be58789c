// SPDX-License-Identifier: AGPL-3.0-or-later
//! The sandbox's clock: the world's own, and so much ahead of it as somebody has asked for. Everything that waits in the
//! sandbox goes by it: late receipts, the hourly retry, payment tokens, carts. What messages say of a payment is the
//! world's own time, for the creditor's clock is not moved.

use std::sync::Arc;

use tokio::sync::watch;
use tramite_domain::given::World;
use tramite_domain::time::Instant;
use uuid::Uuid;

use super::Node;
use super::deliver::Sending;

/// A clock that can be put forward, and never back.
pub(crate) struct Clock {
    world: Arc<dyn World>,
    ahead_seconds: watch::Sender<i64>,
}

impl Clock {
    pub(crate) fn new(world: Arc<dyn World>) -> Clock {
        Clock { world, ahead_seconds: watch::Sender::new(0) }
    }

    /// How far ahead of the world it is.
    pub(crate) fn ahead_seconds(&self) -> i64 {
        *self.ahead_seconds.borrow()
    }

    /// Tells whenever it is put forward.
    pub(crate) fn moves(&self) -> watch::Receiver<i64> {
        self.ahead_seconds.subscribe()
    }

    /// The time in the sandbox.
    pub(crate) fn now(&self) -> Instant {
        self.world.now().plus_seconds(self.ahead_seconds())
    }

    /// A new version 7 UUID.
    pub(crate) fn id(&self) -> Uuid {
        self.world.id()
    }

    /// The time outside.
    pub(crate) fn outside(&self) -> Instant {
        self.world.now()
    }

    /// Puts it forward to that instant; where it is later already, nothing happens. What is not a whole second is rounded
    /// up, so that whatever was due then is due now.
    fn forward_to(&self, instant: Instant) {
        let now = self.now();
        if instant > now {
            let whole = instant.seconds_since(now);
            let more = if now.plus_seconds(whole) < instant { whole.saturating_add(1) } else { whole };
            self.ahead_seconds.send_modify(|ahead| *ahead = ahead.saturating_add(more));
        }
    }
}

/// What was sent while the clock was put forward.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Passed {
    pub(crate) attempted: usize,
    pub(crate) notified: usize,
}

impl Passed {
    pub(super) fn count(&mut self, sendings: &[Sending]) {
        let notified = sendings.iter().filter(|sending| sending.arrival.fault().is_none()).count();
        self.attempted = self.attempted.saturating_add(sendings.len());
        self.notified = self.notified.saturating_add(notified);
    }
}

/// Lets time pass: the clock stops at every instant at which something is due, which is done before it goes on. So two days
/// see each hourly attempt, and the last one is the forty-eighth.
pub(crate) async fn advance(node: Arc<Node>, seconds: i64) -> Passed {
    let _turn = node.turn().await;
    let until = node.world.now().plus_seconds(seconds);
    let mut passed = Passed::default();
    while let Some(due) = node.next_due().filter(|due| *due <= until) {
        node.world.forward_to(due);
        node.do_what_is_due(&mut passed).await;
    }
    node.world.forward_to(until);
    passed
}
