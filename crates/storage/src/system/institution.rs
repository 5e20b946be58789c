// SPDX-License-Identifier: AGPL-3.0-or-later
//! The registry of institutions.

use diesel::prelude::*;
use tramite_domain::batch::{Batch, Write};
use tramite_domain::ids::InstitutionId;
use tramite_domain::institution::Institution;
use uuid::Uuid;

use super::SystemScope;
use super::change::{Change, OperatorRecord, Ready};
use crate::column::Id;
use crate::commit;
use crate::db::{Db, load, load_boxed};
use crate::error::StoreError;
use crate::page::{Cursor, List, Page, PageRequest};
use crate::read::assemble_institutions;
use crate::row::institution::InstitutionRow;
use crate::schema::institutions;
use crate::store::Answer;
use crate::store::Who;

impl SystemScope {
    /// The institution that the Node calls by that tax code (`idPA`); none where it was never served here.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn served<'a>(&'a self, id_pa: &'a str) -> Answer<'a, Option<Institution>> {
        Box::pin(async move {
            let code = id_pa.to_owned();
            self.store.read(Who::System, move |db| Box::pin(by_tax_code(db, code))).await
        })
    }

    /// The institution of that id.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn institution(&self, id: InstitutionId) -> Answer<'_, Option<Institution>> {
        Box::pin(async move { self.store.read(Who::System, move |db| Box::pin(by_id(db, id))).await })
    }

    /// The institution of that id, tax code or code, asked in this order.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn institution_by<'a>(&'a self, key: &'a str) -> Answer<'a, Option<Institution>> {
        Box::pin(async move {
            if let Ok(id) = key.parse::<InstitutionId>() {
                return self.institution(id).await;
            }
            if let Some(found) = self.served(key).await? {
                return Ok(Some(found));
            }
            let code = key.to_owned();
            self.store.read(Who::System, move |db| Box::pin(by_code(db, code))).await
        })
    }

    /// All institutions, newest first.
    ///
    /// # Errors
    /// `Cursor` when the cursor is of another list; else whatever keeps the database from answering.
    pub fn institutions<'a>(&'a self, page: &'a PageRequest) -> Answer<'a, Page<Institution>> {
        Box::pin(async move {
            let after = Cursor::id(page.cursor.as_ref(), List::Institutions)?;
            let rows = page.rows();
            let found = self.store.read(Who::System, move |db| Box::pin(list(db, after, rows))).await?;
            Ok(Page::cut(found, page, |institution| Cursor::after_id(List::Institutions, institution.id.uuid())))
        })
    }

    /// Writes an institution, with the events and audit lines of the same decision.
    ///
    /// # Errors
    /// `Conflict` when the version moved, or the institution is there already; `Duplicate` for code, tax code or a
    /// segregation code that is in use.
    pub fn commit_institution(&self, batch: Batch, record: Option<OperatorRecord>) -> Answer<'_, ()> {
        Box::pin(async move {
            let institution = batch.writes().iter().find_map(|write| match write {
                Write::PutInstitution { institution, .. } => Some(institution.id),
                _ => None,
            });
            let institution = institution.ok_or_else(|| StoreError::failed("the batch writes no institution"))?;
            let ready = self.ready(Change { record, ..Change::default() }).await?;
            let whole = (institution, batch, ready);
            self.store
                .write(Who::System, whole, |db, (institution, batch, ready)| {
                    Box::pin(put(db, *institution, batch, ready))
                })
                .await
        })
    }
}

async fn put(mut db: Db<'_>, institution: InstitutionId, batch: &Batch, ready: &Ready) -> Result<(), StoreError> {
    ready.begin(&mut db).await?;
    commit::apply_registry(&mut db, institution, batch).await?;
    ready.finish(&mut db).await
}

async fn by_tax_code(mut db: Db<'_>, code: String) -> Result<Option<Institution>, StoreError> {
    let heads: Vec<InstitutionRow> = load!(
        &mut db,
        institutions::table.filter(institutions::tax_code.eq(&code)).select(InstitutionRow::as_select())
    )?;
    Ok(assemble_institutions(&mut db, heads).await?.pop())
}

async fn by_code(mut db: Db<'_>, code: String) -> Result<Option<Institution>, StoreError> {
    let heads: Vec<InstitutionRow> =
        load!(&mut db, institutions::table.filter(institutions::code.eq(&code)).select(InstitutionRow::as_select()))?;
    Ok(assemble_institutions(&mut db, heads).await?.pop())
}

async fn by_id(mut db: Db<'_>, id: InstitutionId) -> Result<Option<Institution>, StoreError> {
    let heads: Vec<InstitutionRow> = load!(
        &mut db,
        institutions::table.filter(institutions::institution_id.eq(Id(id))).select(InstitutionRow::as_select())
    )?;
    Ok(assemble_institutions(&mut db, heads).await?.pop())
}

async fn list(mut db: Db<'_>, after: Option<Uuid>, rows: i64) -> Result<Vec<Institution>, StoreError> {
    let heads: Vec<InstitutionRow> = load_boxed!(&mut db, DB => {
        let mut query = institutions::table
            .order(institutions::institution_id.desc())
            .limit(rows)
            .select(InstitutionRow::as_select())
            .into_boxed::<DB>();
        if let Some(after) = after {
            query = query.filter(institutions::institution_id.lt(Id(after)));
        }
        query
    })?;
    assemble_institutions(&mut db, heads).await
}
