// SPDX-License-Identifier: AGPL-3.0-or-later
//! The lines of the journal: request and response of every exchange, with the bytes as they were (sla.md 5).

use tramite_domain::given::World;
use tramite_domain::journal::{Direction, JournalEntry, NODE};
use tramite_domain::notice::NoticeNumber;
use tramite_pagopa::Primitive;
use tramite_pagopa::current::{Notice, PROBE_NOTICE, Request};

use super::exchange::Exchange;

/// What stands where the journal's field does not apply.
const NOT_APPLICABLE: &str = "N/A";
/// The longest text of a field of the journal, in characters; receipts may carry longer ones where they are irregular.
const FIELD_CHARS_MAX: usize = 35;

/// What the journal tells of a message beside its bytes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    operation: Option<&'static str>,
    creditor_tax_code: Option<String>,
    station_id: Option<String>,
    notice_number: Option<String>,
    iuv: Option<String>,
    payment_token: Option<String>,
    psp_id: Option<String>,
}

impl Facts {
    /// Of a request that was read.
    pub(crate) fn of(request: &Request) -> Self {
        let addressee = request.addressee();
        let facts = Self {
            operation: Some(request.primitive().operation()),
            creditor_tax_code: field(&addressee.id_pa),
            station_id: field(&addressee.id_station),
            ..Self::default()
        };
        match request {
            Request::Verify(request) => facts.with_notice(&request.notice),
            Request::Get(request) => facts.with_notice(&request.notice),
            Request::Demand(_) => facts,
            Request::Receipt(message) => Self {
                // Of a copy for a beneficiary too: the creditor is whose notice it is, and the line stands in the journal
                // of whom it was addressed to.
                creditor_tax_code: field(&message.fiscal_code).or(facts.creditor_tax_code),
                notice_number: field(&message.notice_number),
                iuv: message
                    .creditor_reference_id
                    .as_deref()
                    .and_then(field)
                    .or_else(|| iuv_of(&message.notice_number)),
                payment_token: field(&message.receipt_id),
                psp_id: message.psp.id.as_deref().and_then(field),
                ..facts
            },
        }
    }

    /// Of a message that could not be read, as far as it was.
    pub(crate) fn of_unread(operation: Option<Primitive>, id_pa: Option<&str>) -> Self {
        let operation = operation.map(Primitive::operation);
        Self { operation, creditor_tax_code: id_pa.and_then(field), ..Self::default() }
    }

    /// Of a question about a notice that is not one of the primitives.
    pub(crate) fn of_notice(operation: &'static str, id_pa: &str, notice_number: &str) -> Self {
        Self {
            operation: Some(operation),
            creditor_tax_code: field(id_pa),
            notice_number: field(notice_number),
            iuv: iuv_of(notice_number),
            ..Self::default()
        }
    }

    /// The operation, where it is known.
    pub(crate) const fn operation(&self) -> Option<&'static str> {
        self.operation
    }

    /// The station that the message names.
    pub(crate) fn station(&self) -> Option<&str> {
        self.station_id.as_deref()
    }

    /// Whether the Node only asks whether we live.
    pub(crate) fn is_probe(&self) -> bool {
        self.notice_number.as_deref() == Some(PROBE_NOTICE)
    }

    /// With the notice that the message is about, or that was made for it.
    pub(crate) fn with_notice(self, notice: &Notice) -> Self {
        Self { notice_number: field(&notice.notice_number), iuv: iuv_of(&notice.notice_number), ..self }
    }
}

/// The reference that a notice number holds, where it is one.
fn iuv_of(notice_number: &str) -> Option<String> {
    let number: NoticeNumber = notice_number.parse().ok()?;
    (!number.is_probe()).then(|| number.iuv().to_string())
}

/// A field within its length, without control characters, which XML cannot carry and an address can; none for an empty
/// text.
fn field(text: &str) -> Option<String> {
    let printed = text.chars().filter(|one| !one.is_control());
    Some(printed.take(FIELD_CHARS_MAX).collect::<String>()).filter(|text| !text.is_empty())
}

/// How a message was answered.
pub(crate) struct Response<'a> {
    /// `esito`.
    pub(crate) outcome: &'a str,
    /// HTTP status.
    pub(crate) http_status: u16,
    /// The bytes.
    pub(crate) body: &'a [u8],
}

/// The two lines of an exchange.
pub(crate) fn lines(
    world: &dyn World,
    exchange: &Exchange,
    facts: &Facts,
    message: &[u8],
    response: &Response<'_>,
) -> [JournalEntry; 2] {
    let line = |direction, at| JournalEntry {
        id: world.id().into(),
        exchange: exchange.id,
        at,
        direction,
        operation: facts.operation.unwrap_or(NOT_APPLICABLE).to_owned(),
        caller: NODE.to_owned(),
        callee: facts.station_id.clone().unwrap_or_else(|| NOT_APPLICABLE.to_owned()),
        creditor_tax_code: facts.creditor_tax_code.clone(),
        station_id: facts.station_id.clone(),
        notice_number: facts.notice_number.clone(),
        iuv: facts.iuv.clone(),
        payment_token: facts.payment_token.clone(),
        psp_id: facts.psp_id.clone(),
        session_id: None,
        outcome: None,
        http_status: None,
        duration_us: None,
        payload: Vec::new(),
    };
    let request = JournalEntry { payload: message.to_vec(), ..line(Direction::Request, exchange.at) };
    let response = JournalEntry {
        outcome: Some(response.outcome.to_owned()),
        http_status: Some(response.http_status),
        duration_us: Some(exchange.elapsed_us()),
        payload: response.body.to_vec(),
        ..line(Direction::Response, world.now())
    };
    [request, response]
}
