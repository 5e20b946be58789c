// SPDX-License-Identifier: AGPL-3.0-or-later
//! Lines of the journal and of the audit trail.

use chrono::NaiveDate;
use diesel::prelude::*;
use tramite_domain::audit::AuditLine;
use tramite_domain::ids::{AuditId, ClientId, InstitutionId, JournalId, ReceiptRowId, RequestId};
use tramite_domain::journal::{Direction, JournalEntry};
use uuid::Uuid;

use super::event::month_of;
use super::{fit, known};
use crate::column::{At, Id};
use crate::error::StoreError;
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
    receipt_row_id: Option<Id<ReceiptRowId>>,
}

impl JournalRow {
    /// A line, with the receipt that is kept with it.
    pub(crate) fn of(institution: InstitutionId, entry: &JournalEntry, receipt: Option<ReceiptRowId>) -> Self {
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
            receipt_row_id: receipt.map(Id),
        }
    }
}

/// A line without its payload: lists never read it.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = journal)]
pub(crate) struct JournalHead {
    id: Id<JournalId>,
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
}

impl JournalHead {
    pub(crate) fn into_entry(self, payload: Vec<u8>) -> Result<JournalEntry, StoreError> {
        Ok(JournalEntry {
            id: self.id.0,
            exchange: self.exchange.0,
            at: self.at.0,
            direction: known("journal.direction", Direction::named(&self.direction))?,
            operation: self.operation,
            caller: self.caller,
            callee: self.callee,
            creditor_tax_code: self.creditor_tax_code,
            station_id: self.station_id,
            notice_number: self.notice_number,
            iuv: self.iuv,
            payment_token: self.payment_token,
            psp_id: self.psp_id,
            session_id: self.session_id.map(|id| id.0),
            outcome: self.outcome,
            http_status: self.http_status.map(|status| fit("journal.http_status", status)).transpose()?,
            duration_us: self.duration_us,
            payload,
        })
    }
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit, treat_none_as_default_value = false)]
pub(crate) struct AuditRow {
    pub(crate) institution_id: Id<InstitutionId>,
    pub(crate) id: Id<AuditId>,
    pub(crate) at: At,
    pub(crate) client_id: Option<Id<ClientId>>,
    pub(crate) action: String,
    pub(crate) subject: String,
    pub(crate) reason: Option<String>,
    pub(crate) request_id: Option<Id<RequestId>>,
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
            request_id: line.request_id.map(Id),
        }
    }

    pub(crate) fn into_line(self) -> AuditLine {
        AuditLine {
            id: self.id.0,
            at: self.at.0,
            client_id: self.client_id.map(|id| id.0),
            action: self.action,
            subject: self.subject,
            reason: self.reason,
            request_id: self.request_id.map(|id| id.0),
        }
    }
}
