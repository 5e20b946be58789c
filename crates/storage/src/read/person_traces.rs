// SPDX-License-Identifier: AGPL-3.0-or-later
//! Where else something of a person is kept: lines of the journal, events, and answers that are kept to be said again.

use std::collections::BTreeMap;

use diesel::prelude::*;
use tramite_domain::event::Event;
use tramite_domain::ids::{ClientId, DebtPositionId, EventId, JournalId, ReceiptRowId, SessionId};
use tramite_domain::journal::JournalEntry;
use tramite_domain::tax_code::InstitutionTaxCode;
use tramite_domain::time::Instant;
use uuid::Uuid;

use super::import_traces::{ImportedLine, imported};
use crate::Store;
use crate::column::{At, Id, unindexed};
use crate::db::{Db, IDS_AT_ONCE_MAX, load};
use crate::error::StoreError;
use crate::row::event::EventRow;
use crate::row::fit;
use crate::row::journal::JournalHead;
use crate::schema::{events, idempotency_records as records, journal};
use crate::scope::Scope;
use crate::store::Answer;

/// What was found of a person, by which the rest is found. All of it exists for the scope.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TracesOf {
    /// Debt positions.
    pub positions: Vec<DebtPositionId>,
    /// The notices of the institution's own.
    pub notices: Vec<String>,
    /// Sessions.
    pub sessions: Vec<SessionId>,
    /// Receipts.
    pub receipts: Vec<ReceiptRowId>,
}

/// Where else something is kept: the oldest of each, in the order of time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonTraces {
    /// Lines of the journal, without their messages.
    pub journal: Vec<JournalEntry>,
    /// Events.
    pub events: Vec<Event>,
    /// Kept answers.
    pub answers: Vec<KeptAnswer>,
    /// Rows of files.
    pub imported: Vec<ImportedLine>,
}

/// An answer that is kept to be said again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// To whom.
    pub client: ClientId,
    /// The method of the request.
    pub method: String,
    /// Its path.
    pub path: String,
    /// When it was given.
    pub created_at: Instant,
}

impl Store {
    /// Where something is kept of what was found, at most so many of each kind.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn traces_of_person<'a>(
        &'a self,
        scope: &'a Scope,
        creditor: InstitutionTaxCode,
        of: TracesOf,
        limit: usize,
    ) -> Answer<'a, PersonTraces> {
        Box::pin(async move {
            let asked = Asked { scope: scope.whichever_client(), creditor, of, rows: fit("limit", limit)? };
            self.read(scope, move |db| Box::pin(traces(db, asked, limit))).await
        })
    }
}

struct Asked {
    scope: Scope,
    creditor: InstitutionTaxCode,
    of: TracesOf,
    rows: i64,
}

async fn traces(mut db: Db<'_>, asked: Asked, limit: usize) -> Result<PersonTraces, StoreError> {
    let positions: Vec<Id<DebtPositionId>> = asked.of.positions.iter().copied().map(Id).collect();
    Ok(PersonTraces {
        journal: lines(&mut db, &asked, limit).await?,
        events: told(&mut db, &asked, limit).await?,
        answers: answers(&mut db, &asked, limit).await?,
        imported: imported(&mut db, asked.scope.institution(), &positions, limit).await?,
    })
}

/// The rows of a table of the institution that a condition holds for, the oldest first.
macro_rules! oldest_of {
    ($asked:ident: $table:ident.$at:ident; $($condition:expr),+ $(,)?) => {
        $table::table
            .filter($table::institution_id.eq(Id($asked.scope.institution())))
            $(.filter($condition))+
            .order(unindexed($table::$at))
            .limit($asked.rows)
    };
}

/// Loads them.
macro_rules! oldest {
    ($db:ident, $asked:ident: $table:ident.$at:ident => $row:ty; $($condition:expr),+ $(,)?) => {{
        let found: Vec<$row> = load!(
            $db,
            oldest_of!($asked: $table.$at; $($condition),+).select(<$row>::as_select())
        )?;
        found
    }};
}

/// A line is found by a notice of the institution's own, by a receipt, or by a session: by each as its index has it.
async fn lines(db: &mut Db<'_>, asked: &Asked, limit: usize) -> Result<Vec<JournalEntry>, StoreError> {
    let mut all: BTreeMap<(Instant, JournalId), JournalEntry> = BTreeMap::new();
    let mut heads: Vec<JournalHead> = Vec::new();
    for part in asked.of.notices.chunks(IDS_AT_ONCE_MAX) {
        heads.append(&mut oldest!(db, asked: journal.at => JournalHead;
            journal::notice_number.assume_not_null().eq_any(part),
            journal::creditor_tax_code.eq(asked.creditor.as_str()),
        ));
    }
    let receipts: Vec<Id<ReceiptRowId>> = asked.of.receipts.iter().copied().map(Id).collect();
    for part in receipts.chunks(IDS_AT_ONCE_MAX) {
        heads.append(&mut oldest!(db, asked: journal.at => JournalHead;
            journal::receipt_row_id.assume_not_null().eq_any(part),
        ));
    }
    let sessions: Vec<Id<Uuid>> = asked.of.sessions.iter().map(|id| Id(id.uuid())).collect();
    for part in sessions.chunks(IDS_AT_ONCE_MAX) {
        heads.append(&mut oldest!(db, asked: journal.at => JournalHead;
            journal::session_id.assume_not_null().eq_any(part),
        ));
    }
    for head in heads {
        let entry = head.into_entry(Vec::new())?;
        all.insert((entry.at, entry.id), entry);
    }
    Ok(all.into_values().take(limit).collect())
}

