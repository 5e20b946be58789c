// SPDX-License-Identifier: AGPL-3.0-or-later
//! From an outcome to its line: what the institution may see of the receipt (rules.md 32), and what the event says.

use std::collections::BTreeSet;

use tramite_documents::{Movement, OutcomeLine, OutcomeTransfer, TRANSFERS_MAX};
use tramite_domain::anomaly::Anomaly;
use tramite_domain::event::EventKind;
use tramite_domain::money::Cents;
use tramite_domain::personal::Personal;
use tramite_domain::receipt::{Party, Receipt, ReceiptRole, ReceiptTransfer};
use tramite_domain::tax_code::InstitutionTaxCode;
use tramite_storage::Outcome;

/// The line of an outcome of that institution.
pub(super) fn line(outcome: &Outcome, creditor: InstitutionTaxCode) -> OutcomeLine {
    let (data, receipt) = (&outcome.event.data, outcome.receipt.as_ref());
    let content = receipt.map(|receipt| &receipt.content);
    let amount = content.map(|content| content.amount).or(data.amount);
    let seen: Vec<&ReceiptTransfer> = receipt.map(seen).unwrap_or_default();
    let debtor = content.and_then(|content| content.debtor.as_ref());
    let payer = content.and_then(|content| content.payer.as_ref());
    OutcomeLine {
        line_id: outcome.event.id.to_string(),
        movement: movement(outcome),
        recorded_at: outcome.event.at,
        service_code: data.service_code.as_ref().map(ToString::to_string),
        external_id: data.external_id.as_ref().map(ToString::to_string),
        debt_position_id: data.debt_position_id.map(|id| id.to_string()),
        installment_id: data.installment_id.map(|id| id.to_string()),
        installment_reference: data.installment_reference.as_ref().map(ToString::to_string),
        notice_number: data.notice_number.clone(),
        iuv: data.iuv.clone(),
        creditor_tax_code: Some(content.map_or_else(|| creditor.to_string(), |one| one.creditor_tax_code.clone())),
        amount_due: outcome.amount_due,
        amount,
        own_amount: receipt.map_or(amount, own_amount),
        fee: content.and_then(|content| content.fee),
        paid_at: data.paid_at,
        application_date: content.and_then(|content| content.application_date),
        transfer_date: content.and_then(|content| content.transfer_date),
        channel: content.map(|content| content.psp.channel.clone()),
        payment_method: content.and_then(|content| content.payment_method.clone()),
        psp_id: content.map(|content| content.psp.id.clone()),
        psp_tax_code: content.and_then(|content| content.psp.tax_code.clone()),
        psp_company_name: content.map(|content| content.psp.company_name.clone()),
        receipt_id: content.map(|content| content.receipt_id.clone()),
        tramite_receipt_id: data.receipt_id.map(|id| id.to_string()),
        external_reference: outcome.reference.clone(),
        anomalies: anomalies(outcome),
        debtor_tax_code: debtor.map(tax_code),
        debtor_full_name: debtor.map(full_name),
        payer_tax_code: payer.map(tax_code),
        payer_full_name: payer.map(full_name),
        description: content.map(|content| content.description.clone()),
        transfers_count: receipt.map(|_| seen.len()),
        transfers: seen.into_iter().take(TRANSFERS_MAX).map(transfer).collect(),
    }
}

fn movement(outcome: &Outcome) -> Movement {
    let role = outcome.receipt.as_ref().map(|receipt| receipt.role);
    match (outcome.event.kind, role) {
        (EventKind::InstallmentReopened, _) => Movement::ExternalPaymentReversed,
        (EventKind::InstallmentPaid, _) if outcome.event.data.receipt_id.is_none() => Movement::ExternalPayment,
        (EventKind::InstallmentPaid, _) => Movement::Payment,
        (_, Some(ReceiptRole::Beneficiary)) => Movement::Share,
        _ => Movement::FurtherReceipt,
    }
}

/// The transfers that the institution may see: the owner of the notice all of them, a beneficiary its own.
fn seen(receipt: &Receipt) -> Vec<&ReceiptTransfer> {
    let all = receipt.content.transfers.iter();
    all.filter(|one| receipt.role == ReceiptRole::Owner || is_own(receipt, one)).collect()
}

fn is_own(receipt: &Receipt, transfer: &ReceiptTransfer) -> bool {
    transfer.beneficiary_tax_code == receipt.addressee_tax_code
}

/// What of it is the institution's own; unknown where the message told of no transfers.
fn own_amount(receipt: &Receipt) -> Option<Cents> {
    let transfers = &receipt.content.transfers;
    let own = transfers.iter().filter(|one| is_own(receipt, one)).map(|one| one.amount.cents());
    let sum = own.fold(0_i64, i64::saturating_add);
    (!transfers.is_empty()).then(|| Cents::new(sum).ok()).flatten()
}

/// What was strange at first, and what was found strange since.
fn anomalies(outcome: &Outcome) -> Vec<&'static str> {
    let since = outcome.receipt.iter().flat_map(|receipt| &receipt.anomalies);
    let all: BTreeSet<Anomaly> = outcome.event.data.anomalies.iter().chain(since).copied().collect();
    all.into_iter().map(Anomaly::name).collect()
}

fn tax_code(party: &Personal<Party>) -> String {
    party.expose().tax_code.clone()
}

fn full_name(party: &Personal<Party>) -> String {
    party.expose().full_name.clone()
}

fn transfer(transfer: &ReceiptTransfer) -> OutcomeTransfer {
    OutcomeTransfer {
        amount: transfer.amount,
        beneficiary_tax_code: transfer.beneficiary_tax_code.clone(),
        iban: transfer.iban.clone(),
        taxonomy_code: transfer.taxonomy_code.clone(),
        remittance_information: transfer.remittance_information.clone(),
    }
}
