// SPDX-License-Identifier: AGPL-3.0-or-later
//! Events, tasks, journal and audit: they are only ever added.

use futures_util::future::join_all;
use tramite_domain::audit::AuditLine;
use tramite_domain::batch::Write;
use tramite_domain::event::Event;
use tramite_domain::ids::InstitutionId;

use crate::db::{AllOk as _, Db, execute};
use crate::error::StoreError;
use crate::row::event::{EventRow, TaskRow};
use crate::row::journal::{AuditRow, JournalRow};
use crate::schema::{audit, events, journal, tasks};

/// Adds what a batch tells. None depends on another, so on PostgreSQL they are sent together.
pub(super) async fn tell(db: Db<'_>, institution: InstitutionId, writes: &[Write]) -> Result<(), StoreError> {
    match db {
        Db::Postgres(connection) => {
            let each = writes.iter().map(|write| one(Db::Postgres(connection), institution, write));
            join_all(each).await.all_ok()?;
        }
        Db::Sqlite(connection) => {
            for write in writes {
                one(Db::Sqlite(connection), institution, write).await?;
            }
        }
    }
    Ok(())
}

async fn one(mut db: Db<'_>, institution: InstitutionId, write: &Write) -> Result<(), StoreError> {
    let db = &mut db;
    match write {
        Write::InsertEvent(told) => event(db, institution, told).await,
        Write::InsertAudit(line) => audit(db, institution, line).await,
        Write::InsertTask(task) => {
            execute!(db, diesel::insert_into(tasks::table).values(&TaskRow::of(institution, task)))?;
            Ok(())
        }
        Write::InsertJournal(entry) => {
            execute!(db, diesel::insert_into(journal::table).values(&JournalRow::of(institution, entry)))?;
            Ok(())
        }
        _ => Err(StoreError::failed("this write tells nothing")),
    }
}

pub(crate) async fn event(db: &mut Db<'_>, institution: InstitutionId, event: &Event) -> Result<(), StoreError> {
    execute!(db, diesel::insert_into(events::table).values(&EventRow::of(institution, event)))?;
    Ok(())
}

pub(crate) async fn audit(db: &mut Db<'_>, institution: InstitutionId, line: &AuditLine) -> Result<(), StoreError> {
    execute!(db, diesel::insert_into(audit::table).values(&AuditRow::of(institution, line)))?;
    Ok(())
}
