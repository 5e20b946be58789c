// SPDX-License-Identifier: AGPL-3.0-or-later
//! Which operators read in an institution.

use diesel::prelude::*;
use tramite_domain::ids::SupportAccessId;
use tramite_domain::support::SupportAccess;
use uuid::Uuid;

use crate::Store;
use crate::column::Id;
use crate::db::{Db, load_boxed};
use crate::error::StoreError;
use crate::page::{Cursor, List, Page, PageRequest};
use crate::row::support::SupportRow;
use crate::schema::{clients, support_accesses};
use crate::scope::Scope;
use crate::store::Answer;

impl Store {
    /// The accesses to the institution, live ones and past ones, the newest first, each with the name of its operator.
    /// They are for all of its services: a caller confined to some sees none.
    ///
    /// # Errors
    /// `Cursor` when the cursor is of another list; else whatever keeps the database from answering.
    pub fn support_accesses<'a>(
        &'a self,
        scope: &'a Scope,
        page: &'a PageRequest,
    ) -> Answer<'a, Page<(SupportAccess, String)>> {
        Box::pin(async move {
            let after = Cursor::id(page.cursor.as_ref(), List::SupportAccesses)?;
            let found = self.support_accesses_where(scope, Which::After(after), page.rows()).await?;
            Ok(Page::cut(found, page, |(one, _)| Cursor::after_id(List::SupportAccesses, one.id.uuid())))
        })
    }

    /// The access of that id, with the name of its operator; none where it does not exist for this scope.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn support_access<'a>(
        &'a self,
        scope: &'a Scope,
        id: SupportAccessId,
    ) -> Answer<'a, Option<(SupportAccess, String)>> {
        Box::pin(async move { Ok(self.support_accesses_where(scope, Which::One(id), 1).await?.pop()) })
    }

    async fn support_accesses_where(
        &self,
        scope: &Scope,
        which: Which,
        rows: i64,
    ) -> Result<Vec<(SupportAccess, String)>, StoreError> {
        if scope.services().is_some() {
            return Ok(Vec::new());
        }
        let own = scope.clone();
        self.read(scope, move |db| Box::pin(list(db, own, which, rows))).await
    }
}

/// Which accesses of an institution.
enum Which {
    One(SupportAccessId),
    After(Option<Uuid>),
}

async fn list(
    mut db: Db<'_>,
    scope: Scope,
    which: Which,
    limit: i64,
) -> Result<Vec<(SupportAccess, String)>, StoreError> {
    let rows: Vec<(SupportRow, String)> = load_boxed!(&mut db, DB => {
        let mut query = support_accesses::table
            .inner_join(clients::table.on(clients::id.eq(support_accesses::client_id)))
            .filter(support_accesses::institution_id.eq(Id(scope.institution())))
            .order(support_accesses::id.desc())
            .limit(limit)
            .select((SupportRow::as_select(), clients::display_name))
            .into_boxed::<DB>();
        match which {
            Which::One(id) => query = query.filter(support_accesses::id.eq(Id(id))),
            Which::After(Some(after)) => query = query.filter(support_accesses::id.lt(Id(after))),
            Which::After(None) => {}
        }
        query
    })?;
    rows.into_iter().map(|(row, name)| Ok((row.into_access()?, name))).collect()
}
