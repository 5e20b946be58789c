// SPDX-License-Identifier: AGPL-3.0-or-later
//! The receipt of a file, or several in a table, and what must be found on it.

use chrono::NaiveDate;
use tramite_documents::receipt::{ReceiptDocument, ReceiptTransfer};
use tramite_domain::money::Cents;
use tramite_domain::time::Instant;

use crate::cases::{INSTITUTION, INSTITUTION_CHARS, cents, notice_number};
use crate::expected::{Beside, ExpectedFile, grouped, separated};
use crate::random::Numbers;
use crate::texts::{INSTITUTIONS, SUBJECTS};

const PROVIDERS: [(&str, Option<&str>); 3] = [
    ("Banca di Prova S.p.A.", Some("06529501006")),
    ("Österreichische Zahlungsgesellschaft für Bürgerinnen und Bürger mbH, Zweigniederlassung Italien", None),
    ("Poste Italiane S.p.A.", Some("97103880585")),
];
const IBANS: [Option<&str>; 3] = [Some("IT60X0542811101000000123456"), Some("SM76P0854009812123456789123"), None];
/// In a table: as many as fit on its first page for sure.
const TOGETHER_MAX: u64 = 8;

/// The receipts at a place (one on a page of its own, or several in a table), and what must be found of them.
pub(crate) fn case(place: usize) -> (Vec<ReceiptDocument>, ExpectedFile) {
    let mut numbers = Numbers::of(u64::try_from(place).unwrap());
    let institution = *numbers.one_of(&INSTITUTIONS);
    let alone = numbers.below(4) > 0;
    let count = if alone { 1 } else { numbers.below(TOGETHER_MAX - 1) + 2 };
    let subject = place / 13;
    let receipts: Vec<ReceiptDocument> = (0..usize::try_from(count).unwrap())
        .map(|index| receipt(institution, SUBJECTS[(subject + index) % SUBJECTS.len()].text, alone, &mut numbers))
        .collect();

    let listed = receipts.first().and_then(|receipt| receipt.notice_number.clone());
    let mut words = Vec::new();
    let mut texts: Vec<String> = vec![institution.chars().take(INSTITUTION_CHARS).collect()];
    for receipt in &receipts {
        words.push(euros(receipt.amount));
        texts.extend(receipt.notice_number.as_deref().map(grouped));
        texts.extend([receipt.iuv.clone(), receipt.receipt_id.clone()]);
        texts.extend(receipt.psp_tax_code.clone());
        if alone {
            words.push(INSTITUTION.to_owned());
            words.extend(receipt.transfers.iter().map(|transfer| euros(transfer.amount)));
            texts.extend(receipt.transfers.iter().filter_map(|transfer| transfer.iban.clone()));
        }
        let paid = receipt.paid_at.rome_datetime();
        words.push(paid.format("%d/%m/%Y").to_string());
    }
    if !alone {
        words.push(euros(Cents::sum(receipts.iter().map(|receipt| receipt.amount)).unwrap()));
    }
    let file = ExpectedFile {
        listed: listed.unwrap_or_else(|| format!("{place:05}")),
        file: format!("{place:05}.pdf"),
        model: if alone { "receipt" } else { "receipts" }.to_owned(),
        language: "it",
        pages: 1,
        logo: false,
        qr: Vec::new(),
        data_matrix: Vec::new(),
        beside: Beside::default(),
        alternatives: Vec::new(),
        words,
        sentences: Vec::new(),
        texts,
    };
    (receipts, file)
}

fn receipt(institution: &str, purpose: &str, alone: bool, numbers: &mut Numbers) -> ReceiptDocument {
    let (psp_name, psp_tax_code) = *numbers.one_of(&PROVIDERS);
    let notice = notice_number(numbers);
    let transfers: Vec<ReceiptTransfer> = (0..=numbers.below(5))
        .map(|_| ReceiptTransfer {
            amount: Cents::new(cents(numbers)).unwrap(),
            remittance_information: format!("/RFB/{}/TXT/{purpose}", notice.trim_start_matches('3')),
            iban: numbers.one_of(&IBANS).map(str::to_owned),
        })
        .collect();
    let day = NaiveDate::from_ymd_opt(2026, 3, 29).unwrap();
    ReceiptDocument {
        // Around the hour that the clocks of that night do not have.
        paid_at: Instant::start_of_rome_day(day).plus_minutes(i64::try_from(numbers.below(48 * 60)).unwrap()),
        institution_tax_code: INSTITUTION.to_owned(),
        institution_name: institution.to_owned(),
        iuv: notice.chars().skip(1).collect(),
        notice_number: (alone || numbers.below(2) == 0).then(|| notice.clone()),
        psp_name: psp_name.to_owned(),
        psp_tax_code: psp_tax_code.map(str::to_owned),
        receipt_id: format!("{:032x}", u128::from(numbers.below(u64::MAX)) * 0x1_0000_0001),
        amount: Cents::sum(transfers.iter().map(|transfer| transfer.amount)).unwrap(),
        purpose: purpose.to_owned(),
        transfers,
    }
}

fn euros(amount: Cents) -> String {
    separated(amount.cents(), '.', ',')
}
