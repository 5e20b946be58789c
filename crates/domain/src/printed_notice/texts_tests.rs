// SPDX-License-Identifier: AGPL-3.0-or-later

use std::ops::Range;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::personal::Personal;
use crate::printed_notice::{NoticeCreditor, NoticeDebtor, NoticeTerms, PrintedLanguage, printed_amount};
use crate::text::Text;

const NOTICE: &str = "305000000001234586";
const CREDITOR: &str = "99999000013";

fn notice(debtor: &str, tax_code: Option<&str>, subject: &str, account: &str, cents: i64) -> PrintedNotice {
    PrintedNotice {
        creditor: NoticeCreditor {
            name: Text::new("Comune di Esempio").unwrap(),
            tax_code: CREDITOR.parse().unwrap(),
            sector: None,
            cbill_code: None,
        },
        debtor: NoticeDebtor {
            full_name: Personal::new(Text::new(debtor).unwrap()),
            tax_code: tax_code.map(|code| Personal::new(code.parse().unwrap())),
            address: None,
        },
        subject: Text::new(subject).unwrap(),
        terms: NoticeTerms::Single(NoticePart {
            installment_id: Uuid::from_u128(1).into(),
            number: 1,
            amount: Cents::new(cents).unwrap(),
            due_date: None,
            notice_number: NOTICE.parse().unwrap(),
            days_from_notification: None,
            slip: Some(PostalSlip {
                account: account.to_owned(),
                holder: Text::new("Comune di Esempio").unwrap(),
                authorization: None,
            }),
        }),
    }
}

fn only(notice: &PrintedNotice) -> &NoticePart {
    notice.terms.parts().next().unwrap()
}

fn data_matrix(notice: &PrintedNotice) -> String {
    notice.data_matrix(only(notice)).unwrap().unwrap()
}

#[test]
fn the_worked_example_is_written_to_the_letter() {
    let tari = notice("Mario Rossi", Some("RSSMRA85T10A562S"), "TARI 2026 rata unica", "000000001016", 12_050);
    let expected = [
        "codfase=NBPA;18305000000001234586120000000010161000000120503896",
        "1P1",
        "99999000013",
        "RSSMRA85T10A562S",
        &format!("MARIO ROSSI{}", " ".repeat(29)),
        &format!("TARI 2026 RATA UNICA{}", " ".repeat(90)),
        &" ".repeat(12),
        "A",
    ];
    assert_eq!(data_matrix(&tari), expected.concat());
    assert_eq!(tari.qr(only(&tari)).unwrap().to_string(), "PAGOPA|002|305000000001234586|99999000013|12050");
    assert_eq!(only(&tari).notice_number.grouped(), "3050 0000 0001 2345 86");
}

#[test]
fn the_codeline_that_others_print_is_written() {
    // The test text of the app IO (codes.md 6.3).
    let slip = PostalSlip { account: "16302093".to_owned(), holder: Text::new("x").unwrap(), authorization: None };
    assert_eq!(
        codeline("300715700000000032".parse().unwrap(), &slip, Cents::new(1).unwrap()).unwrap(),
        "18300715700000000032120000163020931000000000013896"
    );
}

#[test]
fn a_debtor_who_is_not_known_is_written_as_everywhere_else() {
    let unknown = notice("Chiunque", None, "Oblazione", "1016", 100);
    assert_eq!(data_matrix(&unknown).get(77..93), Some("ANONIMO         "));
}

#[test]
fn without_a_slip_there_is_no_data_matrix_and_above_ten_digits_no_code() {
    let mut bank = notice("Mario Rossi", None, "TARI", "1016", 100);
    let NoticeTerms::Single(part) = &mut bank.terms else { panic!("one part") };
    part.slip = None;
    assert_eq!(bank.data_matrix(only(&bank)), Ok(None));
    let dear = notice("Mario Rossi", None, "TARI", "1016", PAYABLE_CENTS_MAX + 1);
    let too_large = MoneyError::TooLarge { max: PAYABLE_CENTS_MAX };
    assert_eq!(dear.data_matrix(only(&dear)), Err(too_large));
    assert_eq!(dear.qr(only(&dear)), Err(too_large));
    let most = notice("Mario Rossi", None, "TARI", "1016", PAYABLE_CENTS_MAX);
    assert_eq!(data_matrix(&most).get(49..59), Some("9999999999"));
}

