// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the Node asks, as it would write it.

use tramite_domain::debt_position::DebtPosition;
use tramite_domain::money::Cents;
use tramite_domain::personal::Personal;
use tramite_domain::time::Instant;
use tramite_pagopa::current::{
    Addressee, GetRequest, Notice, Outcome, Party, PartyKind, Psp, ReceiptMessage, ReceiptTransfer, Request,
    VerifyRequest, Version,
};

use crate::place::{A, BROKER};
use crate::town::{STATION, named};

pub(crate) fn addressee() -> Addressee {
    Addressee { id_pa: A.to_owned(), id_broker_pa: BROKER.to_owned(), id_station: STATION.to_owned() }
}

/// The notice of an installment.
pub(crate) fn notice_of(position: &DebtPosition, reference: &str) -> String {
    named(position, reference).notice_number.unwrap().to_string()
}

pub(crate) fn notice(number: &str) -> Notice {
    Notice { fiscal_code: A.to_owned(), notice_number: number.to_owned() }
}

pub(crate) fn verify(number: &str) -> Request {
    Request::Verify(VerifyRequest { addressee: addressee(), notice: notice(number) })
}

pub(crate) fn get_request(version: Version, number: &str) -> GetRequest {
    GetRequest {
        version,
        addressee: addressee(),
        notice: notice(number),
        amount: None,
        payment_note: None,
        transfer_type: None,
        due_date: None,
    }
}

pub(crate) fn get(version: Version, number: &str) -> Request {
    Request::Get(get_request(version, number))
}

/// A receipt over the whole amount, as the Node sends it when all went well.
pub(crate) fn receipt_message(id: &str, number: &str, cents: i64, paid_at: Instant) -> ReceiptMessage {
    ReceiptMessage {
        version: Version::V2,
        addressee: addressee(),
        receipt_id: id.to_owned(),
        notice_number: number.to_owned(),
        fiscal_code: A.to_owned(),
        outcome: Outcome::Ok,
        payment_amount: Cents::new(cents).unwrap(),
        creditor_reference_id: Some(number.chars().skip(1).collect()),
        description: Some("Tassa sui rifiuti".to_owned()),
        company_name: Some("Comune di Esempio".to_owned()),
        office_name: None,
        debtor: Some(debtor()),
        transfers: vec![ReceiptTransfer {
            id: Some(1),
            amount: Some(Cents::new(cents).unwrap()),
            fiscal_code: Some(A.to_owned()),
            iban: Some("IT60X0542811101000000123456".to_owned()),
            remittance_information: Some("/RFB/05000000001234586/120.50/TXT/TARI 2026".to_owned()),
            category: Some("0101101IM".to_owned()),
            ..ReceiptTransfer::default()
        }],
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

pub(crate) fn receipt(message: ReceiptMessage) -> Request {
    Request::Receipt(Box::new(message))
}
