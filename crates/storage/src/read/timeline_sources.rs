// SPDX-License-Identifier: AGPL-3.0-or-later
//! The six places where it is kept what happened to a position. Each is asked from where the page before ended, in the
//! order of (instant, rank, id), and for one page at most.

use chrono::NaiveDate;
use std::collections::BTreeMap;

use diesel::prelude::*;
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::ids::{
    AttemptId, AuditId, ClientId, EventId, InstallmentId, InstitutionId, JournalId, ReceiptRowId, SessionId,
};
use tramite_domain::tax_code::InstitutionTaxCode;
use tramite_domain::time::Instant;

use super::timeline::TimelineFact;
use crate::column::{At, Id};
use crate::db::{Db, load_boxed};
use crate::error::StoreError;
use crate::page::LastMoment;
use crate::row::attempt::AttemptRow;
use crate::row::event::{EventRow, month_of};
use crate::row::journal::{AuditRow, JournalHead};
use crate::row::receipt::ReceiptRow;
use crate::schema::{attempts, audit, checkout_sessions, events, journal, receipts};

// The ranks of what happened at the same instant.
pub(super) const SESSION: u8 = 0;
pub(super) const MESSAGE: u8 = 1;
pub(super) const ATTEMPT: u8 = 2;
pub(super) const RECEIPT: u8 = 3;
pub(super) const EVENT: u8 = 4;
pub(super) const ACTION: u8 = 5;

/// How long before a position was made a message about it may have come, in seconds: the receipt that made it.
const BEFORE_SECONDS: i64 = 86_400;

/// The position, and all that its history is found by.
pub(super) struct Subject<'a> {
    pub(super) institution: InstitutionId,
    pub(super) position: &'a DebtPosition,
    pub(super) notices: Vec<String>,
    pub(super) installments: Vec<Id<InstallmentId>>,
    pub(super) sessions: Vec<Id<SessionId>>,
    pub(super) creditor: InstitutionTaxCode,
}

impl Subject<'_> {
    /// The first month of the journal that may tell of it.
    pub(super) fn first_month(&self) -> NaiveDate {
        month_of(self.position.created_at.plus_seconds(-BEFORE_SECONDS))
    }
}

type Facts = Vec<(Instant, TimelineFact)>;

/// Puts a boxed query of a table in the order of its instants, from where the last page ended.
macro_rules! from_there {
    ($query:expr, $table:ident, $at:ident, $id:ty, $rank:expr, $after:ident, $rows:ident) => {{
        let query = $query.order(($table::$at.asc(), $table::id.asc())).limit($rows);
        match $after {
            None => query,
            Some(LastMoment { at, rank, .. }) if $rank > rank => query.filter($table::$at.ge(At(at))),
            Some(LastMoment { at, rank, .. }) if $rank < rank => query.filter($table::$at.gt(At(at))),
            Some(LastMoment { at, id, .. }) => {
                let beyond = $table::$at.gt(At(at)).or($table::id.gt(Id(<$id>::new(id))));
                query.filter($table::$at.ge(At(at)).and(beyond))
            }
        }
    }};
}

/// What each source tells, at most so many rows of each.
pub(super) async fn facts(
    db: &mut Db<'_>,
    subject: &Subject<'_>,
    after: Option<LastMoment>,
    rows: i64,
) -> Result<Facts, StoreError> {
    let mut all = sessions(db, subject, after, rows).await?;
    all.append(&mut messages(db, subject, after, rows).await?);
    all.append(&mut tries(db, subject, after, rows).await?);
    all.append(&mut proofs(db, subject, after, rows).await?);
    all.append(&mut told(db, subject, after, rows).await?);
    all.append(&mut told_of_sessions(db, subject, after, rows).await?);
    all.append(&mut actions(db, subject, after, rows).await?);
    Ok(all)
}

async fn sessions(
    db: &mut Db<'_>,
    subject: &Subject<'_>,
    after: Option<LastMoment>,
    rows: i64,
) -> Result<Facts, StoreError> {
    let found: Vec<(Id<SessionId>, Id<ClientId>, At)> = load_boxed!(db, DB => {
        let query = checkout_sessions::table
            .filter(checkout_sessions::institution_id.eq(Id(subject.institution)))
            .filter(checkout_sessions::id.eq_any(subject.sessions.clone()))
            .select((checkout_sessions::id, checkout_sessions::client_id, checkout_sessions::created_at))
            .into_boxed::<DB>();
        from_there!(query, checkout_sessions, created_at, SessionId, SESSION, after, rows)
    })?;
    Ok(found.into_iter().map(|(id, client, at)| (at.0, TimelineFact::Session(id.0, client.0))).collect())
}

