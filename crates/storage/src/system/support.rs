// SPDX-License-Identifier: AGPL-3.0-or-later
//! Accesses of operators in support, across institutions: an operator names the institution, a token names the access.

use diesel::prelude::*;
use tramite_domain::ids::{ClientId, InstitutionId, SupportAccessId};
use tramite_domain::support::SupportAccess;
use tramite_domain::time::Instant;
use uuid::Uuid;

use super::SystemScope;
use super::change::{Change, Ready};
use crate::column::{At, Id};
use crate::commit::touched;
use crate::db::{Db, execute, load, load_boxed};
use crate::error::StoreError;
use crate::page::{Cursor, List, Page, PageRequest};
use crate::row::support::SupportRow;
use crate::schema::{clients, institutions, support_accesses};
use crate::store::{Answer, Who};

/// An access with the name of its operator.
type Named = (SupportAccess, String);

impl SystemScope {
    /// The access of that id, with the name of its operator.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn support_access(&self, id: SupportAccessId) -> Answer<'_, Option<Named>> {
        Box::pin(async move {
            Ok(self.store.read(Who::System, move |db| Box::pin(list(db, Which::One(id), 1))).await?.pop())
        })
    }

    /// The accesses to all institutions, the newest first, each with the name of its operator.
    ///
    /// # Errors
    /// `Cursor` when the cursor is of another list; else whatever keeps the database from answering.
    pub fn support_accesses<'a>(&'a self, page: &'a PageRequest) -> Answer<'a, Page<Named>> {
        Box::pin(async move {
            let after = Cursor::id(page.cursor.as_ref(), List::SupportAccesses)?;
            let rows = page.rows();
            let found = self.store.read(Who::System, move |db| Box::pin(list(db, Which::After(after), rows))).await?;
            Ok(Page::cut(found, page, |(one, _)| Cursor::after_id(List::SupportAccesses, one.id.uuid())))
        })
    }

    /// The access of that operator to that institution that holds longest, if one holds now.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn live_support_access(
        &self,
        operator: ClientId,
        institution: InstitutionId,
        now: Instant,
    ) -> Answer<'_, Option<SupportAccess>> {
        Box::pin(
            async move { self.store.read(Who::System, move |db| Box::pin(live(db, operator, institution, now))).await },
        )
    }

    /// Writes a new access.
    ///
    /// # Errors
    /// `Conflict` where the institution has switched support off in the meantime.
    pub fn insert_support_access(&self, access: SupportAccess, change: Change) -> Answer<'_, ()> {
        Box::pin(async move {
            let ready = self.ready(change).await?;
            self.store
                .write(Who::System, (access, ready), |db, (access, ready)| Box::pin(insert(db, access, ready)))
                .await
        })
    }

    /// Writes the end of an access.
    ///
    /// # Errors
    /// `Conflict` where it has ended in the meantime.
    pub fn end_support_access(&self, access: SupportAccess, change: Change) -> Answer<'_, ()> {
        Box::pin(async move {
            let ready = self.ready(change).await?;
            self.store.write(Who::System, (access, ready), |db, (access, ready)| Box::pin(end(db, access, ready))).await
        })
    }
}

/// Which accesses.
enum Which {
    One(SupportAccessId),
    After(Option<Uuid>),
}

async fn list(mut db: Db<'_>, which: Which, limit: i64) -> Result<Vec<Named>, StoreError> {
    let rows: Vec<(SupportRow, String)> = load_boxed!(&mut db, DB => {
        let mut query = support_accesses::table
            .inner_join(clients::table.on(clients::id.eq(support_accesses::client_id)))
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

async fn live(
    mut db: Db<'_>,
    operator: ClientId,
    institution: InstitutionId,
    now: Instant,
) -> Result<Option<SupportAccess>, StoreError> {
    let rows: Vec<SupportRow> = load!(
        &mut db,
        support_accesses::table
            .filter(support_accesses::institution_id.eq(Id(institution)))
            .filter(support_accesses::client_id.eq(Id(operator)))
            .filter(support_accesses::ended_at.is_null())
            .filter(support_accesses::expires_at.gt(At(now)))
            .order((support_accesses::expires_at.desc(), support_accesses::id.desc()))
            .limit(1)
            .select(SupportRow::as_select())
    )?;
    rows.into_iter().next().map(SupportRow::into_access).transpose()
}

/// The institution is held as it is until the access is written: who switches support off ends this access too, or comes
/// first.
async fn insert(mut db: Db<'_>, access: &SupportAccess, ready: &Ready) -> Result<(), StoreError> {
    ready.begin(&mut db).await?;
    let open = institutions::table
        .filter(institutions::institution_id.eq(Id(access.institution_id)))
        .filter(institutions::support_access.eq(true))
        .select(institutions::institution_id);
    let found: Vec<Id<InstitutionId>> = match &mut db {
        Db::Postgres(connection) => diesel_async::RunQueryDsl::load(open.for_share(), connection).await?,
        Db::Sqlite(connection) => diesel::RunQueryDsl::load(open, &mut **connection)?,
    };
    touched(found.len())?;
    execute!(&mut db, diesel::insert_into(support_accesses::table).values(&SupportRow::of(access)))?;
    ready.finish(&mut db).await
}

async fn end(mut db: Db<'_>, access: &SupportAccess, ready: &Ready) -> Result<(), StoreError> {
    ready.begin(&mut db).await?;
    let open = support_accesses::table
        .filter(support_accesses::institution_id.eq(Id(access.institution_id)))
        .filter(support_accesses::id.eq(Id(access.id)))
        .filter(support_accesses::ended_at.is_null());
    let ended = support_accesses::ended_at.eq(access.ended_at.map(At));
    touched(execute!(&mut db, diesel::update(open).set(ended))?)?;
    ready.finish(&mut db).await
}
