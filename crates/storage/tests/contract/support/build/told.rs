// SPDX-License-Identifier: AGPL-3.0-or-later
//! Events, journal and audit.

use std::collections::BTreeSet;

use tramite_domain::anomaly::Anomaly;
use tramite_domain::audit::AuditLine;
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::event::{Event, EventData, EventKind};
use tramite_domain::journal::{Direction, JournalEntry};
use tramite_storage::RawMessage;

use super::{STATION, cents};
use crate::support::{id, now};

pub(crate) fn event(position: &DebtPosition) -> Event {
    Event {
        id: id(),
        kind: EventKind::PositionCreated,
        at: now(),
        client_id: None,
        data: EventData {
            service_code: position.service_code.clone(),
            debt_position_id: Some(position.id),
            version: Some(1),
            amount: Some(cents(12_050)),
            anomalies: BTreeSet::from([Anomaly::StandIn]),
            ..EventData::default()
        },
    }
}

pub(crate) fn journal_entry() -> JournalEntry {
    JournalEntry {
        id: id(),
        exchange: id(),
        at: now(),
        direction: Direction::Request,
        operation: "paGetPaymentV2".to_owned(),
        caller: "NodoDeiPagamentiSPC".to_owned(),
        callee: "99999000039".to_owned(),
        creditor_tax_code: Some("99999000013".to_owned()),
        station_id: Some(STATION.to_owned()),
        notice_number: None,
        iuv: None,
        payment_token: None,
        psp_id: None,
        session_id: None,
        outcome: Some("OK".to_owned()),
        http_status: Some(200),
        duration_us: Some(1_234),
        payload: b"<soap/>".to_vec(),
    }
}

/// A message of nobody that could not be taken.
pub(crate) fn raw_message(bytes: Vec<u8>) -> RawMessage {
    RawMessage {
        id: id(),
        institution: None,
        received_at: now(),
        reason: "too_large".to_owned(),
        peer_fingerprint: Some("ab".repeat(32)),
        bytes,
    }
}

pub(crate) fn audit_line() -> AuditLine {
    AuditLine {
        id: id(),
        at: now(),
        client_id: None,
        request_id: None,
        action: "debt_position.reopened".to_owned(),
        subject: "debt_position 1".to_owned(),
        reason: Some("errore".to_owned()),
    }
}
