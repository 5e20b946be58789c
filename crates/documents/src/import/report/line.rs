// SPDX-License-Identifier: AGPL-3.0-or-later
//! What became of a line of JSON: the line with some members more.

use serde_json::{Map, Value, json};

use crate::import::lines::{is_of_report, take_out_report};

use super::model::{ReportError, ReportInstallment, ReportKind, ReportRow};

/// The line of the report.
pub(super) fn line(number: u64, bytes: &[u8], row: &ReportRow, kind: ReportKind) -> Result<Vec<u8>, ReportError> {
    let mut members = members(bytes);
    members.insert("line".to_owned(), number.into());
    members.insert("outcome".to_owned(), row.outcome.map(|outcome| outcome.name()).into());
    let installments: Vec<Value> = row.installments.iter().map(|one| installment(one, kind)).collect();
    members.insert("installments".to_owned(), installments.into());
    if kind == ReportKind::Loading {
        let errors =
            row.faults.iter().map(|fault| json!({"column": fault.column, "code": fault.code, "detail": fault.detail}));
        members.insert("errors".to_owned(), errors.collect::<Vec<Value>>().into());
    }
    let mut line = serde_json::to_vec(&members).map_err(std::io::Error::other)?;
    line.push(b'\n');
    Ok(line)
}

/// The members of a line without those of an earlier report. What is no object cannot have members, and the caller's own would be lost
/// under the names of a report: such a line comes back as a text, and is as wrong when it is loaded again.
fn members(bytes: &[u8]) -> Map<String, Value> {
    if let Ok(Value::Object(mut members)) = serde_json::from_slice(bytes) {
        take_out_report(&mut members);
        if !members.keys().any(|name| is_of_report(name)) {
            return members;
        }
    }
    Map::from_iter([("text".to_owned(), String::from_utf8_lossy(bytes).trim().into())])
}

fn installment(one: &ReportInstallment, kind: ReportKind) -> Value {
    match kind {
        ReportKind::Loading => json!({
            "reference": one.reference,
            "iuv": one.iuv,
            "notice_number": one.notice_number,
            "qr_code": one.qr_code,
        }),
        ReportKind::Outcomes => json!({
            "reference": one.reference,
            "iuv": one.iuv,
            "notice_number": one.notice_number,
            "status": one.status,
            "paid_at": one.paid_at.map(|at| at.to_string()),
            "paid_amount": one.paid_amount.map(tramite_domain::money::Cents::cents),
            "receipt_id": one.receipt_id,
            "psp": one.psp,
        }),
    }
}
