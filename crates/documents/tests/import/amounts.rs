// SPDX-License-Identifier: AGPL-3.0-or-later
//! Amounts in every notation, to the cent.

use proptest::prelude::*;
use serde_json::json;
use tramite_domain::import::FileFormat;

use crate::support::{Of, all, defaults, groups, header, told, xlsx};

fn read(amounts: &[String]) -> Vec<Result<i64, String>> {
    let mut text = "external_id;tax_code;full_name;amount\n".to_owned();
    for (row, amount) in amounts.iter().enumerate() {
        text.push_str(&format!("A-{row};RSSMRA85T10A562S;Mario Rossi;\"{amount}\"\n"));
    }
    let amount = |group: tramite_documents::import::RowGroup| match group.content {
        Ok(piece) => Ok(piece.body["payment_options"][0]["installments"][0]["amount"].as_i64().unwrap()),
        Err(faults) => Err(told(faults).remove(0).2),
    };
    groups(&text).into_iter().map(amount).collect()
}

fn grouped(whole: i64, sign: &str) -> String {
    let digits = whole.to_string();
    let mut written = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            written.push_str(sign);
        }
        written.push(digit);
    }
    written
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_amount_is_read_to_the_cent_in_every_notation(cents in 1_i64..=9_999_999_999) {
        let (whole, rest) = (cents / 100, cents % 100);
        let mut written = vec![
            format!("{whole},{rest:02}"),
            format!("{whole}.{rest:02}"),
            format!("{},{rest:02}", grouped(whole, ".")),
            format!("{}.{rest:02}", grouped(whole, ",")),
            format!("€ {whole},{rest:02}"),
            format!("{}.{rest:02} €", grouped(whole, ",")),
            format!("EUR {whole}.{rest:02}"),
            format!(" {whole},{rest:02}\u{a0}€ "),
        ];
        if rest % 10 == 0 {
            written.push(format!("{whole},{}", rest / 10));
        }
        if rest == 0 {
            written.push(whole.to_string());
        }
        if rest == 0 && whole >= 1_000_000 {
            written.push(grouped(whole, "."));
            written.push(grouped(whole, ","));
        }
        for (notation, amount) in written.iter().zip(read(&written)) {
            prop_assert_eq!(amount, Ok(cents), "{}", notation);
        }
    }

    #[test]
    fn three_digits_after_one_sign_are_never_guessed(whole in 1_i64..1_000, rest in 0_i64..1_000) {
        let written = [format!("{whole}.{rest:03}"), format!("{whole},{rest:03} €")];
        for amount in read(&written) {
            prop_assert_eq!(amount, Err("ambiguous_amount".to_owned()));
        }
    }

    #[test]
    fn no_text_is_read_as_an_amount_by_chance(text in "[0-9.,€ -]{0,12}") {
        let text = text.trim();
        prop_assume!(!text.is_empty());
        let amount = read(&[text.to_owned()]).remove(0);
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if let Ok(cents) = amount {
            prop_assert!(!text.contains('-'));
            let digits: i64 = digits.parse().unwrap();
            prop_assert!([digits, digits * 10, digits * 100].contains(&cents), "{} is not {}", text, cents);
        }
    }
}

#[test]
fn what_is_no_amount_has_its_code() {
    let cases = [
        ("1.234", "ambiguous_amount"),
        ("1,234", "ambiguous_amount"),
        ("0,123", "too_many_decimals"),
        ("12,3456", "too_many_decimals"),
        ("1234,567", "too_many_decimals"),
        ("1.234,567", "too_many_decimals"),
        ("-5,00", "negative_amount"),
        ("€ -5,00", "negative_amount"),
        ("1.23.45", "invalid_amount"),
        ("12.34,56", "invalid_amount"),
        ("1,234.567,89", "invalid_amount"),
        ("12,", "invalid_amount"),
        (",50", "invalid_amount"),
        ("1 234,56", "invalid_amount"),
        ("dodici", "invalid_amount"),
        ("1e3", "invalid_amount"),
        ("99999999999999999999", "invalid_amount"),
        ("١٢", "invalid_amount"),
    ];
    let written: Vec<String> = cases.iter().map(|(text, _)| (*text).to_owned()).collect();
    for ((text, code), amount) in cases.iter().zip(read(&written)) {
        assert_eq!(amount, Err((*code).to_owned()), "{text}");
    }
}

#[test]
fn number_cells_are_euros_with_a_point() {
    let names = ["external_id", "tax_code", "full_name", "amount"];
    let row =
        |amount: f64| vec![Of::Text("A"), Of::Text("RSSMRA85T10A562S"), Of::Text("Mario Rossi"), Of::Number(amount)];
    for (amount, expected) in [
        (120.5, Ok(12_050)),
        (1.1, Ok(110)),
        (0.01, Ok(1)),
        (1234.0, Ok(123_400)),
        (99_999_999.99, Ok(9_999_999_999_i64)),
        (1.234, Err("too_many_decimals")),
        (-3.0, Err("negative_amount")),
    ] {
        let content = all(xlsx(&[header(&names), row(amount)]), FileFormat::Xlsx, defaults()).remove(0).content;
        match expected {
            Ok(cents) => {
                let body = content.unwrap().body;
                assert_eq!(body["payment_options"][0]["installments"][0]["amount"], json!(cents));
            }
            Err(code) => assert_eq!(told(content.unwrap_err())[0].2, code),
        }
    }
}
