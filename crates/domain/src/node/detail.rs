// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the Node is told of a payable notice, with accounts resolved to the IBANs valid now (rules.md 17, 23, 24).

use chrono::NaiveDate;

use crate::debt_position::{
    DebtPosition, Debtor, Installment, Metadata, Transfer, TransferTarget, amount_due, transfers_due,
};
use crate::institution::Institution;
use crate::money::Cents;
use crate::notice::Iuv;
use crate::text::Text;
use crate::time::Instant;

use super::NodeRefusal;

/// The key under which a postal account goes beside a bank account (codes.md 11).
pub const SUPPORT_IBAN_KEY: &str = "IBANAPPOGGIO";

/// What the payer chose at the PSP: it decides between postal and bank accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferKind {
    /// A postal slip.
    Postal,
    /// Anything else, or not said.
    Bank,
}

/// The answer to a verify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// What is due now.
    pub amount: Cents,
    /// Until when; absent where there is no due date.
    pub due_date: Option<NaiveDate>,
    /// What the citizen reads.
    pub description: Text<1, 140>,
    /// Whether every transfer can go to a postal account.
    pub all_postal: bool,
}

/// The answer to a get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// The creditor reference.
    pub iuv: Iuv,
    /// What is due now.
    pub amount: Cents,
    /// Until when; the far date of the schema where there is none (rules.md 10).
    pub due_date: NaiveDate,
    /// Whether nothing is due of its option after this.
    pub last_payment: bool,
    /// What the citizen reads.
    pub description: Text<1, 140>,
    /// Who owes.
    pub debtor: Debtor,
    /// The shares.
    pub transfers: Vec<ResolvedTransfer>,
    /// Comes back in the receipt.
    pub metadata: Metadata,
}

/// A share with its account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedTransfer {
    /// `idTransfer`.
    pub index: u8,
    /// How much.
    pub amount: Cents,
    /// The beneficiary's tax code.
    pub tax_code: String,
    /// The beneficiary's name.
    pub company_name: Text<1, 140>,
    /// Account or stamp.
    pub target: ResolvedTarget,
    /// The remittance text.
    pub remittance_information: Text<1, 140>,
    /// The taxonomy code.
    pub taxonomy_code: String,
    /// Comes back in the receipt.
    pub metadata: Metadata,
}

/// Where a share goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResolvedTarget {
    /// Onto this account.
    Iban(String),
    /// To the Revenue Agency, for a stamp.
    Stamp {
        /// SHA-256 of the document, base64.
        document_hash: String,
        /// Province of residence of the payer.
        province: String,
    },
}

/// The date told where a position has none: the schema asks for one (current.md 5).
#[must_use]
pub fn far_due_date() -> NaiveDate {
    NaiveDate::from_ymd_opt(2099, 12, 31).unwrap_or(NaiveDate::MAX)
}

/// Answers a verify. `as_of` is the instant of the amount: now, but for what a cart showed a moment ago (rules.md 22).
///
/// # Errors
/// `AccountMissing` where an account is no longer declared.
pub fn verified(
    institution: &Institution,
    position: &DebtPosition,
    installment: &Installment,
    as_of: Instant,
    now: Instant,
) -> Result<Verified, NodeRefusal> {
    let mut all_postal = !installment.transfers.is_empty();
    for transfer in &installment.transfers {
        all_postal &= places(institution, transfer, now)?.postal.is_some();
    }
    Ok(Verified {
        amount: amount_due(position, installment, as_of).amount,
        due_date: installment.due_date,
        description: position.description_of(installment).clone(),
        all_postal,
    })
}

/// How a get is to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// What the payer chose at the PSP.
    pub kind: TransferKind,
    /// Whether the primitive can carry stamps.
    pub stamps: bool,
    /// The instant of the amount, as of [`verified`].
    pub as_of: Instant,
}

