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
use crate::column::{At, Id, unindexed};
use crate::db::{Db, load_boxed};
use crate::error::StoreError;
use crate::page::LastMoment;
use crate::read::audit::no_everyday_action;
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

/// What is asked of each source.
struct Asked<'a> {
    subject: &'a Subject<'a>,
    after: Option<LastMoment>,
    rows: i64,
}

/// The rows of a table of the institution that these conditions hold for, in the order of their instants and from where the last page
/// ended.
macro_rules! rows_from_there {
    ($backend:ident, $asked:ident: $table:ident.$at:ident as $id:ty, $rank:expr => $columns:expr; $($condition:expr),+ $(,)?) => {
        {
            let query = $table::table
                .filter($table::institution_id.eq(Id($asked.subject.institution)))
                $(.filter($condition))+
                .select($columns)
                .order((unindexed($table::$at), $table::id.asc()))
                .limit($asked.rows)
                .into_boxed::<$backend>();
            match $asked.after {
                None => query,
                Some(LastMoment { at, rank, .. }) if $rank > rank => query.filter(unindexed($table::$at).ge(At(at))),
                Some(LastMoment { at, rank, .. }) if $rank < rank => query.filter(unindexed($table::$at).gt(At(at))),
                Some(LastMoment { at, id, .. }) => {
                    let later = unindexed($table::$at).gt(At(at));
                    let beyond = later.or($table::id.gt(Id(<$id>::new(id))));
                    query.filter(unindexed($table::$at).ge(At(at)).and(beyond))
                }
            }
        }
    };
}

/// Loads them.
macro_rules! from_there {
    ($db:ident, $asked:ident: $($what:tt)+) => {
        load_boxed!($db, DB => rows_from_there!(DB, $asked: $($what)+))
    };
}

/// What each source tells, at most so many rows of each.
pub(super) async fn facts(
    db: &mut Db<'_>,
    subject: &Subject<'_>,
    after: Option<LastMoment>,
    rows: i64,
) -> Result<Facts, StoreError> {
    let asked = Asked { subject, after, rows };
    let mut all = sessions(db, &asked).await?;
    all.append(&mut messages(db, &asked).await?);
    all.append(&mut tries(db, &asked).await?);
    all.append(&mut proofs(db, &asked).await?);
    all.append(&mut told(db, &asked).await?);
    all.append(&mut told_of_sessions(db, &asked).await?);
    all.append(&mut actions(db, &asked).await?);
    Ok(all)
}

async fn sessions(db: &mut Db<'_>, asked: &Asked<'_>) -> Result<Facts, StoreError> {
    let found: Vec<(Id<SessionId>, Id<ClientId>, At)> = from_there!(db, asked: checkout_sessions.created_at as SessionId, SESSION =>
        (checkout_sessions::id, checkout_sessions::client_id, checkout_sessions::created_at);
        checkout_sessions::id.eq_any(asked.subject.sessions.clone()),
    )?;
    Ok(found.into_iter().map(|(id, client, at)| (at.0, TimelineFact::Session(id.0, client.0))).collect())
}

async fn messages(db: &mut Db<'_>, asked: &Asked<'_>) -> Result<Facts, StoreError> {
    let found: Vec<JournalHead> = from_there!(db, asked: journal.at as JournalId, MESSAGE => JournalHead::as_select();
        journal::notice_number.assume_not_null().eq_any(asked.subject.notices.clone()),
        journal::month.ge(asked.subject.first_month()),
        journal::creditor_tax_code.eq(asked.subject.creditor.as_str()),
    )?;
    let entries = found.into_iter().map(|row| row.into_entry(Vec::new()));
    entries.map(|entry| entry.map(|entry| (entry.at, TimelineFact::Message(Box::new(entry))))).collect()
}

async fn tries(db: &mut Db<'_>, asked: &Asked<'_>) -> Result<Facts, StoreError> {
    let found: Vec<AttemptRow> = from_there!(db, asked: attempts.at as AttemptId, ATTEMPT => AttemptRow::as_select();
        attempts::installment_id.eq_any(asked.subject.installments.clone()),
    )?;
    let tries = found.into_iter().map(AttemptRow::into_attempt);
    tries.map(|one| one.map(|one| (one.at, TimelineFact::Attempt(one)))).collect()
}

