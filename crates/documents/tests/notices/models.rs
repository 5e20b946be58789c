// SPDX-License-Identifier: AGPL-3.0-or-later
//! How many pages and codes each model has (documents.md), and that the same notice is the same file.

use tramite_documents::notice::{CodeKind, Micro, notice_pdf};
use tramite_domain::printed_notice::{NoticeLanguage, NoticePart, NoticeTerms};
use tramite_domain::text::Text;

use crate::support::{LANGUAGES, fine, installments, layout, notice, part, single, style};

/// The largest file of one page and one amount, in bytes.
const SINGLE_BYTES_MAX: usize = 60_000;

#[test]
fn every_model_has_the_pages_and_the_codes_of_the_official_one() {
    for (model, terms, pages, qr, data_matrix) in [
        ("single", single(false), 1, 1, 0),
        ("single, postal", single(true), 1, 1, 1),
        ("full or 2", installments(true, 2, false), 1, 3, 0),
        ("full or 2, postal", installments(true, 2, true), 2, 3, 3),
        ("full or 3", installments(true, 3, false), 1, 4, 0),
        ("full or 3, postal", installments(true, 3, true), 2, 4, 4),
        ("full or 4", installments(true, 4, false), 2, 5, 0),
        ("full or 5", installments(true, 5, false), 2, 6, 0),
        ("fine", fine(false), 1, 2, 0),
        ("fine, postal", fine(true), 2, 2, 2),
        ("2", installments(false, 2, false), 1, 2, 0),
        ("4", installments(false, 4, false), 1, 4, 0),
        ("9, dense", installments(false, 9, false), 1, 9, 0),
        ("full or 21, dense", installments(true, 21, false), 2, 22, 0),
        ("21, dense and postal", installments(false, 21, true), 4, 21, 21),
    ] {
        let notice = notice(terms);
        for language in LANGUAGES {
            let layout = layout(&notice, language);
            let count = |kind| layout.codes().filter(|code| code.kind == kind).count();
            let counted = (layout.page_count(), count(CodeKind::Qr), count(CodeKind::DataMatrix));
            assert_eq!(counted, (pages, qr, data_matrix), "{model} {language:?}");
        }
    }
}

#[test]
fn the_interbank_code_stands_beside_every_qr_code_in_every_model() {
    for (model, terms, codes) in [
        ("single", single(true), 1),
        ("full or 2", installments(true, 2, true), 3),
        ("full or 3", installments(true, 3, false), 4),
        ("fine", fine(false), 2),
        ("12, dense", installments(false, 12, false), 12),
        ("full or 21, dense and postal", installments(true, 21, true), 22),
    ] {
        let notice = notice(terms);
        for language in LANGUAGES {
            let layout = layout(&notice, language);
            let written = layout.texts().filter(|text| text.text == "AB123").count();
            assert_eq!(written, codes, "{model} {language:?}");
        }
    }
}

#[test]
fn the_same_notice_is_the_same_file_and_a_small_one() {
    for language in LANGUAGES {
        let notice = notice(single(true));
        let pdf = notice_pdf(&notice, &style(language)).unwrap();
        assert_eq!(pdf, notice_pdf(&notice, &style(language)).unwrap());
        assert!(pdf.len() < SINGLE_BYTES_MAX, "{language:?}: {}", pdf.len());
    }
}

#[test]
fn every_model_keeps_the_rules_of_archives_and_of_accessibility() {
    for terms in [single(true), fine(true), installments(true, 3, true), installments(false, 20, true)] {
        for language in LANGUAGES {
            assert!(notice_pdf(&notice(terms.clone()), &style(language)).is_ok(), "{language:?}");
        }
    }
}

