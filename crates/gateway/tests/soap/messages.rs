// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the Node asks, as it would write it.

use tramite_domain::debt_position::DebtPosition;
use tramite_domain::time::Instant;
use tramite_pagopa::current::{Addressee, GetRequest, Notice, ReceiptMessage, Request, VerifyRequest, Version};

use crate::place::{A, BROKER};
use crate::receipt_of::receipt_of;
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
    receipt_of(addressee(), id, number, cents, paid_at)
}

pub(crate) fn receipt(message: ReceiptMessage) -> Request {
    Request::Receipt(Box::new(message))
}
