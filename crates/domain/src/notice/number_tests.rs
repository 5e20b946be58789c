// SPDX-License-Identifier: AGPL-3.0-or-later
//! The worked examples of codes.md 2.1, and what holds for every notice.

use proptest::prelude::*;

use super::*;
use crate::check::misreadings;

/// First 16 digits, remainder, notice number, IUV.
const WORKED: [(&str, &str, &str, &str); 20] = [
    ("0010000000000001", "41", "001000000000000141", "000000000000141"),
    ("0021527845471301", "77", "002152784547130177", "152784547130177"),
    ("0011100000000001", "64", "001110000000000164", "110000000000164"),
    ("0013401054555072", "21", "001340105455507221", "340105455507221"),
    ("0013408094255102", "44", "001340809425510244", "340809425510244"),
    ("2000000000000001", "03", "200000000000000103", "00000000000000103"),
    ("2123456789012345", "44", "212345678901234544", "12345678901234544"),
    ("3050000000012345", "86", "305000000001234586", "05000000001234586"),
    ("3222011513985741", "81", "322201151398574181", "22201151398574181"),
    ("3020000000004952", "13", "302000000000495213", "02000000000495213"),
    ("3027222801744674", "80", "302722280174467480", "02722280174467480"),
    ("3471649930701845", "62", "347164993070184562", "47164993070184562"),
    ("3481718715542423", "74", "348171871554242374", "48171871554242374"),
    ("3481727256238048", "58", "348172725623804858", "48172725623804858"),
    ("3481754983045593", "15", "348175498304559315", "48175498304559315"),
    ("3822021000000001", "01", "382202100000000101", "82202100000000101"),
    ("3007157000000000", "32", "300715700000000032", "00715700000000032"),
    ("3017300000000075", "17", "301730000000007517", "01730000000007517"),
    ("3010000000000050", "00", "301000000000005000", "01000000000005000"),
    ("3010000000000049", "92", "301000000000004992", "01000000000004992"),
];

/// Official samples whose check digits are wrong: they must be read all the same.
const WRONG_IN_THE_WILD: [(&str, u64); 3] =
    [("302012387654312384", 86), ("302950100443009424", 83), ("399000012345678900", 90)];

fn notice(text: &str) -> NoticeNumber {
    text.parse().unwrap()
}

fn code(text: &str) -> SegregationCode {
    text.parse().unwrap()
}

#[test]
fn every_worked_example_has_its_check_digits_and_its_iuv() {
    for (prefix, remainder, text, iuv) in WORKED {
        let number = notice(text);
        assert_eq!(format!("{:02}", mod93(prefix.parse().unwrap())), remainder);
        assert_eq!(text, format!("{prefix}{remainder}"));
        assert!(number.check_digits_right(), "{text}");
        assert_eq!(number.iuv().as_str(), iuv);
        let aux_digit = number.aux_digit().unwrap();
        assert_eq!(NoticeNumber::from_iuv(aux_digit, number.application_code(), &number.iuv()), Some(number));
        if aux_digit == AuxDigit::Three {
            let segregation = number.segregation_code().unwrap();
            assert_eq!(number.iuv().segregation_code(), Some(segregation));
            assert_eq!(NoticeNumber::generate(segregation, number.base().unwrap()), number);
        } else {
            assert_eq!((number.segregation_code(), number.base()), (None, None));
        }
    }
}

#[test]
fn a_notice_with_wrong_check_digits_is_read_but_known_to_be_wrong() {
    for (text, right) in WRONG_IN_THE_WILD {
        let number = notice(text);
        assert!(!number.check_digits_right());
        assert_eq!(mod93(text.get(..16).unwrap().parse().unwrap()), right);
    }
}