#[test]
fn a_notice_without_due_date_asks_how_much_and_never_until_when() {
    let mut undated = part(1, 1, false);
    undated.due_date = None;
    for (language, question) in [
        (NoticeLanguage::It, "Quanto pagare?"),
        (NoticeLanguage::ItEn, "How much to pay?"),
        (NoticeLanguage::ItDeEqual, "Wie viel zahlen?"),
    ] {
        let layout = layout(&notice(NoticeTerms::Single(undated.clone())), language);
        let texts: Vec<&str> = layout.texts().map(|placed| placed.text.trim_end()).collect();
        assert!(texts.contains(&question), "{texts:?}");
        assert!(!texts.iter().any(|text| text.contains("entro il") || text.contains("quando")), "{texts:?}");
    }
}

#[test]
fn installments_are_offered_only_where_there_is_a_choice() {
    for (terms, offered) in [
        (single(false), None),
        (installments(false, 1, false), None),
        (installments(true, 1, false), None),
        (installments(true, 3, false), Some("Puoi pagare per intero oppure in 3 rate")),
        (installments(false, 3, false), Some("Puoi pagare in 3 rate")),
    ] {
        let layout = layout(&notice(terms), NoticeLanguage::It);
        assert_eq!(layout.texts().map(|placed| placed.text).find(|text| text.starts_with("Puoi")), offered);
    }
}

/// The texts of a notice in Italian alone.
fn italian(terms: NoticeTerms) -> Vec<String> {
    layout(&notice(terms), NoticeLanguage::It).texts().map(|placed| placed.text.trim_end().to_owned()).collect()
}

/// Installments that are left where others are paid.
fn left(numbers: &[u16]) -> NoticeTerms {
    let parts = numbers.iter().map(|number| part(*number, 8_508, false)).collect();
    NoticeTerms::Installments { whole: None, parts, complete: false }
}

#[test]
fn an_installment_alone_is_neither_the_total_nor_the_first() {
    let texts = italian(left(&[3]));
    assert!(!texts.iter().any(|text| text.contains("totale") || text.contains("prima")), "{texts:?}");
    assert!(texts.iter().any(|text| text == "entro il"), "{texts:?}");
}

#[test]
fn what_is_left_of_installments_is_what_remains_and_the_next_is_due() {
    // They may be paid in any order.
    for numbers in [&[3, 4, 5][..], &[1, 3], &[1, 2]] {
        let texts = italian(left(numbers));
        for expected in ["Importo residuo", "prossima rata entro il"] {
            assert!(texts.iter().any(|text| text == expected), "{expected} is not in {texts:?}");
        }
        assert!(!texts.iter().any(|text| text.contains("totale") || text.contains("prima rata")), "{texts:?}");
    }
}

#[test]
fn the_first_installment_is_due_on_its_own_day_whatever_the_others_say() {
    let mut parts = vec![part(1, 100, false), part(2, 100, false)];
    parts[1].due_date = chrono::NaiveDate::from_ymd_opt(2025, 1, 2);
    let terms = |parts: &[NoticePart]| NoticeTerms::Installments { whole: None, parts: parts.to_vec(), complete: true };
    let texts = italian(terms(&parts));
    let first = texts.iter().position(|text| text == "prima rata entro il").unwrap();
    assert_eq!(texts[first + 1], "16/06/2026");
    parts[0].due_date = None;
    assert!(!italian(terms(&parts)).iter().any(|text| text == "prima rata entro il"));
}

