// SPDX-License-Identifier: AGPL-3.0-or-later
//! The outbox: a task is claimed for a while, and comes back by itself when its worker dies.

use diesel::prelude::*;
use tramite_domain::ids::{InstitutionId, TaskId};
use tramite_domain::task::Task;
use tramite_domain::time::Instant;

use super::SystemScope;
use crate::column::{At, Id};
use crate::commit::touched;
use crate::db::{Db, execute, execute_each};
use crate::error::StoreError;
use crate::row::event::TaskRow;
use crate::row::fit;
use crate::schema::tasks;
use crate::store::Who;

/// A task that is ours for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedTask {
    /// Whose it is: work is done under its scope.
    pub institution: InstitutionId,
    /// What to do; `due_at` is when it was due, before this claim.
    pub task: Task,
    /// How many times it was claimed, this time included.
    pub attempts: u32,
}

impl SystemScope {
    /// Claims tasks that are due, the longest overdue first, for `lease_seconds`: unless it is finished or put off by
    /// then, somebody else may claim it. Two claimers never get the same one.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub async fn claim_tasks(
        &self,
        now: Instant,
        limit: usize,
        lease_seconds: i64,
    ) -> Result<Vec<ClaimedTask>, StoreError> {
        let rows = fit("limit", limit)?;
        let until = now.plus_seconds(lease_seconds);
        self.store.write(Who::System, move |db| Box::pin(claim(db, now, rows, until))).await
    }

    /// The task is done.
    ///
    /// # Errors
    /// Whatever keeps the database from writing. A task that is gone is done.
    pub async fn finish_task(&self, institution: InstitutionId, id: TaskId) -> Result<(), StoreError> {
        self.store.write(Who::System, move |db| Box::pin(finish(db, institution, id))).await
    }

    /// The task failed and is due again later; `error` is a stable code.
    ///
    /// # Errors
    /// `Conflict` when the task is gone.
    pub async fn retry_task(
        &self,
        institution: InstitutionId,
        id: TaskId,
        due_at: Instant,
        error: &str,
    ) -> Result<(), StoreError> {
        let error = error.to_owned();
        self.store.write(Who::System, move |db| Box::pin(retry(db, institution, id, due_at, error))).await
    }
}

async fn claim(mut db: Db<'_>, now: Instant, rows: i64, until: Instant) -> Result<Vec<ClaimedTask>, StoreError> {
    let due = tasks::table.filter(tasks::due_at.le(At(now))).order((tasks::due_at, tasks::id)).limit(rows);
    // Rows that another claimer holds are passed over; on SQLite there is one writer alone.
    let found: Vec<TaskRow> = match &mut db {
        Db::Postgres(connection) => {
            let free = due.select(TaskRow::as_select()).for_update().skip_locked();
            diesel_async::RunQueryDsl::load(free, connection).await?
        }
        Db::Sqlite(connection) => diesel::RunQueryDsl::load(due.select(TaskRow::as_select()), &mut **connection)?,
    };
    let _: Vec<usize> = execute_each!(&mut db, found, row => diesel::update(one(row.institution_id.0, row.id.0))
        .set((tasks::due_at.eq(At(until)), tasks::attempts.eq(row.attempts.saturating_add(1)))))?;
    let mut claimed = Vec::with_capacity(found.len());
    for row in found {
        let attempts = row.attempts.saturating_add(1);
        claimed.push(ClaimedTask {
            institution: row.institution_id.0,
            attempts: fit("tasks.attempts", attempts)?,
            task: row.into_task(),
        });
    }
    Ok(claimed)
}

async fn finish(mut db: Db<'_>, institution: InstitutionId, id: TaskId) -> Result<(), StoreError> {
    execute!(&mut db, diesel::delete(one(institution, id)))?;
    Ok(())
}

async fn retry(
    mut db: Db<'_>,
    institution: InstitutionId,
    id: TaskId,
    due_at: Instant,
    error: String,
) -> Result<(), StoreError> {
    let put_off = (tasks::due_at.eq(At(due_at)), tasks::last_error.eq(Some(error.as_str())));
    touched(execute!(&mut db, diesel::update(one(institution, id)).set(put_off))?)
}

#[diesel::dsl::auto_type]
fn one(institution: InstitutionId, id: TaskId) -> _ {
    let institution: Id<InstitutionId> = Id(institution);
    let id: Id<TaskId> = Id(id);
    tasks::table.filter(tasks::institution_id.eq(institution)).filter(tasks::id.eq(id))
}
