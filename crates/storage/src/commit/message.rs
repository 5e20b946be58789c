// SPDX-License-Identifier: AGPL-3.0-or-later
//! Events, tasks, journal and audit: they are only ever added.

use tramite_domain::audit::AuditLine;
use tramite_domain::event::Event;
use tramite_domain::ids::InstitutionId;
use tramite_domain::journal::JournalEntry;
use tramite_domain::task::Task;

use super::insert_rows;
use crate::db::{Db, execute};
use crate::error::StoreError;
use crate::row::event::{EventRow, TaskRow};
use crate::row::journal::{AuditRow, JournalRow};
use crate::schema::{audit, events, journal, tasks};

pub(crate) async fn event(db: &mut Db<'_>, institution: InstitutionId, event: &Event) -> Result<(), StoreError> {
    execute!(db, diesel::insert_into(events::table).values(&EventRow::of(institution, event)))?;
    Ok(())
}

pub(super) async fn task(db: &mut Db<'_>, institution: InstitutionId, task: &Task) -> Result<(), StoreError> {
    execute!(db, diesel::insert_into(tasks::table).values(&TaskRow::of(institution, task)))?;
    Ok(())
}

pub(crate) async fn audit(db: &mut Db<'_>, institution: InstitutionId, line: &AuditLine) -> Result<(), StoreError> {
    execute!(db, diesel::insert_into(audit::table).values(&AuditRow::of(institution, line)))?;
    Ok(())
}

/// Lines of the journal, of whatever institutions.
pub(crate) async fn insert_journal(
    db: &mut Db<'_>,
    entries: &[(InstitutionId, JournalEntry)],
) -> Result<(), StoreError> {
    let rows: Vec<JournalRow> =
        entries.iter().map(|(institution, entry)| JournalRow::of(*institution, entry)).collect();
    insert_rows!(db, journal::table, rows);
    Ok(())
}
