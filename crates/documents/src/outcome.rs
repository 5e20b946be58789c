// SPDX-License-Identifier: AGPL-3.0-or-later
//! A line of the outcome export, and the columns in which it stands. Columns are added at the end and never change their
//! meaning: back offices read them by name.

use chrono::NaiveDate;
use tramite_domain::money::Cents;
use tramite_domain::time::Instant;

use crate::table::{Cell, Row};

/// Transfers of a line: as many as a notice can have.
pub const TRANSFERS_MAX: usize = 5;

/// What moved the money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Movement {
    /// A receipt paid an installment.
    Payment,
    /// A receipt brought money that pays nothing here: it was paid before, or its notice belongs to nothing.
    FurtherReceipt,
    /// The share of a beneficiary in another institution's notice.
    Share,
    /// The institution said that it was paid outside of pagoPA.
    ExternalPayment,
    /// The institution took that back: the amounts are negative.
    ExternalPaymentReversed,
}

impl Movement {
    const fn name(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::FurtherReceipt => "further_receipt",
            Self::Share => "share",
            Self::ExternalPayment => "external_payment",
            Self::ExternalPaymentReversed => "external_payment_reversed",
        }
    }
}

/// One line. What is none stays empty.
#[derive(Clone)]
pub struct OutcomeLine {
    /// The event that tells of it: no two lines share it.
    pub line_id: String,
    /// What moved the money.
    pub movement: Movement,
    /// When it was recorded here.
    pub recorded_at: Instant,
    /// The service.
    pub service_code: Option<String>,
    /// The caller's key of the debt position.
    pub external_id: Option<String>,
    /// The debt position.
    pub debt_position_id: Option<String>,
    /// The installment.
    pub installment_id: Option<String>,
    /// The caller's name of the installment.
    pub installment_reference: Option<String>,
    /// The notice.
    pub notice_number: Option<String>,
    /// The creditor reference.
    pub iuv: Option<String>,
    /// Whose notice it was.
    pub creditor_tax_code: Option<String>,
    /// What the installment asks for.
    pub amount_due: Option<Cents>,
    /// What was paid, to whomsoever.
    pub amount: Option<Cents>,
    /// What of it is the institution's own.
    pub own_amount: Option<Cents>,
    /// What the payer paid to its provider beside it.
    pub fee: Option<Cents>,
    /// When it was paid.
    pub paid_at: Option<Instant>,
    /// When the provider booked it.
    pub application_date: Option<NaiveDate>,
    /// When the provider transfers it.
    pub transfer_date: Option<NaiveDate>,
    /// The provider's channel, as the Node named it.
    pub channel: Option<String>,
    /// The method of payment, as the Node named it.
    pub payment_method: Option<String>,
    /// The provider.
    pub psp_id: Option<String>,
    /// Its tax code.
    pub psp_tax_code: Option<String>,
    /// Its name.
    pub psp_company_name: Option<String>,
    /// The Node's id of the receipt.
    pub receipt_id: Option<String>,
    /// Our id of it: what the API shows it under.
    pub tramite_receipt_id: Option<String>,
    /// By what the institution finds again what was paid outside of pagoPA.
    pub external_reference: Option<String>,
    /// What is strange about it.
    pub anomalies: Vec<&'static str>,
    /// Whose debt it was.
    pub debtor_tax_code: Option<String>,
    /// The same by name.
    pub debtor_full_name: Option<String>,
    /// Who paid, where it is told.
    pub payer_tax_code: Option<String>,
    /// The same by name.
    pub payer_full_name: Option<String>,
    /// What it was for, as the receipt says.
    pub description: Option<String>,
    /// How many transfers the institution may see; of more than [`TRANSFERS_MAX`] the API tells.
    pub transfers_count: Option<usize>,
    /// The first of them.
    pub transfers: Vec<OutcomeTransfer>,
}

/// A transfer of a line.
#[derive(Clone)]
pub struct OutcomeTransfer {
    /// How much.
    pub amount: Cents,
    /// For whom.
    pub beneficiary_tax_code: String,
    /// To which account.
    pub iban: Option<String>,
    /// Under which code of the taxonomy.
    pub taxonomy_code: String,
    /// With which text.
    pub remittance_information: String,
}