async fn told(db: &mut Db<'_>, asked: &Asked, limit: usize) -> Result<Vec<Event>, StoreError> {
    let mut rows: Vec<EventRow> = Vec::new();
    let positions: Vec<Id<DebtPositionId>> = asked.of.positions.iter().copied().map(Id).collect();
    for part in positions.chunks(IDS_AT_ONCE_MAX) {
        rows.append(&mut oldest!(db, asked: events.at => EventRow;
            events::debt_position_id.assume_not_null().eq_any(part),
        ));
    }
    let sessions: Vec<Id<SessionId>> = asked.of.sessions.iter().copied().map(Id).collect();
    for part in sessions.chunks(IDS_AT_ONCE_MAX) {
        rows.append(&mut oldest!(db, asked: events.at => EventRow;
            events::session_id.assume_not_null().eq_any(part),
        ));
    }
    let mut all: BTreeMap<(Instant, EventId), Event> = BTreeMap::new();
    for row in rows {
        let event = row.into_event()?;
        if asked.scope.sees_event(&event) {
            all.insert((event.at, event.id), event);
        }
    }
    Ok(all.into_values().take(limit).collect())
}

/// Those that were emptied show nothing.
async fn answers(db: &mut Db<'_>, asked: &Asked, limit: usize) -> Result<Vec<KeptAnswer>, StoreError> {
    let mut all: Vec<KeptAnswer> = Vec::new();
    let positions: Vec<Id<DebtPositionId>> = asked.of.positions.iter().copied().map(Id).collect();
    for part in positions.chunks(IDS_AT_ONCE_MAX) {
        let found: Vec<(Id<ClientId>, String, String, At)> = load!(
            db,
            records::table
                .filter(records::institution_id.eq(Id(asked.scope.institution())))
                .filter(records::debt_position_id.assume_not_null().eq_any(part))
                .filter(records::sealed.ne(Vec::<u8>::new()))
                .order(records::created_at.asc())
                .limit(asked.rows)
                .select((records::client_id, records::method, records::path, records::created_at))
        )?;
        all.extend(found.into_iter().map(|(client, method, path, at)| KeptAnswer {
            client: client.0,
            method,
            path,
            created_at: at.0,
        }));
    }
    all.sort_by_key(|answer| answer.created_at);
    all.truncate(limit);
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::plan;

    /// Whose lines are looked for.
    struct Whose;

    impl Whose {
        fn institution(&self) -> tramite_domain::ids::InstitutionId {
            tramite_domain::ids::InstitutionId::new(Uuid::nil())
        }
    }

    struct Sought {
        scope: Whose,
        rows: i64,
    }

    #[test]
    fn lines_are_found_by_what_they_tell_however_many_others_there_are() {
        let mut connection = plan::migrated();
        let asked = Sought { scope: Whose, rows: 10 };
        for many in [1, 2, IDS_AT_ONCE_MAX] {
            let notices = vec![String::new(); many];
            let query = oldest_of!(asked: journal.at;
                journal::notice_number.assume_not_null().eq_any(notices.as_slice()),
                journal::creditor_tax_code.eq(""),
            )
            .select(journal::id);
            let steps = plan::steps(&mut connection, &query);
            assert!(steps[0].contains("journal_notice_at (institution_id=? AND notice_number=?"), "{many}: {steps:?}");
            let receipts = vec![Id(ReceiptRowId::new(Uuid::nil())); many];
            let query = oldest_of!(asked: journal.at;
                journal::receipt_row_id.assume_not_null().eq_any(receipts.as_slice()),
            )
            .select(journal::id);
            let steps = plan::steps(&mut connection, &query);
            assert!(steps[0].contains("journal_receipt (institution_id=? AND receipt_row_id=?"), "{many}: {steps:?}");
            let sessions = vec![Id(Uuid::nil()); many];
            let query = oldest_of!(asked: journal.at;
                journal::session_id.assume_not_null().eq_any(sessions.as_slice()),
            )
            .select(journal::id);
            let steps = plan::steps(&mut connection, &query);
            assert!(steps[0].contains("journal_session_at (institution_id=? AND session_id=?"), "{many}: {steps:?}");
        }
    }
}