#[test]
fn each_aux_digit_routes_by_its_own_digits() {
    let old = notice("002152784547130177");
    assert_eq!(old.application_code(), Some("02".parse().unwrap()));
    assert_eq!(old.segregation_code(), None);
    assert!(old.iuv().is_numeric_15() && !old.iuv().is_numeric_17());
    assert_eq!(notice("305000000001234586").segregation_code(), Some(code("05")));
    let without_check = notice("112345678901234567");
    assert!(without_check.check_digits_right());
    assert_eq!(without_check.iuv().as_str(), "12345678901234567");
    let unknown = notice("912345678901234567");
    assert_eq!(unknown.aux_digit(), None);
    assert!(!unknown.check_digits_right());
    assert_eq!(unknown.iuv().as_str(), "12345678901234567");
    let iuv = old.iuv();
    assert_eq!(NoticeNumber::from_iuv(AuxDigit::Zero, None, &iuv), None);
    assert_eq!(NoticeNumber::from_iuv(AuxDigit::Three, None, &iuv), None);
    assert_eq!(NoticeNumber::from_iuv(AuxDigit::Three, Some("02".parse().unwrap()), &unknown.iuv()), None);
}

#[test]
fn the_probe_is_a_notice_like_any_other_but_recognised() {
    assert!(notice("000000000000000000").is_probe());
    assert!(NoticeNumber::PROBE.check_digits_right());
    assert!(!notice("305000000001234586").is_probe());
    assert_eq!(NoticeNumber::PROBE.as_str().len(), 18);
}

#[test]
fn only_eighteen_digits_are_a_notice_number() {
    for wrong in [
        "",
        "30500000000123458",
        "3050000000012345860",
        "30500000000123458x",
        "+05000000001234586",
        "3050 0000 0001 2345 86",
    ] {
        assert_eq!(wrong.parse::<NoticeNumber>(), Err(NoticeNumberError), "{wrong}");
    }
    assert_eq!("٣٠٥٠٠٠٠٠٠".parse::<NoticeNumber>(), Err(NoticeNumberError));
    assert_eq!(notice("305000000001234586").grouped(), "3050 0000 0001 2345 86");
    let json = serde_json::to_string(&notice("001000000000000141")).unwrap();
    assert_eq!(json, "\"001000000000000141\"");
    assert_eq!(serde_json::from_str::<NoticeNumber>(&json).unwrap(), notice("001000000000000141"));
    assert!(serde_json::from_str::<NoticeNumber>("305000000001234586").is_err());
}

#[test]
fn an_iuv_is_one_to_thirty_five_characters_kept_as_they_are() {
    for right in ["1", "RF18539007547034", "05COM0000000001", "n/a", &"9".repeat(35)] {
        assert_eq!(right.parse::<Iuv>().unwrap().as_str(), right);
    }
    for wrong in ["", " ", "1\n", &"9".repeat(36)] {
        assert!(wrong.parse::<Iuv>().is_err(), "{wrong:?}");
    }
    assert_eq!("RF18539007547034".parse::<Iuv>().unwrap().segregation_code(), None);
    assert!("RF18539007547034".parse::<Iuv>().unwrap().rf_reference().is_some());
    assert!("RF3301600201900000053964".parse::<Iuv>().unwrap().rf_reference().is_none());
}

proptest! {
    #[test]
    fn a_generated_notice_gives_back_what_it_was_made_of(segregation in 0_u8..=99, base in 0_u64..=9_999_999_999_999) {
        let segregation = SegregationCode::new(segregation).unwrap();
        let base = Base13::new(base).unwrap();
        let number = NoticeNumber::generate(segregation, base);
        prop_assert!(number.check_digits_right());
        prop_assert_eq!(number.aux_digit(), Some(AuxDigit::Three));
        prop_assert_eq!(number.segregation_code(), Some(segregation));
        prop_assert_eq!(number.base(), Some(base));
        prop_assert_eq!(number.to_string().parse(), Ok(number));
        prop_assert_eq!(NoticeNumber::from_iuv(AuxDigit::Three, None, &number.iuv()), Some(number));
    }

    #[test]
    fn one_misread_digit_is_always_noticed(base in 0_u64..=9_999_999_999_999) {
        // 93 shares no factor with 10 and divides no difference of two digits, so no single change can hide.
        let number = NoticeNumber::generate(code("05"), Base13::new(base).unwrap());
        for wrong in misreadings(number.as_str(), 1) {
            prop_assert!(!notice(&wrong).check_digits_right(), "{}", wrong);
        }
    }
}
