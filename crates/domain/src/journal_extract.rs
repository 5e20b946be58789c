// SPDX-License-Identifier: AGPL-3.0-or-later
//! The giornale degli eventi as the desk of pagoPA reads it: its own columns, in its own words (sla.md 5).

use chrono::SecondsFormat;

use crate::journal::{Direction, JournalEntry};

/// The names of the columns, in the order of the specification.
pub const COLUMNS: [&str; 16] = [
    "dataOraEvento",
    "identificativoDominio",
    "identificativoUnivocoVersamento",
    "codiceContestoPagamento",
    "identificativoPrestatoreServiziPagamento",
    "tipoVersamento",
    "componente",
    "categoriaEvento",
    "tipoEvento",
    "sottoTipoEvento",
    "identificativoFruitore",
    "identificativoErogatore",
    "identificativoStazioneIntermediarioPA",
    "canalePagamento",
    "parametriSpecificiInterfaccia",
    "esito",
];

/// Who recorded the line: `componente`.
pub const COMPONENT: &str = "Tramite";
/// What does not apply.
const NOT_APPLICABLE: &str = "N/A";
/// What applies and was not told, in the specification's own spelling.
const UNKNOWN: &str = "UNKNOW";
/// A message that goes in or out: `categoriaEvento`.
const INTERFACE: &str = "INTERFACCIA";
/// How the operations that carry a receipt begin: they name a provider, a channel and a token.
const RECEIPTS: &str = "paSendRT";

/// One line in the columns. `channel` is the provider's channel, where the receipt of the payment tells it.
#[must_use]
pub fn cells(entry: &JournalEntry, channel: Option<&str>) -> [String; 16] {
    let told = |value: Option<&str>| {
        let missing = if entry.operation.starts_with(RECEIPTS) { UNKNOWN } else { NOT_APPLICABLE };
        value.filter(|text| !text.is_empty()).unwrap_or(missing).to_owned()
    };
    let or_none = |value: Option<&str>| value.unwrap_or(NOT_APPLICABLE).to_owned();
    let iuv = entry.iuv.as_deref();
    [
        day_and_hour(entry),
        or_none(entry.creditor_tax_code.as_deref()),
        or_none(iuv),
        told(entry.payment_token.as_deref()),
        told(entry.psp_id.as_deref()),
        NOT_APPLICABLE.to_owned(),
        COMPONENT.to_owned(),
        INTERFACE.to_owned(),
        entry.operation.clone(),
        entry.direction.name().to_owned(),
        entry.caller.clone(),
        entry.callee.clone(),
        or_none(entry.station_id.as_deref()),
        told(channel),
        parameters(entry),
        outcome(entry),
    ]
}

/// GMT with milliseconds and without a zone: `YYYY-MM-DDThh:mm:ss.sss`.
fn day_and_hour(entry: &JournalEntry) -> String {
    let text = entry.at.datetime().to_rfc3339_opts(SecondsFormat::Millis, true);
    text.trim_end_matches('Z').to_owned()
}

/// Notice and session.
fn parameters(entry: &JournalEntry) -> String {
    let notice = entry.notice_number.as_ref().map(|number| format!("NAV={number}"));
    let session = entry.session_id.map(|id| format!("idSession={id}"));
    let all: Vec<String> = notice.into_iter().chain(session).collect();
    if all.is_empty() { NOT_APPLICABLE.to_owned() } else { all.join(";") }
}

/// A request has no outcome; a response always.
fn outcome(entry: &JournalEntry) -> String {
    let missing = match entry.direction {
        Direction::Request => NOT_APPLICABLE,
        Direction::Response => UNKNOWN,
    };
    entry.outcome.as_deref().unwrap_or(missing).to_owned()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn entry(operation: &str, direction: Direction) -> JournalEntry {
        JournalEntry {
            id: Uuid::from_u128(1).into(),
            exchange: Uuid::from_u128(2),
            at: "2026-09-01T08:30:00.123456Z".parse().unwrap(),
            direction,
            operation: operation.to_owned(),
            caller: crate::journal::NODE.to_owned(),
            callee: "99999000039_01".to_owned(),
            creditor_tax_code: Some("99999000013".to_owned()),
            station_id: Some("99999000039_01".to_owned()),
            notice_number: Some("305000000001234586".to_owned()),
            iuv: Some("05000000001234586".to_owned()),
            payment_token: None,
            psp_id: None,
            session_id: None,
            outcome: None,
            http_status: None,
            duration_us: None,
            payload: Vec::new(),
        }
    }

    #[test]
    fn a_line_has_every_column_and_says_what_does_not_apply_and_what_is_not_known() {
        let line = cells(&entry("paVerifyPaymentNotice", Direction::Request), None);
        let expected = [
            "2026-09-01T08:30:00.123",
            "99999000013",
            "05000000001234586",
            "N/A",
            "N/A",
            "N/A",
            "Tramite",
            "INTERFACCIA",
            "paVerifyPaymentNotice",
            "req",
            "NodoDeiPagamentiSPC",
            "99999000039_01",
            "99999000039_01",
            "N/A",
            "NAV=305000000001234586",
            "N/A",
        ];
        assert_eq!(line, expected);
        let receipt = JournalEntry {
            payment_token: Some("token".to_owned()),
            session_id: Some(Uuid::from_u128(7)),
            ..entry("paSendRTV2", Direction::Response)
        };
        let line = cells(&receipt, Some("12345678903_07"));
        assert_eq!((line[3].as_str(), line[4].as_str(), line[13].as_str()), ("token", "UNKNOW", "12345678903_07"));
        assert_eq!(line[15], "UNKNOW", "a response without an outcome");
        assert_eq!(line[14], "NAV=305000000001234586;idSession=00000000-0000-0000-0000-000000000007");
        let nothing = JournalEntry { notice_number: None, iuv: None, ..entry("N/A", Direction::Request) };
        assert_eq!((cells(&nothing, None)[2].as_str(), cells(&nothing, None)[14].as_str()), ("N/A", "N/A"));
    }
}
