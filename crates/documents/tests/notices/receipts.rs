// SPDX-License-Identifier: AGPL-3.0-or-later
//! Receipts, one by one and in a table.

use proptest::prelude::*;
use tramite_documents::receipt::{
    Area, Layout, Micro, ReceiptDocument, ReceiptTransfer, receipt_layout, receipt_pdf, statement_layout, statement_pdf,
};
use tramite_domain::money::{AMOUNT_CENTS_MAX, Cents};

use crate::support::written_at;

const PAPER: Area =
    Area { left: Micro::new(10_000), top: Micro::new(10_000), right: Micro::new(200_000), bottom: Micro::new(287_000) };

pub(crate) fn receipt(cents: i64, text: &str) -> ReceiptDocument {
    let amount = Cents::new(cents).unwrap();
    ReceiptDocument {
        paid_at: "2026-07-01T22:30:05Z".parse().unwrap(),
        institution_tax_code: "99999000013".to_owned(),
        institution_name: "Comune di Roccabianca sul Monte".to_owned(),
        iuv: "05000000001234586".to_owned(),
        notice_number: Some("305000000001234586".to_owned()),
        psp_name: "Banca di Prova S.p.A.".to_owned(),
        psp_tax_code: Some("12345678901".to_owned()),
        receipt_id: "c110729d258c4ab1b765fe902aae41d6".to_owned(),
        amount,
        purpose: text.to_owned(),
        transfers: vec![ReceiptTransfer {
            amount,
            remittance_information: format!("/RFB/05000000001234586/{amount}/TXT/{text}"),
            iban: Some("IT60X0542811101000000123456".to_owned()),
        }],
    }
}

fn assert_kept(layout: &Layout) {
    for placed in layout.texts() {
        assert!(placed.within.holds(placed.area), "{placed:?}");
        assert!(PAPER.holds(placed.area), "{placed:?}");
    }
}

#[test]
fn a_receipt_says_when_it_was_paid_by_the_clock_of_rome() {
    let layout = receipt_layout(&receipt(12_050, "TARI 2026"), written_at()).unwrap();
    let texts: Vec<&str> = layout.texts().map(|placed| placed.text.trim_end()).collect();
    for expected in [
        "02/07/2026 00:30:05",
        "€\u{a0}120,50",
        "99999000013",
        "Comune di Roccabianca sul Monte",
        "05000000001234586",
        "3050 0000 0001 2345 86",
        "Banca di Prova S.p.A.",
        "12345678901",
        "c110729d258c4ab1b765fe902aae41d6",
        "TARI 2026",
        "IT60X0542811101000000123456",
    ] {
        assert!(texts.contains(&expected), "{expected} is not in {texts:?}");
    }
    assert_eq!(layout.page_count(), 1);
    assert_kept(&layout);
}

#[test]
fn the_same_receipts_are_the_same_file() {
    let one = receipt(12_050, "TARI 2026");
    assert_eq!(receipt_pdf(&one, written_at()).unwrap(), receipt_pdf(&one, written_at()).unwrap());
    let many = vec![one; 50];
    assert_eq!(statement_pdf(&many, written_at()).unwrap(), statement_pdf(&many, written_at()).unwrap());
}

#[test]
fn a_statement_names_its_columns_on_each_page_and_adds_up_to_the_cent() {
    let receipts: Vec<_> = (1..=100).map(|number| receipt(number * 1_001, "Mensa")).collect();
    let layout = statement_layout(&receipts, written_at()).unwrap();
    let pages = layout.page_count();
    assert!(pages > 3, "{pages}");
    for page in 0..pages {
        assert!(layout.texts().any(|placed| placed.page == page && placed.text.trim_end() == "Data e ora"));
    }
    assert_eq!(layout.texts().last().unwrap().text, "€\u{a0}50.550,50");
    assert_kept(&layout);
    assert!(layout.pdf().is_ok());
}

#[test]
fn a_statement_of_nothing_adds_up_to_nothing_and_one_of_too_much_is_refused() {
    assert!(statement_pdf(&[], written_at()).is_ok());
    let much = vec![receipt(AMOUNT_CENTS_MAX, "x"), receipt(1, "x")];
    assert!(statement_pdf(&much, written_at()).is_err());
}

/// Its transfers may be another institution's too, or be told by nobody: what was paid was paid.
#[test]
fn a_statement_says_of_each_payment_what_its_own_paper_says() {
    let mut shared = receipt(10_000, "TARI");
    shared.transfers[0].amount = Cents::new(8_000).unwrap();
    let untold = ReceiptDocument { transfers: Vec::new(), ..receipt(2_500, "TARI") };
    let receipts = [shared, untold, receipt(1_000, "Mensa")];
    let euros = |layout: &Layout| -> Vec<String> {
        layout.texts().map(|placed| placed.text.to_owned()).filter(|text| text.starts_with('€')).collect()
    };
    let layout = statement_layout(&receipts, written_at()).unwrap();
    let each = receipts.iter().map(|one| euros(&receipt_layout(one, written_at()).unwrap())[0].clone());
    assert_eq!(euros(&layout), each.chain(["€\u{a0}135,00".to_owned()]).collect::<Vec<_>>());
}

#[test]
fn a_row_of_a_statement_has_as_many_cells_as_columns_though_nothing_is_written_in_one() {
    let mut empty = receipt(100, "\u{200f}");
    (empty.psp_name, empty.psp_tax_code) = (String::new(), None);
    let layout = statement_layout(&[empty], written_at()).unwrap();
    assert_eq!(layout.texts().filter(|placed| placed.text == "–").count(), 2);
    assert!(layout.pdf().is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_text_of_a_receipt_leaves_its_box(text in prop_oneof![".{0,400}", "[^ ]{0,300}", "W{0,300}"]) {
        let mut one = receipt(1, &text);
        one.institution_name = text.clone();
        one.psp_name = text.clone();
        one.receipt_id = text.clone();
        one.iuv = text.clone();
        one.notice_number = Some(text.clone());
        one.transfers = vec![one.transfers[0].clone(); 5];
        for layout in [receipt_layout(&one, written_at()), statement_layout(&vec![one.clone(); 30], written_at())] {
            let layout = layout.unwrap();
            assert_kept(&layout);
            prop_assert!(layout.pdf().is_ok());
        }
    }
}