/// Answers a get.
///
/// # Errors
/// `StampNeedsV2` where it cannot; `AccountMissing` where an account is no longer declared.
pub fn detail(
    institution: &Institution,
    position: &DebtPosition,
    installment: &Installment,
    wanted: Wanted,
    now: Instant,
) -> Result<Detail, NodeRefusal> {
    let Wanted { kind, stamps, as_of } = wanted;
    let due = amount_due(position, installment, as_of);
    let shares = transfers_due(position, installment, &due);
    let mut resolved = Vec::with_capacity(shares.len());
    for transfer in shares.iter() {
        resolved.push((transfer, places(institution, transfer, now)?));
    }
    if !stamps && resolved.iter().any(|(_, places)| places.stamp.is_some()) {
        return Err(NodeRefusal::StampNeedsV2);
    }
    // Beside the bank accounts on every transfer or on none: the platform refuses a mixture (codes.md 11).
    let support = kind == TransferKind::Bank
        && resolved.iter().all(|(_, places)| places.stamp.is_some() || places.postal.is_some());
    let transfers = resolved.into_iter().map(|(transfer, places)| resolve(transfer, places, kind, support)).collect();
    let others = siblings(position, installment)
        .filter(|one| one.id != installment.id && one.payment.is_none() && one.cancelled_at.is_none());
    Ok(Detail {
        iuv: installment.iuv.clone(),
        amount: due.amount,
        due_date: installment.due_date.unwrap_or_else(far_due_date),
        last_payment: others.count() == 0,
        description: position.description_of(installment).clone(),
        debtor: position.debtor.clone(),
        transfers,
        metadata: installment.payment_metadata.clone(),
    })
}

/// The installments of the same option: the alternatives are excluded by paying this one.
fn siblings<'a>(position: &'a DebtPosition, installment: &Installment) -> impl Iterator<Item = &'a Installment> {
    let option = position.installment(installment.id).map(|(option, _)| option);
    option.into_iter().flat_map(|option| &option.installments)
}

/// The accounts a transfer may go to.
struct Places {
    tax_code: String,
    company_name: Text<1, 140>,
    bank: Option<String>,
    postal: Option<String>,
    stamp: Option<ResolvedTarget>,
}

fn places(institution: &Institution, transfer: &Transfer, now: Instant) -> Result<Places, NodeRefusal> {
    let ours = || (institution.tax_code.to_string(), institution.display_name.clone());
    Ok(match &transfer.target {
        TransferTarget::Account { account_id } => {
            let account = institution.account(account_id, now).ok_or(NodeRefusal::AccountMissing)?;
            let (tax_code, company_name) = ours();
            let bank = account.iban.to_string();
            let postal = account.postal_iban.as_ref().or(Some(&account.iban).filter(|iban| iban.is_postal()));
            Places { tax_code, company_name, postal: postal.map(ToString::to_string), bank: Some(bank), stamp: None }
        }
        TransferTarget::Beneficiary { beneficiary_id } => {
            let one = institution.beneficiary(beneficiary_id, now).ok_or(NodeRefusal::AccountMissing)?;
            elsewhere(one.tax_code.to_string(), one.company_name.clone(), &one.iban)
        }
        TransferTarget::Inline { tax_code, company_name, iban } => {
            elsewhere(tax_code.to_string(), company_name.clone(), iban)
        }
        TransferTarget::Stamp { document_hash, province } => {
            let (tax_code, company_name) = ours();
            let stamp =
                ResolvedTarget::Stamp { document_hash: document_hash.to_string(), province: province.to_string() };
            Places { tax_code, company_name, bank: None, postal: None, stamp: Some(stamp) }
        }
    })
}

fn elsewhere(tax_code: String, company_name: Text<1, 140>, iban: &crate::iban::Iban) -> Places {
    let text = iban.to_string();
    Places { tax_code, company_name, postal: iban.is_postal().then(|| text.clone()), bank: Some(text), stamp: None }
}

fn resolve(transfer: &Transfer, places: Places, kind: TransferKind, support: bool) -> ResolvedTransfer {
    let mut metadata = transfer.payment_metadata.clone();
    let iban = match kind {
        TransferKind::Postal => places.postal.clone().or_else(|| places.bank.clone()),
        TransferKind::Bank => places.bank.clone(),
    };
    if let (true, Some(postal), None) = (support, &places.postal, &places.stamp) {
        metadata.insert(SUPPORT_IBAN_KEY.to_owned(), postal.clone());
    }
    ResolvedTransfer {
        index: transfer.index,
        amount: transfer.amount,
        tax_code: places.tax_code,
        company_name: places.company_name,
        target: places.stamp.unwrap_or_else(|| ResolvedTarget::Iban(iban.unwrap_or_default())),
        remittance_information: transfer.remittance_information.clone(),
        taxonomy_code: transfer.taxonomy_code.to_string(),
        metadata,
    }
}
