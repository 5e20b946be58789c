// SPDX-License-Identifier: AGPL-3.0-or-later
//! Tables of others say nothing that is lost in silence: a debt is what its row says, or it is refused.

use tramite_documents::import::RowGroup;
use tramite_domain::import::{FileFormat, FileLayout, RowAction};

use crate::support::{HEADER, ROW, all, defaults, file_fault, layout, told};

const DEBT: &str =
    "IUD-1;05000000001234586;F;RSSMRA85T10A562S;Mario Rossi;;;;;;;;2026-12-31;120.50;;MENSA;;Mensa 2026;9/0101101IM";

type Told = Vec<(usize, Option<String>, String)>;
type Read = Result<RowAction, Told>;

/// What is told of each position of a file of MyPay without a header.
fn mypay(layout_of: FileLayout, rows: &[String]) -> Vec<Read> {
    contents(all(rows.join("\n"), FileFormat::Csv, layout(layout_of)))
}

fn govpay(header: &str, rows: &[&str]) -> Vec<RowGroup> {
    let header = format!("idA2A,idPendenza,importo,identificativoPagatore,anagraficaPagatore,{header}");
    all(format!("{header}\n{}\n", rows.join("\n")), FileFormat::Csv, layout(FileLayout::GovPay))
}

fn contents(groups: Vec<RowGroup>) -> Vec<Read> {
    groups.into_iter().map(|group| group.content.map(|piece| piece.action).map_err(told)).collect()
}

fn at(row: usize, column: &str, code: &str) -> (usize, Option<String>, String) {
    (row, Some(column.to_owned()), code.to_owned())
}

#[test]
fn a_key_that_stands_twice_in_a_table_of_others_is_refused_in_each_of_its_rows() {
    let twice: Vec<Read> = vec![Err(vec![at(0, "IUD", "duplicate_row"), at(1, "IUD", "duplicate_row")])];
    for actions in [["I", "I"], ["I", "A"], ["A", "A"]] {
        let rows = actions.map(|action| format!("{DEBT};{action}"));
        assert_eq!(mypay(FileLayout::MyPay10, &rows), twice, "{actions:?}");
    }
    let row = "A,P-1,1.00,RSSMRA85T10A562S,Mario Rossi,";
    let groups = govpay("causale", &[row, "A,P-2,1.00,RSSMRA85T10A562S,Mario Rossi,", row]);
    let faults = groups[1].content.as_ref().unwrap_err();
    assert_eq!(faults[0].fault.detail, "each key stands in one row here, and this one stands also in line 4");
    let twice = Err(vec![at(0, "idPendenza", "duplicate_row"), at(1, "idPendenza", "duplicate_row")]);
    assert_eq!(contents(groups), [Ok(RowAction::Load), twice]);
}

#[test]
fn pending_items_of_two_applications_are_two_debts() {
    let rows = ["A,P-1,1.00,RSSMRA85T10A562S,Mario Rossi,", "B,P-1,0,,,", ",P-1,1.00,RSSMRA85T10A562S,Mario Rossi,"];
    let groups = govpay("causale", &rows);
    let keys: Vec<Option<&str>> = groups.iter().map(|group| group.external_id.as_deref()).collect();
    assert_eq!(keys, [Some("A:P-1"), Some("B:P-1"), Some("P-1")]);
    let bodies: Vec<&str> =
        groups.iter().map(|group| group.content.as_ref().unwrap().body["external_id"].as_str().unwrap()).collect();
    assert_eq!(bodies, ["A:P-1", "B:P-1", "P-1"], "what cancels has the same key");
    let told = contents(govpay("causale", &["A:B,P-1,1.00,RSSMRA85T10A562S,Mario Rossi,", "A:B,P-1,0,,,"]));
    let refused: Read = Err(vec![at(0, "idA2A", "unsupported_value")]);
    assert_eq!(told, [refused.clone(), refused], "what cancels, too");
}

#[test]
fn a_row_of_another_version_is_not_taken_for_a_debt() {
    // The action of 1.2 stands where 1.3 has its flag, and no action stands in its place.
    let told = mypay(FileLayout::MyPay13, &[format!("{DEBT};;A")]).remove(0).unwrap_err();
    let expected = [at(0, "flgGeneraIuv", "unsupported_value"), at(0, "azione", "required")];
    assert!(expected.iter().all(|fault| told.contains(fault)), "{told:?}");
    let without: Read = Err(vec![at(0, "azione", "required")]);
    assert_eq!(mypay(FileLayout::MyPay10, &[format!("{DEBT};")]), [without]);
}

#[test]
fn a_debt_of_mypay_that_wants_no_number_is_refused() {
    let without = DEBT.replace("05000000001234586", "");
    let told = |row: &str| mypay(FileLayout::MyPay13, &[row.to_owned()]).remove(0);
    assert_eq!(told(&format!("{DEBT};;false;I")), Ok(RowAction::Insert));
    assert_eq!(told(&format!("{without};;TRUE;I")), Ok(RowAction::Insert));
    assert_eq!(told(&format!("{without};;;I")), Ok(RowAction::Insert));
    assert_eq!(told(&format!("{without};;False;I")), Err(vec![at(0, "flgGeneraIuv", "unsupported_value")]));
    assert_eq!(told(&format!("{without};;false;A")), Ok(RowAction::Cancel));
}

