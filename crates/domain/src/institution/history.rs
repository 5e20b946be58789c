// SPDX-License-Identifier: AGPL-3.0-or-later
//! Accounts and beneficiaries: what transfers name stays, whatever it stands for now (rules.md 17).

use std::collections::BTreeSet;

use super::define::{AccountInput, BeneficiaryInput, optional};
use super::{Account, Beneficiary, Institution};
use crate::iban::Iban;
use crate::ident::{AccountCode, BeneficiaryCode};
use crate::time::Instant;
use crate::violation::{Place, Violations};

/// Since when what is decided now holds.
#[derive(Clone, Copy)]
pub(super) struct When {
    /// The instant of the decision: from it what is new holds.
    pub(super) now: Instant,
    /// From here what is changed holds.
    pub(super) changed: Instant,
}

/// All rows of all accounts: the old ones, the changed ones closed, the new ones open.
pub(super) fn accounts(
    present: Option<&Institution>,
    wanted: &[AccountInput],
    when: When,
    faults: &mut Violations,
) -> Vec<Account> {
    let place = Place::root().at("accounts");
    let mut rows = present.map(|before| before.accounts.clone()).unwrap_or_default();
    let read = |at: &Place, input: &AccountInput, faults: &mut Violations| read_account(at, input, when.now, faults);
    let named = put_all(&place, &mut rows, wanted, when, read, faults);
    if rows.iter().filter(|row| row.is_open(when.now)).any(|row| !named.contains(&row.id)) {
        faults.add(&place, "account_missing", "A registered account stays, for notices may name it: change its IBAN.");
    }
    rows
}

/// All rows of all beneficiaries, as those of accounts.
pub(super) fn beneficiaries(
    present: Option<&Institution>,
    wanted: &[BeneficiaryInput],
    when: When,
    faults: &mut Violations,
) -> Vec<Beneficiary> {
    let place = Place::root().at("beneficiaries");
    let mut rows = present.map(|before| before.beneficiaries.clone()).unwrap_or_default();
    let read =
        |at: &Place, input: &BeneficiaryInput, faults: &mut Violations| read_beneficiary(at, input, when.now, faults);
    let named = put_all(&place, &mut rows, wanted, when, read, faults);
    if rows.iter().filter(|row| row.is_open(when.now)).any(|row| !named.contains(&row.id)) {
        faults.add(&place, "beneficiary_missing", "A registered beneficiary stays, for notices may name it.");
    }
    rows
}

/// Puts everything that is wanted; the names that were read.
fn put_all<I, R: Row>(
    place: &Place,
    rows: &mut Vec<R>,
    wanted: &[I],
    when: When,
    read: impl Fn(&Place, &I, &mut Violations) -> Option<R>,
    faults: &mut Violations,
) -> BTreeSet<R::Name> {
    let mut named = BTreeSet::new();
    for (index, input) in wanted.iter().enumerate() {
        let at = place.at(index);
        let Some(row) = read(&at, input, faults) else { continue };
        if named.insert(row.name().clone()) {
            put(rows, row, when);
        } else {
            faults.add(&at.at("id"), "repeated_item", "Another item of this request has the same id.");
        }
    }
    named
}

/// A row of a history: what a name stood for, and when.
trait Row: Clone + PartialEq {
    type Name: Ord + Clone;
    fn name(&self) -> &Self::Name;
    fn valid(&self) -> (Instant, Option<Instant>);
    fn between(self, from: Instant, to: Option<Instant>) -> Self;

    /// Whether it holds now, or will.
    fn is_open(&self, now: Instant) -> bool {
        self.valid().1.is_none_or(|end| now < end)
    }

    fn says_the_same(&self, other: &Self) -> bool {
        let (from, to) = self.valid();
        *self == other.clone().between(from, to)
    }
}

impl Row for Account {
    type Name = AccountCode;

    fn name(&self) -> &AccountCode {
        &self.id
    }

    fn valid(&self) -> (Instant, Option<Instant>) {
        (self.valid_from, self.valid_to)
    }

    fn between(self, valid_from: Instant, valid_to: Option<Instant>) -> Self {
        Self { valid_from, valid_to, ..self }
    }
}

impl Row for Beneficiary {
    type Name = BeneficiaryCode;

    fn name(&self) -> &BeneficiaryCode {
        &self.id
    }

    fn valid(&self) -> (Instant, Option<Instant>) {
        (self.valid_from, self.valid_to)
    }

    fn between(self, valid_from: Instant, valid_to: Option<Instant>) -> Self {
        Self { valid_from, valid_to, ..self }
    }
}

/// Puts what a name stands for. A new name holds at once; a change holds after the delay, and takes the place of one
/// that has not begun yet; what holds already takes that one back.
fn put<R: Row>(rows: &mut Vec<R>, wanted: R, when: When) {
    let own = |row: &R| row.name() == wanted.name();
    let newest = rows.iter().filter(|row| own(row) && row.is_open(when.now)).max_by_key(|row| row.valid().0);
    if newest.is_some_and(|row| row.says_the_same(&wanted)) {
        return;
    }
    rows.retain(|row| !own(row) || row.valid().0 <= when.now);
    let Some(held) = rows.iter_mut().find(|row| own(row) && row.is_open(when.now)) else {
        rows.push(wanted.between(when.now, None));
        return;
    };
    let from = held.valid().0;
    if held.says_the_same(&wanted) {
        *held = held.clone().between(from, None);
        return;
    }
    *held = held.clone().between(from, Some(when.changed));
    // A row that would begin and end in the same instant never held.
    rows.retain(|row| row.valid().1 != Some(row.valid().0));
    rows.push(wanted.between(when.changed, None));
}

fn read_account(at: &Place, input: &AccountInput, now: Instant, faults: &mut Violations) -> Option<Account> {
    let id = faults.take(&at.at("id"), "wrong_pattern", input.id.parse::<AccountCode>());
    let iban = faults.take(&at.at("iban"), "invalid_iban", input.iban.parse::<Iban>());
    let postal = input.postal_iban.as_ref().map(|text| {
        let iban = faults.take(&at.at("postal_iban"), "invalid_iban", text.parse::<Iban>());
        if iban.as_ref().is_some_and(|iban| !iban.is_postal()) {
            faults.add(&at.at("postal_iban"), "not_postal", "Not an account at the post.");
        }
        iban
    });
    let holder = optional(&at.at("holder"), input.holder.as_deref(), faults);
    let postal_authorization = optional(&at.at("postal_authorization"), input.postal_authorization.as_deref(), faults);
    Some(Account {
        id: id?,
        iban: iban?,
        postal_iban: postal.flatten(),
        holder,
        postal_authorization,
        valid_from: now,
        valid_to: None,
    })
}

fn read_beneficiary(
    at: &Place,
    input: &BeneficiaryInput,
    now: Instant,
    faults: &mut Violations,
) -> Option<Beneficiary> {
    let id = faults.take(&at.at("id"), "wrong_pattern", input.id.parse::<BeneficiaryCode>());
    let tax_code = faults.take(&at.at("tax_code"), "wrong_pattern", input.tax_code.parse());
    let company_name = faults.take(&at.at("company_name"), "invalid_text", input.company_name.parse());
    let iban = faults.take(&at.at("iban"), "invalid_iban", input.iban.parse());
    Some(Beneficiary {
        id: id?,
        tax_code: tax_code?,
        company_name: company_name?,
        iban: iban?,
        valid_from: now,
        valid_to: None,
    })
}
