// SPDX-License-Identifier: AGPL-3.0-or-later
//! Files of debt positions. They belong to the client that sent them; one confined to services sees what was sent under these.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use tramite_domain::ids::{ImportId, InstitutionId};
use tramite_domain::import::{Import, ImportStatus};
use tramite_domain::room::Room;
use uuid::Uuid;

use crate::Store;
use crate::column::Id;
use crate::db::{Db, first, load_boxed, load_together};
use crate::error::StoreError;
use crate::page::{Cursor, List, Page, PageRequest};
use crate::row::fit;
use crate::row::import::ImportHead;
use crate::schema::{import_file_parts, imports};
use crate::scope::Scope;
use crate::store::Answer;

/// What all parts have together, as a whole number on both databases.
const ALL_BYTES: &str = "CAST(coalesce(sum(bytes), 0) AS bigint)";

impl Store {
    /// The import of that id; none where it does not exist for this scope.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn import<'a>(&'a self, scope: &'a Scope, id: ImportId) -> Answer<'a, Option<Import>> {
        Box::pin(async move {
            let own = scope.clone();
            self.read(scope, move |db| Box::pin(by_id(db, own, id))).await
        })
    }

    /// The imports in that state, or in any, the newest first. A page may hold fewer than were asked for, and yet not be the
    /// last.
    ///
    /// # Errors
    /// `Cursor` when the cursor is of another list; else whatever keeps the database from answering.
    pub fn imports<'a>(
        &'a self,
        scope: &'a Scope,
        page: &'a PageRequest,
        status: Option<ImportStatus>,
    ) -> Answer<'a, Page<Import>> {
        Box::pin(async move {
            let after = Cursor::id(page.cursor.as_ref(), List::Imports)?;
            let (own, rows) = (scope.clone(), page.rows());
            let found = self.read(scope, move |db| Box::pin(list(db, own, status, after, rows))).await?;
            let mut cut = Page::cut(found, page, |one| Cursor::after_id(List::Imports, one.id.uuid()));
            cut.items.retain(|one| scope.sees_import(one));
            Ok(cut)
        })
    }

    /// What the institution has of the room for files, whichever client sent them.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn import_room<'a>(&'a self, scope: &'a Scope) -> Answer<'a, Room> {
        Box::pin(async move {
            let institution = scope.institution();
            self.read(scope, move |db| Box::pin(room(db, institution))).await
        })
    }
}

pub(super) async fn by_id(mut db: Db<'_>, scope: Scope, id: ImportId) -> Result<Option<Import>, StoreError> {
    let head: Option<ImportHead> = first!(
        &mut db,
        imports::table
            .filter(imports::institution_id.eq(Id(scope.institution())))
            .filter(imports::id.eq(Id(id)))
            .select(ImportHead::as_select())
    )?;
    let import = head.map(ImportHead::into_import).transpose()?;
    Ok(import.filter(|import| scope.sees_import(import)))
}

async fn list(
    mut db: Db<'_>,
    scope: Scope,
    status: Option<ImportStatus>,
    after: Option<Uuid>,
    rows: i64,
) -> Result<Vec<Import>, StoreError> {
    let found: Vec<ImportHead> = load_boxed!(&mut db, DB => {
        let mut query = imports::table
            .filter(imports::institution_id.eq(Id(scope.institution())))
            .order(imports::id.desc())
            .limit(rows)
            .select(ImportHead::as_select())
            .into_boxed::<DB>();
        if let Some(client) = scope.client() {
            query = query.filter(imports::created_by.eq(Id(client)));
        }
        if let Some(status) = status {
            query = query.filter(imports::status.eq(status.name()));
        }
        if let Some(after) = after {
            query = query.filter(imports::id.lt(Id(ImportId::new(after))));
        }
        query
    })?;
    found.into_iter().map(ImportHead::into_import).collect()
}

async fn room(mut db: Db<'_>, institution: InstitutionId) -> Result<Room, StoreError> {
    let (lanes, kept): (Vec<i16>, Vec<i64>) = load_together!(
        &mut db,
        imports::table
            .filter(imports::institution_id.eq(Id(institution)))
            .filter(imports::finished_at.is_null())
            .select(imports::lane),
        import_file_parts::table
            .filter(import_file_parts::institution_id.eq(Id(institution)))
            .select(sql::<BigInt>(ALL_BYTES)),
    )?;
    Ok(Room {
        lanes: lanes.into_iter().map(|lane| fit("imports.lane", lane)).collect::<Result<_, _>>()?,
        kept_bytes: fit("import_file_parts.bytes", kept.into_iter().sum::<i64>())?,
    })
}
