// SPDX-License-Identifier: AGPL-3.0-or-later
//! Notices to print.

use chrono::NaiveDate;
use tramite_documents::notice::{Layout, NoticeStyle, notice_layout};
use tramite_domain::debt_position::Address;
use tramite_domain::ids::InstallmentId;
use tramite_domain::money::Cents;
use tramite_domain::personal::Personal;
use tramite_domain::printed_notice::{
    NoticeCreditor, NoticeDebtor, NoticeLanguage, NoticePart, NoticeTerms, PostalSlip, PrintedNotice,
};
use tramite_domain::text::Text;
use tramite_domain::time::Instant;

/// When all of them are written.
pub(crate) const WRITTEN_AT: &str = "2026-05-04T10:00:00Z";

pub(crate) fn written_at() -> Instant {
    WRITTEN_AT.parse().unwrap()
}

pub(crate) fn text<const MIN: usize, const MAX: usize>(text: &str) -> Text<MIN, MAX> {
    Text::new(text).unwrap()
}

pub(crate) fn notice(terms: NoticeTerms) -> PrintedNotice {
    PrintedNotice {
        creditor: NoticeCreditor {
            name: text("Comune di Roccabianca sul Monte"),
            tax_code: "99999000013".parse().unwrap(),
            sector: Some(text("Settore Tributi ed Entrate")),
            cbill_code: Some(text("AB123")),
        },
        debtor: NoticeDebtor {
            full_name: Personal::new(text("Mario Niccolò Rossi")),
            tax_code: Some(Personal::new("RSSMRA85T10A562S".parse().unwrap())),
            address: Some(Personal::new(Address {
                street: Some(text("Via dell’Università")),
                number: Some(text("12/bis")),
                postal_code: Some(text("00100")),
                city: Some(text("Roma")),
                province: Some(text("RM")),
                country: Some(text("IT")),
            })),
        },
        subject: text("Tassa sui rifiuti (TARI) 2026, abitazione di via dell’Università 12/bis"),
        terms,
    }
}

pub(crate) fn part(number: u16, cents: i64, postal: bool) -> NoticePart {
    let day = NaiveDate::from_ymd_opt(2026, 5 + u32::from(number) % 7, 16).unwrap();
    NoticePart {
        installment_id: format!("00000000-0000-0000-0000-{number:012}").parse::<InstallmentId>().unwrap(),
        number,
        amount: Cents::payable(cents).unwrap(),
        due_date: Some(day),
        notice_number: format!("30500000000123{:04}", 4586 - number).parse().unwrap(),
        days_from_notification: None,
        slip: postal.then(|| PostalSlip {
            account: "000000001016".to_owned(),
            holder: text("Comune di Roccabianca sul Monte - Tesoreria"),
            authorization: Some(text("AUT. DB/1234/CSO 12345 DEL 01/02/2020")),
        }),
    }
}

pub(crate) fn single(postal: bool) -> NoticeTerms {
    NoticeTerms::Single(part(1, 102_099, postal))
}

pub(crate) fn installments(whole: bool, parts: u16, postal: bool) -> NoticeTerms {
    NoticeTerms::Installments {
        whole: whole.then(|| part(0, 102_099, postal)),
        parts: (1..=parts).map(|number| part(number, 102_099 / i64::from(parts), postal)).collect(),
        complete: true,
    }
}

pub(crate) fn fine(postal: bool) -> NoticeTerms {
    NoticeTerms::Fine { discounted: part(1, 2_940, postal), reduced: part(2, 4_200, postal) }
}

pub(crate) fn layout(notice: &PrintedNotice, language: NoticeLanguage) -> Layout {
    notice_layout(notice, &style(language)).unwrap()
}

/// A notice without a logo.
pub(crate) fn style(language: NoticeLanguage) -> NoticeStyle {
    NoticeStyle { language, written_at: written_at(), logo: None }
}

/// Every language of a notice.
pub(crate) const LANGUAGES: [NoticeLanguage; 6] = [
    NoticeLanguage::It,
    NoticeLanguage::ItEn,
    NoticeLanguage::ItDe,
    NoticeLanguage::ItFr,
    NoticeLanguage::ItSl,
    NoticeLanguage::ItDeEqual,
];
