// SPDX-License-Identifier: AGPL-3.0-or-later
//! Receipts and what they change.

use std::collections::{BTreeMap, BTreeSet};

use tramite_domain::anomaly::Anomaly;
use tramite_domain::batch::Write;
use tramite_domain::debt_position::{AccountingEntry, DebtPosition, Payment, PositionStatus};
use tramite_domain::personal::Personal;
use tramite_domain::receipt::{
    Party, Psp, Receipt, ReceiptContent, ReceiptMessage, ReceiptOutcome, ReceiptRole, ReceiptSubject, ReceiptTransfer,
    ReceiptVariant,
};
use tramite_domain::recovery::{ReceiptRecovery, RecoveryStatus};
use tramite_domain::time::Instant;

use super::{IBAN, STATION, cents, day, first, first_number, number, pairs, text};
use crate::support::{id, now};

/// The position after the payment of its first installment.
pub(crate) fn paid(position: &DebtPosition, receipt: &Receipt) -> DebtPosition {
    let mut after = position.clone();
    let one = &mut after.options[0].installments[0];
    let receipt_id = Some(receipt.id);
    one.payment = Some(Payment { paid_at: now(), amount: one.amount, receipt_id, reference: None });
    one.anomalies = receipt.anomalies.clone();
    after.told_status = PositionStatus::Paid;
    after.version += 1;
    after.updated_at = now().plus_seconds(1);
    after
}

pub(crate) fn receipt(receipt_id: &str, position: Option<&DebtPosition>) -> Receipt {
    let number = position.map_or_else(number, first_number);
    let party = |name: &str| Party {
        kind: "F".to_owned(),
        tax_code: "RSSMRA85T10A562S".to_owned(),
        full_name: name.to_owned(),
        email: None,
    };
    let share = ReceiptTransfer {
        index: 1,
        amount: cents(12_050),
        beneficiary_tax_code: "99999000013".to_owned(),
        company_name: Some("Comune".to_owned()),
        iban: Some(IBAN.to_owned()),
        remittance_information: "/RFB/05000/12.50".to_owned(),
        taxonomy_code: "9/0101101IM/".to_owned(),
        stamp: false,
        payment_metadata: pairs("RIF", "1"),
        accounting: vec![AccountingEntry {
            chapter: text("3.100"),
            article: None,
            assessment: Some(text("2026/17")),
            year: None,
            amount: cents(12_050),
        }],
    };
    Receipt {
        id: id(),
        content: ReceiptContent {
            receipt_id: receipt_id.to_owned(),
            creditor_tax_code: "99999000013".to_owned(),
            notice_number: number.to_string(),
            iuv: number.iuv().to_string(),
            outcome: ReceiptOutcome::Ok,
            amount: cents(12_050),
            fee: Some(cents(150)),
            paid_at: Some(now()),
            application_date: Some(day("2026-03-01")),
            transfer_date: Some(day("2026-03-02")),
            description: "TARI 2026".to_owned(),
            company_name: "Comune".to_owned(),
            psp: Psp { id: "ABI00001".to_owned(), company_name: "Banca".to_owned(), ..Psp::default() },
            payment_method: Some("creditCard".to_owned()),
            payment_note: None,
            debtor: Some(Personal::new(party("Mario Rossi"))),
            payer: None,
            // The Node's indexes may repeat or miss: they are kept as they came.
            transfers: vec![share.clone(), ReceiptTransfer { iban: None, stamp: true, ..share }],
            payment_metadata: pairs("PRATICA", "1"),
            stand_in: false,
            irregularities: vec!["channelDescription is missing".to_owned()],
        },
        addressee_tax_code: "99999000013".to_owned(),
        position: position.map(|position| ReceiptSubject {
            position_id: position.id,
            installment_id: first(position),
            service_code: position.service_code.clone(),
            external_id: position.external_id.clone(),
        }),
        role: ReceiptRole::Owner,
        paid_at: now(),
        received_at: now().plus_seconds(2),
        station_id: STATION.to_owned(),
        primitive: "paSendRTV2".to_owned(),
        peer_fingerprint: None,
        anomalies: BTreeSet::from([Anomaly::StandIn]),
        resolutions: BTreeMap::new(),
        version: 1,
        message: message(b"<receipt>\x00\xff</receipt>", 9),
    }
}

/// Other bytes under the key of a receipt, that open a matter.
pub(crate) fn variant(receipt: &Receipt, message: ReceiptMessage, received_at: Instant) -> Write {
    let variant = Box::new(ReceiptVariant {
        id: id(),
        receipt: receipt.id,
        station_id: STATION.to_owned(),
        primitive: "paSendRTV2".to_owned(),
        peer_fingerprint: Some("ab".repeat(32)),
        message,
        received_at,
    });
    Write::InsertReceiptVariant { variant, expected: receipt.version, opens: true }
}

pub(crate) fn message(bytes: &[u8], digest: u8) -> ReceiptMessage {
    ReceiptMessage { bytes: bytes.to_vec(), sha256: [digest; 32] }
}

/// A receipt that is asked for.
pub(crate) fn recovery() -> ReceiptRecovery {
    ReceiptRecovery {
        id: id(),
        iur: "iur-1".to_owned(),
        iuv: "05000000000000001".to_owned(),
        service_code: None,
        status: RecoveryStatus::Queued,
        receipt_id: None,
        failure: None,
        attempts: 0,
        due_at: Some(now()),
        created_by: None,
        version: 1,
        created_at: now(),
        updated_at: now(),
    }
}
