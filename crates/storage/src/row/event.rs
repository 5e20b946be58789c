// SPDX-License-Identifier: AGPL-3.0-or-later
//! Events and tasks: what happened, and what is to be done.

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use tramite_domain::event::{Event, EventData, EventKind};
use tramite_domain::ids::{ClientId, DebtPositionId, EventId, InstitutionId, SessionId, TaskId};
use tramite_domain::task::{Task, Work};
use tramite_domain::time::Instant;

use super::known;
use crate::column::{At, Doc, Id, IfReadable};
use crate::error::StoreError;
use crate::schema::{events, tasks};

/// The partition of an instant: the first day of its month in UTC.
pub(crate) fn month_of(at: Instant) -> NaiveDate {
    let day = at.datetime().date_naive();
    day.with_day(1).unwrap_or(day)
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
pub(crate) struct EventRow {
    pub(crate) institution_id: Id<InstitutionId>,
    pub(crate) id: Id<EventId>,
    pub(crate) month: NaiveDate,
    pub(crate) kind: String,
    pub(crate) at: At,
    pub(crate) client_id: Option<Id<ClientId>>,
    pub(crate) service_code: Option<String>,
    pub(crate) debt_position_id: Option<Id<DebtPositionId>>,
    pub(crate) session_id: Option<Id<SessionId>>,
    pub(crate) data: Doc<EventData>,
    pub(crate) feed_position: Option<i64>,
}

impl EventRow {
    pub(crate) fn of(institution: InstitutionId, event: &Event) -> Self {
        Self {
            institution_id: Id(institution),
            id: Id(event.id),
            month: month_of(event.at),
            kind: event.kind.name().to_owned(),
            at: At(event.at),
            client_id: event.client_id.map(Id),
            service_code: event.data.service_code.as_ref().map(ToString::to_string),
            debt_position_id: event.data.debt_position_id.map(Id),
            session_id: event.data.session_id.map(Id),
            data: Doc(event.data.clone()),
            feed_position: None,
        }
    }

    pub(crate) fn into_event(self) -> Result<Event, StoreError> {
        Ok(Event {
            id: self.id.0,
            kind: known("events.kind", EventKind::named(&self.kind))?,
            at: self.at.0,
            client_id: self.client_id.map(|id| id.0),
            data: self.data.0,
        })
    }
}

#[derive(Debug, Insertable)]
#[diesel(table_name = tasks, treat_none_as_default_value = false)]
pub(crate) struct TaskRow {
    institution_id: Id<InstitutionId>,
    id: Id<TaskId>,
    work: Doc<Work>,
    due_at: At,
    attempts: i32,
    last_error: Option<String>,
}

/// A task that is due, whether this program can read it or not.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = tasks)]
pub(crate) struct DueTaskRow {
    pub(crate) institution_id: Id<InstitutionId>,
    pub(crate) id: Id<TaskId>,
    work: IfReadable<Work>,
    due_at: At,
    pub(crate) attempts: i32,
}

impl TaskRow {
    pub(crate) fn of(institution: InstitutionId, task: &Task) -> Self {
        Self {
            institution_id: Id(institution),
            id: Id(task.id),
            work: Doc(task.work.clone()),
            due_at: At(task.due_at),
            attempts: 0,
            last_error: None,
        }
    }
}

impl DueTaskRow {
    /// The task; none where its work cannot be read.
    pub(crate) fn into_task(self) -> Option<Task> {
        Some(Task { id: self.id.0, work: self.work.0?, due_at: self.due_at.0 })
    }
}
