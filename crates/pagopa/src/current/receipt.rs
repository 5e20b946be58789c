// SPDX-License-Identifier: AGPL-3.0-or-later
//! paSendRT and paSendRTV2: a receipt. It cannot be refused for its form: the money is with the provider.

use std::fmt;

use chrono::NaiveDate;
use tramite_domain::money::Cents;
use tramite_domain::time::Instant;

use super::common::{Addressee, MetadataEntry, Outcome, Party, Version};

/// A receipt, of either version, in one shape.
///
/// The first five fields after `addressee` are always there (rules.md 28). All others are what could be read:
/// absent where the message leaves them out or writes nonsense, and then the message is irregular.
#[derive(Clone, PartialEq, Eq)]
pub struct ReceiptMessage {
    /// Which of the two operations brought it.
    pub version: Version,
    /// The recipient of this copy, which need not be the owner of the notice (rules.md 27).
    pub addressee: Addressee,
    /// `receiptId`: the payment token, the IUR of the settlement flow; 1 to 255 characters.
    pub receipt_id: String,
    /// Notice number, 18 digits.
    pub notice_number: String,
    /// `fiscalCode`: the institution that owns the notice, 11 digits.
    pub fiscal_code: String,
    /// OK, or KO: then nothing was paid (rules.md 29).
    pub outcome: Outcome,
    /// What was paid, the provider's fee not counted.
    pub payment_amount: Cents,
    /// `creditorReferenceId`: the IUV.
    pub creditor_reference_id: Option<String>,
    /// What was paid for.
    pub description: Option<String>,
    /// Name of the institution that owns the notice.
    pub company_name: Option<String>,
    /// The office within it.
    pub office_name: Option<String>,
    /// Who owed.
    pub debtor: Option<Party>,
    /// The shares, in the order of the message; to be matched by their id (rules.md 32).
    pub transfers: Vec<ReceiptTransfer>,
    /// The payment service provider.
    pub psp: Psp,
    /// Who paid.
    pub payer: Option<Party>,
    /// `paymentMethod`, free.
    pub payment_method: Option<String>,
    /// `paymentNote`: Checkout's `idCart` (version 2).
    pub payment_note: Option<String>,
    /// The provider's fee.
    pub fee: Option<Cents>,
    /// The part of the fee that the institution bears (version 2).
    pub primary_ci_incurred_fee: Option<Cents>,
    /// The bundle of fees (version 2).
    pub id_bundle: Option<String>,
    /// The institution's bundle of fees (version 2).
    pub id_ci_bundle: Option<String>,
    /// When it was paid; a time without a zone is Rome's. `None`: take the reception (rules.md 29).
    pub payment_date_time: Option<Instant>,
    /// The provider's own date.
    pub application_date: Option<NaiveDate>,
    /// When the credit is expected.
    pub transfer_date: Option<NaiveDate>,
    /// Pairs, in the order of the message.
    pub metadata: Vec<MetadataEntry>,
    /// Whether it was paid while the station was in stand-in; `None` where the message does not say.
    pub stand_in: Option<bool>,
}

impl fmt::Debug for ReceiptMessage {
    /// The codes alone: what somebody else wrote into the free texts is not ours to print.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ReceiptMessage")
            .field("version", &self.version)
            .field("addressee", &self.addressee)
            .field("receipt_id", &self.receipt_id)
            .field("notice_number", &self.notice_number)
            .field("fiscal_code", &self.fiscal_code)
            .field("outcome", &self.outcome)
            .field("payment_amount", &self.payment_amount)
            .finish_non_exhaustive()
    }
}

/// `idPSP` and what goes with it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Psp {
    /// `idPSP`.
    pub id: Option<String>,
    /// `pspFiscalCode`.
    pub fiscal_code: Option<String>,
    /// `pspPartitaIVA`.
    pub vat_number: Option<String>,
    /// `PSPCompanyName`.
    pub company_name: Option<String>,
    /// `idChannel`.
    pub channel: Option<String>,
    /// `channelDescription`: app, web, atm, onsite and others.
    pub channel_description: Option<String>,
}

/// A share of what was paid.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReceiptTransfer {
    /// `idTransfer`, 1 to 5.
    pub id: Option<u8>,
    /// The share.
    pub amount: Option<Cents>,
    /// Tax code of the beneficiary institution.
    pub fiscal_code: Option<String>,
    /// Name of the beneficiary (version 2).
    pub company_name: Option<String>,
    /// The account that is credited.
    pub iban: Option<String>,
    /// `MBDAttachment`: the signed stamp, base64 of its XML (version 2); see [`crate::embedded`].
    pub stamp: Option<String>,
    /// `remittanceInformation`.
    pub remittance_information: Option<String>,
    /// `transferCategory`: the taxonomy code.
    pub category: Option<String>,
    /// Pairs, in the order of the message.
    pub metadata: Vec<MetadataEntry>,
}
