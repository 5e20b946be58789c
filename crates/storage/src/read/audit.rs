// SPDX-License-Identifier: AGPL-3.0-or-later
//! The audit trail of an institution: who did what.

use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use tramite_domain::audit::{AuditLine, EVERYDAY_ACTIONS};
use tramite_domain::time::Instant;

use crate::Store;
use crate::column::{At, Id};
use crate::db::{Db, load_boxed};
use crate::error::StoreError;
use crate::page::{Cursor, LastChange, List, Page, PageRequest};
use crate::row::journal::AuditRow;
use crate::schema::audit;
use crate::scope::Scope;
use crate::store::Answer;

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
    /// the lines of its own client alone.
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
            let found = self.read(scope, move |db| Box::pin(list(db, own, asked, after, rows))).await?;
            Ok(Page::cut(found, page, |line| {
                Cursor::after_change(List::Audit, LastChange { at: line.at, id: line.id.uuid(), window: line.at })
            }))
        })
    }
}

/// That a line is of no everyday action, in the words of the indexes that hold only such lines: no database finds them by other
/// words.
pub(super) fn no_everyday_action() -> SqlLiteral<Bool> {
    diesel::dsl::sql(&format!("audit.action NOT IN ('{}')", EVERYDAY_ACTIONS.join("', '")))
}

async fn list(
    mut db: Db<'_>,
    scope: Scope,
    filter: AuditFilter,
    after: Option<LastChange>,
    limit: i64,
) -> Result<Vec<AuditLine>, StoreError> {
    let rows: Vec<AuditRow> = load_boxed!(&mut db, DB => {
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
