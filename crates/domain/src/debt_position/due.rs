// SPDX-License-Identifier: AGPL-3.0-or-later
//! What an installment costs at an instant: the one place that knows, for the Node, sessions, answers and notices alike
//! (rules.md 22, 30).

use std::borrow::Cow;

use crate::attempt::{ATTEMPT_LOCK_SECONDS, Attempt, AttemptKind};
use crate::ids::InstallmentId;
use crate::money::Cents;
use crate::remittance::Remittance;
use crate::service::LateCharge;
use crate::time::Instant;

use super::{
    DebtPosition, Installment, InstallmentStatus, PaymentOption, Transfer, TransferTarget, installment_status,
};

/// What is due for an installment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AmountDue {
    /// All of it: what the institution said, or what stands in the position and what was added.
    pub amount: Cents,
    /// What its service adds because it is late; none where nothing is added.
    pub late: Option<LateCharge>,
}

/// What is due for an installment of the position at an instant, were it paid then: what its institution said when it was asked,
/// or else what stands in the position and what was added. What is added never makes it less than what stands there, nor more
/// than a notice can carry.
#[must_use]
pub fn amount_due(position: &DebtPosition, installment: &Installment, at: Instant) -> AmountDue {
    let stands = AmountDue { amount: installment.amount, late: None };
    if let Some(told) = position.amounts_told.get(&installment.id) {
        return AmountDue { amount: *told, ..stands };
    }
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

/// What can be told to be due for an installment at an instant: nothing where it cannot be paid then, and nothing where only its
/// institution's own system knows and was not asked, for that is not guessed at.
#[must_use]
pub fn known_due(
    position: &DebtPosition,
    option: &PaymentOption,
    installment: &Installment,
    at: Instant,
) -> Option<AmountDue> {
    let open = installment_status(position, option, installment, at) == InstallmentStatus::Open;
    (open && !position.is_to_be_asked(installment.id)).then(|| amount_due(position, installment, at))
}

/// What somebody pays first of a debt position: of the first of its alternatives of which anything is open, the installment that is due
/// soonest.
#[must_use]
pub fn next_payable(position: &DebtPosition, at: Instant) -> Option<(&PaymentOption, &Installment)> {
    let open = |option: &PaymentOption, one: &Installment| {
        installment_status(position, option, one, at) == InstallmentStatus::Open
    };
    position.options.iter().find_map(|option| {
        let all = option.installments.iter().filter(|one| open(option, one));
        let first = all.min_by_key(|one| (one.due_date.is_none(), one.due_date))?;
        Some((option, first))
    })
}

impl DebtPosition {
    /// Whether only its institution's own system knows what is due for that installment, and was not asked yet.
    #[must_use]
    pub fn is_to_be_asked(&self, installment: InstallmentId) -> bool {
        self.amount_callback.is_some() && !self.amounts_told.contains_key(&installment)
    }

    /// Takes what was said to be due for an installment. An amount that its shares cannot carry is not taken: the one that
    /// grows or shrinks keeps a cent at least.
    #[must_use]
    pub fn take_told(&mut self, id: InstallmentId, amount: Cents) -> bool {
        let Some((_, installment)) = self.installment(id) else { return false };
        let carried = amount == installment.amount || spread(self, installment, amount).is_some();
        let taken = carried && amount.is_payable();
        if taken {
            self.amounts_told.insert(id, amount);
        }
        taken
    }

    /// Takes what was said of the same position, which was read another time.
    pub fn share_told<'a>(&mut self, others: impl IntoIterator<Item = &'a DebtPosition>) {
        for told in others.into_iter().filter(|other| other.id == self.id) {
            self.amounts_told.extend(&told.amounts_told);
        }
    }
}

/// The shares of what is due: their sum is its amount (rules.md 6). The difference to what stands in the position goes with one
/// of them, and a remittance text that names the share's amount names the new one.
#[must_use]
pub fn transfers_due<'a>(
    position: &DebtPosition,
    installment: &'a Installment,
    due: &AmountDue,
) -> Cow<'a, [Transfer]> {
    if due.amount == installment.amount {
        return Cow::Borrowed(&installment.transfers);
    }
    spread(position, installment, due.amount).map_or(Cow::Borrowed(&installment.transfers), Cow::Owned)
}

/// The shares of another amount; none where no share can carry the difference.
fn spread(position: &DebtPosition, installment: &Installment, amount: Cents) -> Option<Vec<Transfer>> {
    let index = growing(position, installment)?;
    let mut transfers = installment.transfers.clone();
    let one = transfers.iter_mut().find(|one| one.index == index)?;
    let cents = one.amount.cents().checked_add(amount.cents())?.checked_sub(installment.amount.cents())?;
    let share = Cents::payable(cents).ok()?;
    if let Some(said) = Remittance::parse(&one.remittance_information)
        && said.amount == Some(one.amount)
        && let Ok(text) = (Remittance { amount: Some(share), ..said }).render()
    {
        one.remittance_information = text;
    }
    one.amount = share;
    Some(transfers)
}

/// The share that grows or shrinks: the one to the account that the service names, else the first that is no stamp, for a stamp
/// has its price. With stamps alone nothing is added.
pub(crate) fn growing(position: &DebtPosition, installment: &Installment) -> Option<u8> {
    let late = position.late_charges.as_ref().map(|late| late.account_id.as_ref());
    let named = late.or_else(|| position.amount_callback.as_ref().map(|callback| callback.account_id.as_ref()))?;
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
    match cart_shown(installment, attempts, reference, now) {
        Some(cart) if amount_due(position, installment, cart.at).amount == cart.amount => cart.at.min(now),
        _ => now,
    }
}

/// What a cart showed within the last half hour of an amount that the institution was asked for: that is honoured too, unless it
/// has given the installment another amount since (rules.md 22).
#[must_use]
pub fn amount_shown(
    installment: &Installment,
    attempts: &[Attempt],
    reference: Option<&str>,
    now: Instant,
) -> Option<Cents> {
    let cart = cart_shown(installment, attempts, reference, now)?;
    let changed_since = installment.past_amounts.first().is_some_and(|past| past.until > cart.at);
    (!changed_since).then_some(cart.amount)
}

/// The cart that the Node names, or else the last one.
fn cart_shown<'a>(
    installment: &Installment,
    attempts: &'a [Attempt],
    reference: Option<&str>,
    now: Instant,
) -> Option<&'a Attempt> {
    let carts = || {
        attempts.iter().filter(|one| {
            one.installment_id == installment.id && one.kind == AttemptKind::Cart && one.locked_until() > now
        })
    };
    let own = carts().find(|one| Some(one.reference.as_str()) == reference);
    own.or_else(|| carts().max_by_key(|one| one.at))
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
