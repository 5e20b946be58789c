// SPDX-License-Identifier: AGPL-3.0-or-later
//! Debt positions as lines of JSON, plain and in gzip.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use tramite_documents::import::{RowGroup, limits};
use tramite_domain::import::{FileFormat, RowAction};
use tramite_domain::violation::Violation;

use crate::support::{all, defaults, file_fault, told, try_open};

const TEXT: &str = concat!(
    "\u{feff}{\"external_id\":\"A\",\"service_code\":\"IMU\",\"amount\":12050,\"publish\":false}\n",
    "\n",
    "{\"external_id\":\"B\",\"action\":\"insert\"}\r\n",
    "  \n",
    "{\"external_id\":\"C\",\"action\":\"delete\",\"amount\":\"x\"}",
);

fn lines(bytes: impl Into<Vec<u8>>) -> Vec<RowGroup> {
    all(bytes, FileFormat::Ndjson, defaults())
}

fn zipped(bytes: &[u8]) -> Vec<u8> {
    let mut zip = GzEncoder::new(Vec::new(), Compression::best());
    zip.write_all(bytes).unwrap();
    zip.finish().unwrap()
}

#[test]
fn each_line_is_a_position() {
    let groups = lines(TEXT);
    let bodies: Vec<_> = groups.iter().map(|group| group.content.as_ref().unwrap()).collect();
    assert_eq!(bodies[0].body, json!({"external_id": "A", "service_code": "IMU", "amount": 12050, "publish": false}));
    assert_eq!(bodies[1].body, json!({"external_id": "B", "service_code": "TARI", "publish": true}));
    let actions: Vec<RowAction> = bodies.iter().map(|piece| piece.action).collect();
    assert_eq!(actions, [RowAction::Load, RowAction::Insert, RowAction::Cancel]);
    assert_eq!(bodies[2].body["payment_options"][0]["kind"], "single", "of a cancellation only the key counts");
    let numbers: Vec<&[u64]> = groups.iter().map(|group| group.lines.as_slice()).collect();
    assert_eq!(numbers, [[1], [3], [5]]);
    assert_eq!(groups[0].service_code.as_deref(), Some("IMU"));
    assert_eq!(groups[1].service_code.as_deref(), Some("TARI"));
}

#[test]
fn gzip_is_known_by_its_beginning() {
    assert_eq!(lines(zipped(TEXT.as_bytes())), lines(TEXT));
    let file = try_open(zipped(TEXT.as_bytes()), FileFormat::Ndjson, defaults()).unwrap();
    assert_eq!(file.rows_total(), 3);
    let mut cut = zipped(TEXT.as_bytes());
    cut.truncate(cut.len() - 12);
    assert_eq!(file_fault(cut, FileFormat::Ndjson, defaults()).code, "invalid_gzip");
}

#[test]
fn what_is_no_object_is_told_and_the_others_are_read() {
    let text =
        b"[1]\n{\"external_id\":\"A\"}\nnull\n{\"external_id\":\"B\"\n\xff\xfe\n{\"external_id\":\"C\",\"action\":7}\n"
            .to_vec();
    let text = [text.as_slice(), b"{\"action\":\"cancel\"}\n"].concat();
    let codes: Vec<Vec<(usize, Option<String>, String)>> =
        lines(text).into_iter().map(|group| group.content.map_or_else(told, |_| vec![])).collect();
    let invalid = vec![(0, None, "invalid_json".to_owned())];
    let action = vec![(0, Some("/action".to_owned()), "unknown_value".to_owned())];
    let keyless = vec![(0, Some("/external_id".to_owned()), "required".to_owned())];
    assert_eq!(codes, [invalid.clone(), vec![], invalid.clone(), invalid.clone(), invalid, action, keyless]);
}

