// SPDX-License-Identifier: AGPL-3.0-or-later
//! A receipt read leniently: five fields and the institution must be readable, the rest is what it is (rules.md 28).

use tramite_domain::money::Cents;
use tramite_domain::personal::Personal;

use super::common::{MetadataXml, SubjectXml};
use super::receipt::{ReceiptRequestXml, ReceiptTransferXml, ReceiptXml};
use crate::current::{
    Addressee, MetadataEntry, Outcome, Party, PartyKind, Psp, ReceiptMessage, ReceiptTransfer, Version,
};
use crate::schema::{Reason, Violation, lexical};

/// The longest `receiptId` that can be a key, in characters. Those of the Node have 32.
const RECEIPT_ID_CHARS_MAX: usize = 255;

/// `stText35`.
const ID_PA_CHARS_MAX: usize = 35;

impl ReceiptRequestXml {
    /// The receipt, or which of the indispensable fields cannot be read.
    pub(crate) fn into_message(self, version: Version) -> Result<ReceiptMessage, Violation> {
        let id_pa = readable("idPA", self.id_pa, |text| within(text, ID_PA_CHARS_MAX).then(|| text.to_owned()))?;
        let addressee = Addressee {
            id_pa,
            id_broker_pa: self.id_broker_pa.unwrap_or_default(),
            id_station: self.id_station.unwrap_or_default(),
        };
        let receipt = self.receipt.ok_or_else(|| Violation::new("receipt", Reason::Missing))?;
        receipt.into_message(version, addressee)
    }
}

impl ReceiptXml {
    fn into_message(self, version: Version, addressee: Addressee) -> Result<ReceiptMessage, Violation> {
        let transfers = self.transfer_list.map(|list| list.transfers).unwrap_or_default();
        Ok(ReceiptMessage {
            version,
            addressee,
            receipt_id: readable("receipt/receiptId", self.receipt_id, |text| {
                within(text, RECEIPT_ID_CHARS_MAX).then(|| text.to_owned())
            })?,
            notice_number: readable("receipt/noticeNumber", self.notice_number, |text| digits(text, 18))?,
            fiscal_code: readable("receipt/fiscalCode", self.fiscal_code, |text| digits(text, 11))?,
            outcome: readable("receipt/outcome", self.outcome, outcome)?,
            payment_amount: readable("receipt/paymentAmount", self.payment_amount, lexical::amount_leniently)?,
            creditor_reference_id: present(self.creditor_reference_id),
            description: present(self.description),
            company_name: present(self.company_name),
            office_name: present(self.office_name),
            debtor: self.debtor.map(party),
            transfers: transfers.into_iter().map(transfer).collect(),
            psp: Psp {
                id: present(self.id_psp),
                fiscal_code: present(self.psp_fiscal_code),
                vat_number: present(self.psp_vat_number),
                company_name: present(self.psp_company_name),
                channel: present(self.id_channel),
                channel_description: present(self.channel_description),
            },
            payer: self.payer.map(party),
            payment_method: present(self.payment_method),
            payment_note: present(self.payment_note),
            fee: amount(self.fee),
            primary_ci_incurred_fee: amount(self.primary_ci_incurred_fee),
            id_bundle: present(self.id_bundle),
            id_ci_bundle: present(self.id_ci_bundle),
            payment_date_time: self.payment_date_time.as_deref().and_then(lexical::date_time),
            application_date: self.application_date.as_deref().and_then(lexical::date),
            transfer_date: self.transfer_date.as_deref().and_then(lexical::date),
            metadata: metadata(self.metadata),
            stand_in: self.stand_in.as_deref().map(str::to_ascii_lowercase).as_deref().and_then(lexical::boolean),
        })
    }
}

fn readable<T>(path: &str, text: Option<String>, read: impl FnOnce(&str) -> Option<T>) -> Result<T, Violation> {
    let text = text.ok_or_else(|| Violation::new(path, Reason::Missing))?;
    read(&text).ok_or_else(|| Violation::new(path, Reason::Not("readable")))
}

fn within(text: &str, chars_max: usize) -> bool {
    !text.is_empty() && text.chars().take(chars_max.saturating_add(1)).count() <= chars_max
}

fn digits(text: &str, count: usize) -> Option<String> {
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.to_owned())
}

fn outcome(text: &str) -> Option<Outcome> {
    [Outcome::Ok, Outcome::Ko].into_iter().find(|outcome| outcome.text().eq_ignore_ascii_case(text))
}

fn present(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn personal(text: Option<String>) -> Option<Personal<String>> {
    present(text).map(Personal::new)
}

fn amount(text: Option<String>) -> Option<Cents> {
    text.as_deref().and_then(lexical::amount_leniently)
}

pub(super) fn party(xml: SubjectXml) -> Party {
    let identifier = xml.unique_identifier.unwrap_or_default();
    let kind = match identifier.kind.as_deref() {
        Some("G") => PartyKind::Organisation,
        _ => PartyKind::Person,
    };
    Party {
        kind,
        code: Personal::new(identifier.value.unwrap_or_default()),
        full_name: Personal::new(xml.full_name.unwrap_or_default()),
        street: personal(xml.street_name),
        civic_number: personal(xml.civic_number),
        postal_code: personal(xml.postal_code),
        city: personal(xml.city),
        province: personal(xml.state_province_region),
        country: personal(xml.country),
        email: personal(xml.email),
    }
}

pub(super) fn metadata(xml: Option<MetadataXml>) -> Vec<MetadataEntry> {
    let entries = xml.map(|metadata| metadata.entries).unwrap_or_default();
    let pairs = entries
        .into_iter()
        .map(|entry| MetadataEntry { key: entry.key.unwrap_or_default(), value: entry.value.unwrap_or_default() });
    pairs.collect()
}

fn transfer(xml: ReceiptTransferXml) -> ReceiptTransfer {
    ReceiptTransfer {
        id: xml.id.as_deref().and_then(lexical::transfer_id),
        amount: amount(xml.amount),
        fiscal_code: present(xml.fiscal_code),
        company_name: present(xml.company_name),
        iban: present(xml.iban),
        stamp: present(xml.stamp),
        remittance_information: present(xml.remittance_information),
        category: present(xml.category),
        metadata: metadata(xml.metadata),
    }
}
