// SPDX-License-Identifier: AGPL-3.0-or-later
//! The journal (giornale degli eventi): every message exchanged with the Node, with the fields of sla.md 5.

use std::fmt;

use crate::ids::JournalId;
use crate::named::named;
use crate::time::Instant;

/// One line: a request or a response. What does not apply is none, and is written `N/A` in extractions.
#[derive(Clone, PartialEq, Eq)]
pub struct JournalEntry {
    /// Our id.
    pub id: JournalId,
    /// Ties a response to its request.
    pub exchange: uuid::Uuid,
    /// `dataOraEvento`.
    pub at: Instant,
    /// Request or response.
    pub direction: Direction,
    /// `tipoEvento`: the primitive or operation.
    pub operation: String,
    /// `identificativoFruitore`: who called.
    pub caller: String,
    /// `identificativoErogatore`: who answered.
    pub callee: String,
    /// `identificativoDominio`.
    pub creditor_tax_code: Option<String>,
    /// `identificativoStazioneIntermediarioPA`.
    pub station_id: Option<String>,
    /// The notice.
    pub notice_number: Option<String>,
    /// `identificativoUnivocoVersamento`.
    pub iuv: Option<String>,
    /// `codiceContestoPagamento`: the payment token, that is the receipt id.
    pub payment_token: Option<String>,
    /// `identificativoPrestatoreServiziPagamento`.
    pub psp_id: Option<String>,
    /// The session, for Checkout's calls.
    pub session_id: Option<uuid::Uuid>,
    /// `esito`: OK, KO or the fault code.
    pub outcome: Option<String>,
    /// HTTP status, on responses.
    pub http_status: Option<u16>,
    /// Microseconds from request to response, on responses.
    pub duration_us: Option<i64>,
    /// The bytes exchanged, our own credentials masked.
    pub payload: Vec<u8>,
}

impl fmt::Debug for JournalEntry {
    /// What a log may tell of it; the payload holds personal data, and its length is all that is printed.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("JournalEntry")
            .field("id", &self.id)
            .field("exchange", &self.exchange)
            .field("at", &self.at)
            .field("direction", &self.direction)
            .field("operation", &self.operation)
            .field("station_id", &self.station_id)
            .field("outcome", &self.outcome)
            .field("http_status", &self.http_status)
            .field("duration_us", &self.duration_us)
            .field("payload_bytes", &self.payload.len())
            .finish_non_exhaustive()
    }
}

/// `sottoTipoEvento`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// `req`.
    Request,
    /// `rsp`.
    Response,
}

named!(Direction { Request = "req", Response = "rsp" });

/// The Node's name as caller or callee in the journal.
pub const NODE: &str = "NodoDeiPagamentiSPC";
