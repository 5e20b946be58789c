// SPDX-License-Identifier: AGPL-3.0-or-later
//! From a receipt to what its institution may read of it (rules.md 32). Texts of messages that broke the rules are cut to
//! what the contract bounds; the message itself has them whole.

use std::collections::BTreeMap;

use tramite_domain::anomaly::Anomaly;
use tramite_domain::debt_position::SubjectKind;
use tramite_domain::personal::Personal;
use tramite_domain::receipt::{Party, Psp, Receipt, ReceiptRole, ReceiptTransfer};
use tramite_domain::recovery::RECEIPTS_API;
use tramite_domain::resolution::Resolution;

use super::view::{AnomalyResolutionView, PartyView, PspView, ReceiptTransferView, ReceiptView};

/// Characters of a received text that are shown: what `ReceivedLine` of the contract holds.
const LINE_CHARS_MAX: usize = 2_000;
/// Pairs of received metadata that are shown.
const PAIRS_SHOWN_MAX: usize = 100;
/// Transfers that are shown.
const TRANSFERS_SHOWN_MAX: usize = 100;

/// The receipt as it is.
pub(crate) fn view(receipt: &Receipt) -> ReceiptView {
    let content = &receipt.content;
    let subject = receipt.position.as_ref();
    let own = |transfer: &&ReceiptTransfer| {
        receipt.role == ReceiptRole::Owner || transfer.beneficiary_tax_code == receipt.addressee_tax_code
    };
    ReceiptView {
        id: receipt.id.to_string(),
        receipt_id: line(&content.receipt_id),
        role: receipt.role.name(),
        source: if is_recovered(receipt) { "recovered" } else { "node" },
        outcome: content.outcome.name(),
        creditor_tax_code: content.creditor_tax_code.clone(),
        debt_position_id: subject.map(|one| one.position_id.to_string()),
        external_id: subject.and_then(|one| one.external_id.as_ref()).map(ToString::to_string),
        service_code: subject.and_then(|one| one.service_code.as_ref()).map(ToString::to_string),
        installment_id: subject.map(|one| one.installment_id.to_string()),
        iuv: line(&content.iuv),
        notice_number: content.notice_number.clone(),
        amount: content.amount.cents(),
        fee: content.fee.map(|fee| fee.cents()),
        description: line(&content.description),
        paid_at: receipt.paid_at,
        received_at: receipt.received_at,
        application_date: content.application_date,
        transfer_date: content.transfer_date,
        psp: psp(&content.psp),
        payment_method: content.payment_method.as_deref().map(line),
        debtor: content.debtor.as_ref().map(party),
        payer: content.payer.as_ref().map(party),
        transfers: content.transfers.iter().filter(own).take(TRANSFERS_SHOWN_MAX).map(transfer).collect(),
        payment_metadata: metadata(&content.payment_metadata),
        anomalies: receipt.anomalies.iter().map(|anomaly| anomaly.name()).collect(),
        resolutions: receipt.resolutions.iter().map(resolution).collect(),
        has_xml: has_xml(receipt),
    }
}

fn is_recovered(receipt: &Receipt) -> bool {
    receipt.primitive == RECEIPTS_API
}

/// Whether the message itself can be read: it came from the Node, and its time is not over.
pub(super) fn has_xml(receipt: &Receipt) -> bool {
    !is_recovered(receipt) && !receipt.message.is_forgotten()
}

fn resolution((anomaly, resolution): (&Anomaly, &Resolution)) -> AnomalyResolutionView {
    AnomalyResolutionView {
        anomaly: anomaly.name(),
        resolved_at: resolution.at,
        client_id: resolution.client_id.map(|id| id.to_string()),
        note: resolution.note.to_string(),
    }
}

fn psp(psp: &Psp) -> PspView {
    PspView {
        id: line(&psp.id),
        tax_code: psp.tax_code.as_deref().map(line),
        company_name: line(&psp.company_name),
        channel_id: line(&psp.channel_id),
        channel: line(&psp.channel),
    }
}

fn party(party: &Personal<Party>) -> PartyView {
    let party = party.expose();
    let kind = if party.kind == "G" { SubjectKind::LegalPerson } else { SubjectKind::NaturalPerson };
    PartyView {
        kind: kind.name(),
        tax_code: line(&party.tax_code),
        full_name: line(&party.full_name),
        email: party.email.as_deref().map(line),
    }
}

fn transfer(transfer: &ReceiptTransfer) -> ReceiptTransferView {
    ReceiptTransferView {
        index: transfer.index,
        amount: transfer.amount.cents(),
        beneficiary_tax_code: line(&transfer.beneficiary_tax_code),
        company_name: transfer.company_name.as_deref().map(line),
        iban: transfer.iban.as_deref().map(line),
        remittance_information: line(&transfer.remittance_information),
        taxonomy_code: line(&transfer.taxonomy_code),
        stamp: transfer.stamp,
        payment_metadata: metadata(&transfer.payment_metadata),
        accounting: transfer.accounting.iter().map(Into::into).collect(),
    }
}

/// A received text, no longer than the contract says.
fn line(text: &str) -> String {
    text.chars().take(LINE_CHARS_MAX).collect()
}

fn metadata(pairs: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    pairs.iter().take(PAIRS_SHOWN_MAX).map(|(name, value)| (line(name), line(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_received_text_is_cut_between_characters_and_a_short_one_is_left_alone() {
        assert_eq!(line("Città"), "Città");
        assert_eq!(line(&"à".repeat(LINE_CHARS_MAX + 1)).chars().count(), LINE_CHARS_MAX);
    }
}
