// SPDX-License-Identifier: AGPL-3.0-or-later
//! The journal (giornale degli eventi): every message exchanged with the Node, with the fields of sla.md 5.

use std::fmt;

use chrono::{Datelike, Months, NaiveDate};

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

/// For how many months a line is kept at least (sla.md 5, SANP 3.x). A setting may lengthen it, and nothing shortens it.
pub const RETENTION_MONTHS_MIN: u32 = 24;
/// For how many months a line is kept at most: a century.
pub const RETENTION_MONTHS_MAX: u32 = 1_200;

/// The first day of the oldest month that is kept: lines of the months before it may go.
#[must_use]
pub fn kept_from(now: Instant, months: u32) -> NaiveDate {
    let today = now.datetime().date_naive();
    let months = months.clamp(RETENTION_MONTHS_MIN, RETENTION_MONTHS_MAX);
    let first = today.checked_sub_months(Months::new(months)).unwrap_or(NaiveDate::MIN);
    first.with_day(1).unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_kept_for_two_years_to_the_day_and_a_setting_only_lengthens_it() {
        let kept = |now: &str, months| kept_from(now.parse().unwrap(), months).to_string();
        assert_eq!(kept("2026-03-01T00:00:00Z", 24), "2024-03-01");
        assert_eq!(kept("2026-02-28T23:59:59Z", 24), "2024-02-01");
        assert_eq!(kept("2026-03-31T12:00:00Z", 25), "2024-02-01");
        assert_eq!(kept("2026-03-01T00:00:00Z", 0), "2024-03-01");
        assert_eq!(kept("2026-03-01T00:00:00Z", u32::MAX), "1926-03-01");
    }
}
