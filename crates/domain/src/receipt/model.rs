// SPDX-License-Identifier: AGPL-3.0-or-later
//! A receipt in one shape, whatever primitive brought it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::anomaly::Anomaly;
use crate::debt_position::{AccountingEntry, Metadata};
use crate::ident::{ExternalId, ServiceCode};
use crate::ids::{DebtPositionId, InstallmentId, ReceiptRowId, ReceiptVariantId};
use crate::money::Cents;
use crate::named::named;
use crate::personal::Personal;
use crate::resolution::Resolution;
use crate::time::Instant;

/// What the Node told, read once. Texts are as received: inbound data is never refused for its look (rules.md 4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptContent {
    /// `receiptId`: the payment token, the IUR of settlement flows.
    pub receipt_id: String,
    /// `fiscalCode`: who owns the notice.
    pub creditor_tax_code: String,
    /// `noticeNumber`.
    pub notice_number: String,
    /// `creditorReferenceId`.
    pub iuv: String,
    /// OK or KO.
    pub outcome: ReceiptOutcome,
    /// The total without the PSP's fee.
    pub amount: Cents,
    /// The PSP's commission.
    pub fee: Option<Cents>,
    /// When the citizen paid.
    pub paid_at: Option<Instant>,
    /// When the PSP booked it.
    pub application_date: Option<NaiveDate>,
    /// When the money is expected.
    pub transfer_date: Option<NaiveDate>,
    /// What was paid, as the notice said.
    pub description: String,
    /// The creditor's name as the notice said.
    pub company_name: String,
    /// Who paid where.
    pub psp: Psp,
    /// How: card, cash and so on.
    pub payment_method: Option<String>,
    /// The note of the payment: with Checkout, the cart.
    pub payment_note: Option<String>,
    /// Who owed.
    pub debtor: Option<Personal<Party>>,
    /// Who paid.
    pub payer: Option<Personal<Party>>,
    /// Shares, by `idTransfer`.
    pub transfers: Vec<ReceiptTransfer>,
    /// What we sent with the payment, coming back.
    pub payment_metadata: Metadata,
    /// Whether the platform answered in our stead.
    pub stand_in: bool,
    /// How the message breaks the schema, one sentence each; empty when it does not.
    pub irregularities: Vec<String>,
}

/// OK: paid. KO: not paid (rules.md 29).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptOutcome {
    /// Money was paid.
    Ok,
    /// No money was paid.
    Ko,
}

/// The payment service provider.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Psp {
    /// Its code at the Node.
    pub id: String,
    /// Its tax code.
    pub tax_code: Option<String>,
    /// Its name.
    pub company_name: String,
    /// The channel's code.
    pub channel_id: String,
    /// The channel in a word: app, web, atm.
    pub channel: String,
}

/// A person or body as the Node writes it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Party {
    /// F or G.
    pub kind: String,
    /// Tax code or `ANONIMO`.
    pub tax_code: String,
    /// Full name.
    pub full_name: String,
    /// E-mail.
    pub email: Option<String>,
}

/// One share of a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptTransfer {
    /// `idTransfer`; matched by it, never by the place in the list (rules.md 32).
    pub index: u8,
    /// How much.
    pub amount: Cents,
    /// To whom.
    pub beneficiary_tax_code: String,
    /// The beneficiary's name.
    pub company_name: Option<String>,
    /// The account; none for a stamp.
    pub iban: Option<String>,
    /// The remittance text.
    pub remittance_information: String,
    /// The taxonomy code.
    pub taxonomy_code: String,
    /// Whether a stamp came with it.
    pub stamp: bool,
    /// Its metadata.
    pub payment_metadata: Metadata,
    /// How the share it pays is booked, where the institution said so.
    #[serde(default)]
    pub accounting: Vec<AccountingEntry>,
}

/// A receipt as it is kept for one institution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Our id.
    pub id: ReceiptRowId,
    /// What the Node told.
    pub content: ReceiptContent,
    /// `idPA`, the institution it was addressed to.
    pub addressee_tax_code: String,
    /// The position it is about; none for a beneficiary's copy (rules.md 27).
    pub position: Option<ReceiptSubject>,
    /// Owner's receipt or beneficiary's copy.
    pub role: ReceiptRole,
    /// When it was paid: the message's instant, else its reception (rules.md 29).
    pub paid_at: Instant,
    /// When it came.
    pub received_at: Instant,
    /// The station it came through.
    pub station_id: String,
    /// The primitive that brought it.
    pub primitive: String,
    /// SHA-256 of the peer's public key, where the listener proved one.
    pub peer_fingerprint: Option<String>,
    /// What is strange about it.
    pub anomalies: BTreeSet<Anomaly>,
    /// What of it somebody has dealt with.
    pub resolutions: BTreeMap<Anomaly, Resolution>,
    /// Grows with each change; a receipt changes only where something strange is found about it later, or is
    /// dealt with.
    pub version: i64,
    /// The message exactly as received.
    pub message: ReceiptMessage,
}

/// Other bytes under the key of a receipt that is kept (rules.md 26).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptVariant {
    /// Our id.
    pub id: ReceiptVariantId,
    /// The receipt kept first.
    pub receipt: ReceiptRowId,
    /// The station they came through.
    pub station_id: String,
    /// The primitive that brought them.
    pub primitive: String,
    /// SHA-256 of the peer's public key, where the listener proved one.
    pub peer_fingerprint: Option<String>,
    /// The other bytes; the same bytes again are not kept twice.
    pub message: ReceiptMessage,
    /// When they came.
    pub received_at: Instant,
}

/// The bytes of a message and their digest.
#[derive(Clone, PartialEq, Eq)]
pub struct ReceiptMessage {
    /// As received.
    pub bytes: Vec<u8>,
    /// SHA-256 of the bytes.
    pub sha256: [u8; 32],
}

impl ReceiptMessage {
    /// The digest of a message whose time is over. A real one would say whether a guess at what it said is right.
    pub const FORGOTTEN_SHA256: [u8; 32] = [0; 32];

    /// Whether it went with the persons that it named.
    #[must_use]
    pub fn is_forgotten(&self) -> bool {
        self.sha256 == Self::FORGOTTEN_SHA256
    }
}

impl fmt::Debug for ReceiptMessage {
    /// The length; the bytes hold personal data, and a digest of them would tell whether two are the same.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ReceiptMessage({} bytes)", self.bytes.len())
    }
}

/// The position, installment and service a receipt is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptSubject {
    /// The position.
    pub position_id: DebtPositionId,
    /// The installment.
    pub installment_id: InstallmentId,
    /// The service, for the filter of restricted tokens.
    pub service_code: Option<ServiceCode>,
    /// The caller's key of the position.
    pub external_id: Option<ExternalId>,
}

/// Whose receipt it is (rules.md 27 and 32).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptRole {
    /// The institution owns the notice and sees the whole receipt.
    Owner,
    /// The institution receives a transfer and sees its own.
    Beneficiary,
}

named!(ReceiptOutcome { Ok = "ok", Ko = "ko" });
named!(ReceiptRole { Owner = "owner", Beneficiary = "beneficiary" });
