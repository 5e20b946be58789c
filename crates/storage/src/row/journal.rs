// SPDX-License-Identifier: AGPL-3.0-or-later
//! Lines of the journal and of the audit trail.

use chrono::NaiveDate;
use diesel::prelude::*;
use tramite_domain::audit::AuditLine;
use tramite_domain::ids::{AuditId, ClientId, InstitutionId, JournalId};
use tramite_domain::journal::JournalEntry;
use uuid::Uuid;

use super::event::month_of;
use crate::column::{At, Id};
use crate::schema::{audit, journal};

#[derive(Debug, Insertable)]
#[diesel(table_name = journal, treat_none_as_default_value = false)]
pub(crate) struct JournalRow {
    institution_id: Id<InstitutionId>,
    id: Id<JournalId>,
    month: NaiveDate,
    exchange: Id<Uuid>,
    at: At,
    direction: String,
    operation: String,
    caller: String,
    callee: String,
    creditor_tax_code: Option<String>,
    station_id: Option<String>,
    notice_number: Option<String>,
    iuv: Option<String>,
    payment_token: Option<String>,
    psp_id: Option<String>,
    session_id: Option<Id<Uuid>>,
    outcome: Option<String>,
    http_status: Option<i32>,
    duration_us: Option<i64>,
    payload: Vec<u8>,
}

impl JournalRow {
    pub(crate) fn of(institution: InstitutionId, entry: &JournalEntry) -> Self {
        Self {
            institution_id: Id(institution),
            id: Id(entry.id),
            month: month_of(entry.at),
            exchange: Id(entry.exchange),
            at: At(entry.at),
            direction: entry.direction.name().to_owned(),
            operation: entry.operation.clone(),
            caller: entry.caller.clone(),
            callee: entry.callee.clone(),
            creditor_tax_code: entry.creditor_tax_code.clone(),
            station_id: entry.station_id.clone(),
            notice_number: entry.notice_number.clone(),
            iuv: entry.iuv.clone(),
            payment_token: entry.payment_token.clone(),
            psp_id: entry.psp_id.clone(),
            session_id: entry.session_id.map(Id),
            outcome: entry.outcome.clone(),
            http_status: entry.http_status.map(i32::from),
            duration_us: entry.duration_us,
            payload: entry.payload.clone(),
        }
    }
}

#[derive(Debug, Insertable)]
#[diesel(table_name = audit, treat_none_as_default_value = false)]
pub(crate) struct AuditRow {
    institution_id: Id<InstitutionId>,
    id: Id<AuditId>,
    at: At,
    client_id: Option<Id<ClientId>>,
    action: String,
    subject: String,
    reason: Option<String>,
}

impl AuditRow {
    pub(crate) fn of(institution: InstitutionId, line: &AuditLine) -> Self {
        Self {
            institution_id: Id(institution),
            id: Id(line.id),
            at: At(line.at),
            client_id: line.client_id.map(Id),
            action: line.action.clone(),
            subject: line.subject.clone(),
            reason: line.reason.clone(),
        }
    }
}
