// SPDX-License-Identifier: AGPL-3.0-or-later
//! The receipt ("quietanza") as a PDF, and several of them in one table. A receipt names no other beneficiary: it holds the
//! transfers of one institution and no others.

mod labels;
mod of;
mod single;
mod statement;
mod table;

use tramite_domain::money::Cents;
use tramite_domain::time::Instant;

pub use crate::error::DocumentError;
pub use crate::pen::{Area, Layout, Micro, PlacedText};
pub use of::receipt_document;

/// What a receipt says, as an institution may see it.
#[derive(Clone, PartialEq, Eq)]
pub struct ReceiptDocument {
    /// When it was paid; printed as a clock in Rome shows it.
    pub paid_at: Instant,
    /// The institution's tax code.
    pub institution_tax_code: String,
    /// Its name.
    pub institution_name: String,
    /// The creditor reference.
    pub iuv: String,
    /// The notice number, where there was a notice.
    pub notice_number: Option<String>,
    /// The provider through which it was paid.
    pub psp_name: String,
    /// The provider's tax code, where the Node told it.
    pub psp_tax_code: Option<String>,
    /// The Node's id of the receipt.
    pub receipt_id: String,
    /// What was paid, of a beneficiary what came to it.
    pub amount: Cents,
    /// For what.
    pub purpose: String,
    /// The transfers to this institution, and to no other.
    pub transfers: Vec<ReceiptTransfer>,
}

/// A transfer of a receipt.
#[derive(Clone, PartialEq, Eq)]
pub struct ReceiptTransfer {
    /// How much.
    pub amount: Cents,
    /// With which text.
    pub remittance_information: String,
    /// To which account; none for a revenue stamp.
    pub iban: Option<String>,
}

/// A receipt as a PDF. It says that it was written at that instant; the same receipt and instant are the same bytes.
///
/// # Errors
/// [`DocumentError`]: a defect of ours.
pub fn receipt_pdf(receipt: &ReceiptDocument, written_at: Instant) -> Result<Vec<u8>, DocumentError> {
    receipt_layout(receipt, written_at)?.pdf()
}

/// A receipt before it is a PDF: what stands where.
///
/// # Errors
/// As of [`receipt_pdf`].
pub fn receipt_layout(receipt: &ReceiptDocument, written_at: Instant) -> Result<Layout, DocumentError> {
    single::layout(receipt, written_at)
}

/// Several receipts in one table, with what they add up to, over as many pages as it takes.
///
/// # Errors
/// [`DocumentError`] where they add up to more than an amount can be; else a defect of ours.
pub fn statement_pdf(receipts: &[ReceiptDocument], written_at: Instant) -> Result<Vec<u8>, DocumentError> {
    statement_layout(receipts, written_at)?.pdf()
}

/// The table of receipts before it is a PDF: what stands where.
///
/// # Errors
/// As of [`statement_pdf`].
pub fn statement_layout(receipts: &[ReceiptDocument], written_at: Instant) -> Result<Layout, DocumentError> {
    statement::layout(receipts, written_at)
}