async fn proofs(db: &mut Db<'_>, asked: &Asked<'_>) -> Result<Facts, StoreError> {
    let found: Vec<ReceiptRow> = from_there!(db, asked: receipts.received_at as ReceiptRowId, RECEIPT => ReceiptRow::as_select();
        receipts::debt_position_id.eq(Some(Id(asked.subject.position.id))),
    )?;
    let receipts = found.into_iter().map(|row| row.into_receipt(Vec::new(), BTreeMap::new(), Vec::new()));
    receipts.map(|one| one.map(|one| (one.received_at, TimelineFact::Receipt(Box::new(one))))).collect()
}

async fn told(db: &mut Db<'_>, asked: &Asked<'_>) -> Result<Facts, StoreError> {
    let found: Vec<EventRow> = from_there!(db, asked: events.at as EventId, EVENT => EventRow::as_select();
        events::debt_position_id.eq(Some(Id(asked.subject.position.id))),
    )?;
    as_events(found)
}

async fn told_of_sessions(db: &mut Db<'_>, asked: &Asked<'_>) -> Result<Facts, StoreError> {
    let found: Vec<EventRow> = from_there!(db, asked: events.at as EventId, EVENT => EventRow::as_select();
        events::session_id.assume_not_null().eq_any(asked.subject.sessions.clone()),
        events::debt_position_id.is_null(),
    )?;
    as_events(found)
}

fn as_events(rows: Vec<EventRow>) -> Result<Facts, StoreError> {
    let events = rows.into_iter().map(EventRow::into_event);
    events.map(|event| event.map(|event| (event.at, TimelineFact::Event(Box::new(event))))).collect()
}

async fn actions(db: &mut Db<'_>, asked: &Asked<'_>) -> Result<Facts, StoreError> {
    let installments = asked.subject.position.installments().map(|(_, one)| format!("installment {}", one.id));
    let subjects: Vec<String> =
        std::iter::once(format!("debt_position {}", asked.subject.position.id)).chain(installments).collect();
    let found: Vec<AuditRow> = from_there!(db, asked: audit.at as AuditId, ACTION => AuditRow::as_select();
        audit::subject.eq_any(subjects.clone()), no_everyday_action(),
    )?;
    Ok(found.into_iter().map(AuditRow::into_line).map(|line| (line.at, TimelineFact::Action(line))).collect())
}

#[cfg(test)]
mod tests {
    use diesel::sqlite::Sqlite;
    use uuid::Uuid;

    use super::*;
    use crate::read::plan;

    struct Whose {
        institution: InstitutionId,
    }

    struct Sought {
        subject: Whose,
        after: Option<LastMoment>,
        rows: i64,
    }

    /// The first page, and those that go on behind a row of a lower, the same, and a higher rank.
    fn pages(at: Instant) -> Vec<Sought> {
        let mut all = Vec::new();
        for last in [None, Some(SESSION), Some(MESSAGE), Some(ACTION), Some(u8::MAX)] {
            let after = last.map(|rank| LastMoment { at, rank, id: Uuid::nil() });
            all.push(Sought { subject: Whose { institution: InstitutionId::new(Uuid::nil()) }, after, rows: 10 });
        }
        all
    }

    #[test]
    fn every_page_is_found_by_what_it_is_about_however_much_else_happened() {
        let mut connection = plan::migrated();
        let at = Instant::new(chrono::DateTime::UNIX_EPOCH);
        for asked in pages(at) {
            for many in [1, 2, 500] {
                let names = vec![String::new(); many];
                let query = rows_from_there!(Sqlite, asked: journal.at as JournalId, MESSAGE => journal::id;
                    journal::notice_number.assume_not_null().eq_any(names.clone()),
                    journal::month.ge(month_of(at)),
                    journal::creditor_tax_code.eq(""),
                );
                let steps = plan::steps(&mut connection, &query);
                assert!(
                    steps[0].ends_with("journal_notice_at (institution_id=? AND notice_number=?)"),
                    "{many}: {steps:?}"
                );
                let query = rows_from_there!(Sqlite, asked: audit.at as AuditId, ACTION => audit::id;
                    audit::subject.eq_any(names.clone()), no_everyday_action(),
                );
                let steps = plan::steps(&mut connection, &query);
                assert!(steps[0].ends_with("audit_of_subject (institution_id=? AND subject=?)"), "{many}: {steps:?}");
            }
        }
    }
}
