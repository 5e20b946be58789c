// SPDX-License-Identifier: AGPL-3.0-or-later
//! A receipt written, as the Node (the sandbox) sends it: in version 1 without what belongs to version 2.

use super::receipt::{ReceiptRequestXml, ReceiptTransferListXml, ReceiptTransferXml, ReceiptXml};
use super::to_answers::{CITY_CHARS, NAME_CHARS, SHORT_CHARS, TEXT_CHARS, metadata, subject};
use super::to_requests::{ID_CHARS, NOTE_CHARS};
use crate::current::{ReceiptMessage, ReceiptTransfer, Version};
use crate::schema::lexical;
use crate::xml::{fit, fit_optional};

/// `stText20`, in characters.
const VAT_NUMBER_CHARS: usize = 20;

/// A receipt id is unlimited in the schema; ours is not.
const RECEIPT_ID_CHARS: usize = 255;

impl From<&ReceiptMessage> for ReceiptRequestXml {
    fn from(message: &ReceiptMessage) -> ReceiptRequestXml {
        ReceiptRequestXml {
            id_pa: Some(fit(&message.addressee.id_pa, ID_CHARS)),
            id_broker_pa: fit_optional(Some(&message.addressee.id_broker_pa), ID_CHARS),
            id_station: fit_optional(Some(&message.addressee.id_station), ID_CHARS),
            receipt: Some(receipt(message)),
        }
    }
}

fn receipt(message: &ReceiptMessage) -> ReceiptXml {
    let version_2 = |text: &Option<String>, chars_max| match message.version {
        Version::V1 => None,
        Version::V2 => fit_optional(text.as_deref(), chars_max),
    };
    let text = |text: &Option<String>, chars_max| fit_optional(text.as_deref(), chars_max);
    let transfers = message.transfers.iter().map(|share| transfer(share, message.version));
    ReceiptXml {
        receipt_id: Some(fit(&message.receipt_id, RECEIPT_ID_CHARS)),
        notice_number: Some(fit(&message.notice_number, ID_CHARS)),
        fiscal_code: Some(fit(&message.fiscal_code, ID_CHARS)),
        outcome: Some(message.outcome.text().to_owned()),
        creditor_reference_id: text(&message.creditor_reference_id, ID_CHARS),
        payment_amount: Some(message.payment_amount.to_string()),
        description: text(&message.description, TEXT_CHARS),
        company_name: text(&message.company_name, TEXT_CHARS),
        office_name: text(&message.office_name, TEXT_CHARS),
        debtor: message.debtor.as_ref().map(subject),
        transfer_list: Some(ReceiptTransferListXml { transfers: transfers.collect() }),
        id_psp: text(&message.psp.id, ID_CHARS),
        psp_fiscal_code: text(&message.psp.fiscal_code, NAME_CHARS),
        psp_vat_number: text(&message.psp.vat_number, VAT_NUMBER_CHARS),
        psp_company_name: text(&message.psp.company_name, NAME_CHARS),
        id_channel: text(&message.psp.channel, ID_CHARS),
        channel_description: text(&message.psp.channel_description, CITY_CHARS),
        payer: message.payer.as_ref().map(subject),
        payment_method: text(&message.payment_method, CITY_CHARS),
        payment_note: version_2(&message.payment_note, NOTE_CHARS),
        fee: message.fee.map(|fee| fee.to_string()),
        primary_ci_incurred_fee: message
            .primary_ci_incurred_fee
            .filter(|_| message.version == Version::V2)
            .map(|fee| fee.to_string()),
        id_bundle: version_2(&message.id_bundle, NAME_CHARS),
        id_ci_bundle: version_2(&message.id_ci_bundle, NAME_CHARS),
        payment_date_time: message.payment_date_time.map(lexical::write_date_time),
        application_date: message.application_date.map(|day| day.to_string()),
        transfer_date: message.transfer_date.map(|day| day.to_string()),
        metadata: metadata(&message.metadata),
        stand_in: message.stand_in.map(|flag| flag.to_string()),
    }
}

fn transfer(share: &ReceiptTransfer, version: Version) -> ReceiptTransferXml {
    let is_version_2 = version == Version::V2;
    ReceiptTransferXml {
        id: share.id.map(|id| id.to_string()),
        amount: share.amount.map(|amount| amount.to_string()),
        fiscal_code: fit_optional(share.fiscal_code.as_deref(), SHORT_CHARS),
        company_name: fit_optional(share.company_name.as_deref(), TEXT_CHARS).filter(|_| is_version_2),
        iban: fit_optional(share.iban.as_deref(), ID_CHARS),
        stamp: share.stamp.clone().filter(|_| is_version_2),
        remittance_information: fit_optional(share.remittance_information.as_deref(), TEXT_CHARS),
        category: fit_optional(share.category.as_deref(), TEXT_CHARS),
        metadata: metadata(&share.metadata),
    }
}
