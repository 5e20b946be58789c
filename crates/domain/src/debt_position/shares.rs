// SPDX-License-Identifier: AGPL-3.0-or-later
//! How an installment is shared: one to five transfers whose sum is the amount (rules.md 6).

use crate::iban::Iban;
use crate::ident::{AccountCode, BeneficiaryCode};
use crate::money::Cents;
use crate::notice::Iuv;
use crate::remittance::{self, Remittance};
use crate::tax_code::{InstitutionTaxCode, TaxCodeWarning};
use crate::taxonomy::TaxonomyCode;
use crate::text::Text;
use crate::violation::{Place, Violations};

use super::accounting::accounting;
use super::terms::{TermsContext, Warning};
use super::texts::{free_text, payment_metadata};
use super::{
    AccountingEntry, BeneficiaryInput, Metadata, StampInput, TRANSFERS_MAX, Transfer, TransferInput, TransferTarget,
};

/// A transfer before its installment has an IUV, which its default remittance text names.
#[derive(Clone)]
pub(super) struct Share {
    amount: Cents,
    target: TransferTarget,
    taxonomy_code: TaxonomyCode,
    remittance_information: Option<Text<1, 140>>,
    payment_metadata: Metadata,
    accounting: Vec<AccountingEntry>,
}

impl Share {
    /// The transfer, now that the IUV is known. `index` is the `idTransfer` of the Node.
    pub(super) fn into_transfer(self, index: u8, iuv: &Iuv, description: &Text<1, 140>) -> Transfer {
        let remittance_information =
            self.remittance_information.unwrap_or_else(|| remittance::compose(iuv, self.amount, description));
        Transfer {
            index,
            amount: self.amount,
            target: self.target,
            taxonomy_code: self.taxonomy_code,
            remittance_information,
            payment_metadata: self.payment_metadata,
            accounting: self.accounting,
        }
    }

    /// Whether the transfer is what this share says. A text that was composed here stays right whatever the
    /// description has become since: nobody asked for another.
    pub(super) fn means(&self, transfer: &Transfer, iuv: &Iuv) -> bool {
        let same_text = match &self.remittance_information {
            Some(text) => *text == transfer.remittance_information,
            None => Remittance::parse(&transfer.remittance_information).is_some_and(|composed| {
                composed.iuv == *iuv && composed.amount == Some(self.amount) && composed.text.is_some()
            }),
        };
        same_text
            && self.amount == transfer.amount
            && self.target == transfer.target
            && self.taxonomy_code == transfer.taxonomy_code
            && self.payment_metadata == transfer.payment_metadata
            && self.accounting == transfer.accounting
    }
}

/// Reads the transfers of one installment; none given means all of it onto the service's account.
pub(super) fn shares(
    wrong: &mut Violations,
    warnings: &mut Vec<Warning>,
    context: TermsContext<'_>,
    place: &Place,
    given: &[TransferInput],
    amount: Option<Cents>,
) -> Option<Vec<Share>> {
    if given.is_empty() {
        return Some(vec![Share {
            amount: amount?,
            target: TransferTarget::Account { account_id: context.service.account_id.clone() },
            taxonomy_code: context.service.taxonomy_code,
            remittance_information: None,
            payment_metadata: Metadata::new(),
            accounting: Vec::new(),
        }]);
    }
    let place = place.at("transfers");
    if given.len() > TRANSFERS_MAX {
        wrong.add(&place, "too_many", format!("at most {TRANSFERS_MAX} transfers"));
    }
    let mut read = Vec::with_capacity(TRANSFERS_MAX);
    for (at, one) in given.iter().enumerate().take(TRANSFERS_MAX) {
        read.push(share(wrong, warnings, context, &place.at(at), one));
    }
    // The sum is told whatever else is wrong with a transfer, as long as every amount by itself is one.
    let amounts: Option<Vec<Cents>> = given.iter().map(|one| Cents::payable(one.amount).ok()).collect();
    if let (Some(due), Some(amounts)) = (amount, amounts)
        && Cents::sum(amounts) != Ok(due)
    {
        wrong.add(&place, "transfers_sum", "the transfers must add up to the amount of the installment");
    }
    read.into_iter().collect()
}

fn share(
    wrong: &mut Violations,
    warnings: &mut Vec<Warning>,
    context: TermsContext<'_>,
    place: &Place,
    one: &TransferInput,
) -> Option<Share> {
    let amount = wrong.take(&place.at("amount"), "invalid_amount", Cents::payable(one.amount));
    let target = target(wrong, warnings, context, place, one);
    let taxonomy_code = match &one.taxonomy_code {
        Some(text) => wrong.take(&place.at("taxonomy_code"), "invalid_taxonomy_code", text.parse()),
        None => Some(context.service.taxonomy_code),
    };
    let text = one.remittance_information.as_deref();
    let remittance_information = text.and_then(|text| free_text(wrong, &place.at("remittance_information"), text));
    payment_metadata(wrong, &place.at("payment_metadata"), &one.payment_metadata);
    let accounting = accounting(wrong, &place.at("accounting"), &one.accounting, amount);
    Some(Share {
        amount: amount?,
        target: target?,
        taxonomy_code: taxonomy_code?,
        remittance_information,
        payment_metadata: one.payment_metadata.clone(),
        accounting: accounting?,
    })
}