async fn messages(
    db: &mut Db<'_>,
    subject: &Subject<'_>,
    after: Option<LastMoment>,
    rows: i64,
) -> Result<Facts, StoreError> {
    let found: Vec<JournalHead> = load_boxed!(db, DB => {
        let query = journal::table
            .filter(journal::institution_id.eq(Id(subject.institution)))
            .filter(journal::notice_number.assume_not_null().eq_any(subject.notices.clone()))
            .filter(journal::month.ge(subject.first_month()))
            .filter(journal::creditor_tax_code.eq(subject.creditor.as_str()))
            .select(JournalHead::as_select())
            .into_boxed::<DB>();
        from_there!(query, journal, at, JournalId, MESSAGE, after, rows)
    })?;
    let entries = found.into_iter().map(|row| row.into_entry(Vec::new()));
    entries.map(|entry| entry.map(|entry| (entry.at, TimelineFact::Message(Box::new(entry))))).collect()
}

async fn tries(
    db: &mut Db<'_>,
    subject: &Subject<'_>,
    after: Option<LastMoment>,
    rows: i64,
) -> Result<Facts, StoreError> {
    let found: Vec<AttemptRow> = load_boxed!(db, DB => {
        let query = attempts::table
            .filter(attempts::institution_id.eq(Id(subject.institution)))
            .filter(attempts::installment_id.eq_any(subject.installments.clone()))
            .select(AttemptRow::as_select())
            .into_boxed::<DB>();
        from_there!(query, attempts, at, AttemptId, ATTEMPT, after, rows)
    })?;
    let tries = found.into_iter().map(AttemptRow::into_attempt);
    tries.map(|one| one.map(|one| (one.at, TimelineFact::Attempt(one)))).collect()
}

async fn proofs(
    db: &mut Db<'_>,
    subject: &Subject<'_>,
    after: Option<LastMoment>,
    rows: i64,
) -> Result<Facts, StoreError> {
    let found: Vec<ReceiptRow> = load_boxed!(db, DB => {
        let query = receipts::table
            .filter(receipts::institution_id.eq(Id(subject.institution)))
            .filter(receipts::debt_position_id.eq(Some(Id(subject.position.id))))
            .select(ReceiptRow::as_select())
            .into_boxed::<DB>();
        from_there!(query, receipts, received_at, ReceiptRowId, RECEIPT, after, rows)
    })?;
    let receipts = found.into_iter().map(|row| row.into_receipt(Vec::new(), BTreeMap::new(), Vec::new()));
    receipts.map(|one| one.map(|one| (one.received_at, TimelineFact::Receipt(Box::new(one))))).collect()
}

async fn told(
    db: &mut Db<'_>,
    subject: &Subject<'_>,
    after: Option<LastMoment>,
    rows: i64,
) -> Result<Facts, StoreError> {
    let found: Vec<EventRow> = load_boxed!(db, DB => {
        let query = events::table
            .filter(events::institution_id.eq(Id(subject.institution)))
            .filter(events::debt_position_id.eq(Some(Id(subject.position.id))))
            .select(EventRow::as_select())
            .into_boxed::<DB>();
        from_there!(query, events, at, EventId, EVENT, after, rows)
    })?;
    as_events(found)
}

async fn told_of_sessions(
    db: &mut Db<'_>,
    subject: &Subject<'_>,
    after: Option<LastMoment>,
    rows: i64,
) -> Result<Facts, StoreError> {
    let found: Vec<EventRow> = load_boxed!(db, DB => {
        let query = events::table
            .filter(events::institution_id.eq(Id(subject.institution)))
            .filter(events::session_id.assume_not_null().eq_any(subject.sessions.clone()))
            .filter(events::debt_position_id.is_null())
            .select(EventRow::as_select())
            .into_boxed::<DB>();
        from_there!(query, events, at, EventId, EVENT, after, rows)
    })?;
    as_events(found)
}

fn as_events(rows: Vec<EventRow>) -> Result<Facts, StoreError> {
    let events = rows.into_iter().map(EventRow::into_event);
    events.map(|event| event.map(|event| (event.at, TimelineFact::Event(Box::new(event))))).collect()
}

async fn actions(
    db: &mut Db<'_>,
    subject: &Subject<'_>,
    after: Option<LastMoment>,
    rows: i64,
) -> Result<Facts, StoreError> {
    let installments = subject.position.installments().map(|(_, one)| format!("installment {}", one.id));
    let subjects: Vec<String> =
        std::iter::once(format!("debt_position {}", subject.position.id)).chain(installments).collect();
    let found: Vec<AuditRow> = load_boxed!(db, DB => {
        let query = audit::table
            .filter(audit::institution_id.eq(Id(subject.institution)))
            .filter(audit::subject.eq_any(subjects.clone()))
            .select(AuditRow::as_select())
            .into_boxed::<DB>();
        from_there!(query, audit, at, AuditId, ACTION, after, rows)
    })?;
    Ok(found.into_iter().map(AuditRow::into_line).map(|line| (line.at, TimelineFact::Action(line))).collect())
}
