// SPDX-License-Identifier: AGPL-3.0-or-later
//! Faults of the body find their row and their column.

use tramite_documents::import::Piece;
use tramite_domain::violation::Violation;

use crate::support::{HEADER, ROW, piece};

fn at(piece: &Piece, pointer: &str) -> (usize, Option<String>) {
    let violation = Violation { pointer: pointer.to_owned(), code: "too_long", detail: "too long".to_owned() };
    let placed = piece.places.place(&violation);
    assert_eq!((placed.fault.code.as_str(), placed.fault.detail.as_str()), ("too_long", "too long"));
    (placed.row, placed.fault.column)
}

#[test]
fn a_pointer_leads_to_its_cell() {
    let columns = "opzione;rata;quota_2_importo;quota_2_iban;quota_4_importo;quota_4_capitolo;metadata.a/b;Città;Causale;tipo_opzione";
    let text = format!(
        "{HEADER};{columns}\n{ROW};u;U;;;;;1;Perugia;TARI;unica\n{ROW};r;R1;5;IT1;6;3101;2;Perugia;TARI;rate\n{ROW};r;R2;;;;;;;;\n"
    );
    let piece = piece(&text);
    let second = "/payment_options/1/installments/0";
    let cases = [
        ("/external_id".to_owned(), 0, Some("external_id")),
        ("/debtor/tax_code".to_owned(), 0, Some("debtor_tax_code")),
        ("/debtor/address/city".to_owned(), 0, Some("Città")),
        ("/debtor/address".to_owned(), 0, Some("Città")),
        ("/description".to_owned(), 0, Some("Causale")),
        ("/payment_options".to_owned(), 0, None),
        ("/payment_options/0/kind".to_owned(), 0, Some("tipo_opzione")),
        ("/payment_options/1/kind".to_owned(), 1, Some("tipo_opzione")),
        ("/payment_options/1".to_owned(), 1, None),
        ("/payment_options/1/installments/1/amount".to_owned(), 2, Some("amount")),
        ("/payment_options/1/installments/1".to_owned(), 2, None),
        (format!("{second}/reference"), 1, Some("rata")),
        (format!("{second}/metadata/a~1b"), 1, Some("metadata.a/b")),
        (format!("{second}/transfers/0/beneficiary/iban"), 1, Some("quota_2_iban")),
        (format!("{second}/transfers/0/beneficiary"), 1, Some("quota_2_iban")),
        (format!("{second}/transfers/1/amount"), 1, Some("quota_4_importo")),
        (format!("{second}/transfers/1/accounting/0/chapter"), 1, Some("quota_4_capitolo")),
        (format!("{second}/transfers/0"), 1, Some("quota_2_importo")),
        (format!("{second}/transfers"), 1, Some("quota_2_importo")),
        // What the file does not have is told by the name that it would have.
        (format!("{second}/due_date"), 1, Some("scadenza")),
        ("/debtor/email".to_owned(), 0, Some("email_debitore")),
        (format!("{second}/transfers/1/beneficiary/company_name"), 1, Some("trasferimento_4_denominazione")),
        (String::new(), 0, None),
        ("/payment_options/9/installments/9/amount".to_owned(), 0, Some("amount")),
        ("/nothing/of/this".to_owned(), 0, None),
    ];
    for (pointer, row, column) in cases {
        assert_eq!(at(&piece, &pointer), (row, column.map(ToOwned::to_owned)), "{pointer}");
    }
}

#[test]
fn two_names_are_one_place() {
    let piece = piece("external_id;cf;nome;cognome;importo_centesimi\nA;RSSMRA85T10A562S;Mario;Rossi;100\n");
    assert_eq!(at(&piece, "/debtor/full_name"), (0, Some("nome".to_owned())));
    assert_eq!(at(&piece, "/payment_options/0/installments/0/amount"), (0, Some("importo_centesimi".to_owned())));
}
