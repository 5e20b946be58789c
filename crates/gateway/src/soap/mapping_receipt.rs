// SPDX-License-Identifier: AGPL-3.0-or-later
//! From the message of a receipt to the domain's one shape. What cannot be read stays in the bytes, which are kept
//! exactly as received.

use sha2::{Digest, Sha256};
use tramite_domain::notice::NoticeNumber;
use tramite_domain::personal::Personal;
use tramite_domain::receipt::{
    Arrival, Party, Psp, ReceiptContent, ReceiptMessage as Kept, ReceiptOutcome, ReceiptTransfer,
};
use tramite_pagopa::current::{
    MetadataEntry, Outcome, Party as ToldParty, ReceiptMessage, ReceiptTransfer as ToldTransfer,
};

use super::message::Peer;

/// The longest texts that become part of a key or an index, in characters; an irregular message may hold longer ones.
const KEY_CHARS_MAX: usize = 35;
/// The longest texts of any other field, in characters: the longest of the schema.
const TEXT_CHARS_MAX: usize = 256;

/// A receipt at our door.
pub(crate) fn arrival(message: &ReceiptMessage, irregular: Vec<String>, bytes: Vec<u8>, peer: Option<Peer>) -> Arrival {
    Arrival {
        addressee_tax_code: message.addressee.id_pa.clone(),
        station_id: cut(&message.addressee.id_station, KEY_CHARS_MAX),
        primitive: message.version.receipt().operation().to_owned(),
        peer_fingerprint: peer.map(|peer| peer.fingerprint),
        content: content(message, irregular),
        message: kept(bytes),
    }
}

fn kept(bytes: Vec<u8>) -> Kept {
    let sha256 = Sha256::digest(&bytes).into();
    Kept { bytes, sha256 }
}

fn content(message: &ReceiptMessage, irregularities: Vec<String>) -> ReceiptContent {
    let text = |text: &Option<String>| text.as_deref().map(|text| cut(text, TEXT_CHARS_MAX));
    ReceiptContent {
        receipt_id: message.receipt_id.clone(),
        creditor_tax_code: message.fiscal_code.clone(),
        notice_number: message.notice_number.clone(),
        iuv: iuv(message),
        outcome: match message.outcome {
            Outcome::Ok => ReceiptOutcome::Ok,
            Outcome::Ko => ReceiptOutcome::Ko,
        },
        amount: message.payment_amount,
        fee: message.fee,
        paid_at: message.payment_date_time,
        application_date: message.application_date,
        transfer_date: message.transfer_date,
        description: text(&message.description).unwrap_or_default(),
        company_name: text(&message.company_name).unwrap_or_default(),
        psp: Psp {
            id: text(&message.psp.id).unwrap_or_default(),
            tax_code: text(&message.psp.fiscal_code).or_else(|| text(&message.psp.vat_number)),
            company_name: text(&message.psp.company_name).unwrap_or_default(),
            channel_id: text(&message.psp.channel).unwrap_or_default(),
            channel: text(&message.psp.channel_description).unwrap_or_default(),
        },
        payment_method: text(&message.payment_method),
        payment_note: text(&message.payment_note),
        debtor: message.debtor.as_ref().map(party),
        payer: message.payer.as_ref().map(party),
        transfers: message.transfers.iter().filter_map(transfer).collect(),
        payment_metadata: metadata(&message.metadata),
        stand_in: message.stand_in.unwrap_or_default(),
        irregularities,
    }
}

/// As told; else the one that the notice implies.
fn iuv(message: &ReceiptMessage) -> String {
    let told = message.creditor_reference_id.as_deref().map(|text| cut(text, KEY_CHARS_MAX));
    let implied = || message.notice_number.parse::<NoticeNumber>().map(|notice| notice.iuv().to_string());
    told.or_else(|| implied().ok()).unwrap_or_default()
}

fn party(told: &ToldParty) -> Personal<Party> {
    Personal::new(Party {
        kind: told.kind.text().to_owned(),
        tax_code: cut(told.code.expose(), TEXT_CHARS_MAX),
        full_name: cut(told.full_name.expose(), TEXT_CHARS_MAX),
        email: told.email.as_ref().map(|email| cut(email.expose(), TEXT_CHARS_MAX)),
    })
}

/// None for a share without id or amount: it cannot be matched (rules.md 32).
fn transfer(told: &ToldTransfer) -> Option<ReceiptTransfer> {
    let text = |text: &Option<String>| text.as_deref().map(|text| cut(text, TEXT_CHARS_MAX));
    Some(ReceiptTransfer {
        index: told.id?,
        amount: told.amount?,
        beneficiary_tax_code: text(&told.fiscal_code).unwrap_or_default(),
        company_name: text(&told.company_name),
        iban: text(&told.iban),
        remittance_information: text(&told.remittance_information).unwrap_or_default(),
        taxonomy_code: text(&told.category).unwrap_or_default(),
        stamp: told.stamp.is_some(),
        payment_metadata: metadata(&told.metadata),
        accounting: Vec::new(),
    })
}

fn metadata(entries: &[MetadataEntry]) -> tramite_domain::debt_position::Metadata {
    entries.iter().map(|entry| (cut(&entry.key, TEXT_CHARS_MAX), cut(&entry.value, TEXT_CHARS_MAX))).collect()
}

fn cut(text: &str, chars_max: usize) -> String {
    text.chars().take(chars_max).collect()
}
