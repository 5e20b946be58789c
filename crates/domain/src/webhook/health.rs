// SPDX-License-Identifier: AGPL-3.0-or-later
//! What attempts say of the endpoint itself.

use super::delivery::Outcome;
use super::model::{DisabledReason, EndpointStatus, WebhookEndpoint};
use super::schedule::disables;
use crate::audit::AuditLine;
use crate::event::{Event, EventData, EventKind};
use crate::given::Given;
use crate::time::Instant;

/// What becomes of an endpoint after some attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// Nothing new.
    Same,
    /// A test reached it: it is told from now on.
    Verified,
    /// It can be reached again, after it could not since then.
    Recovered(Instant),
    /// Nothing reaches it, from now on.
    Failing,
    /// It is told no longer.
    Disabled(DisabledReason),
}

impl Health {
    /// What attempts at an endpoint say of it.
    #[must_use]
    pub fn after(endpoint: &WebhookEndpoint, outcomes: &[Outcome], now: Instant) -> Self {
        // What was not sent says nothing.
        let sent = || outcomes.iter().map(|one| one.attempt.answered).filter(|one| one.was_sent());
        let tested =
            outcomes.iter().any(|one| one.kind == EventKind::WebhookEndpointTest && one.attempt.answered.is_success());
        let reached = sent().any(|one| one.is_success());
        match (endpoint.status, endpoint.failing_since) {
            (EndpointStatus::Pending | EndpointStatus::Disabled, _) if tested => Self::Verified,
            (EndpointStatus::Pending | EndpointStatus::Disabled, _) => Self::Same,
            (EndpointStatus::Active, _) if sent().any(|one| one.is_gone()) => Self::Disabled(DisabledReason::Gone),
            (EndpointStatus::Active, Some(since)) if reached => Self::Recovered(since),
            (EndpointStatus::Active, None) if reached => Self::Same,
            (EndpointStatus::Active, _) if sent().next().is_none() => Self::Same,
            (EndpointStatus::Active, Some(since)) if disables(failing_from(since, outcomes), now) => {
                Self::Disabled(DisabledReason::Failing)
            }
            (EndpointStatus::Active, Some(_)) => Self::Same,
            (EndpointStatus::Active, None) => Self::Failing,
        }
    }
}

/// How much later than the first attempt of a delivery it may be known that an endpoint fails, in seconds: the attempt takes its
/// time, and another delivery may have got its answer beside it.
const KNOWN_LATER_SECONDS_MAX: i64 = 900;

/// Since when an endpoint fails, as far as deliveries tell: the last attempt of one is fourteen days after its first, and the
/// endpoint is known to fail since a little later.
fn failing_from(since: Instant, outcomes: &[Outcome]) -> Instant {
    let began = outcomes.iter().filter(|one| one.attempt.answered.was_sent()).map(|one| one.began_at);
    began.filter(|at| since.seconds_since(*at) <= KNOWN_LATER_SECONDS_MAX).fold(since, Instant::min)
}

/// What is told when an endpoint is told no longer: an event for its client, and a line in the trail.
#[must_use]
pub fn disabled(given: &mut Given<'_>, endpoint: &WebhookEndpoint, reason: DisabledReason) -> (Event, AuditLine) {
    let event = Event {
        id: given.id(),
        kind: EventKind::WebhookEndpointDisabled,
        at: given.now,
        client_id: Some(endpoint.client_id),
        data: EventData {
            webhook_endpoint_id: Some(endpoint.id),
            disabled_reason: Some(reason.name().to_owned()),
            status: Some(EndpointStatus::Disabled.name().to_owned()),
            previous_status: Some(endpoint.status.name().to_owned()),
            ..EventData::default()
        },
    };
    let line = AuditLine {
        id: given.id(),
        at: given.now,
        client_id: None,
        request_id: given.request_id,
        action: "webhook_endpoint.disabled".to_owned(),
        subject: format!("webhook_endpoint/{}", endpoint.id),
        reason: Some(reason.name().to_owned()),
    };
    (event, line)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::webhook::{Answered, Attempt, DeliveryFailure, Next};

    const NOW: Instant = Instant::UNIX_EPOCH;

    fn endpoint(status: EndpointStatus, failing_since: Option<Instant>) -> WebhookEndpoint {
        WebhookEndpoint {
            id: Uuid::from_u128(1).into(),
            client_id: Uuid::from_u128(2).into(),
            url: String::new(),
            description: None,
            event_types: None,
            status,
            disabled_reason: None,
            failing_since,
            secret_created_at: NOW,
            former_secret: false,
            version: 1,
            created_at: NOW,
            updated_at: NOW,
        }
    }

    fn outcome(kind: EventKind, answered: Answered) -> Outcome {
        Outcome {
            event_id: Uuid::from_u128(3).into(),
            kind,
            attempts: 1,
            began_at: NOW,
            attempt: Attempt { at: NOW, answered, latency_ms: 1 },
            next: Next::Abandoned,
        }
    }

    #[test]
    fn an_endpoint_with_one_event_is_disabled_at_its_last_attempt_though_it_was_known_to_fail_a_little_later() {
        let began_at = NOW.plus_hours(-14 * 24);
        let last = Outcome { began_at, ..outcome(EventKind::InstallmentPaid, Answered::Status(500)) };
        let health = |since| Health::after(&endpoint(EndpointStatus::Active, Some(since)), &[last], NOW);
        assert_eq!(health(began_at.plus_seconds(20)), Health::Disabled(DisabledReason::Failing));
        // It has answered others since.
        assert_eq!(health(began_at.plus_hours(1)), Health::Same);
    }

    #[test]
    fn an_endpoint_is_told_while_it_answers_and_no_longer_when_it_is_gone_or_fails_for_fourteen_days() {
        let (paid, test) = (EventKind::InstallmentPaid, EventKind::WebhookEndpointTest);
        let (taken, refused) = (Answered::Status(204), Answered::Status(500));
        let long_ago = NOW.plus_hours(-14 * 24);
        let cases = [
            (EndpointStatus::Pending, None, test, taken, Health::Verified),
            (EndpointStatus::Pending, None, test, refused, Health::Same),
            (EndpointStatus::Disabled, None, test, taken, Health::Verified),
            (EndpointStatus::Disabled, None, paid, taken, Health::Same),
            (EndpointStatus::Active, None, paid, taken, Health::Same),
            (EndpointStatus::Active, Some(long_ago), paid, taken, Health::Recovered(long_ago)),
            (EndpointStatus::Active, None, paid, refused, Health::Failing),
            (EndpointStatus::Active, Some(NOW), paid, refused, Health::Same),
            (EndpointStatus::Active, Some(long_ago), paid, refused, Health::Disabled(DisabledReason::Failing)),
            (EndpointStatus::Active, None, paid, Answered::Status(410), Health::Disabled(DisabledReason::Gone)),
            (
                EndpointStatus::Active,
                Some(long_ago),
                paid,
                Answered::Failure(DeliveryFailure::NotPermitted),
                Health::Same,
            ),
        ];
        for (status, since, kind, answered, expected) in cases {
            let health = Health::after(&endpoint(status, since), &[outcome(kind, answered)], NOW);
            assert_eq!(health, expected, "{status:?} {since:?} {answered:?}");
        }
    }
}
