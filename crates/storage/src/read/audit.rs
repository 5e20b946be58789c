// SPDX-License-Identifier: AGPL-3.0-or-later
//! The audit trail of an institution: who did what.

use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use tramite_domain::audit::{AuditLine, EVERYDAY_ACTIONS};
use tramite_domain::time::Instant;
use uuid::Uuid;

use crate::Store;
use crate::column::{At, Id};
use crate::db::{Db, load_boxed};
use crate::error::StoreError;
use crate::page::{Cursor, LastChange, List, Page, PageRequest};
use crate::row::journal::AuditRow;
use crate::schema::audit;
use crate::scope::Scope;
use crate::store::Answer;

/// How far back one page looks where no index leads to its lines alone, in days: those of one client, and those of an everyday
/// action, may be few among very many.
pub const AUDIT_PAGE_DAYS_MAX: i64 = 31;

/// Which lines; what is none does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// At this instant or later.
    pub from: Option<Instant>,
    /// Before this instant.
    pub to: Option<Instant>,
    /// Of this action.
    pub action: Option<String>,
}

impl Store {
    /// The lines that a filter names, the newest first. A line names no service, so that a caller confined to some sees
    /// the lines of its own client alone. A page that looks no further back than [`AUDIT_PAGE_DAYS_MAX`] may be short, or empty,
    /// and yet not the last.
    ///
    /// # Errors
    /// `Cursor` when the cursor is of another list; else whatever keeps the database from answering.
    pub fn audit_lines<'a>(
        &'a self,
        scope: &'a Scope,
        filter: &'a AuditFilter,
        page: &'a PageRequest,
    ) -> Answer<'a, Page<AuditLine>> {
        Box::pin(async move {
            let after = Cursor::change(page.cursor.as_ref(), List::Audit)?;
            let (own, asked, rows) = (scope.clone(), filter.clone(), page.rows());
            let (found, before) = self.read(scope, move |db| Box::pin(list(db, own, asked, after, rows))).await?;
            let place = |at, id| Cursor::after_change(List::Audit, LastChange { at, id, window: at });
            let cut = Page::cut(found, page, |line| place(line.at, line.id.uuid()));
            // No line has the nil id: the next page begins before that instant.
            let next = cut.next.or_else(|| before.map(|at| place(at, Uuid::nil())));
            Ok(Page { items: cut.items, next, complete_until: None })
        })
    }
}

/// That a line is of no everyday action, in the words of the indexes that hold only such lines: no database finds them by other
/// words.
pub(super) fn no_everyday_action() -> SqlLiteral<Bool> {
    let each = EVERYDAY_ACTIONS.map(|action| format!("audit.action <> '{action}'"));
    diesel::dsl::sql(&format!("({})", each.join(" AND ")))
}

/// The lines of a page, and the instant before which the next one looks where this one did not look at all there is.
async fn list(
    mut db: Db<'_>,
    scope: Scope,
    filter: AuditFilter,
    after: Option<LastChange>,
    limit: i64,
) -> Result<(Vec<AuditLine>, Option<Instant>), StoreError> {
    let confined = scope.services().is_some();
    let everyday = filter.action.as_ref().is_some_and(|action| EVERYDAY_ACTIONS.contains(&action.as_str()));
    if !confined && !everyday {
        return Ok((lines(&mut db, &scope, &filter, after, limit).await?, None));
    }
    let Some(newest) = newest(&mut db, &scope, filter.to, after).await? else { return Ok((Vec::new(), None)) };
    let back = newest.plus_hours(-24 * AUDIT_PAGE_DAYS_MAX);
    if filter.from.is_some_and(|from| from >= back) {
        return Ok((lines(&mut db, &scope, &filter, after, limit).await?, None));
    }
    let nearer = AuditFilter { from: Some(back), ..filter.clone() };
    let found = lines(&mut db, &scope, &nearer, after, limit).await?;
    let older = self::newest(&mut db, &scope, Some(back), None).await?;
    let goes_on = older.is_some_and(|at| filter.from.is_none_or(|from| from <= at));
    Ok((found, goes_on.then_some(back)))
}

/// The instant of the newest line of the institution, whoever did it, where the page begins.
async fn newest(
    db: &mut Db<'_>,
    scope: &Scope,
    to: Option<Instant>,
    after: Option<LastChange>,
) -> Result<Option<Instant>, StoreError> {
    let found: Vec<At> = load_boxed!(db, DB => {
        let mut query = audit::table
            .filter(audit::institution_id.eq(Id(scope.institution())))
            .order(audit::at.desc())
            .limit(1)
            .select(audit::at)
            .into_boxed::<DB>();
        if let Some(to) = to {
            query = query.filter(audit::at.lt(At(to)));
        }
        if let Some(last) = after {
            query = query.filter(audit::at.le(At(last.at)));
        }
        query
    })?;
    Ok(found.into_iter().next().map(|At(at)| at))
}

async fn lines(
    db: &mut Db<'_>,
    scope: &Scope,
    filter: &AuditFilter,
    after: Option<LastChange>,
    limit: i64,
) -> Result<Vec<AuditLine>, StoreError> {
    let rows: Vec<AuditRow> = load_boxed!(db, DB => {
        let mut query = audit::table
            .filter(audit::institution_id.eq(Id(scope.institution())))
            .order((audit::at.desc(), audit::id.desc()))
            .limit(limit)
            .select(AuditRow::as_select())
            .into_boxed::<DB>();
        if let (Some(client), Some(_)) = (scope.client(), scope.services()) {
            query = query.filter(audit::client_id.eq(Id(client)));
        }
        if let Some(from) = filter.from {
            query = query.filter(audit::at.ge(At(from)));
        }
        if let Some(to) = filter.to {
            query = query.filter(audit::at.lt(At(to)));
        }
        if let Some(action) = &filter.action {
            query = query.filter(audit::action.eq(action.as_str()));
            if !EVERYDAY_ACTIONS.contains(&action.as_str()) {
                query = query.filter(no_everyday_action());
            }
        }
        if let Some(last) = after {
            let at = At(last.at);
            query = query.filter(audit::at.le(at)).filter(audit::at.lt(at).or(audit::id.lt(Id(last.id))));
        }
        query
    })?;
    Ok(rows.into_iter().map(AuditRow::into_line).collect())
}