#[test]
fn every_amount_up_to_a_thousand_euros_and_every_ending_beyond_is_the_same_in_both_codes_and_in_print() {
    let notice = notice("Mario Rossi", None, "TARI", "1016", 1);
    let part = only(&notice);
    let slip = part.slip.as_ref().unwrap();
    // A prime step visits every ending of cents up to a hundred thousand euros.
    for cents in (1..=100_000).chain((100_001..=9_999_999).step_by(101)) {
        let amount = Cents::new(cents).unwrap();
        let expected = format!("{cents:010}");
        let line = codeline(part.notice_number, slip, amount).unwrap();
        assert_eq!((line.len(), line.get(36..46)), (CODELINE_CHARS, Some(expected.as_str())));
        let qr = NoticeQr::new(part.notice_number, notice.creditor.tax_code, amount).unwrap().to_string();
        assert_eq!(format!("{:0>10}", qr.rsplit('|').next().unwrap()), expected);
        let printed = printed_amount(amount, PrintedLanguage::It).replace(['.', ','], "");
        assert_eq!(format!("{printed:0>10}"), expected);
    }
}

#[test]
fn a_name_longer_than_its_field_moves_nothing() {
    let long = notice(&"Maria Addolorata ".repeat(4), Some("XY"), &"Sanzione n. 12 ".repeat(9), "1016", 100);
    let text = data_matrix(&long);
    assert_eq!(text.len(), DATA_MATRIX_CHARS);
    assert_eq!(text.get(77..93), Some("XY              "));
    assert_eq!(text.get(93..133), Some("MARIA ADDOLORATA MARIA ADDOLORATA MARIA "));
    assert_eq!(text.get(133..243).map(str::len), text.get(133..243).map(|subject| subject.trim_end().len()));
    assert_eq!(text.get(243..), Some("            A"));
}

/// What people call themselves, and what they should not.
fn names(most: usize) -> impl Strategy<Value = String> {
    let odd = prop_oneof![
        Just("👩\u{200d}👩\u{200d}👧".to_owned()),
        Just("e\u{301}\u{302}\u{323}".to_owned()),
        Just("\u{202e}محمد\u{202c}".to_owned()),
        Just("ﬃ".to_owned()),
        Just("ﷺ".to_owned()),
        Just("İıß’".to_owned()),
        Just(";=|\"".to_owned()),
        ".{1,20}",
        "[A-Za-zàèéìòù' ]{1,30}",
    ];
    prop::collection::vec(odd, 1..8)
        .prop_map(move |parts| parts.concat().chars().take(most).collect())
        .prop_filter("a text", |text: &String| Text::<1, 140>::new(text.clone()).is_ok())
}

proptest! {
    #[test]
    fn no_name_subject_or_account_moves_a_field(
        name in names(70), subject in names(140), account in "[0-9A-Z ]{0,20}", cents in 1..=PAYABLE_CENTS_MAX,
    ) {
        let notice = notice(&name, Some("RSSMRA85T10A562S"), &subject, &account, cents);
        let text = data_matrix(&notice);
        prop_assert!(text.is_ascii() && text.len() == DATA_MATRIX_CHARS);
        let at = |place: Range<usize>| text.get(place).unwrap();
        prop_assert_eq!(at(0..13), "codfase=NBPA;");
        prop_assert_eq!(at(13..15), "18");
        prop_assert_eq!(at(15..33), NOTICE);
        prop_assert_eq!(at(33..35), "12");
        prop_assert!(at(35..47).bytes().all(|byte| byte.is_ascii_digit()));
        prop_assert_eq!(at(47..49), "10");
        prop_assert_eq!(at(49..59).parse(), Ok(cents));
        prop_assert_eq!(at(59..66), "38961P1");
        prop_assert_eq!(at(66..77), CREDITOR);
        prop_assert_eq!(at(77..93), "RSSMRA85T10A562S");
        let known = |one: char| one.is_ascii_digit() || one.is_ascii_uppercase() || " &',-.:_".contains(one);
        prop_assert!(at(93..243).chars().all(known), "{}", text);
        prop_assert_eq!(at(243..256), "            A");
    }
}
