// SPDX-License-Identifier: AGPL-3.0-or-later
//! `amounts [last]`: every amount from 0.01 to 99,999.99 euros is the same in the API, in print (Italian and English), in the text of the QR code
//! and in that of the Data Matrix (rules.md 50). What is expected is made digit by digit, without arithmetic on amounts. For `.ci/documents`;
//! that codes are drawn as their text says the decoders there find out.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a program of the tests: it ends where something is wrong"
)]

use tramite_domain::ids::InstallmentId;
use tramite_domain::money::Cents;
use tramite_domain::personal::Personal;
use tramite_domain::printed_notice::{
    NoticeCreditor, NoticeDebtor, NoticePart, NoticeTerms, PostalSlip, PrintedLanguage, PrintedNotice, printed_amount,
};

/// 99,999.99 euros, in cents.
const LAST: i64 = 9_999_999;
const THREADS: i64 = 2;

fn main() {
    let last = std::env::args().nth(1).map_or(LAST, |text| text.parse().unwrap());
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn(move || (1 + thread..=last).step_by(2).for_each(check));
        }
    });
    println!("{last} amounts: the same in the API, in print, in QR code and Data Matrix");
}

fn check(cents: i64) {
    let amount = Cents::payable(cents).unwrap();
    let digits = format!("{cents:03}");
    let (euros, rest) = digits.split_at(digits.len() - 2);
    let said = format!("{amount:?}");
    assert_eq!(serde_json::to_string(&amount).unwrap(), digits.trim_start_matches('0'), "{said}: the API");
    let grouped = |apart: char| {
        let mut text = String::new();
        for (at, digit) in euros.chars().enumerate() {
            if at > 0 && (euros.len() - at).is_multiple_of(3) {
                text.push(apart);
            }
            text.push(digit);
        }
        text
    };
    assert_eq!(printed_amount(amount, PrintedLanguage::It), format!("{},{rest}", grouped('.')), "{said}: Italian");
    assert_eq!(printed_amount(amount, PrintedLanguage::En), format!("{}.{rest}", grouped(',')), "{said}: English");
    let notice = notice(amount);
    let part = notice.terms.parts().next().unwrap();
    let qr = notice.qr(part).unwrap().to_string();
    // Two digits at least (codes.md 6.1).
    let shortest = digits.strip_prefix('0').unwrap_or(&digits);
    assert_eq!(qr, format!("PAGOPA|002|305000000001234586|99999000013|{shortest}"), "{said}: QR");
    let matrix = notice.data_matrix(part).unwrap().unwrap();
    // Thirteen characters of the phase, then thirty-six of the codeline before its amount.
    assert_eq!(matrix.get(49..59), Some(format!("{digits:0>10}").as_str()), "{said}: Data Matrix");
}

fn notice(amount: Cents) -> PrintedNotice {
    PrintedNotice {
        creditor: NoticeCreditor {
            name: "Comune di Esempio".parse().unwrap(),
            tax_code: "99999000013".parse().unwrap(),
            sector: None,
            cbill_code: None,
        },
        debtor: NoticeDebtor {
            full_name: Personal::new("Mario Rossi".parse().unwrap()),
            tax_code: None,
            address: None,
        },
        subject: "TARI".parse().unwrap(),
        terms: NoticeTerms::Single(NoticePart {
            installment_id: "00000000-0000-0000-0000-000000000001".parse::<InstallmentId>().unwrap(),
            number: 1,
            amount,
            due_date: None,
            days_from_notification: None,
            notice_number: "305000000001234586".parse().unwrap(),
            slip: Some(PostalSlip {
                account: "000000001016".to_owned(),
                holder: "Comune di Esempio".parse().unwrap(),
                authorization: None,
            }),
        }),
    }
}
