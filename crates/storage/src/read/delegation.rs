// SPDX-License-Identifier: AGPL-3.0-or-later
//! Who acts for an institution.

use diesel::prelude::*;
use tramite_domain::access::Delegation;
use tramite_domain::ids::DelegationId;
use uuid::Uuid;

use crate::Store;
use crate::column::Id;
use crate::db::{Db, load_boxed};
use crate::error::StoreError;
use crate::page::{Cursor, List, Page, PageRequest};
use crate::row::access::DelegationRow;
use crate::schema::{clients, delegations};
use crate::scope::Scope;
use crate::store::Answer;

impl Store {
    /// The delegations of the institution, live and ended, the newest first, each with the name of its client. A caller
    /// confined to some services sees its own alone: those of others are not of its services.
    ///
    /// # Errors
    /// `Cursor` when the cursor is of another list; else whatever keeps the database from answering.
    pub fn delegations<'a>(
        &'a self,
        scope: &'a Scope,
        page: &'a PageRequest,
    ) -> Answer<'a, Page<(Delegation, String)>> {
        Box::pin(async move {
            let after = Cursor::id(page.cursor.as_ref(), List::Delegations)?;
            let found = self.delegations_where(scope, Which::After(after), page.rows()).await?;
            Ok(Page::cut(found, page, |(one, _)| Cursor::after_id(List::Delegations, one.id.uuid())))
        })
    }

    /// The delegation of that id, with the name of its client; none where it does not exist for this scope.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn delegation<'a>(&'a self, scope: &'a Scope, id: DelegationId) -> Answer<'a, Option<(Delegation, String)>> {
        Box::pin(async move { Ok(self.delegations_where(scope, Which::One(id), 1).await?.pop()) })
    }

    async fn delegations_where(
        &self,
        scope: &Scope,
        which: Which,
        rows: i64,
    ) -> Result<Vec<(Delegation, String)>, StoreError> {
        let own = scope.clone();
        self.read(scope, move |db| Box::pin(list(db, own, which, rows))).await
    }
}

/// Which delegations of an institution.
enum Which {
    One(DelegationId),
    After(Option<Uuid>),
}

async fn list(mut db: Db<'_>, scope: Scope, which: Which, limit: i64) -> Result<Vec<(Delegation, String)>, StoreError> {
    let rows: Vec<(DelegationRow, String)> = load_boxed!(&mut db, DB => {
        let mut query = delegations::table
            .inner_join(clients::table.on(clients::id.eq(delegations::client_id)))
            .filter(delegations::institution_id.eq(Id(scope.institution())))
            .order(delegations::id.desc())
            .limit(limit)
            .select((DelegationRow::as_select(), clients::display_name))
            .into_boxed::<DB>();
        if let (Some(client), Some(_)) = (scope.client(), scope.services()) {
            query = query.filter(delegations::client_id.eq(Id(client)));
        }
        match which {
            Which::One(id) => query = query.filter(delegations::id.eq(Id(id))),
            Which::After(Some(after)) => query = query.filter(delegations::id.lt(Id(after))),
            Which::After(None) => {}
        }
        query
    })?;
    rows.into_iter().map(|(row, name)| Ok((row.into_delegation()?, name))).collect()
}
