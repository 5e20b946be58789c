// SPDX-License-Identifier: AGPL-3.0-or-later
//! Cells of XLSX and ODS, kind by kind, and the limits of their sheets.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests state what they expect")]

mod tables;

use std::time::{Duration, Instant};

use tables::{archive_by, cells, code, day, moment, number, ods, ods_and, read, refused, text, xlsx, xlsx_parts};
use tramite_documents::sheet::limits::{
    CELL_READ_CHARS_MAX, COLUMNS_MAX, PARTS_MAX, SHARED_TEXTS_MAX, SHEET_ROWS_MAX, SHEET_TEXT_BYTES_MAX,
};
use tramite_documents::sheet::{BytesSource, Sheet, SheetCell, Unread};
use tramite_domain::import::FileFormat::{self, Ods, Xlsx};
use zip::CompressionMethod;

/// The one cell of a row.
fn xlsx_cell(cell: &str) -> SheetCell {
    cells(&xlsx(&format!(r#"<row r="1">{cell}</row>"#)), Xlsx)[0][0].clone()
}

fn ods_row(cells: &str) -> String {
    format!("<table:table-row>{cells}</table:table-row>")
}

fn ods_cell(cell: &str) -> SheetCell {
    cells(&ods(&ods_row(cell)), Ods)[0][0].clone()
}

/// Why a file is refused, and where.
fn place(file: Vec<u8>, format: FileFormat) -> (&'static str, Option<u64>, Option<String>) {
    let fault = refused(&BytesSource::new(file), format);
    (fault.code, fault.line, fault.column)
}

fn at(code: &'static str, line: u64, column: &str) -> (&'static str, Option<u64>, Option<String>) {
    (code, Some(line), Some(column.to_owned()))
}

#[test]
fn a_cell_of_xlsx_is_what_its_kind_says() {
    for (cell, meant) in [
        (r#"<c r="A1"><v>1234.5600000000001</v></c>"#, number("1234.56")),
        (r#"<c r="A1" t="n" s="0"><v>3.05000000001234E+17</v></c>"#, number("305000000001234000")),
        (r#"<c r="A1" s="1"><v>46387</v></c>"#, day("2026-12-31")),
        (r#"<c r="A1" s="2"><v>46387.999988426</v></c>"#, moment("2026-12-31T23:59:59")),
        (r#"<c r="A1" s="3"><v>0.5</v></c>"#, number("0.5")),
        (r#"<c r="A1" s="1"><v>60</v></c>"#, number("60")),
        (r#"<c r="A1" t="d"><v>2026-12-31T10:00:00</v></c>"#, moment("2026-12-31T10:00:00")),
        (r#"<c r="A1" t="d"><v>2026-12-31T00:00:00</v></c>"#, day("2026-12-31")),
        (r#"<c r="A1" s="4"><v>123</v></c>"#, text("000123")),
        (r#"<c r="A1" s="4"><v>1234567</v></c>"#, number("1234567")),
        (r#"<c r="A1" t="s"><v>0</v></c>"#, text("shared")),
        (r#"<c r="A1" t="s"><v>1</v></c>"#, text("rich ")),
        (r#"<c r="A1" t="s"><v>2</v></c>"#, text("a & b\r")),
        (r#"<c r="A1" t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r></is></c>"#, text("inline")),
        (r#"<c r="A1" t="b"><v>1</v></c>"#, text("true")),
        (r#"<c r="A1" t="b"><v>0</v></c>"#, text("false")),
        (r#"<c><v>7</v></c>"#, number("7")),
        // In a spreadsheet an apostrophe is no part of a mark.
        (r#"<c r="A1" t="inlineStr"><is><t>'=1</t></is></c>"#, text("'=1")),
    ] {
        assert_eq!(xlsx_cell(cell), meant, "{cell}");
    }
}

#[test]
fn a_cell_of_ods_is_what_its_kind_says() {
    for (cell, meant) in [
        (
            r#"<table:table-cell office:value-type="float" office:value="1234.5600000000001"><text:p>x</text:p></table:table-cell>"#,
            number("1234.56"),
        ),
        (
            r#"<table:table-cell office:value-type="currency" office:currency="EUR" office:value="12.5"/>"#,
            number("12.5"),
        ),
        (r#"<table:table-cell office:value-type="percentage" office:value="1e-3"/>"#, number("0.001")),
        (
            r#"<table:table-cell office:value-type="date" office:date-value="2026-12-31"><text:p>31/12/26</text:p></table:table-cell>"#,
            day("2026-12-31"),
        ),
        (
            r#"<table:table-cell office:value-type="date" office:date-value="2026-12-31T23:00:00"/>"#,
            moment("2026-12-31T23:00:00"),
        ),
        (r#"<table:table-cell office:value-type="date" office:date-value="2026-12-31T00:00:00"/>"#, day("2026-12-31")),
        (
            r#"<table:table-cell office:value-type="float" office:value="123"><text:p>000123</text:p></table:table-cell>"#,
            text("000123"),
        ),
        (r#"<table:table-cell office:value-type="boolean" office:boolean-value="true"/>"#, text("true")),
        (
            r#"<table:table-cell office:value-type="time" office:time-value="PT10H"><text:p>10:00</text:p></table:table-cell>"#,
            text("10:00"),
        ),
        (
            r#"<table:table-cell office:value-type="string" office:string-value="said"><text:p>shown</text:p></table:table-cell>"#,
            text("said"),
        ),
        (
            r#"<table:table-cell office:value-type="string"><office:annotation><text:p>remark</text:p></office:annotation>
               <text:p> a &amp;
               <text:span>b</text:span><text:s text:c="2"/>c<text:tab/>d<text:line-break/>e</text:p><text:p>f</text:p></table:table-cell>"#,
            text("a & b  c\td\ne\nf"),
        ),
    ] {
        assert_eq!(ods_cell(cell), meant, "{cell}");
    }
}

#[test]
fn formulas_and_errors_are_told_in_their_cells_and_the_others_are_read() {
    let value = r#"<row r="1"><c r="A1"><v>1</v></c></row>"#;
    let unread = SheetCell::Unread;
    for formula in ["<f>1+1</f>", "<f t=\"shared\" si=\"0\"/>", "<f/>", "<x:f xmlns:x=\"y\">A1</x:f>"] {
        let file = xlsx(&format!(r#"{value}<row r="7"><c r="A7">{formula}<v>2</v></c><c r="B7"><v>3</v></c></row>"#));
        assert_eq!(cells(&file, Xlsx), [vec![number("1")], vec![unread(Unread::Formula), number("3")]]);
    }
    let file = xlsx(&format!(r##"{value}<row r="2"><c r="A2" t="e"><v>#REF!</v></c></row>"##));
    assert_eq!(cells(&file, Xlsx), [[number("1")], [unread(Unread::Error)]]);

    let formula =
        r#"<table:table-cell/><table:table-cell table:formula="of:=1+1" office:value-type="float" office:value="2"/>"#;
    assert_eq!(cells(&ods(&ods_row(formula)), Ods), [[SheetCell::Empty, unread(Unread::Formula)]]);
    let error = r#"<table:table-cell office:value-type="string" calcext:value-type="error"><text:p>Err:502</text:p></table:table-cell>"#;
    assert_eq!(cells(&ods(&ods_row(error)), Ods), [[unread(Unread::Error)]]);
}

#[test]
fn a_text_of_many_pieces_is_read_whole() {
    let longest = "😀".repeat(CELL_READ_CHARS_MAX);
    for piece in ["<!--x-->", "<![CDATA[]]>"] {
        let pieces = piece.repeat(500);
        let text_of_its_own =
            format!(r#"<row r="1"><c r="A1" t="inlineStr"><is><t>{longest}{pieces}</t></is></c></row>"#);
        assert_eq!(cells(&xlsx(&text_of_its_own), Xlsx), [[text(&longest)]]);
        let value = format!(r#"<row r="1"><c r="A1" t="str"><v>{longest}{pieces}</v></c></row>"#);
        assert_eq!(cells(&xlsx(&value), Xlsx), [[text(&longest)]]);
        let paragraph = format!(
            r#"<table:table-cell office:value-type="string"><text:p>{longest}{pieces}</text:p></table:table-cell>"#
        );
        assert_eq!(cells(&ods(&ods_row(&paragraph)), Ods), [[text(&longest)]]);
    }
}

#[test]
fn the_first_sheet_that_is_seen_is_read_and_said() {
    let hidden = r#"<style:style style:name="h" style:family="table"><style:table-properties table:display="false"/></style:style>"#;
    let table = |name: &str, style: &str, row: &str| {
        format!(r#"<table:table table:name="{name}" table:style-name="{style}">{}</table:table>"#, ods_row(row))
    };
    let cell = |value: &str| format!(r#"<table:table-cell office:value-type="float" office:value="{value}"/>"#);
    let tables =
        [table("Unseen", "h", &cell("1")), table("Seen", "s", &cell("2")), table("Other", "s", &cell("3"))].concat();
    let file = ods_and(hidden, &tables, &[]);
    let sheet = Sheet::open(&BytesSource::new(file.as_slice()), Ods).unwrap();
    assert_eq!(sheet.info().sheet.as_deref(), Some("Seen"));
    assert_eq!(cells(&file, Ods), [[number("2")]]);
    assert_eq!(code(&ods_and(hidden, &table("Unseen", "h", &cell("1")), &[]), Ods), "no_sheet");

    let file = xlsx(r#"<row r="1"><c r="A1"><v>1</v></c></row>"#);
    assert_eq!(Sheet::open(&BytesSource::new(file), Xlsx).unwrap().info().sheet.as_deref(), Some("Seen"));
}

#[test]
fn rows_have_their_own_numbers_and_empty_cells_are_none() {
    let file = xlsx(
        r#"<row r="2"><c r="B2"><v>1</v></c><c r="C2" s="1"/></row><row r="4"><c r="A4"/></row>
           <row r="5"><c r="A5" t="inlineStr"><is><t>  </t></is></c></row><row><c><v>2</v></c><c><v>3</v></c></row>"#,
    );
    let rows = read(&BytesSource::new(file), Xlsx).unwrap();
    assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 6]);
    assert_eq!(rows[0].cells, [SheetCell::Empty, number("1")]);
    assert_eq!(rows[1].cells, [number("2"), number("3")]);

    let filled = r#"<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="2"/>"#;
    let file = ods(&format!(
        r#"<table:table-row table:number-rows-repeated="3"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
           <table:table-row-group><table:table-row table:number-rows-repeated="2"><table:table-cell/>{filled}</table:table-row>
           </table:table-row-group><table:table-row table:number-rows-repeated="1048570"><table:table-cell/></table:table-row>"#,
    ));
    let rows = read(&BytesSource::new(file), Ods).unwrap();
    assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [4, 5]);
    assert_eq!(rows[1].cells, [SheetCell::Empty, number("1"), number("1")]);

    // Rows of blanks are none, and count.
    let said = |text: &str| {
        format!(
            r#"<table:table-cell office:value-type="string" office:string-value="{text}" table:number-columns-repeated="3"/>"#
        )
    };
    for blank in ["", " ", "&#xA0;&#x9;"] {
        let blanks = |rows: u64| {
            format!(r#"<table:table-row table:number-rows-repeated="{rows}">{}</table:table-row>"#, said(blank))
        };
        let file = ods(&format!("{}{}{}{}", blanks(7), ods_row(&said("a")), blanks(2), ods_row(&said("b"))));
        let rows = read(&BytesSource::new(file), Ods).unwrap();
        assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [8, 11], "{blank:?}");
        let begun = Instant::now();
        assert_eq!(cells(&ods(&format!("{}{}", ods_row(&said("a")), blanks(u64::MAX))), Ods).len(), 1);
        assert!(begun.elapsed() < Duration::from_secs(1));
    }
}

#[test]
fn days_are_counted_from_1904_where_the_workbook_says_so() {
    let mut parts = xlsx_parts(r#"<row r="1"><c r="A1" s="1"><v>44925</v></c></row>"#);
    let workbook = &mut parts.iter_mut().find(|(name, _)| name == "xl/workbook.xml").unwrap().1;
    *workbook = String::from_utf8(workbook.clone())
        .unwrap()
        .replace("<sheets>", r#"<workbookPr date1904="1"/><sheets>"#)
        .into();
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, part)| (name.as_str(), part.as_slice())).collect();
    assert_eq!(cells(&archive_by(&parts, CompressionMethod::Deflated), Xlsx), [[day("2026-12-31")]]);
}

#[test]
fn cells_in_no_order_are_refused() {
    for data in [
        r#"<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c></row>"#,
        r#"<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>"#,
        r#"<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row>"#,
        r#"<row r="2"><c r="A2"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>"#,
    ] {
        assert_eq!(code(&xlsx(data), Xlsx), "cells_out_of_order", "{data}");
    }
    for data in [r#"<row r="1"><c r="A2"><v>1</v></c></row>"#, r#"<row r="x"/>"#, r#"<row r="1"><c r="1A"/></row>"#] {
        assert_eq!(code(&xlsx(data), Xlsx), "broken_xml", "{data}");
    }
    for cell in ["<v>1,5</v>", "<v>1e999</v>", "<v>NaN</v>"] {
        assert_eq!(
            code(&xlsx(&format!(r#"<row r="1"><c r="A1">{cell}</c></row>"#)), Xlsx),
            "unreadable_cell",
            "{cell}"
        );
    }
    assert_eq!(code(&xlsx(r#"<row r="1"><c r="A1" t="s"><v>99</v></c></row>"#), Xlsx), "unreadable_cell");
    assert_eq!(
        code(&ods(&ods_row(r#"<table:table-cell office:value-type="float" office:value="x"/>"#)), Ods),
        "unreadable_cell"
    );
    assert_eq!(
        code(&ods(&ods_row(r#"<table:table-cell office:value-type="date" office:date-value="31/12/2026"/>"#)), Ods),
        "unreadable_cell"
    );
}

#[test]
fn each_limit_of_a_sheet_has_its_name() {
    let (last, beyond) = (SHEET_ROWS_MAX, SHEET_ROWS_MAX + 1);
    let row = |row: u64| format!(r#"<row r="{row}"><c r="B{row}"><v>1</v></c></row>"#);
    assert_eq!(cells(&xlsx(&row(last)), Xlsx).len(), 1);
    assert_eq!(place(xlsx(&row(beyond)), Xlsx), at("too_many_rows", beyond, "B"));
    assert_eq!(cells(&xlsx(&format!(r#"<row r="{beyond}"><c r="B{beyond}"/></row>"#)), Xlsx).len(), 0);

    assert_eq!(cells(&xlsx(r#"<row r="1"><c r="GR1"><v>1</v></c></row>"#), Xlsx)[0].len(), COLUMNS_MAX);
    assert_eq!(place(xlsx(r#"<row r="1"><c r="GS1"><v>1</v></c></row>"#), Xlsx), at("too_many_columns", 1, "GS"));

    let inline = |text: &str| xlsx(&format!(r#"<row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c></row>"#));
    let longest = "à".repeat(CELL_READ_CHARS_MAX);
    assert_eq!(cells(&inline(&longest), Xlsx), [[text(&longest)]]);
    let too_long = [[SheetCell::Unread(Unread::TooLong)]];
    assert_eq!(cells(&inline(&format!("{longest}x")), Xlsx), too_long);
    // What is written as one character and has more letters is too long as it is written.
    assert_eq!(cells(&inline(&"_x0041_".repeat(CELL_READ_CHARS_MAX)), Xlsx), too_long);
    let typed = format!(r#"<row r="1"><c r="A1" t="str"><v>{longest}x</v></c></row>"#);
    assert_eq!(cells(&xlsx(&typed), Xlsx), too_long);

    let with = |changed: &str, as_this: String| {
        let mut parts = xlsx_parts("");
        parts.iter_mut().find(|(name, _)| name == changed).unwrap().1 = as_this.into_bytes();
        let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, part)| (name.as_str(), part.as_slice())).collect();
        archive_by(&parts, CompressionMethod::Stored)
    };
    let shared = with("xl/sharedStrings.xml", format!("<sst><si><t>{longest}x</t></si></sst>"));
    assert_eq!(cells(&shared, Xlsx), Vec::<Vec<SheetCell>>::new(), "no cell shows it");
    let texts = |count: usize| with("xl/sharedStrings.xml", format!("<sst>{}</sst>", "<si/>".repeat(count)));
    assert_eq!(code(&texts(SHARED_TEXTS_MAX + 1), Xlsx), "too_many_texts");
    let styles = |count: usize| with("xl/styles.xml", format!("<s><cellXfs>{}</cellXfs></s>", "<xf/>".repeat(count)));
    assert_eq!(cells(&styles(PARTS_MAX), Xlsx).len(), 0);
    assert_eq!(code(&styles(PARTS_MAX + 1), Xlsx), "too_many_parts");
}

#[test]
fn a_text_counts_as_often_as_it_is_shown() {
    let (long, begun) = ("à".repeat(CELL_READ_CHARS_MAX), Instant::now());
    let shown = SHEET_TEXT_BYTES_MAX / long.len();
    assert!(shown < 200 * 200, "it is less than the cells that there may be");
    let row = |row: usize, columns: usize| {
        let cells: String =
            (0..columns).map(|_| r#"<c t="s"><v>0</v></c>"#.to_owned()).collect::<Vec<String>>().concat();
        format!(r#"<row r="{row}">{cells}</row>"#)
    };
    let of_texts = |count: usize| {
        let rows = (1..=count / 100).map(|number| row(number, 100)).collect::<Vec<String>>().concat();
        let mut parts = xlsx_parts(&format!("{rows}{}", row(count / 100 + 1, count % 100)));
        parts.iter_mut().find(|(name, _)| name == "xl/sharedStrings.xml").unwrap().1 =
            format!("<sst><si><t>{long}</t></si></sst>").into_bytes();
        let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, part)| (name.as_str(), part.as_slice())).collect();
        archive_by(&parts, CompressionMethod::Deflated)
    };
    assert_eq!(cells(&of_texts(shown), Xlsx).iter().map(Vec::len).sum::<usize>(), shown);
    assert_eq!(code(&of_texts(shown + 1), Xlsx), "too_many_texts");

    let repeated = format!(
        r#"<table:table-row table:number-rows-repeated="150000"><table:table-cell office:value-type="string"
           office:string-value="{long}" table:number-columns-repeated="20"/></table:table-row>"#
    );
    assert_eq!(code(&ods(&repeated), Ods), "too_many_texts");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn what_stands_for_many_is_refused_as_soon_as_it_is_too_many() {
    let begun = Instant::now();
    let filled = |columns: u64| {
        format!(
            r#"<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="{columns}"/>"#
        )
    };
    let rows = |rows: u64, cells: &str| {
        format!(r#"<table:table-row table:number-rows-repeated="{rows}">{cells}</table:table-row>"#)
    };
    assert_eq!(place(ods(&rows(1, &filled(u64::MAX))), Ods).0, "too_many_columns");
    assert_eq!(place(ods(&rows(u64::MAX, &filled(1))), Ods), at("too_many_rows", SHEET_ROWS_MAX + 1, "A"));
    assert_eq!(place(ods(&rows(150_000, &filled(200))), Ods).0, "too_many_cells");
    let empty = rows(u64::MAX, "<table:table-cell/>");
    assert_eq!(place(ods(&format!("{empty}{empty}{}", rows(1, &filled(1)))), Ods).0, "too_many_rows");
    let blanks = r#"<table:table-cell office:value-type="string"><text:p>a<text:s text:c="99999999999"/>b</text:p></table:table-cell>"#;
    assert_eq!(cells(&ods(&ods_row(blanks)), Ods), [[SheetCell::Unread(Unread::TooLong)]]);
    assert_eq!(code(&ods(&rows(1, &filled(1)).replace("\"1\">", "\"-1\">")), Ods), "broken_xml");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}
