// SPDX-License-Identifier: AGPL-3.0-or-later
//! What an installment costs at an instant: the one place that knows, for the Node, sessions, answers and notices alike
//! (rules.md 22, 30).

use std::borrow::Cow;

use crate::attempt::{ATTEMPT_LOCK_SECONDS, Attempt, AttemptKind};
use crate::money::Cents;
use crate::remittance::Remittance;
use crate::service::LateCharge;
use crate::time::Instant;

use super::{DebtPosition, Installment, Transfer, TransferTarget};

/// What is due for an installment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AmountDue {
    /// All of it: what stands in the position, and what was added.
    pub amount: Cents,
    /// What its service adds because it is late; none where nothing is added.
    pub late: Option<LateCharge>,
}

/// What is due for an installment of the position at an instant, were it paid then. It is never below the amount that stands
/// in the position, nor above what a notice can carry.
#[must_use]
pub fn amount_due(position: &DebtPosition, installment: &Installment, at: Instant) -> AmountDue {
    let stands = AmountDue { amount: installment.amount, late: None };
    let (Some(charges), Some(due_date)) = (&position.late_charges, installment.due_date) else { return stands };
    if growing(position, installment).is_none() {
        return stands;
    }
    // Nothing is added once it is no longer payable: who pays it all the same pays what it cost at its end.
    if position.expires_after_due_date && installment.expires_at.is_none() {
        return stands;
    }
    let at = installment.expires_at.map_or(at, |end| at.min(end.plus_seconds(-1)));
    let Some(late) = charges.on(installment.amount, due_date, at.rome_date()) else { return stands };
    match installment.amount.checked_add(late.total()) {
        Some(amount) => AmountDue { amount, late: Some(late) },
        None => stands,
    }
}

/// The shares of what is due: their sum is its amount (rules.md 6). What was added goes with one of them, and a remittance text
/// that names the share's amount names the new one.
#[must_use]
pub fn transfers_due<'a>(
    position: &DebtPosition,
    installment: &'a Installment,
    due: &AmountDue,
) -> Cow<'a, [Transfer]> {
    let (Some(late), Some(index)) = (due.late, growing(position, installment)) else {
        return Cow::Borrowed(&installment.transfers);
    };
    let mut transfers = installment.transfers.clone();
    for one in transfers.iter_mut().filter(|one| one.index == index) {
        let Some(amount) = one.amount.checked_add(late.total()) else { continue };
        if let Some(said) = Remittance::parse(&one.remittance_information)
            && said.amount == Some(one.amount)
            && let Ok(text) = (Remittance { amount: Some(amount), ..said }).render()
        {
            one.remittance_information = text;
        }
        one.amount = amount;
    }
    Cow::Owned(transfers)
}

/// The share that grows: the one to the account that the service names, else the first that is no stamp, for a stamp has its
/// price. With stamps alone nothing is added.
fn growing(position: &DebtPosition, installment: &Installment) -> Option<u8> {
    let named = position.late_charges.as_ref()?.account_id.as_ref();
    let to_named =
        |one: &&Transfer| matches!(&one.target, TransferTarget::Account { account_id } if Some(account_id) == named);
    let no_stamp = |one: &&Transfer| !matches!(one.target, TransferTarget::Stamp { .. });
    let transfers = || installment.transfers.iter();
    transfers().find(to_named).or_else(|| transfers().find(no_stamp)).map(|one| one.index)
}

/// Whether another amount was due within the last half hour: only then somebody may have been shown it.
#[must_use]
pub fn rose_lately(position: &DebtPosition, installment: &Installment, now: Instant) -> bool {
    let before = now.plus_seconds(-ATTEMPT_LOCK_SECONDS);
    amount_due(position, installment, before) != amount_due(position, installment, now)
}

/// The instant as of which the Node is told what is due: when a cart was minted within the last half hour, what it showed is
/// honoured (rules.md 22), that of the reference where the Node names one, else of the last. Otherwise now.
#[must_use]
pub fn honoured_at(
    position: &DebtPosition,
    installment: &Installment,
    attempts: &[Attempt],
    reference: Option<&str>,
    now: Instant,
) -> Instant {
    let carts = || {
        attempts.iter().filter(|one| {
            one.installment_id == installment.id && one.kind == AttemptKind::Cart && one.locked_until() > now
        })
    };
    let own = carts().find(|one| Some(one.reference.as_str()) == reference);
    match own.or_else(|| carts().max_by_key(|one| one.at)) {
        Some(cart) if amount_due(position, installment, cart.at).amount == cart.amount => cart.at.min(now),
        _ => now,
    }
}

/// Whether that was due at any instant between two. What is added never falls from day to day, so the day is found by halves.
#[must_use]
pub fn was_due_between(
    position: &DebtPosition,
    installment: &Installment,
    amount: Cents,
    from: Instant,
    to: Instant,
) -> bool {
    let (mut low, high) = (from.min(to), to);
    let mut days = high.rome_date().signed_duration_since(low.rome_date()).num_days();
    let on = |at: Instant| amount_due(position, installment, at).amount;
    if on(low) == amount || on(high) == amount {
        return true;
    }
    while days > 1 {
        let half = days / 2;
        // The middle of a day of Rome lies in it, however long it is.
        let middle = low.rome_date().checked_add_days(chrono::Days::new(half.unsigned_abs()));
        let Some(middle) = middle.map(|day| Instant::start_of_rome_day(day).plus_hours(12)) else { return false };
        match on(middle).cmp(&amount) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => {
                low = middle;
                days = days.saturating_sub(half);
            }
            std::cmp::Ordering::Greater => days = half,
        }
    }
    false
}
