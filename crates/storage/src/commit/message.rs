// SPDX-License-Identifier: AGPL-3.0-or-later
//! Events, tasks, journal and audit: they are only ever added.

use tramite_domain::audit::AuditLine;
use tramite_domain::batch::Write;
use tramite_domain::event::Event;
use tramite_domain::ids::InstitutionId;
use tramite_domain::receipt::Receipt;

use super::{FEW_ROWS, bulk, feed, insert_rows};
use crate::db::{Db, execute, together};
use crate::error::StoreError;
use crate::row::event::{EventRow, TaskRow};
use crate::row::journal::{AuditRow, JournalRow};
use crate::schema::{audit, events, journal, tasks};

/// Adds what a batch tells. None depends on another, so on PostgreSQL they are sent together.
pub(super) async fn tell(
    mut db: Db<'_>,
    institution: InstitutionId,
    writes: &[&Write],
    kept: Option<&Receipt>,
) -> Result<(), StoreError> {
    let mut told = Told { kept, ..Told::default() };
    for write in writes {
        told.add(institution, write)?;
    }
    let Told { events, tasks, journal, audit, .. } = told;
    let ((), (), (), ()) = together!(
        &mut db,
        |mut db| async move { insert_events(&mut db, events).await },
        |mut db| async move { insert_rows!(&mut db, tasks::table, tasks) },
        |mut db| async move { insert_rows!(&mut db, journal::table, journal) },
        |mut db| async move { insert_audit(&mut db, audit).await },
    )?;
    Ok(())
}

/// The rows of each kind.
#[derive(Default)]
struct Told<'a> {
    /// The receipt that is kept in the same batch.
    kept: Option<&'a Receipt>,
    events: Vec<EventRow>,
    tasks: Vec<TaskRow>,
    journal: Vec<JournalRow>,
    audit: Vec<AuditRow>,
}

impl Told<'_> {
    fn add(&mut self, institution: InstitutionId, write: &Write) -> Result<(), StoreError> {
        match write {
            Write::InsertEvent(event) => self.events.push(EventRow::of(institution, event)),
            Write::InsertTask(task) => self.tasks.push(TaskRow::of(institution, task)),
            Write::InsertJournal(entry) => {
                // By its own key alone: what is looked for by a token is looked for by the receipt of that key.
                let kept = self.kept.filter(|one| entry.payment_token.as_ref() == Some(&one.content.receipt_id));
                self.journal.push(JournalRow::of(institution, entry, kept.map(|one| one.id)));
            }
            Write::InsertAudit(line) => self.audit.push(AuditRow::of(institution, line)),
            _ => return Err(StoreError::failed("this write tells nothing")),
        }
        Ok(())
    }
}

pub(crate) async fn event(db: &mut Db<'_>, institution: InstitutionId, event: &Event) -> Result<(), StoreError> {
    insert_events(db, vec![EventRow::of(institution, event)]).await
}

async fn insert_events(db: &mut Db<'_>, mut rows: Vec<EventRow>) -> Result<(), StoreError> {
    if let Db::Sqlite(connection) = db {
        feed::number(connection, &mut rows)?;
    }
    if rows.len() > FEW_ROWS {
        return bulk::events(db.reborrow(), &rows).await;
    }
    insert_rows!(db, events::table, rows)
}

async fn insert_audit(db: &mut Db<'_>, rows: Vec<AuditRow>) -> Result<(), StoreError> {
    if rows.len() > FEW_ROWS {
        return bulk::audit(db.reborrow(), &rows).await;
    }
    insert_rows!(db, audit::table, rows)
}

pub(crate) async fn audit(db: &mut Db<'_>, institution: InstitutionId, line: &AuditLine) -> Result<(), StoreError> {
    execute!(db, diesel::insert_into(audit::table).values(&AuditRow::of(institution, line)))?;
    Ok(())
}
