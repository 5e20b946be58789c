// SPDX-License-Identifier: AGPL-3.0-or-later
//! One event on its way to one endpoint.

use super::schedule::wait_seconds;
use crate::event::EventKind;
use crate::ids::{EventId, InstitutionId};
use crate::named::named;
use crate::time::Instant;

/// Attempts of a test event: who tests looks on, and may test again.
pub const TEST_ATTEMPTS_MAX: u32 = 3;

const SUCCESS: std::ops::RangeInclusive<u16> = 200..=299;
const GONE: u16 = 410;

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryStatus {
    /// Not tried yet.
    Pending,
    /// Got its 2xx.
    Delivered,
    /// Tried in vain, and will be tried again.
    Failed,
    /// Will not be tried again by itself.
    Abandoned,
}

named!(DeliveryStatus { Pending = "pending", Delivered = "delivered", Failed = "failed", Abandoned = "abandoned" });

/// A delivery as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Of which institution; none for a test of an endpoint of all delegations.
    pub institution_id: Option<InstitutionId>,
    /// The event, the `webhook-id`.
    pub event_id: EventId,
    /// Its kind.
    pub kind: EventKind,
    /// When it happened.
    pub event_at: Instant,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// How many times it was tried.
    pub attempts: u32,
    /// The last of them.
    pub last: Option<Attempt>,
    /// When it is tried next.
    pub next_attempt_at: Option<Instant>,
}

/// One attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// When it ended.
    pub at: Instant,
    /// What came of it.
    pub answered: Answered,
    /// How long it took, in milliseconds.
    pub latency_ms: u32,
}

/// What came of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// An HTTP status.
    Status(u16),
    /// No answer.
    Failure(DeliveryFailure),
}

/// Why no answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryFailure {
    /// Its time was over.
    Timeout,
    /// The address may not be asked, or its name leads to none that may.
    NotAllowed,
    /// Nobody was there, or the exchange broke off.
    Unreachable,
    /// The client may not be told of it any more: it was not sent.
    NotPermitted,
    /// The event is kept no longer: it was not sent.
    EventGone,
}

named!(DeliveryFailure {
    Timeout = "timeout", NotAllowed = "not_allowed", Unreachable = "unreachable", NotPermitted = "not_permitted",
    EventGone = "event_gone",
});

impl DeliveryFailure {
    /// Whether another attempt could do no better.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::NotPermitted | Self::EventGone)
    }
}

impl Answered {
    /// Whether it was taken.
    #[must_use]
    pub fn is_success(self) -> bool {
        matches!(self, Self::Status(status) if SUCCESS.contains(&status))
    }

    /// Whether anything was sent at all.
    #[must_use]
    pub fn was_sent(self) -> bool {
        !matches!(self, Self::Failure(failure) if failure.is_final())
    }

    /// Whether the endpoint says that it is no more.
    #[must_use]
    pub fn is_gone(self) -> bool {
        self == Self::Status(GONE)
    }

    /// The label of a counter: nothing that an endpoint could choose freely.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Failure(failure) => failure.name(),
            Self::Status(GONE) => "gone",
            Self::Status(200..=299) => "delivered",
            Self::Status(300..=399) => "redirect",
            Self::Status(400..=499) => "client_error",
            Self::Status(500..=599) => "server_error",
            Self::Status(_) => "other_status",
        }
    }
}

/// What becomes of a delivery after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Nothing: it was taken.
    Delivered,
    /// It is tried again.
    Again(Instant),
    /// It is not tried again by itself.
    Abandoned,
}

/// An attempt with what follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// The event.
    pub event_id: EventId,
    /// Its kind.
    pub kind: EventKind,
    /// How many attempts there were, this one included.
    pub attempts: u32,
    /// The first of them.
    pub began_at: Instant,
    /// The attempt.
    pub attempt: Attempt,
    /// What follows.
    pub next: Next,
}

/// What follows from an attempt. `attempts` counts it, `began_at` is the first of them.
#[must_use]
pub fn after_attempt(kind: EventKind, attempts: u32, began_at: Instant, attempt: &Attempt, chance: u32) -> Next {
    if attempt.answered.is_success() {
        return Next::Delivered;
    }
    let hopeless = matches!(attempt.answered, Answered::Failure(failure) if failure.is_final());
    if hopeless || kind == EventKind::WebhookEndpointTest && attempts >= TEST_ATTEMPTS_MAX {
        return Next::Abandoned;
    }
    match wait_seconds(attempts, began_at, attempt.at, chance) {
        Some(wait) => Next::Again(attempt.at.plus_seconds(wait)),
        None => Next::Abandoned,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_2xx_ends_a_delivery_and_everything_else_is_tried_again() {
        let at = Instant::UNIX_EPOCH;
        let next = |kind, attempts, answered| {
            after_attempt(kind, attempts, at, &Attempt { at, answered, latency_ms: 1 }, 1_000)
        };
        for status in [200, 204, 299] {
            assert_eq!(next(EventKind::InstallmentPaid, 1, Answered::Status(status)), Next::Delivered);
        }
        let again = Next::Again(at.plus_seconds(5));
        for answered in [Answered::Status(301), Answered::Status(500), Answered::Failure(DeliveryFailure::Timeout)] {
            assert_eq!(next(EventKind::InstallmentPaid, 1, answered), again);
            assert_eq!(next(EventKind::WebhookEndpointTest, 2, answered), Next::Again(at.plus_seconds(300)));
            assert_eq!(next(EventKind::WebhookEndpointTest, 3, answered), Next::Abandoned);
        }
        let unpermitted = Answered::Failure(DeliveryFailure::NotPermitted);
        assert_eq!(next(EventKind::InstallmentPaid, 1, unpermitted), Next::Abandoned);
        assert_eq!(Answered::Status(410).label(), "gone");
    }
}
