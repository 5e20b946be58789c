// SPDX-License-Identifier: AGPL-3.0-or-later
//! Reports that are sent again: what was wrong is as wrong as before, and nothing is lost.

use serde_json::{Value, json};
use tramite_documents::import::{ReportKind, ReportRow, limits};
use tramite_documents::sheet::SheetCell;
use tramite_domain::import::{FileFormat, FileLayout};

use crate::reports::{contents, loaded, ods, rejected, report, report_of, rows};
use crate::support::{HEADER, ROW, all, defaults, file_fault, header, layout, xlsx};

#[test]
fn lines_of_json_get_members_that_are_left_out_again() {
    let text = "{\"external_id\":\"A\",\"amount\":1}\nno json\n";
    let once = report(text.as_bytes(), FileFormat::Ndjson, |line| if line == 1 { loaded() } else { rejected() });
    let lines: Vec<Value> = once
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    assert_eq!(lines[0]["outcome"], "loaded");
    assert_eq!(lines[0]["installments"][0]["notice_number"], "305000000001234586");
    assert_eq!(lines[1]["text"], "no json");
    assert_eq!(lines[1]["errors"][0], json!({"column": "importo", "code": "invalid_amount", "detail": "told so"}));
    let again = all(once, FileFormat::Ndjson, defaults());
    let before = all(text, FileFormat::Ndjson, defaults());
    assert_eq!(again[0], before[0]);
    let outcomes =
        report_of(text.as_bytes(), FileFormat::Ndjson, FileLayout::Tramite, ReportKind::Outcomes, |_| loaded());
    let first: Value = serde_json::from_slice(outcomes.split(|byte| *byte == b'\n').next().unwrap()).unwrap();
    assert_eq!(first["installments"][0]["paid_amount"], 12_050);
    assert_eq!(all(outcomes, FileFormat::Ndjson, defaults())[0], before[0]);
}

#[test]
fn a_line_of_json_with_members_of_a_report_stays_as_wrong_as_it_was() {
    let text = "{\"external_id\":\"A\",\"amount\":1,\"installments\":[{\"amount\":5}]}\n";
    let once = report(text.as_bytes(), FileFormat::Ndjson, |_| rejected());
    let line: Value = serde_json::from_slice(&once).unwrap();
    assert_eq!((&line["text"], &line["outcome"]), (&json!(text.trim()), &json!("rejected")));
    let again = all(once.clone(), FileFormat::Ndjson, defaults()).remove(0);
    assert_eq!(again.content.unwrap().body, json!({"text": text.trim(), "service_code": "TARI", "publish": true}));
    assert_eq!(report(&once, FileFormat::Ndjson, |_| rejected()), once);
}

/// The first row of a CSV has more cells than its header, and the other is right: so it is read from each report of it too, where this
/// stands in the last cell of the first.
fn stays_wrong(text: &str, last: &str) {
    let before = contents(all(text, FileFormat::Csv, defaults()));
    assert_eq!(before[0].1, Err(vec![(0, "cell_without_column".to_owned())]));
    assert!(before[1].1.is_ok());
    let mut written = text.as_bytes().to_vec();
    for kind in [ReportKind::Loading, ReportKind::Outcomes, ReportKind::Loading] {
        written = report_of(&written, FileFormat::Csv, FileLayout::Tramite, kind, |_| rejected());
        assert_eq!(contents(all(written.clone(), FileFormat::Csv, defaults())), before, "{kind:?}");
        assert_eq!(rows(written.clone(), FileFormat::Csv)[1].last(), Some(&SheetCell::Text(last.to_owned())));
    }
}

#[test]
fn cells_without_a_column_stay_where_they_make_their_row_wrong() {
    // The comma of the amount parted it: without the rest it would be another amount.
    let text = "external_id,tax_code,full_name,amount\nA,RSSMRA85T10A562S,Mario Rossi,120,50\nB,RSSMRA85T10A562S,Mario Rossi,1\n";
    stays_wrong(text, "50");

    let names = ["external_id", "tax_code", "full_name", "amount"];
    let row = ["A", "RSSMRA85T10A562S", "Mario Rossi", "120", "", "50"];
    for (bytes, format) in
        [(xlsx(&[header(&names), header(&row)]), FileFormat::Xlsx), (ods(&[&names, &row]), FileFormat::Ods)]
    {
        let again = report(&bytes, format, |_| rejected());
        let told = contents(all(again, format, defaults()));
        assert_eq!(told[0].1, Err(vec![(0, "cell_without_column".to_owned())]), "{format:?}");
    }
}

#[test]
fn a_row_that_is_wider_than_the_header_is_wrong_and_stays_wrong() {
    // The comma of the amount parted it, and the last cell is empty: it would be another amount, with the rest for a description.
    let text = "external_id,tax_code,full_name,amount,description\nA,RSSMRA85T10A562S,Mario Rossi,120,50,\nB,RSSMRA85T10A562S,Mario Rossi,1,\n";
    stays_wrong(text, "cell_without_column");
    // What was parted may be the key of what is cancelled.
    let cancels = "action,amount,external_id,description\ncancel,120,50,A,\n";
    let told = contents(all(cancels, FileFormat::Csv, defaults()));
    assert_eq!(told[0].1, Err(vec![(0, "cell_without_column".to_owned())]));
    // A delimiter at the end of all rows is a habit of programs.
    let ended = format!("{HEADER};\nA;RSSMRA85T10A562S;Mario Rossi;1;\nB;RSSMRA85T10A562S;Mario Rossi;1\n");
    assert!(contents(all(ended, FileFormat::Csv, defaults())).iter().all(|(_, content)| content.is_ok()));
}

