// SPDX-License-Identifier: AGPL-3.0-or-later
//! From the answer of the receipts API to the domain's one shape of a receipt. Its names are those of the Node's message, but for a
//! few; what is no more than odd is told as an irregularity, for the money is with the provider.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use serde::Deserialize;
use thiserror::Error;
use tramite_domain::debt_position::Metadata;
use tramite_domain::money::Cents;
use tramite_domain::notice::NoticeNumber;
use tramite_domain::personal::Personal;
use tramite_domain::receipt::{Party, Psp, ReceiptContent, ReceiptOutcome, ReceiptTransfer};
use tramite_domain::time::Instant;

use super::numbers::as_texts;

/// The longest texts that become part of a key or an index, in characters.
const KEY_CHARS_MAX: usize = 35;
/// The longest texts of any other field, in characters: the longest of the Node's schema.
const TEXT_CHARS_MAX: usize = 256;
/// What JSON can write and a database cannot keep in a text: it is left out.
const NUL: char = '\0';
/// Decimals of an amount.
const DECIMALS: usize = 2;

/// Why an answer is no receipt. It never says what stood there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unreadable {
    /// It is not the JSON of a receipt.
    #[error("the answer is not the JSON of a receipt")]
    Json,
    /// One of the five fields without which there is no receipt is missing or wrong.
    #[error("{0} of the receipt is missing or wrong")]
    Field(&'static str),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    receipt_id: Option<String>,
    notice_number: Option<String>,
    fiscal_code: Option<String>,
    outcome: Option<String>,
    creditor_reference_id: Option<String>,
    payment_amount: Option<String>,
    description: Option<String>,
    company_name: Option<String>,
    debtor: Option<Subject>,
    transfer_list: Option<Vec<Share>>,
    #[serde(rename = "idPSP")]
    id_psp: Option<String>,
    psp_fiscal_code: Option<String>,
    #[serde(rename = "pspPartitaIVA")]
    psp_vat: Option<String>,
    psp_company_name: Option<String>,
    id_channel: Option<String>,
    channel_description: Option<String>,
    payer: Option<Subject>,
    payment_method: Option<String>,
    fee: Option<String>,
    payment_date_time: Option<String>,
    payment_date_time_formatted: Option<String>,
    application_date: Option<String>,
    transfer_date: Option<String>,
    metadata: Option<Vec<Entry>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subject {
    entity_unique_identifier_type: Option<String>,
    entity_unique_identifier_value: Option<String>,
    full_name: Option<String>,
    email: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Share {
    id_transfer: Option<String>,
    transfer_amount: Option<String>,
    #[serde(rename = "fiscalCodePA")]
    fiscal_code: Option<String>,
    company_name: Option<String>,
    iban: Option<String>,
    mbd_attachment: Option<String>,
    remittance_information: Option<String>,
    transfer_category: Option<String>,
    metadata: Option<Vec<Entry>>,
}

#[derive(Deserialize)]
struct Entry {
    key: Option<String>,
    value: Option<String>,
}

/// The receipt that an answer tells.
///
/// # Errors
/// [`Unreadable`].
pub fn content(bytes: &[u8]) -> Result<ReceiptContent, Unreadable> {
    let text = std::str::from_utf8(bytes).map_err(|_| Unreadable::Json)?;
    let told: Told = serde_json::from_str(&as_texts(text)).map_err(|_| Unreadable::Json)?;
    let mut odd = Vec::new();
    let receipt_id = needed("receiptId", told.receipt_id)?;
    let notice_number = needed("noticeNumber", told.notice_number)?;
    let creditor_tax_code = needed("fiscalCode", told.fiscal_code)?;
    let outcome = match told.outcome.as_deref() {
        Some("OK") => ReceiptOutcome::Ok,
        Some("KO") => ReceiptOutcome::Ko,
        _ => return Err(Unreadable::Field("outcome")),
    };
    let amount = told.payment_amount.as_deref().and_then(cents).ok_or(Unreadable::Field("paymentAmount"))?;
    let implied = || notice_number.parse::<NoticeNumber>().ok().map(|number| number.iuv().to_string());
    let iuv = told.creditor_reference_id.map(|text| cut(&text, KEY_CHARS_MAX)).or_else(implied);
    let iuv = iuv.ok_or(Unreadable::Field("creditorReferenceId"))?;
    let paid_at = told.payment_date_time_formatted.as_deref().and_then(instant);
    let paid_at = paid_at.or_else(|| told.payment_date_time.as_deref().and_then(instant));
    let fee = told.fee.as_deref().and_then(|text| part(&mut odd, "fee", cents(text)));
    let transfers = told.transfer_list.unwrap_or_default().into_iter();
    let transfers = transfers.filter_map(|share| part(&mut odd, "transferList", share.told())).collect();
    Ok(ReceiptContent {
        receipt_id,
        creditor_tax_code,
        notice_number,
        iuv,
        outcome,
        amount,
        fee,
        paid_at,
        application_date: told.application_date.as_deref().and_then(day),
        transfer_date: told.transfer_date.as_deref().and_then(day),
        description: line(told.description).unwrap_or_default(),
        company_name: line(told.company_name).unwrap_or_default(),
        psp: Psp {
            id: line(told.id_psp).unwrap_or_default(),
            tax_code: line(told.psp_fiscal_code).or_else(|| line(told.psp_vat)),
            company_name: line(told.psp_company_name).unwrap_or_default(),
            channel_id: line(told.id_channel).unwrap_or_default(),
            channel: line(told.channel_description).unwrap_or_default(),
        },
        payment_method: line(told.payment_method),
        payment_note: None,
        debtor: told.debtor.and_then(Subject::party),
        payer: told.payer.and_then(Subject::party),
        transfers,
        payment_metadata: pairs(told.metadata),
        stand_in: false,
        irregularities: odd,
    })
}

/// A part that cannot be read is left out, and that is told.
fn part<T>(odd: &mut Vec<String>, name: &str, read: Option<T>) -> Option<T> {
    if read.is_none() {
        odd.push(format!("{name} cannot be read"));
    }
    read
}

fn needed(name: &'static str, text: Option<String>) -> Result<String, Unreadable> {
    let fits = |text: &String| (1..=KEY_CHARS_MAX).contains(&text.chars().count()) && !text.contains(NUL);
    text.filter(fits).ok_or(Unreadable::Field(name))
}

/// Euros, with as many decimals as it takes: `120.5` is 120 euros and 50 cents. Nothing is rounded.
fn cents(text: &str) -> Option<Cents> {
    let (euros, decimals) = text.split_once('.').unwrap_or((text, ""));
    let (kept, beyond) = decimals.split_at_checked(DECIMALS).unwrap_or((decimals, ""));
    if beyond.bytes().any(|byte| byte != b'0') {
        return None;
    }
    format!("{euros}.{kept:0<DECIMALS$}").parse().ok()
}

/// With a zone or, without one, as a clock in Rome shows it; a day alone is its beginning.
fn instant(text: &str) -> Option<Instant> {
    if let Ok(zoned) = DateTime::parse_from_rfc3339(text) {
        return Some(Instant::new(zoned.to_utc()));
    }
    let local = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"];
    let naive = local.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    naive.map(Instant::from_naive_rome).or_else(|| day(text).map(Instant::start_of_rome_day))
}

fn day(text: &str) -> Option<NaiveDate> {
    text.get(..10).and_then(|text| text.parse().ok())
}

fn line(text: Option<String>) -> Option<String> {
    text.map(|text| cut(&text, TEXT_CHARS_MAX))
}

fn cut(text: &str, chars_max: usize) -> String {
    text.chars().filter(|letter| *letter != NUL).take(chars_max).collect()
}

fn pairs(entries: Option<Vec<Entry>>) -> Metadata {
    let entries = entries.unwrap_or_default().into_iter();
    entries.filter_map(|entry| Some((cut(&entry.key?, TEXT_CHARS_MAX), cut(&entry.value?, TEXT_CHARS_MAX)))).collect()
}

impl Subject {
    fn party(self) -> Option<Personal<Party>> {
        Some(Personal::new(Party {
            kind: cut(&self.entity_unique_identifier_type?, TEXT_CHARS_MAX),
            tax_code: cut(&self.entity_unique_identifier_value?, TEXT_CHARS_MAX),
            full_name: line(self.full_name).unwrap_or_default(),
            email: line(self.email),
        }))
    }
}

impl Share {
    /// None for a share without id or amount: it cannot be matched.
    fn told(self) -> Option<ReceiptTransfer> {
        Some(ReceiptTransfer {
            index: self.id_transfer?.parse().ok()?,
            amount: cents(&self.transfer_amount?)?,
            beneficiary_tax_code: line(self.fiscal_code).unwrap_or_default(),
            company_name: line(self.company_name),
            iban: line(self.iban),
            remittance_information: line(self.remittance_information).unwrap_or_default(),
            taxonomy_code: line(self.transfer_category).unwrap_or_default(),
            stamp: self.mbd_attachment.is_some_and(|stamp| !stamp.is_empty()),
            payment_metadata: pairs(self.metadata),
            accounting: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_database_keeps_is_left_out() {
        assert_eq!(cut("Ma\0rio", 4), "Mari");
        assert_eq!(needed("receiptId", Some("iur\0".to_owned())), Err(Unreadable::Field("receiptId")));
    }

    #[test]
    fn an_amount_is_read_to_the_cent_and_never_rounded() {
        for (text, expected) in [("120.50", 12_050), ("120.5", 12_050), ("120", 12_000), ("0.10", 10), ("7.000", 700)] {
            assert_eq!(cents(text).map(Cents::cents), Some(expected), "{text}");
        }
        for text in ["1e3", "-1", "120.505", "", ".5", "1.2.3"] {
            assert_eq!(cents(text), None, "{text}");
        }
    }

    #[test]
    fn an_instant_has_a_zone_or_is_that_of_rome() {
        for (text, expected) in [
            ("2026-09-15T10:22:33Z", "2026-09-15T10:22:33Z"),
            ("2026-09-15T10:22:33+02:00", "2026-09-15T08:22:33Z"),
            ("2026-09-15T10:22:33.123", "2026-09-15T08:22:33.123Z"),
            ("2026-09-15 10:22:33", "2026-09-15T08:22:33Z"),
            ("2026-09-15", "2026-09-14T22:00:00Z"),
        ] {
            assert_eq!(instant(text), Some(expected.parse().unwrap()), "{text}");
        }
        assert_eq!(instant("soon"), None);
    }
}
