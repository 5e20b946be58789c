// SPDX-License-Identifier: AGPL-3.0-or-later
//! What became of a row, as a report tells it.

use thiserror::Error;
use tramite_domain::import::{RowFault, RowOutcome};
use tramite_domain::money::Cents;
use tramite_domain::time::Instant;

use crate::table::TableError;

/// What a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportKind {
    /// What became of the rows when they were loaded.
    Loading,
    /// What was paid of what they loaded.
    Outcomes,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReportRow {
    /// What became of it; nothing where it was not reached.
    pub outcome: Option<RowOutcome>,
    /// Its installment. A line of JSON has all that are in its position.
    pub installments: Vec<ReportInstallment>,
    /// What is wrong with it.
    pub faults: Vec<RowFault>,
}

/// What became of an installment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReportInstallment {
    /// The caller's name of it.
    pub reference: Option<String>,
    /// The creditor reference.
    pub iuv: Option<String>,
    /// The notice number.
    pub notice_number: Option<String>,
    /// The text of the QR code of its notice.
    pub qr_code: Option<String>,
    /// Where it stands.
    pub status: Option<String>,
    /// When it was paid.
    pub paid_at: Option<Instant>,
    /// How much was paid.
    pub paid_amount: Option<Cents>,
    /// The id of the receipt.
    pub receipt_id: Option<String>,
    /// Who took the payment.
    pub psp: Option<String>,
}

/// A report cannot be written.
#[derive(Debug, Error)]
pub enum ReportError {
    /// A defect of ours.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Where it is written to takes no more.
    #[error("the report cannot be written to its place")]
    Io(#[from] std::io::Error),
}
