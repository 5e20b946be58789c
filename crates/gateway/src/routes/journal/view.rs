// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a caller reads of a line of the journal.

use data_encoding::HEXLOWER;
use serde::Serialize;
use sha2::{Digest, Sha256};
use tramite_domain::journal::{Direction, JournalEntry};
use tramite_domain::journal_extract::COMPONENT;
use tramite_domain::time::Instant;
use utoipa::ToSchema;

use crate::words;

/// A message, or the answer to it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = JournalEntry, example = json!({
    "id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e20", "exchange_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e21",
    "at": "2026-09-01T08:30:00.123456Z", "direction": "response", "operation": "paGetPaymentV2", "component": "Tramite",
    "caller": "NodoDeiPagamentiSPC", "callee": "99999000039_01", "creditor_tax_code": "99999000013",
    "station_id": "99999000039_01", "notice_number": "305000000001234586", "iuv": "05000000001234586",
    "outcome": "OK", "http_status": 200, "duration_us": 12345,
}))]
pub(crate) struct JournalEntryView {
    #[schema(value_type = words::Id)]
    id: String,
    /// What a request and its answer share.
    #[schema(value_type = words::Id)]
    exchange_id: String,
    #[schema(value_type = words::Timestamp)]
    at: Instant,
    #[schema(value_type = words::Direction)]
    direction: &'static str,
    #[schema(value_type = words::OperationName)]
    operation: String,
    /// The part of the system that recorded it.
    #[schema(value_type = words::Line35)]
    component: &'static str,
    /// Who called: the Node, or Tramite.
    #[schema(value_type = words::ReceivedLine)]
    caller: String,
    /// Who was called: a station, or the Node.
    #[schema(value_type = words::ReceivedLine)]
    callee: String,
    /// Whose notice it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ReceivedLine>)]
    creditor_tax_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ReceivedLine>)]
    station_id: Option<String>,
    /// As the message wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ReceivedLine>)]
    notice_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ReceivedLine>)]
    iuv: Option<String>,
    /// The Node's token of the payment: the `receipt_id` of its receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ReceivedLine>)]
    payment_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ReceivedLine>)]
    psp_id: Option<String>,
    /// The provider's channel, where the receipt of the payment tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ReceivedLine>)]
    channel_id: Option<String>,
    /// The checkout session whose cart was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    session_id: Option<String>,
    /// Of an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::OutcomeText>)]
    outcome: Option<String>,
    /// Of an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::HttpStatus>)]
    http_status: Option<u16>,
    /// Of an answer: how long it took.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Microseconds>)]
    duration_us: Option<i64>,
    /// Where one line is asked for: what there is to be read under `payload`.
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<PayloadFacts>,
}

/// What is known of the bytes of a message without reading them.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PayloadFacts {
    #[schema(value_type = words::ByteCount)]
    pub(super) bytes: usize,
    #[schema(value_type = words::Sha256Hex)]
    pub(super) sha256: String,
    #[schema(value_type = words::MessageKind)]
    pub(super) media_type: &'static str,
}

impl PayloadFacts {
    pub(super) fn of(payload: &[u8]) -> Self {
        let sha256 = HEXLOWER.encode(&Sha256::digest(payload));
        Self { bytes: payload.len(), sha256, media_type: media_type(payload) }
    }
}

/// What the bytes look like: what nobody could read may be anything.
fn media_type(payload: &[u8]) -> &'static str {
    let text = payload.strip_prefix(b"\xef\xbb\xbf").unwrap_or(payload);
    match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'<') => "text/xml",
        Some(b'{') => "application/json",
        _ => "application/octet-stream",
    }
}

impl JournalEntryView {
    /// A line of a list.
    pub(crate) fn of(entry: JournalEntry, channel: Option<&str>) -> Self {
        Self {
            id: entry.id.to_string(),
            exchange_id: entry.exchange.to_string(),
            at: entry.at,
            direction: match entry.direction {
                Direction::Request => "request",
                Direction::Response => "response",
            },
            operation: entry.operation,
            component: COMPONENT,
            caller: entry.caller,
            callee: entry.callee,
            creditor_tax_code: entry.creditor_tax_code,
            station_id: entry.station_id,
            notice_number: entry.notice_number,
            iuv: entry.iuv,
            payment_token: entry.payment_token,
            psp_id: entry.psp_id,
            channel_id: channel.map(str::to_owned),
            session_id: entry.session_id.map(|id| id.to_string()),
            outcome: entry.outcome,
            http_status: entry.http_status,
            duration_us: entry.duration_us,
            payload: None,
        }
    }

    /// One line by itself.
    pub(super) fn with_payload(self, facts: PayloadFacts) -> Self {
        Self { payload: Some(facts), ..self }
    }
}