#[test]
fn the_report_of_the_widest_table_is_loaded_again() {
    let with = |columns: usize, surplus: usize| {
        let further: Vec<String> = (4..columns).map(|number| format!("metadata.k{number}")).collect();
        let cells = vec!["x"; columns - 4 + surplus].join(";");
        format!("{HEADER};{}\nA;RSSMRA85T10A562S;Mario Rossi;1;{cells}\n", further.join(";"))
    };
    let widest = with(limits::COLUMNS_NAMED_MAX, 0);
    let before = contents(all(widest.clone(), FileFormat::Csv, defaults()));
    assert!(before[0].1.is_ok());
    let mut written = widest.into_bytes();
    for kind in [ReportKind::Outcomes, ReportKind::Loading, ReportKind::Outcomes] {
        written = report_of(&written, FileFormat::Csv, FileLayout::Tramite, kind, |_| ReportRow::default());
        assert_eq!(contents(all(written.clone(), FileFormat::Csv, defaults())), before);
    }
    // What is beside them has room as well, as far as it must be seen.
    let crowded = with(limits::COLUMNS_NAMED_MAX, 10);
    let mut written = crowded.into_bytes();
    for kind in [ReportKind::Outcomes, ReportKind::Loading] {
        written = report_of(&written, FileFormat::Csv, FileLayout::Tramite, kind, |_| rejected());
        let again = contents(all(written.clone(), FileFormat::Csv, defaults()));
        assert_eq!(again[0].1.as_ref().unwrap_err()[0], (0, "cell_without_column".to_owned()));
    }
    let fault = file_fault(with(limits::COLUMNS_NAMED_MAX + 1, 0), FileFormat::Csv, defaults());
    assert_eq!((fault.code, fault.line), ("too_many_columns", Some(1)));
}

/// A debt of MyPay as far as all versions have the same columns.
const DEBT: &str = "IUD-1;;F;RSSMRA85T10A562S;Mario Rossi;;;;;;;;2026-12-31;120.50;;MENSA;ALL;Mensa;9/0101101IM";

/// A table of each layout: of those of MyPay also without a header.
fn tables() -> Vec<(FileLayout, String)> {
    let mut tables = vec![
        (FileLayout::Tramite, format!("{HEADER}\n{ROW}\n")),
        (FileLayout::Tramite, format!("{HEADER};iuv;notice_number\n{ROW};05000000001234586;305000000001234586\n")),
        (
            FileLayout::GovPay,
            "idPendenza,importo,numeroAvviso,identificativoPagatore,anagraficaPagatore\n\
             P-1,1.00,305000000001234586,RSSMRA85T10A562S,Mario Rossi\n"
                .to_owned(),
        ),
    ];
    let versions = [
        (FileLayout::MyPay10, 0),
        (FileLayout::MyPay11, 0),
        (FileLayout::MyPay12, 1),
        (FileLayout::MyPay13, 2),
        (FileLayout::MyPay14, 15),
    ];
    for (layout_of, empty) in versions {
        let row = format!("{DEBT}{};I", ";".repeat(empty));
        let names: Vec<String> = (2..=20 + empty).map(|number| format!("c{number}")).collect();
        tables.push((layout_of, format!("IUD;{}\n{row}\n", names.join(";"))));
        tables.push((layout_of, format!("{row}\n")));
    }
    tables
}

#[test]
fn the_report_of_each_layout_is_loaded_again_and_written_again() {
    for (layout_of, text) in tables() {
        let said = |bytes: Vec<u8>| contents(all(bytes, FileFormat::Csv, layout(layout_of)));
        let before = said(text.clone().into_bytes());
        assert!(before[0].1.is_ok(), "{before:?}");
        let mut written = text.into_bytes();
        for kind in [ReportKind::Loading, ReportKind::Outcomes, ReportKind::Loading] {
            written = report_of(&written, FileFormat::Csv, layout_of, kind, |_| rejected());
            assert_eq!(said(written.clone()), before, "{} {kind:?}", layout_of.name());
        }
    }
}

#[test]
fn a_column_that_counts_by_its_place_stays_in_the_report_whatever_it_is_called() {
    let called = |name: &str| format!("IUD;{name};c;d;e;f;g;h;i;j;k;l;m;n;o;p;q;r;s;azione");
    for name in ["IUV", "Codice IUV", "numero_avviso", "riga", "outcome", "errori"] {
        // One debt has no number: the one that it is given stands in the column that is added, and not in the file's own.
        let numbered = DEBT.replace("IUD-1;;", "IUD-2;05000000001234586;");
        let text = format!("{}\n{DEBT};I\n{numbered};I\n", called(name));
        let said = |bytes: Vec<u8>| contents(all(bytes, FileFormat::Csv, layout(FileLayout::MyPay10)));
        let before = said(text.clone().into_bytes());
        assert!(before.iter().all(|(_, content)| content.is_ok()), "{before:?}");
        let mut written = text.clone().into_bytes();
        for kind in [ReportKind::Loading, ReportKind::Outcomes, ReportKind::Loading] {
            written = report_of(&written, FileFormat::Csv, FileLayout::MyPay10, kind, |_| loaded());
            assert_eq!(said(written.clone()), before, "{name} {kind:?}");
            let (own, rows) =
                (rows(text.clone().into_bytes(), FileFormat::Csv), rows(written.clone(), FileFormat::Csv));
            for (own, row) in own.iter().zip(&rows) {
                assert_eq!(row[..20], own[..], "{name} {kind:?}");
            }
            let added = ["riga", "esito", "iuv", "numero_avviso"].map(|name| SheetCell::Text(name.to_owned()));
            assert_eq!(rows[0][20..24], added);
            assert_eq!(rows[1][22], SheetCell::Text("05000000001234586".to_owned()));
        }
    }
}
