// SPDX-License-Identifier: AGPL-3.0-or-later
//! A position is not born dead: its dates leave an instant at which it can be paid (rules.md 8, 9, 11).
//!
//! That is a rule for what is new. What stands in the position already under the same dates may have passed meanwhile,
//! and is no reason to refuse a request that repeats it.

use crate::ident::InstallmentReference;
use crate::time::Instant;
use crate::violation::{Place, Violations};

use super::{DebtPosition, Installment, InstallmentInput, OptionInput, PaymentOption};

/// What the dates of the installments of one option are judged by.
pub(super) struct Dates<'a> {
    pub(super) now: Instant,
    /// Whether the due date ends it.
    pub(super) expires: bool,
    pub(super) valid_from: Option<Instant>,
    pub(super) option: &'a OptionInput,
    /// The position that is there already.
    pub(super) present: Option<&'a DebtPosition>,
}

impl Dates<'_> {
    /// The term of a reduced option.
    pub(super) fn check_term(&self, wrong: &mut Violations, place: &Place) {
        let Some(until) = self.option.available_until else { return };
        let place = place.at("available_until");
        let standing = self.option.installments.iter().filter_map(|one| self.standing(one));
        let repeated = standing.map(|(option, _)| option.available_until).any(|old| old == Some(until));
        if !repeated && until <= self.now {
            wrong.add(&place, "available_until_past", "the option would have ended already");
        } else {
            self.begins_before(wrong, &place, until, repeated);
        }
    }

    /// The dates of one installment.
    pub(super) fn check(&self, wrong: &mut Violations, place: &Place, one: &InstallmentInput) {
        let standing = self.standing(one).map(|(_, old)| old);
        if let Some(end) = one.expires_at {
            let place = place.at("expires_at");
            let repeated = standing.is_some_and(|old| old.expires_at == Some(end));
            if !repeated && end <= self.now {
                wrong.add(&place, "expires_at_past", "the installment would have expired already");
            } else {
                self.begins_before(wrong, &place, end, repeated);
            }
        } else if let Some(due) = one.due_date.filter(|_| self.expires) {
            let place = place.at("due_date");
            let repeated = standing.is_some_and(|old| old.due_date == Some(due));
            if !repeated && due < self.now.rome_date() {
                wrong.add(&place, "due_date_past", "the position would expire before it could be paid");
            } else {
                self.begins_before(wrong, &place, Instant::end_of_rome_day(due), repeated);
            }
        }
    }

    fn begins_before(&self, wrong: &mut Violations, place: &Place, end: Instant, end_repeated: bool) {
        let repeated = end_repeated && self.present.is_some_and(|position| position.valid_from == self.valid_from);
        if !repeated && self.valid_from.is_some_and(|from| from >= end) {
            wrong.add(place, "never_payable", "it would end before the position becomes payable");
        }
    }

    /// The installment of the same reference that is not withdrawn, or was paid all the same.
    fn standing(&self, one: &InstallmentInput) -> Option<(&PaymentOption, &Installment)> {
        let only = InstallmentReference::only();
        let reference = one.reference.as_deref().unwrap_or(only.as_str());
        self.present?.installments().find(|(_, old)| old.stands() && old.reference.as_str() == reference)
    }
}