#[test]
fn a_second_creditor_counts_or_does_not_and_is_never_passed_over_by_an_empty_flag() {
    let share = "99999000021;Provincia;IT60X0542811101000000123456;;;;;;;9/0101102IM/;Addizionale;10.25;I";
    let told = |flag: &str| mypay(FileLayout::MyPay14, &[format!("{DEBT};;TRUE;{flag};{share}")]).remove(0);
    assert_eq!(told("true"), Ok(RowAction::Insert));
    assert_eq!(told("false"), Ok(RowAction::Insert));
    let columns = [
        "codiceFiscaleEnteSecondario",
        "denominazioneEnteSecondario",
        "ibanAccreditoEnteSecondario",
        "datiSpecificiRiscossioneEnteSecondario",
        "causaleVersamentoEnteSecondario",
        "importoVersamentoEnteSecondario",
    ];
    assert_eq!(told(""), Err(columns.map(|column| at(0, column, "unsupported_value")).to_vec()));
}

#[test]
fn what_govpay_says_and_has_no_place_here_is_refused() {
    let told = |column: &str, cell: &str| {
        let row = format!("A,P-1,1.00,RSSMRA85T10A562S,Mario Rossi,{cell}");
        contents(govpay(column, &[row.as_str()])).remove(0)
    };
    let refused = [
        ("idUnitaOperativa", "UO1"),
        ("dataValidita", "2026-06-30"),
        ("tipoEntrataVoce1", "TARI"),
        ("tipoEntrataVoce5", "TARI"),
        ("tipoContabilitaVoce2", "SIOPE"),
        ("numeroRata", "ENTRO5"),
        ("numeroRata", "oltre5"),
    ];
    for (column, cell) in refused {
        assert_eq!(told(column, cell), Err(vec![at(0, column, "unsupported_value")]), "{column} {cell}");
        assert_eq!(told(column, ""), Ok(RowAction::Load), "{column}");
    }
    assert_eq!(told("tipoContabilitaVoce2", "capitolo"), Ok(RowAction::Load));
    assert_eq!(told("numeroRata", "12"), Ok(RowAction::Load));
}

/// The header of a table of MyPay 1.0.
const MYPAY: &str = "IUD;codIuv;c;d;e;f;g;h;i;j;k;l;m;n;o;p;q;r;s;azione";

#[test]
fn numbers_under_another_name_than_the_layout_has_are_told_and_not_passed_over() {
    let unknown = |text: String, layout_of: FileLayout| {
        let fault = file_fault(text, FileFormat::Csv, layout(layout_of));
        assert_eq!(fault.code, "unknown_column", "{}", fault.detail);
        fault.column
    };
    for name in ["Numero avviso", "numero_avviso", "notice_number", "codice avviso", "iuv", "Codice IUV"] {
        let told = unknown(format!("idPendenza,importo,{name}\nP-1,0,305000000001234586\n"), FileLayout::GovPay);
        assert_eq!(told.as_deref(), Some(name));
        // One mark does not make it a report.
        let told = unknown(format!("idPendenza,importo,riga,{name}\n"), FileLayout::GovPay);
        assert_eq!(told.as_deref(), Some("riga"));
        assert_eq!(unknown(format!("{MYPAY};{name}\n"), FileLayout::MyPay10).as_deref(), Some(name));
    }
}

#[test]
fn columns_of_a_report_are_passed_over_where_both_of_its_marks_stand_and_unknown_elsewhere() {
    let tables = [
        (defaults(), HEADER.to_owned(), ROW.to_owned(), RowAction::Load),
        (layout(FileLayout::MyPay10), MYPAY.to_owned(), format!("{DEBT};I"), RowAction::Insert),
        (layout(FileLayout::GovPay), "idPendenza;importo".to_owned(), "P-1;0".to_owned(), RowAction::Cancel),
    ];
    for (defaults, header, row, action) in tables {
        for marks in ["riga;esito", "outcome;Line"] {
            let text = format!("{header};errori;{marks};id ricevuta\n{row};a;b;c;d\n");
            assert_eq!(contents(all(text, FileFormat::Csv, defaults.clone())), [Ok(action)], "{header}");
        }
        for (added, first) in [("esito;errori", "esito"), ("riga;stato_pagamento", "riga"), ("qr_code", "qr_code")] {
            let fault = file_fault(format!("{header};{added}\n"), FileFormat::Csv, defaults.clone());
            assert_eq!((fault.code, fault.column.as_deref()), ("unknown_column", Some(first)), "{header}");
        }
    }
    // Marks that are columns of the layout itself, by their place, make no report of it.
    let named = MYPAY.replace(";q;r;", ";line;outcome;");
    let fault = file_fault(format!("{named};errors\n"), FileFormat::Csv, layout(FileLayout::MyPay10));
    assert_eq!((fault.code, fault.column.as_deref()), ("unknown_column", Some("errors")));
}