#[test]
fn a_discount_that_runs_from_the_notification_says_so_above_and_with_its_code() {
    for (language, days, expected) in [
        (NoticeLanguage::It, 5, "entro 5 giorni dalla notifica"),
        (NoticeLanguage::It, 1, "entro 1 giorno dalla notifica"),
        (NoticeLanguage::ItEn, 5, "within 5 days of notification"),
        (NoticeLanguage::ItDe, 5, "innerhalb von 5 Tagen ab Zustellung"),
        (NoticeLanguage::ItFr, 1, "dans 1 jour suivant la notification"),
        (NoticeLanguage::ItSl, 5, "v 5 dneh od vročitve"),
    ] {
        for date in [None, chrono::NaiveDate::from_ymd_opt(2026, 6, 20)] {
            let (mut discounted, mut reduced) = (part(1, 2_940, true), part(2, 4_200, true));
            (discounted.due_date, discounted.days_from_notification) = (date, Some(days));
            reduced.due_date = None;
            let layout = layout(&notice(NoticeTerms::Fine { discounted, reduced }), language);
            let texts: Vec<&str> = layout.texts().map(|placed| placed.text.trim_end()).collect();
            let all = texts.join(" ");
            assert_eq!(all.matches(expected).count(), 3, "{texts:?}");
            assert_eq!(all.matches("20/06/2026").count(), if date.is_some() { 3 } else { 0 }, "{texts:?}");
            assert!(texts.contains(&"Quanto e quando pagare?"), "{texts:?}");
            assert!(!all.contains('…'), "{texts:?}");
        }
    }
}

#[test]
fn each_slip_tells_its_notice_number_and_which_installment_it_is() {
    for count in [2, 3, 9] {
        let notice = notice(installments(true, count, true));
        let layout = layout(&notice, NoticeLanguage::ItDe);
        let texts: Vec<&str> = layout.texts().map(|placed| placed.text.trim_end()).collect();
        let all = texts.join(" ");
        for part in notice.terms.parts() {
            let number = part.notice_number.grouped();
            assert_eq!(all.matches(&number).count(), 2, "{number} in {texts:?}");
        }
        for number in 1..=count {
            assert!(all.contains(&format!("{number}ª rata · Bollettino postale PA")), "{texts:?}");
            assert!(all.contains(&format!("{number}. Rate · Posterlagschein PA")), "{texts:?}");
        }
    }
}

#[test]
fn modules_stand_six_millimetres_below_what_is_above_them() {
    let bar_min = Micro::new(5_000);
    for terms in [
        single(true),
        fine(true),
        installments(true, 2, true),
        installments(true, 3, true),
        installments(true, 9, true),
    ] {
        let layout = layout(&notice(terms), NoticeLanguage::ItFr);
        let fills: Vec<_> = layout.fills().collect();
        for (page, bar) in fills.iter().filter(|(_, area)| area.height() > bar_min) {
            let texts = layout.texts().map(|placed| (placed.page, placed.area));
            let codes = layout.codes().map(|code| (code.page, code.area));
            for (_, above) in texts.chain(codes).chain(fills.iter().copied()).filter(|(other, area)| {
                other == page && area.bottom <= bar.top && area.left < bar.right && bar.left < area.right
            }) {
                assert!(bar.top - above.bottom >= Micro::new(6_000), "{bar:?} below {above:?}");
            }
        }
    }
}

#[test]
fn an_amount_is_written_as_each_language_writes_it() {
    for (language, amounts) in [
        (NoticeLanguage::It, vec!["€\u{a0}1.020,99"]),
        (NoticeLanguage::ItEn, vec!["€\u{a0}1.020,99", "1,020.99"]),
        (NoticeLanguage::ItFr, vec!["€\u{a0}1.020,99", "1\u{a0}020,99"]),
        (NoticeLanguage::ItSl, vec!["€\u{a0}1.020,99"]),
    ] {
        let layout = layout(&notice(single(false)), language);
        let mut written: Vec<&str> = layout.texts().map(|placed| placed.text.trim_end()).collect();
        written.retain(|text| text.contains("020"));
        let twice: Vec<&str> = amounts.iter().chain(&amounts).copied().collect();
        assert_eq!(written, twice, "{language:?}");
    }
}

#[test]
fn the_header_stands_on_every_page() {
    let mut notice = notice(installments(true, 5, true));
    notice.subject = Text::new("Mensa scolastica").unwrap();
    let layout = layout(&notice, NoticeLanguage::It);
    for page in 0..layout.page_count() {
        for header in ["Avviso di pagamento pagoPA", "Mensa scolastica"] {
            assert!(layout.texts().any(|placed| placed.page == page && placed.text == header), "{page} {header}");
        }
    }
}
