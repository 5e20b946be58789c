// SPDX-License-Identifier: AGPL-3.0-or-later
//! What every change of a position has in common: the next version, the event, and who is paying right now.

use crate::attempt::Attempt;
use crate::batch::{Batch, Write};
use crate::event::{Event, EventData, EventKind};
use crate::field_change::FIELD_CHANGES_MAX;
use crate::given::Given;
use crate::ids::InstallmentId;
use crate::refusal::Refusal;
use crate::session::CheckoutSession;
use crate::submission::PlaceOfPosition;
use crate::time::Instant;

use super::changes::changes_between;
use super::{DebtPosition, Decided, position_status};

/// Tells the state of the position as it is now, and remembers that it was told.
pub(crate) fn told(given: &mut Given<'_>, position: &mut DebtPosition, kind: EventKind) -> Event {
    let status = position_status(position, given.now);
    let previous = position.told_status;
    position.told_status = status;
    Event {
        id: given.id(),
        kind,
        at: given.now,
        client_id: None,
        data: EventData {
            service_code: position.service_code.clone(),
            external_id: position.external_id.clone(),
            debt_position_id: Some(position.id),
            version: Some(position.version),
            status: Some(status.name().to_owned()),
            previous_status: (kind != EventKind::PositionCreated && previous != status)
                .then(|| previous.name().to_owned()),
            changed_by: given.client_id,
            ..EventData::default()
        },
    }
}

/// A changed position: next version, told, and written against the version it was read at.
pub(super) fn changed(given: &mut Given<'_>, before: &DebtPosition, mut after: DebtPosition) -> Decided {
    after.version = before.version + 1;
    after.updated_at = given.now;
    let mut event = told(given, &mut after, EventKind::PositionUpdated);
    event.data.changes = changes_between(before, &after);
    let more = event.data.changes.len().saturating_sub(FIELD_CHANGES_MAX);
    event.data.more_changes = u32::try_from(more).ok().filter(|more| *more > 0);
    event.data.changes.truncate(FIELD_CHANGES_MAX);
    let batch = Batch::new()
        .with(Write::UpdatePosition { position: Box::new(after.clone()), expected: before.version })
        .with(Write::InsertEvent(Box::new(event)));
    Decided { position: after, batch, warnings: Vec::new() }
}

impl DebtPosition {
    /// How the audit trail names it.
    #[must_use]
    pub fn audit_subject(&self) -> String {
        format!("debt_position {}", self.id)
    }
}

impl Decided {
    /// The same with a line of the audit trail, where somebody asked for it.
    pub(super) fn audited(self, given: &mut Given<'_>, action: &str) -> Self {
        let subject = self.position.audit_subject();
        Self { batch: self.batch.audited(given, action, subject), ..self }
    }
}

/// Who may be paying an installment of the position: recent attempts and live sessions; and what they pay for with it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Activity<'a> {
    /// Attempts on its installments.
    pub attempts: &'a [Attempt],
    /// Sessions that hold one of its installments.
    pub sessions: &'a [CheckoutSession],
    /// The places that its submission took; none of a position that no form has made.
    pub places: &'a [PlaceOfPosition],
    /// Whether another submission stands for it by now: then it is not to be paid again.
    pub superseded: bool,
}

impl Activity<'_> {
    /// Until when a running payment forbids a change (rules.md 11): a get within 30 minutes, or a session processing. A
    /// cart counts like a get, for what it showed is honoured as long (rules.md 22).
    #[must_use]
    pub fn locked_until(&self, now: Instant) -> Option<Instant> {
        let asked = self.attempts.iter().map(Attempt::locked_until);
        let running = self.sessions.iter().filter_map(|session| session.processing_until(now));
        asked.chain(running).filter(|until| *until > now).max()
    }

    /// Until when one installment may be being paid.
    #[must_use]
    pub fn locked_until_of(&self, installment: InstallmentId, now: Instant) -> Option<Instant> {
        self.locked_until_of_any(&[installment], now)
    }

    /// Until when one of these installments may be being paid.
    #[must_use]
    pub fn locked_until_of_any(&self, installments: &[InstallmentId], now: Instant) -> Option<Instant> {
        let asked = self.attempts.iter().filter(|one| installments.contains(&one.installment_id));
        let sessions = self.sessions.iter().filter(|session| installments.iter().any(|one| session.holds(*one)));
        let running = sessions.filter_map(|session| session.processing_until(now));
        asked.map(Attempt::locked_until).chain(running).filter(|until| *until > now).max()
    }

    /// # Errors
    /// `PaymentInProgress` while somebody is paying and `force` is not set.
    pub fn check_free(&self, now: Instant, force: bool) -> Result<(), Refusal> {
        match self.locked_until(now) {
            Some(locked_until) if !force => Err(Refusal::PaymentInProgress { locked_until }),
            _ => Ok(()),
        }
    }
}
