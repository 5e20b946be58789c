// SPDX-License-Identifier: AGPL-3.0-or-later
//! A receipt as the Node writes it when all went well.

use tramite_domain::money::Cents;
use tramite_domain::personal::Personal;
use tramite_domain::time::Instant;
use tramite_pagopa::current::{Addressee, Outcome, Party, PartyKind, Psp, ReceiptMessage, ReceiptTransfer, Version};

/// The bank account of every share.
const IBAN: &str = "IT60X0542811101000000123456";

/// A receipt over the whole amount of a notice, in one share, addressed to the institution whose notice it is.
pub fn receipt_of(addressee: Addressee, id: &str, number: &str, cents: i64, paid_at: Instant) -> ReceiptMessage {
    ReceiptMessage {
        version: Version::V2,
        receipt_id: id.to_owned(),
        notice_number: number.to_owned(),
        fiscal_code: addressee.id_pa.clone(),
        outcome: Outcome::Ok,
        payment_amount: Cents::new(cents).unwrap(),
        creditor_reference_id: Some(number.chars().skip(1).collect()),
        description: Some("Tassa sui rifiuti".to_owned()),
        company_name: Some("Comune di Esempio".to_owned()),
        office_name: None,
        debtor: Some(debtor()),
        transfers: vec![share(1, &addressee.id_pa, cents)],
        psp: Psp {
            id: Some("ABCDITM1".to_owned()),
            company_name: Some("Istituto di Prova S.p.A.".to_owned()),
            channel: Some("12345678903_07".to_owned()),
            channel_description: Some("app".to_owned()),
            ..Psp::default()
        },
        payer: None,
        payment_method: None,
        payment_note: None,
        fee: None,
        primary_ci_incurred_fee: None,
        id_bundle: None,
        id_ci_bundle: None,
        payment_date_time: Some(paid_at),
        application_date: None,
        transfer_date: None,
        metadata: Vec::new(),
        stand_in: None,
        addressee,
    }
}

/// A share of a receipt.
pub fn share(id: u8, tax_code: &str, cents: i64) -> ReceiptTransfer {
    ReceiptTransfer {
        id: Some(id),
        amount: Some(Cents::new(cents).unwrap()),
        fiscal_code: Some(tax_code.to_owned()),
        iban: Some(IBAN.to_owned()),
        remittance_information: Some("/RFB/05000000001234586/120.50/TXT/TARI 2026".to_owned()),
        category: Some("0101101IM".to_owned()),
        ..ReceiptTransfer::default()
    }
}

fn debtor() -> Party {
    Party {
        kind: PartyKind::Person,
        code: Personal::new("RSSMRA85T10A562S".to_owned()),
        full_name: Personal::new("Mario Rossi".to_owned()),
        street: None,
        civic_number: None,
        postal_code: None,
        city: None,
        province: None,
        country: None,
        email: None,
    }
}
