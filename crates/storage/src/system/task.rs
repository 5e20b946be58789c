// SPDX-License-Identifier: AGPL-3.0-or-later
//! The outbox: a task is claimed for a while, and comes back by itself when its worker dies.

use diesel::prelude::*;
use tramite_domain::ids::{InstitutionId, TaskId};
use tramite_domain::task::Task;
use tramite_domain::time::Instant;

use super::SystemScope;
use crate::column::{At, Id};
use crate::db::{Db, execute, execute_each};
use crate::error::StoreError;
use crate::row::event::DueTaskRow;
use crate::row::fit;
use crate::schema::tasks;
use crate::store::Answer;
use crate::store::Who;

/// What is said of a task that this program cannot read.
const UNREADABLE: &str = "unreadable";
/// How long such a task waits, in seconds: a newer program may come and read it.
const UNREADABLE_WAIT_SECONDS: i64 = 3_600;

/// A task that is ours for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedTask {
    /// Whose it is: work is done under its scope.
    pub institution: InstitutionId,
    /// What to do; `due_at` is when it was due, before this claim.
    pub task: Task,
    /// How many times it was claimed, this time included; it tells this claim from a later one.
    pub attempts: u32,
}

impl SystemScope {
    /// Claims tasks that are due, the longest overdue first, for `lease_seconds`: unless it is finished or put off by
    /// then, somebody else may claim it. Two claimers never get the same one. One that cannot be read is put off.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn claim_tasks(&self, now: Instant, limit: usize, lease_seconds: i64) -> Answer<'_, Vec<ClaimedTask>> {
        Box::pin(async move {
            let rows = fit("limit", limit)?;
            let until = now.plus_seconds(lease_seconds);
            let wanted = (now, rows, until);
            self.store
                .write(Who::System, wanted, |db, (now, rows, until)| Box::pin(claim(db, *now, *rows, *until)))
                .await
        })
    }

    /// The task is done. False when it is no longer ours: the claim's time passed, and somebody else has it.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn finish_task<'a>(&'a self, claim: &'a ClaimedTask) -> Answer<'a, bool> {
        Box::pin(async move {
            let held = Held::of(claim)?;
            self.store.write(Who::System, held, |db, held| Box::pin(finish(db, *held))).await
        })
    }

    /// The task failed and is due again later; `error` is a stable code. False when it is no longer ours.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn retry_task<'a>(&'a self, claim: &'a ClaimedTask, due_at: Instant, error: &'a str) -> Answer<'a, bool> {
        Box::pin(async move {
            let late = (Held::of(claim)?, due_at, error.to_owned());
            self.store
                .write(Who::System, late, |db, (held, due_at, error)| Box::pin(retry(db, *held, *due_at, error)))
                .await
        })
    }
}

/// A task as it was claimed. Each claim counts one attempt more, so the number tells one claim from the next.
#[derive(Debug, Clone, Copy)]
struct Held {
    institution: InstitutionId,
    id: TaskId,
    attempts: i32,
}

impl Held {
    fn of(claim: &ClaimedTask) -> Result<Self, StoreError> {
        let attempts = fit("tasks.attempts", claim.attempts)?;
        Ok(Self { institution: claim.institution, id: claim.task.id, attempts })
    }
}

async fn claim(mut db: Db<'_>, now: Instant, rows: i64, until: Instant) -> Result<Vec<ClaimedTask>, StoreError> {
    let due = tasks::table.filter(tasks::due_at.le(At(now))).order((tasks::due_at, tasks::id)).limit(rows);
    // Rows that another claimer holds are passed over; on SQLite there is one writer alone.
    let found: Vec<DueTaskRow> = match &mut db {
        Db::Postgres(connection) => {
            let free = due.select(DueTaskRow::as_select()).for_update().skip_locked();
            diesel_async::RunQueryDsl::load(free, connection).await?
        }
        Db::Sqlite(connection) => diesel::RunQueryDsl::load(due.select(DueTaskRow::as_select()), &mut **connection)?,
    };
    let held = |row: &DueTaskRow| Held { institution: row.institution_id.0, id: row.id.0, attempts: row.attempts };
    execute_each!(&mut db, found, row => diesel::update(one(held(row)))
        .set((tasks::due_at.eq(At(until)), tasks::attempts.eq(row.attempts.saturating_add(1)))))?;
    let mut claimed = Vec::with_capacity(found.len());
    for row in found {
        let attempts = row.attempts.saturating_add(1);
        let taken = Held { attempts, ..held(&row) };
        match row.into_task() {
            Some(task) => claimed.push(ClaimedTask {
                institution: taken.institution,
                attempts: fit("tasks.attempts", attempts)?,
                task,
            }),
            None => put_off_unreadable(&mut db, taken, now).await?,
        }
    }
    Ok(claimed)
}

/// A task of another version of this program, or a damaged one, must not stop the others: it waits, and says why.
async fn put_off_unreadable(db: &mut Db<'_>, held: Held, now: Instant) -> Result<(), StoreError> {
    tracing::error!(task = %held.id, institution = %held.institution, code = UNREADABLE, "a task cannot be read");
    let put_off =
        (tasks::due_at.eq(At(now.plus_seconds(UNREADABLE_WAIT_SECONDS))), tasks::last_error.eq(Some(UNREADABLE)));
    execute!(db, diesel::update(one(held)).set(put_off))?;
    Ok(())
}

async fn finish(mut db: Db<'_>, held: Held) -> Result<bool, StoreError> {
    Ok(execute!(&mut db, diesel::delete(one(held)))? > 0)
}

async fn retry(mut db: Db<'_>, held: Held, due_at: Instant, error: &str) -> Result<bool, StoreError> {
    let put_off = (tasks::due_at.eq(At(due_at)), tasks::last_error.eq(Some(error)));
    Ok(execute!(&mut db, diesel::update(one(held)).set(put_off))? > 0)
}

#[diesel::dsl::auto_type]
fn one(held: Held) -> _ {
    let institution: Id<InstitutionId> = Id(held.institution);
    let id: Id<TaskId> = Id(held.id);
    let attempts: i32 = held.attempts;
    tasks::table
        .filter(tasks::institution_id.eq(institution))
        .filter(tasks::id.eq(id))
        .filter(tasks::attempts.eq(attempts))
}
