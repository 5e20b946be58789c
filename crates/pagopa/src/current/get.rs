// SPDX-License-Identifier: AGPL-3.0-or-later
//! paGetPayment and paGetPaymentV2: the payment in full. Changes nothing, may be repeated without end.

use chrono::NaiveDate;
use tramite_domain::money::Cents;
use tramite_domain::time::Instant;

use super::common::{Addressee, MetadataEntry, Notice, Party, TransferType, Version};

/// `paGetPaymentReq` or `paGetPaymentV2Request`: the same fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetRequest {
    /// The version, which decides what the answer may hold.
    pub version: Version,
    /// Whom it is addressed to.
    pub addressee: Addressee,
    /// The notice.
    pub notice: Notice,
    /// What the payment service provider saw; the answer says what is due now, even if it differs.
    pub amount: Option<Cents>,
    /// A note of the provider; Checkout writes the cart's `idCart` here.
    pub payment_note: Option<String>,
    /// Which account is wanted.
    pub transfer_type: Option<TransferType>,
    /// As the provider saw it.
    pub due_date: Option<NaiveDate>,
}

/// `data` of an answer with outcome OK.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetAnswer {
    /// `creditorReferenceId`: the IUV, not the notice number; 1 to 35 characters.
    pub creditor_reference_id: String,
    /// What is due now: the sum of the transfers.
    pub amount: Cents,
    /// Mandatory here; 2099-12-31 where there is none (rules.md 10).
    pub due_date: NaiveDate,
    /// Until when this answer holds. The Node takes no notice of it today.
    pub retention_date: Option<Instant>,
    /// Whether it is the last payment of its position. The Node takes no notice of it today.
    pub last_payment: Option<bool>,
    /// What is paid, 1 to 140 characters.
    pub description: String,
    /// Name of the institution, 1 to 140 characters.
    pub company_name: String,
    /// The office within it, at most 140 characters.
    pub office_name: Option<String>,
    /// Who owes.
    pub debtor: Party,
    /// One to five.
    pub transfers: Vec<Transfer>,
    /// At most fifteen pairs are written.
    pub metadata: Vec<MetadataEntry>,
}

impl GetAnswer {
    /// Whether a transfer is a digital stamp, which only version 2 can carry and only Checkout can sell.
    #[must_use]
    pub fn has_stamp(&self) -> bool {
        self.transfers.iter().any(|transfer| matches!(transfer.destination, Destination::Stamp { .. }))
    }
}

/// A share of the amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// `idTransfer`, 1 to 5, unique; the settlement flow names it again.
    pub id: u8,
    /// Above zero.
    pub amount: Cents,
    /// Tax code of the beneficiary institution, 11 digits.
    pub fiscal_code: String,
    /// Name of the beneficiary, at most 140 characters; written in version 2 alone.
    pub company_name: Option<String>,
    /// Where the money goes.
    pub destination: Destination,
    /// `remittanceInformation`, 1 to 140 characters.
    pub remittance_information: String,
    /// `transferCategory`: the taxonomy code, 1 to 140 characters.
    pub category: String,
    /// At most fifteen pairs are written.
    pub metadata: Vec<MetadataEntry>,
}

/// Where a transfer goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// To an account.
    Iban(String),
    /// To the Revenue Agency, as a digital stamp on a document (version 2).
    Stamp {
        /// SHA-256 of the document, in base64; 4 to 72 characters.
        document_hash: String,
        /// Province of residence, two capital letters.
        province: String,
    },
}
