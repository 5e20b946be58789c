// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a caller says about a position, before anything of it is believed. Texts and numbers are as given; the
//! decisions parse them and answer with every violation at once.

use chrono::NaiveDate;

use crate::personal::Personal;
use crate::time::Instant;

use super::{AccountingEntryInput, Metadata, OptionKind, SubjectKind};

/// Payment options of one position at most.
pub const OPTIONS_MAX: usize = 10;
/// Installments of one option at most.
pub const INSTALLMENTS_MAX: usize = 100;
/// Installments of one position at most, the withdrawn ones included: they are kept for ever.
pub const INSTALLMENTS_TOTAL_MAX: usize = 1_000;
/// Transfers of one installment at most (current.md 5).
pub const TRANSFERS_MAX: usize = 5;
/// Entries of payment metadata per level at most (rules.md 6).
pub const METADATA_ENTRIES_MAX: usize = 10;
/// Longest key or value of payment metadata, in characters (codes.md 11).
pub const METADATA_TEXT_MAX: usize = 140;
/// Entries of the caller's own metadata at most.
pub const OWN_METADATA_ENTRIES_MAX: usize = 50;
/// Longest key of the caller's own metadata, in characters.
pub const OWN_METADATA_KEY_MAX: usize = 64;
/// Longest value of the caller's own metadata, in characters.
pub const OWN_METADATA_VALUE_MAX: usize = 500;

/// A position as a caller writes it; the short form has `amount` and no options.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PositionInput {
    /// The caller's key.
    pub external_id: String,
    /// The service.
    pub service_code: String,
    /// What is owed; the service's title where absent.
    pub description: Option<String>,
    /// Publish at once.
    pub publish: bool,
    /// Payable from.
    pub valid_from: Option<Instant>,
    /// Overrides the service's rule.
    pub expires_after_due_date: Option<bool>,
    /// Who owes.
    pub debtor: DebtorInput,
    /// Short form: what is due. May be absent where the service has a fixed amount.
    pub amount: Option<i64>,
    /// Short form: until when.
    pub due_date: Option<NaiveDate>,
    /// Long form: the alternatives.
    pub payment_options: Vec<OptionInput>,
}

/// Who owes, as given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DebtorInput {
    /// Person or body; a natural person where absent.
    pub kind: Option<SubjectKind>,
    /// Tax code.
    pub tax_code: Personal<String>,
    /// Full name.
    pub full_name: Personal<String>,
    /// E-mail.
    pub email: Option<Personal<String>>,
    /// Address.
    pub address: Option<AddressInput>,
}

/// An address, as given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AddressInput {
    /// Street.
    pub street: Option<Personal<String>>,
    /// Number.
    pub number: Option<Personal<String>>,
    /// Postal code.
    pub postal_code: Option<Personal<String>>,
    /// City.
    pub city: Option<Personal<String>>,
    /// Province.
    pub province: Option<Personal<String>>,
    /// Country.
    pub country: Option<Personal<String>>,
}

/// One alternative, as given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionInput {
    /// Kind.
    pub kind: OptionKind,
    /// A reduced option ends here.
    pub available_until: Option<Instant>,
    /// Or so many days after notification.
    pub available_days: Option<u16>,
    /// Its installments.
    pub installments: Vec<InstallmentInput>,
}

/// One payment, as given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InstallmentInput {
    /// The caller's name of it.
    pub reference: Option<String>,
    /// A notice number of the institution's own, or the one it has; a new one where absent.
    pub notice_number: Option<String>,
    /// The same by its creditor reference; of a notice with aux digit 3, unless the installment has it already.
    pub iuv: Option<String>,
    /// What is due, cents; the service's fixed amount where absent.
    pub amount: Option<i64>,
    /// Until when.
    pub due_date: Option<NaiveDate>,
    /// Not payable from this instant on.
    pub expires_at: Option<Instant>,
    /// What the citizen reads.
    pub description: Option<String>,
    /// Shares; the whole amount onto the service's account where empty.
    pub transfers: Vec<TransferInput>,
    /// Goes to the Node.
    pub payment_metadata: Metadata,
    /// Stays here.
    pub metadata: Metadata,
}

/// One share, as given: exactly one of account, beneficiary (registered or written out) and stamp.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TransferInput {
    /// How much, cents.
    pub amount: i64,
    /// An account of the institution.
    pub account_id: Option<String>,
    /// A registered beneficiary.
    pub beneficiary_id: Option<String>,
    /// A beneficiary written out.
    pub beneficiary: Option<BeneficiaryInput>,
    /// A digital stamp.
    pub stamp: Option<StampInput>,
    /// The taxonomy code; the service's where absent.
    pub taxonomy_code: Option<String>,
    /// The remittance text; made from IUV, amount and description where absent.
    pub remittance_information: Option<String>,
    /// Goes to the Node.
    pub payment_metadata: Metadata,
    /// How it is booked; stays here.
    pub accounting: Vec<AccountingEntryInput>,
}

/// A beneficiary, as given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BeneficiaryInput {
    /// Tax code.
    pub tax_code: String,
    /// Name.
    pub company_name: String,
    /// Account.
    pub iban: String,
}

/// A digital stamp, as given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StampInput {
    /// SHA-256 of the document, base64.
    pub document_hash: String,
    /// Province of residence.
    pub province: String,
}

impl PositionInput {
    /// The alternatives, the short form written out as one single payment.
    #[must_use]
    pub fn options(&self) -> Vec<OptionInput> {
        if !self.payment_options.is_empty() {
            return self.payment_options.clone();
        }
        let installment = InstallmentInput { amount: self.amount, due_date: self.due_date, ..Default::default() };
        vec![OptionInput {
            kind: OptionKind::Single,
            available_until: None,
            available_days: None,
            installments: vec![installment],
        }]
    }
}
