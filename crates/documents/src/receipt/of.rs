// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the paper says of a receipt as it was kept: of the transfers of this institution alone (rules.md 32).

use tramite_domain::institution::Institution;
use tramite_domain::money::Cents;
use tramite_domain::receipt::{Receipt, ReceiptOutcome, ReceiptRole, ReceiptTransfer as Transfer};

use super::{ReceiptDocument, ReceiptTransfer};

/// Characters of a received text that are read.
const LINE_CHARS_MAX: usize = 2_000;
/// Transfers that are printed.
const TRANSFERS_SHOWN_MAX: usize = 100;

/// What the paper says; none where nothing was paid. The owner of the notice is told what was paid in all, a beneficiary what came to it.
#[must_use]
pub fn receipt_document(receipt: &Receipt, institution: &Institution) -> Option<ReceiptDocument> {
    let content = &receipt.content;
    if content.outcome != ReceiptOutcome::Ok {
        return None;
    }
    let own: Vec<&Transfer> =
        content.transfers.iter().filter(|one| one.beneficiary_tax_code == receipt.addressee_tax_code).collect();
    let amount = match receipt.role {
        ReceiptRole::Owner => content.amount,
        // A copy in which nothing is its addressee's says nothing to anybody.
        ReceiptRole::Beneficiary if own.is_empty() => return None,
        ReceiptRole::Beneficiary => Cents::sum(own.iter().map(|one| one.amount)).ok()?,
    };
    Some(ReceiptDocument {
        paid_at: receipt.paid_at,
        institution_tax_code: institution.tax_code.to_string(),
        institution_name: institution.display_name.to_string(),
        iuv: line(&content.iuv),
        notice_number: Some(line(&content.notice_number)).filter(|number| !number.is_empty()),
        psp_name: line(&content.psp.company_name),
        psp_tax_code: content.psp.tax_code.as_deref().map(line),
        receipt_id: line(&content.receipt_id),
        amount,
        purpose: line(&content.description),
        transfers: own.into_iter().take(TRANSFERS_SHOWN_MAX).map(transfer).collect(),
    })
}

fn transfer(transfer: &Transfer) -> ReceiptTransfer {
    ReceiptTransfer {
        amount: transfer.amount,
        remittance_information: line(&transfer.remittance_information),
        iban: transfer.iban.as_deref().map(line),
    }
}

/// A received text, no longer than any paper needs it.
fn line(text: &str) -> String {
    text.chars().take(LINE_CHARS_MAX).collect()
}
