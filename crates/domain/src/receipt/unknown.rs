// SPDX-License-Identifier: AGPL-3.0-or-later
//! A receipt for a notice nobody knew: a position of its own, so that the money is on the books (rules.md 30).

use std::collections::BTreeMap;

use crate::anomaly::Anomaly;
use crate::batch::{Batch, Write};
use crate::debt_position::{
    DebtPosition, Debtor, Installment, Metadata, OptionKind, Origin, PaymentOption, PositionStatus, SubjectKind,
};
use crate::event::EventKind;
use crate::given::Given;
use crate::ident::InstallmentReference;
use crate::notice::NoticeNumber;
use crate::personal::Personal;
use crate::tax_code::SubjectTaxCode;
use crate::text::Text;

use super::accept::{Known, anomalies_told, payment_of, receipt_event, received, subject_of};
use super::{Party, Receipt};

/// Makes the position, already paid, and tells it. A notice number that is none, or whose creditor reference another
/// notice has, leaves only the receipt.
pub(super) fn unknown_position(given: &mut Given<'_>, known: Known<'_>, receipt: &mut Receipt) -> Batch {
    receipt.anomalies.insert(Anomaly::UnknownPosition);
    if !receipt.content.stand_in {
        // Nobody can have asked for what nobody knows.
        receipt.anomalies.insert(Anomaly::NotActivated);
    }
    let parsed = receipt.content.notice_number.parse::<NoticeNumber>().ok();
    let Some(notice_number) = parsed.filter(|_| !known.number_taken) else {
        return received(given, receipt);
    };
    let installment = Installment {
        id: given.id(),
        reference: InstallmentReference::only(),
        amount: receipt.content.amount,
        past_amounts: Vec::new(),
        due_date: None,
        expires_at: None,
        description: None,
        iuv: notice_number.iuv(),
        notice_number: Some(notice_number),
        cancelled_at: None,
        payment: Some(payment_of(receipt)),
        reported_at: None,
        anomalies: receipt.anomalies.clone(),
        transfers: Vec::new(),
        payment_metadata: Metadata::new(),
        metadata: Metadata::new(),
    };
    let installment_id = installment.id;
    let option = PaymentOption {
        id: given.id(),
        kind: OptionKind::Single,
        available_until: None,
        available_days: None,
        notified_on: None,
        installments: vec![installment],
    };
    let position = DebtPosition {
        id: given.id(),
        service_code: None,
        external_id: None,
        description: Text::salvaged(&receipt.content.description)
            .unwrap_or_else(|| known.institution.display_name.clone()),
        debtor: debtor(receipt.content.debtor.as_ref().map(Personal::expose)),
        origin: Origin::Receipt,
        created_by: None,
        published_at: Some(given.now),
        valid_from: None,
        cancelled_at: None,
        expires_after_due_date: false,
        late_charges: None,
        amount_callback: None,
        amounts_told: BTreeMap::new(),
        options: vec![option],
        told_status: PositionStatus::Paid,
        version: 1,
        created_at: given.now,
        updated_at: given.now,
    };
    receipt.position = Some(subject_of(&position, installment_id));
    let mut event = receipt_event(given, receipt, EventKind::InstallmentPaid);
    event.data.version = Some(position.version);
    event.data.status = Some(PositionStatus::Paid.name().to_owned());
    let strange = anomalies_told(given, &receipt.anomalies, &event.data);
    let mut batch =
        Batch::new().with(Write::InsertPosition(Box::new(position))).with(Write::InsertEvent(Box::new(event)));
    batch.append(strange);
    batch
}

/// The debtor as the Node told, where it can be read; the receipt keeps what was told in any case.
fn debtor(told: Option<&Party>) -> Debtor {
    let kind = match told {
        Some(party) if party.kind == "G" => SubjectKind::LegalPerson,
        _ => SubjectKind::NaturalPerson,
    };
    let code = told.and_then(|party| party.tax_code.parse::<SubjectTaxCode>().ok());
    let name = told.and_then(|party| Text::salvaged(&party.full_name));
    Debtor {
        kind,
        tax_code: Personal::new(code.unwrap_or(SubjectTaxCode::Anonymous)),
        full_name: Personal::new(name.unwrap_or_else(Text::dash)),
        email: None,
        address: None,
    }
}
