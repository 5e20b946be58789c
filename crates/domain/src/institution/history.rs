// SPDX-License-Identifier: AGPL-3.0-or-later
//! Accounts and beneficiaries: what transfers name stays, whatever it stands for now (rules.md 17).

use std::collections::BTreeSet;

use super::define::{AccountInput, BeneficiaryInput, optional};
use super::{Account, Beneficiary, Institution};
use crate::iban::Iban;
use crate::ident::{AccountCode, BeneficiaryCode};
use crate::time::Instant;
use crate::violation::{Place, Violations};

/// All rows of all accounts: the old ones, the changed ones closed, the new ones open from now on.
pub(super) fn accounts(
    present: Option<&Institution>,
    wanted: &[AccountInput],
    now: Instant,
    faults: &mut Violations,
) -> Vec<Account> {
    let place = Place::root().at("accounts");
    let mut rows = present.map(|before| before.accounts.clone()).unwrap_or_default();
    let mut named = BTreeSet::new();
    for (index, input) in wanted.iter().enumerate() {
        let at = place.at(index);
        let Some(account) = read_account(&at, input, now, faults) else { continue };
        if named.insert(account.id.clone()) {
            put(&mut rows, account, now);
        } else {
            faults.add(&at.at("id"), "repeated_item", "Another account of this request has the same id.");
        }
    }
    let open = |row: &&Account| row.valid_to.is_none_or(|end| now < end);
    if rows.iter().filter(open).any(|row| !named.contains(&row.id)) {
        faults.add(&place, "account_missing", "A registered account stays, for notices may name it: change its IBAN.");
    }
    rows
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

/// Opens a row, unless the open one says the same; what said otherwise ends now.
fn put(rows: &mut Vec<Account>, account: Account, now: Instant) {
    let open = rows.iter_mut().filter(|row| row.id == account.id && row.valid_to.is_none_or(|end| now < end));
    for row in open {
        if *row == (Account { valid_from: row.valid_from, valid_to: row.valid_to, ..account.clone() }) {
            return;
        }
        row.valid_to = Some(now);
    }
    // A row that would begin and end in the same instant never held.
    rows.retain(|row| row.valid_to != Some(row.valid_from));
    rows.push(account);
}

/// The beneficiaries from now on; none that is registered goes.
pub(super) fn beneficiaries(
    present: Option<&Institution>,
    wanted: &[BeneficiaryInput],
    faults: &mut Violations,
) -> Vec<Beneficiary> {
    let place = Place::root().at("beneficiaries");
    let mut rows: Vec<Beneficiary> = Vec::with_capacity(wanted.len());
    for (index, input) in wanted.iter().enumerate() {
        let at = place.at(index);
        let Some(beneficiary) = read_beneficiary(&at, input, faults) else { continue };
        if rows.iter().any(|row| row.id == beneficiary.id) {
            faults.add(&at.at("id"), "repeated_item", "Another beneficiary of this request has the same id.");
        } else {
            rows.push(beneficiary);
        }
    }
    let before = present.map(|before| before.beneficiaries.as_slice()).unwrap_or_default();
    if before.iter().any(|row| wanted.iter().all(|input| input.id != row.id.as_str())) {
        faults.add(&place, "beneficiary_missing", "A registered beneficiary stays, for notices may name it.");
    }
    rows
}

fn read_beneficiary(at: &Place, input: &BeneficiaryInput, faults: &mut Violations) -> Option<Beneficiary> {
    let id = faults.take(&at.at("id"), "wrong_pattern", input.id.parse::<BeneficiaryCode>());
    let tax_code = faults.take(&at.at("tax_code"), "wrong_pattern", input.tax_code.parse());
    let company_name = faults.take(&at.at("company_name"), "invalid_text", input.company_name.parse());
    let iban = faults.take(&at.at("iban"), "invalid_iban", input.iban.parse());
    Some(Beneficiary { id: id?, tax_code: tax_code?, company_name: company_name?, iban: iban? })
}