#[test]
fn a_line_that_cancels_names_its_installments_or_none() {
    let cancel = |options: &str| {
        let more = if options.is_empty() { String::new() } else { format!(",\"payment_options\":{options}") };
        lines(format!("{{\"external_id\":\"A\",\"action\":\"cancel\"{more}}}\n")).remove(0).content
    };
    let cases: [(&str, &[&str]); 5] = [
        ("", &[]),
        (r#"[{"installments":[{"amount":1}]}]"#, &["single"]),
        (r#"[{"installments":[{"reference":null}]}]"#, &["single"]),
        (r#"[{"kind":"installments","installments":[{"reference":"2","amount":1}]}]"#, &["2"]),
        (
            r#"[{"installments":[{"reference":"1"},{"reference":"2"}]},{"installments":[{"reference":"R"}]}]"#,
            &["1", "2", "R"],
        ),
    ];
    for (options, expected) in cases {
        let piece = cancel(options).unwrap();
        let named: Vec<&str> = piece.withdrawn.iter().map(String::as_str).collect();
        assert_eq!((piece.action, named.as_slice()), (RowAction::Cancel, expected), "{options}");
        assert_eq!(piece.body["payment_options"][0]["installments"], json!([{"amount": 1}]));
    }
    let wrong = [
        (r#"[{"installments":[{"reference":"1"},{"amount":1}]}]"#, "required"),
        (r#"[{"installments":[{"reference":null}]},{"installments":[{"reference":"1"}]}]"#, "required"),
        (r#"[{"installments":[{"reference":2}]}]"#, "wrong_type"),
        (r#"[{"installments":["2"]}]"#, "wrong_type"),
        (r#"[{"installments":{"reference":"2"}}]"#, "wrong_type"),
        (r#"[{"installments":[]}]"#, "wrong_type"),
        (r#"[{"reference":"2"}]"#, "wrong_type"),
        (r#"["2"]"#, "wrong_type"),
        (r#"{"installments":[{"reference":"2"}]}"#, "wrong_type"),
        ("[]", "wrong_type"),
        ("null", "wrong_type"),
        (r#"[{"installments":[{"reference":"Mario Rossi"}]}]"#, "no_such_installment"),
        (&format!(r#"[{{"installments":[{}]}}]"#, [r#"{"reference":"1"}"#; 1_001].join(",")), "too_many"),
    ];
    for (options, code) in wrong {
        let expected = vec![(0, Some("/payment_options".to_owned()), code.to_owned())];
        assert_eq!(told(cancel(options).unwrap_err()), expected, "{options}");
    }
}

#[test]
fn a_fault_is_told_by_its_pointer() {
    let piece = lines(TEXT).remove(0).content.unwrap();
    let violation = Violation {
        pointer: "/payment_options/0/installments/1/amount".to_owned(),
        code: "out_of_range",
        detail: "too much".to_owned(),
    };
    let placed = piece.places.place(&violation);
    assert_eq!(placed.fault.column.as_deref(), Some("/payment_options/0/installments/1/amount"));
    assert_eq!((placed.row, placed.fault.code.as_str()), (0, "out_of_range"));
    assert_eq!(piece.places.row_of_installment(0, 0), None);
    let named = |name: &str| {
        let violation = Violation { pointer: format!("/{name}"), ..violation.clone() };
        piece.places.place(&violation).fault.column
    };
    assert_eq!(named("RSSMRA85T10A562S").as_deref(), Some("/***"));
    assert_eq!(named(&"n".repeat(1_000_000)), None);
}

#[test]
fn a_line_is_bounded_also_where_it_is_zipped() {
    let long = format!("{{}}\n{}\n", " ".repeat(limits::LINE_BYTES_MAX + 1));
    for bytes in [long.clone().into_bytes(), zipped(long.as_bytes())] {
        let fault = file_fault(bytes, FileFormat::Ndjson, defaults());
        assert_eq!((fault.code, fault.line), ("line_too_long", Some(2)));
    }
}

#[test]
fn members_of_a_report_are_left_out_of_its_lines_and_of_no_others() {
    let body = |text: &str| lines(text).remove(0).content.unwrap().body;
    let members = "\"external_id\":\"A\",\"installments\":[{\"amount\":1}],\"errors\":[]";
    assert_eq!(
        body(&format!("{{{members}}}")),
        json!({"external_id": "A", "service_code": "TARI", "publish": true, "installments": [{"amount": 1}], "errors": []}),
        "what the contract does not know is told, not lost"
    );
    assert_eq!(body(&format!("{{{members},\"line\":7}}"))["line"], 7);
    assert_eq!(body(&format!("{{{members},\"outcome\":null}}"))["errors"], json!([]));
    assert_eq!(
        body(&format!("{{{members},\"line\":7,\"outcome\":null}}")),
        json!({"external_id": "A", "service_code": "TARI", "publish": true})
    );
}

#[test]
fn positions_are_passed_over() {
    let mut file = try_open(TEXT, FileFormat::Ndjson, defaults()).unwrap();
    assert_eq!(file.skip_groups(2).unwrap(), 2);
    assert_eq!(file.next_group().unwrap().unwrap().external_id.as_deref(), Some("C"));
    assert_eq!(file.skip_groups(1).unwrap(), 0);
}
