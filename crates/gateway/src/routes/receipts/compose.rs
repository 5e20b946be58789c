// SPDX-License-Identifier: AGPL-3.0-or-later
//! From a receipt to what its institution may read of it (rules.md 32).

use tramite_domain::debt_position::SubjectKind;
use tramite_domain::personal::Personal;
use tramite_domain::receipt::{Party, Psp, Receipt, ReceiptRole, ReceiptTransfer};

use super::view::{PartyView, PspView, ReceiptTransferView, ReceiptView};

/// The receipt as it is.
pub(super) fn view(receipt: &Receipt) -> ReceiptView {
    let content = &receipt.content;
    let subject = receipt.position.as_ref();
    let own = |transfer: &&ReceiptTransfer| {
        receipt.role == ReceiptRole::Owner || transfer.beneficiary_tax_code == receipt.addressee_tax_code
    };
    ReceiptView {
        id: receipt.id.to_string(),
        receipt_id: content.receipt_id.clone(),
        role: receipt.role.name(),
        outcome: content.outcome.name(),
        creditor_tax_code: content.creditor_tax_code.clone(),
        debt_position_id: subject.map(|one| one.position_id.to_string()),
        external_id: subject.and_then(|one| one.external_id.as_ref()).map(ToString::to_string),
        service_code: subject.and_then(|one| one.service_code.as_ref()).map(ToString::to_string),
        installment_id: subject.map(|one| one.installment_id.to_string()),
        iuv: content.iuv.clone(),
        notice_number: content.notice_number.clone(),
        amount: content.amount.cents(),
        fee: content.fee.map(|fee| fee.cents()),
        description: content.description.clone(),
        paid_at: receipt.paid_at,
        received_at: receipt.received_at,
        application_date: content.application_date,
        transfer_date: content.transfer_date,
        psp: psp(&content.psp),
        payment_method: content.payment_method.clone(),
        debtor: content.debtor.as_ref().map(party),
        payer: content.payer.as_ref().map(party),
        transfers: content.transfers.iter().filter(own).map(transfer).collect(),
        payment_metadata: content.payment_metadata.clone(),
        anomalies: receipt.anomalies.iter().map(|anomaly| anomaly.name()).collect(),
        has_xml: true,
    }
}

fn psp(psp: &Psp) -> PspView {
    PspView {
        id: psp.id.clone(),
        tax_code: psp.tax_code.clone(),
        company_name: psp.company_name.clone(),
        channel_id: psp.channel_id.clone(),
        channel: psp.channel.clone(),
    }
}

fn party(party: &Personal<Party>) -> PartyView {
    let party = party.expose();
    let kind = if party.kind == "G" { SubjectKind::LegalPerson } else { SubjectKind::NaturalPerson };
    PartyView {
        kind: kind.name(),
        tax_code: party.tax_code.clone(),
        full_name: party.full_name.clone(),
        email: party.email.clone(),
    }
}

fn transfer(transfer: &ReceiptTransfer) -> ReceiptTransferView {
    ReceiptTransferView {
        index: transfer.index,
        amount: transfer.amount.cents(),
        beneficiary_tax_code: transfer.beneficiary_tax_code.clone(),
        company_name: transfer.company_name.clone(),
        iban: transfer.iban.clone(),
        remittance_information: transfer.remittance_information.clone(),
        taxonomy_code: transfer.taxonomy_code.clone(),
        stamp: transfer.stamp,
        payment_metadata: transfer.payment_metadata.clone(),
    }
}