/// The names of the columns. Amounts are whole cents; instants are UTC; anomalies are parted by blanks.
pub const OUTCOME_COLUMNS: [&str; 58] = [
    "line_id",
    "movement",
    "recorded_at",
    "service_code",
    "external_id",
    "debt_position_id",
    "installment_id",
    "installment_reference",
    "notice_number",
    "iuv",
    "creditor_tax_code",
    "amount_due_cents",
    "amount_cents",
    "own_amount_cents",
    "fee_cents",
    "paid_at",
    "application_date",
    "transfer_date",
    "channel",
    "payment_method",
    "psp_id",
    "psp_tax_code",
    "psp_company_name",
    "receipt_id",
    "tramite_receipt_id",
    "external_reference",
    "anomalies",
    "debtor_tax_code",
    "debtor_full_name",
    "payer_tax_code",
    "payer_full_name",
    "description",
    "transfers_count",
    "transfer_1_amount_cents",
    "transfer_1_beneficiary_tax_code",
    "transfer_1_iban",
    "transfer_1_taxonomy_code",
    "transfer_1_remittance_information",
    "transfer_2_amount_cents",
    "transfer_2_beneficiary_tax_code",
    "transfer_2_iban",
    "transfer_2_taxonomy_code",
    "transfer_2_remittance_information",
    "transfer_3_amount_cents",
    "transfer_3_beneficiary_tax_code",
    "transfer_3_iban",
    "transfer_3_taxonomy_code",
    "transfer_3_remittance_information",
    "transfer_4_amount_cents",
    "transfer_4_beneficiary_tax_code",
    "transfer_4_iban",
    "transfer_4_taxonomy_code",
    "transfer_4_remittance_information",
    "transfer_5_amount_cents",
    "transfer_5_beneficiary_tax_code",
    "transfer_5_iban",
    "transfer_5_taxonomy_code",
    "transfer_5_remittance_information",
];

impl OutcomeLine {
    /// The cells, in the order of [`OUTCOME_COLUMNS`].
    #[must_use]
    pub fn cells(&self) -> Row {
        let text = |text: &Option<String>| Cell::maybe(text.as_deref());
        let signed = |amount: Option<Cents>| Cell::number(amount.map(|amount| self.sign(amount)));
        let mut row = vec![
            Cell::text(&self.line_id),
            Cell::text(self.movement.name()),
            Cell::text(&self.recorded_at.to_string()),
            text(&self.service_code),
            text(&self.external_id),
            text(&self.debt_position_id),
            text(&self.installment_id),
            text(&self.installment_reference),
            text(&self.notice_number),
            text(&self.iuv),
            text(&self.creditor_tax_code),
            Cell::number(self.amount_due.map(Cents::cents)),
            signed(self.amount),
            signed(self.own_amount),
            Cell::number(self.fee.map(Cents::cents)),
            Cell::maybe(self.paid_at.map(|at| at.to_string()).as_deref()),
            day(self.application_date),
            day(self.transfer_date),
            text(&self.channel),
            text(&self.payment_method),
            text(&self.psp_id),
            text(&self.psp_tax_code),
            text(&self.psp_company_name),
            text(&self.receipt_id),
            text(&self.tramite_receipt_id),
            text(&self.external_reference),
            Cell::text(&self.anomalies.join(" ")),
            text(&self.debtor_tax_code),
            text(&self.debtor_full_name),
            text(&self.payer_tax_code),
            text(&self.payer_full_name),
            text(&self.description),
            Cell::number(self.transfers_count.and_then(|count| i64::try_from(count).ok())),
        ];
        row.extend(self.transfers.iter().take(TRANSFERS_MAX).flat_map(OutcomeTransfer::cells));
        row.resize(OUTCOME_COLUMNS.len(), Cell::Empty);
        row
    }

    /// What is taken back counts against what was told before.
    fn sign(&self, amount: Cents) -> i64 {
        match self.movement {
            Movement::ExternalPaymentReversed => amount.cents().saturating_neg(),
            _ => amount.cents(),
        }
    }
}

impl OutcomeTransfer {
    fn cells(&self) -> [Cell; 5] {
        [
            Cell::Number(self.amount.cents()),
            Cell::text(&self.beneficiary_tax_code),
            Cell::maybe(self.iban.as_deref()),
            Cell::text(&self.taxonomy_code),
            Cell::text(&self.remittance_information),
        ]
    }
}

fn day(day: Option<NaiveDate>) -> Cell {
    Cell::maybe(day.map(|day| day.to_string()).as_deref())
}
