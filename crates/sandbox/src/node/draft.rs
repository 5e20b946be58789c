// SPDX-License-Identifier: AGPL-3.0-or-later
//! A receipt, from what the creditor answered and from what the provider did.

use chrono::{Datelike, Days, NaiveDate, Timelike, Weekday};
use tramite_domain::money::Cents;
use tramite_domain::time::Instant;
use tramite_pagopa::current::{
    Addressee, Destination, GetAnswer, Outcome, Party, ReceiptMessage, ReceiptTransfer, Transfer, Version,
};

use super::provider::Channel;
use super::stamp;
use super::standing::NoticeKey;

/// What the provider adds to what the creditor said.
#[derive(Debug, Clone)]
pub(crate) struct Paid {
    /// The payment token: it becomes the receipt's id.
    pub(crate) token: String,
    pub(crate) outcome: Outcome,
    /// Where the provider took another amount than the one that was due.
    pub(crate) other_amount: Option<Cents>,
    pub(crate) channel: Channel,
    /// The debtor, where nobody else paid.
    pub(crate) payer: Option<Party>,
    pub(crate) payment_note: Option<String>,
    pub(crate) fee: Cents,
    pub(crate) at: Instant,
    pub(crate) stand_in: Option<bool>,
    /// A number for stamps.
    pub(crate) serial: u128,
}

/// Writes the receipt, addressed to nobody yet.
pub(crate) fn receipt(key: &NoticeKey, owner_name: &str, answer: &GetAnswer, paid: Paid) -> ReceiptMessage {
    let amount = paid.other_amount.unwrap_or(answer.amount);
    let shares = shares(&answer.transfers, answer.amount, amount);
    // The Node's clock has no fractions of a second.
    let at = paid.at.datetime().with_nanosecond(0).map_or(paid.at, Instant::new);
    let transfers = shares.into_iter().map(|(transfer, share)| of_transfer(transfer, share, paid.serial, at)).collect();
    let company_name = if answer.company_name.is_empty() { owner_name } else { &answer.company_name };
    ReceiptMessage {
        version: Version::V2,
        addressee: Addressee::default(),
        receipt_id: paid.token,
        notice_number: key.number.to_string(),
        fiscal_code: key.creditor.to_string(),
        outcome: paid.outcome,
        payment_amount: amount,
        creditor_reference_id: Some(answer.creditor_reference_id.clone()),
        description: Some(answer.description.clone()),
        company_name: Some(company_name.to_owned()),
        office_name: answer.office_name.clone(),
        debtor: Some(answer.debtor.clone()),
        transfers,
        psp: paid.channel.psp(),
        payer: Some(paid.payer.unwrap_or_else(|| answer.debtor.clone())),
        payment_method: Some(paid.channel.method().to_owned()),
        payment_note: paid.payment_note,
        fee: Some(paid.fee),
        primary_ci_incurred_fee: None,
        id_bundle: None,
        id_ci_bundle: None,
        payment_date_time: Some(at),
        application_date: Some(at.rome_date()),
        transfer_date: Some(next_working_day(at.rome_date())),
        metadata: answer.metadata.clone(),
        stand_in: paid.stand_in,
    }
}

/// The transfers with their shares of what was paid. Too much goes to the first; too little leaves the last without.
fn shares(transfers: &[Transfer], due: Cents, paid: Cents) -> Vec<(&Transfer, Cents)> {
    let mut surplus = paid.checked_sub(due).unwrap_or(Cents::ZERO);
    let mut left = paid;
    let mut shares = Vec::new();
    for transfer in transfers {
        let wanted = transfer.amount.checked_add(surplus).unwrap_or(transfer.amount);
        surplus = Cents::ZERO;
        let share = wanted.min(left);
        left = left.checked_sub(share).unwrap_or(Cents::ZERO);
        if !share.is_zero() {
            shares.push((transfer, share));
        }
    }
    shares
}

fn of_transfer(transfer: &Transfer, share: Cents, serial: u128, at: Instant) -> ReceiptTransfer {
    let (iban, stamp) = match &transfer.destination {
        Destination::Iban(iban) => (Some(iban.clone()), None),
        Destination::Stamp { document_hash, .. } => {
            let serial = serial.wrapping_add(u128::from(transfer.id));
            (None, Some(stamp::attachment(serial, document_hash, share, at)))
        }
    };
    ReceiptTransfer {
        id: Some(transfer.id),
        amount: Some(share),
        fiscal_code: Some(transfer.fiscal_code.clone()),
        company_name: transfer.company_name.clone(),
        iban,
        stamp,
        remittance_information: Some(transfer.remittance_information.clone()),
        category: Some(transfer.category.clone()),
        metadata: transfer.metadata.clone(),
    }
}

/// When the money arrives: the day after, weekends left out.
fn next_working_day(day: NaiveDate) -> NaiveDate {
    let days = match day.weekday() {
        Weekday::Fri => 3,
        Weekday::Sat => 2,
        _ => 1,
    };
    day.checked_add_days(Days::new(days)).unwrap_or(day)
}