fn target(
    wrong: &mut Violations,
    warnings: &mut Vec<Warning>,
    context: TermsContext<'_>,
    place: &Place,
    one: &TransferInput,
) -> Option<TransferTarget> {
    match (&one.account_id, &one.beneficiary_id, &one.beneficiary, &one.stamp) {
        (Some(id), None, None, None) => account(wrong, context, &place.at("account_id"), id),
        (None, Some(id), None, None) => registered(wrong, context, &place.at("beneficiary_id"), id),
        (None, None, Some(written), None) => inline(wrong, warnings, context, &place.at("beneficiary"), written),
        (None, None, None, Some(given)) => stamp(wrong, &place.at("stamp"), given),
        (None, None, None, None) => Some(TransferTarget::Account { account_id: context.service.account_id.clone() }),
        _ => {
            wrong.add(place, "one_target", "a transfer has one of account_id, beneficiary_id, beneficiary and stamp");
            None
        }
    }
}

fn account(wrong: &mut Violations, context: TermsContext<'_>, place: &Place, id: &str) -> Option<TransferTarget> {
    let account_id = wrong.take(place, "invalid_account_id", AccountCode::new(id))?;
    if context.institution.account(&account_id, context.now).is_none() {
        wrong.add(place, "unknown_account", "the institution has no such account");
        return None;
    }
    Some(TransferTarget::Account { account_id })
}

fn registered(wrong: &mut Violations, context: TermsContext<'_>, place: &Place, id: &str) -> Option<TransferTarget> {
    let beneficiary_id = wrong.take(place, "invalid_beneficiary_id", BeneficiaryCode::new(id))?;
    if context.institution.beneficiary(&beneficiary_id, context.now).is_none() {
        wrong.add(place, "unknown_beneficiary", "the institution has registered no such beneficiary");
        return None;
    }
    Some(TransferTarget::Beneficiary { beneficiary_id })
}

fn inline(
    wrong: &mut Violations,
    warnings: &mut Vec<Warning>,
    context: TermsContext<'_>,
    place: &Place,
    given: &BeneficiaryInput,
) -> Option<TransferTarget> {
    if !context.free_beneficiary {
        wrong.add(
            place,
            "free_beneficiary_not_allowed",
            "writing out a beneficiary needs the scope debt-positions:free-beneficiary",
        );
    }
    let code_place = place.at("tax_code");
    let tax_code: Option<InstitutionTaxCode> = wrong.take(&code_place, "invalid_tax_code", given.tax_code.parse());
    if tax_code.as_ref() == Some(&context.institution.tax_code) {
        wrong.add(&code_place, "use_account_id", "this is the institution itself: name one of its accounts");
    }
    if tax_code.is_some_and(|code| !code.check_digit_right()) {
        let code = TaxCodeWarning::CheckDigit.code();
        warnings.push(Warning { pointer: code_place.pointer().to_owned(), code });
    }
    let company_name = wrong.take(&place.at("company_name"), "invalid_text", Text::new(given.company_name.as_str()));
    let iban: Option<Iban> = wrong.take(&place.at("iban"), "invalid_iban", given.iban.parse());
    Some(TransferTarget::Inline { tax_code: tax_code?, company_name: company_name?, iban: iban? })
}

fn stamp(wrong: &mut Violations, place: &Place, given: &StampInput) -> Option<TransferTarget> {
    let hash = place.at("document_hash");
    let document_hash: Option<Text<4, 72>> =
        wrong.take(&hash, "invalid_document_hash", Text::new(given.document_hash.as_str()));
    if document_hash.is_some() && data_encoding::BASE64.decode(given.document_hash.as_bytes()).is_err() {
        wrong.add(&hash, "invalid_document_hash", "must be base64");
    }
    let province = two_capitals(wrong, &place.at("province"), &given.province);
    Some(TransferTarget::Stamp { document_hash: document_hash?, province: province? })
}

/// Province and country: the Node accepts two upper-case letters and nothing else (current.md 1).
pub(super) fn two_capitals(wrong: &mut Violations, place: &Place, text: &str) -> Option<Text<2, 2>> {
    if !text.bytes().all(|b| b.is_ascii_uppercase()) {
        wrong.add(place, "two_capital_letters", "must be two upper-case letters");
        return None;
    }
    wrong.take(place, "two_capital_letters", Text::new(text))
}
