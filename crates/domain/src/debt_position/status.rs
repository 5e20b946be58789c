// SPDX-License-Identifier: AGPL-3.0-or-later
//! From stored facts, dates and the clock to states: the one place that knows how (rules.md, table S).

use crate::time::Instant;

use super::{DebtPosition, Installment, InstallmentStatus, OptionKind, PaymentOption, PositionStatus};

/// The state of one installment of a position at an instant. The rules are ordered: the first that holds decides.
#[must_use]
pub fn installment_status(
    position: &DebtPosition,
    option: &PaymentOption,
    installment: &Installment,
    now: Instant,
) -> InstallmentStatus {
    if installment.payment.is_some() {
        return if installment.reported_at.is_some() { InstallmentStatus::Reported } else { InstallmentStatus::Paid };
    }
    if position.cancelled_at.is_some() || installment.cancelled_at.is_some() {
        return InstallmentStatus::Cancelled;
    }
    if started_elsewhere(position, option) {
        return InstallmentStatus::Superseded;
    }
    if position.published_at.is_none() {
        return InstallmentStatus::Draft;
    }
    if position.valid_from.is_some_and(|from| now < from) {
        return InstallmentStatus::Scheduled;
    }
    if expiry(position, option, installment).is_some_and(|end| end <= now) {
        return InstallmentStatus::Expired;
    }
    InstallmentStatus::Open
}

/// What decides the state of a position at any instant: facts that storage keeps beside it, so that a list filter asks
/// the very same question as [`position_status`] does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusFacts {
    /// Paid, reported or partially paid, once money has come.
    pub settled: Option<PositionStatus>,
    /// Withdrawn as a whole, or every installment by itself.
    pub cancelled: bool,
    /// Published.
    pub published: bool,
    /// Payable only from here.
    pub valid_from: Option<Instant>,
    /// When the last live installment stops being payable; none means never.
    pub ends_at: Option<Instant>,
}

impl StatusFacts {
    /// The facts of a position.
    #[must_use]
    pub fn of(position: &DebtPosition) -> Self {
        let live = || {
            position.installments().filter(|(option, one)| {
                one.payment.is_none() && one.cancelled_at.is_none() && !started_elsewhere(position, option)
            })
        };
        let endless = live().any(|(option, one)| expiry(position, option, one).is_none());
        let last = live().filter_map(|(option, one)| expiry(position, option, one)).max();
        Self {
            settled: settled_status(position),
            cancelled: position.cancelled_at.is_some() || live().next().is_none(),
            published: position.published_at.is_some(),
            valid_from: position.valid_from,
            ends_at: last.filter(|_| !endless),
        }
    }

    /// The state at an instant. The rules are ordered: the first that holds decides.
    #[must_use]
    pub fn at(&self, now: Instant) -> PositionStatus {
        if let Some(settled) = self.settled {
            settled
        } else if self.cancelled {
            PositionStatus::Cancelled
        } else if !self.published {
            PositionStatus::Draft
        } else if self.valid_from.is_some_and(|from| now < from) {
            PositionStatus::Scheduled
        } else if self.ends_at.is_some_and(|end| end <= now) {
            PositionStatus::Expired
        } else {
            PositionStatus::Open
        }
    }

    /// The first instant after `now` at which the clock alone changes the state; none when it never will.
    #[must_use]
    pub fn next_transition(&self, now: Instant) -> Option<Instant> {
        if self.settled.is_some() || self.cancelled || !self.published {
            return None;
        }
        [self.valid_from, self.ends_at].into_iter().flatten().filter(|at| *at > now).min()
    }
}

/// The state of a position at an instant, from the states of its installments.
#[must_use]
pub fn position_status(position: &DebtPosition, now: Instant) -> PositionStatus {
    StatusFacts::of(position).at(now)
}

/// Paid, reported or partially paid, when any money has come: neither dates nor cancellation undo that (rules.md 14).
fn settled_status(position: &DebtPosition) -> Option<PositionStatus> {
    if !position.installments().any(|(_, one)| one.payment.is_some()) {
        return None;
    }
    let closing = used_option(position).filter(|option| closes(position, option));
    let Some(option) = closing else { return Some(PositionStatus::PartiallyPaid) };
    Some(if is_reported(option) { PositionStatus::Reported } else { PositionStatus::Paid })
}

/// Whether all that was paid of this option was reported.
fn is_reported(option: &PaymentOption) -> bool {
    option.installments.iter().filter(|one| one.payment.is_some()).all(|one| one.reported_at.is_some())
}

/// Whether what was paid of this option leaves nothing due: something is paid and the rest was withdrawn.
fn closes(position: &DebtPosition, option: &PaymentOption) -> bool {
    let paid = option.installments.iter().any(|one| one.payment.is_some());
    let due = option
        .installments
        .iter()
        .any(|one| one.payment.is_none() && one.cancelled_at.is_none() && position.cancelled_at.is_none());
    paid && !due
}

/// Whether another option of the position is the one that is used (rules.md 13).
fn started_elsewhere(position: &DebtPosition, option: &PaymentOption) -> bool {
    used_option(position).is_some_and(|used| used.id != option.id)
}

/// The option that excludes the others: one that leaves nothing due, of several one that was reported, else the one for
/// which money came first. Were it every option with money in it, two plans both started would exclude each other and could
/// never be paid.
fn used_option(position: &DebtPosition) -> Option<&PaymentOption> {
    let first_paid = |option: &PaymentOption| {
        option.installments.iter().filter_map(|one| one.payment.as_ref()).map(|payment| payment.paid_at).min()
    };
    let started = position.options.iter().filter_map(|option| Some((option, first_paid(option)?)));
    // Of equal instants the older option counts: new terms may give them another order, and must change nothing of this.
    // A receipt of another alternative that comes later and was paid earlier must not take a reported position back to paid.
    let rank = |option: &PaymentOption| match (closes(position, option), is_reported(option)) {
        (true, true) => 0,
        (true, false) => 1,
        (false, _) => 2,
    };
    started.min_by_key(|(option, at)| (rank(option), *at, option.id)).map(|(option, _)| option)
}

/// The instant from which an installment is no longer payable; none means never (rules.md, table S and 10).
#[must_use]
pub fn expiry(position: &DebtPosition, option: &PaymentOption, installment: &Installment) -> Option<Instant> {
    let own = installment.expires_at.or_else(|| {
        let due = installment.due_date.filter(|_| position.expires_after_due_date)?;
        Some(Instant::end_of_rome_day(due))
    });
    let term = (option.kind == OptionKind::Reduced).then(|| reduced_term(option)).flatten();
    match (own, term) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// When a reduced option ends: a fixed instant, or so many days after notification; open while not notified.
fn reduced_term(option: &PaymentOption) -> Option<Instant> {
    option.available_until.or_else(|| {
        let last = option.notified_on?.checked_add_days(chrono::Days::new(u64::from(option.available_days?)))?;
        Some(Instant::end_of_rome_day(last))
    })
}
