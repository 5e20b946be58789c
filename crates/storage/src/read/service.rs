// SPDX-License-Identifier: AGPL-3.0-or-later
//! The catalogue of an institution.

use diesel::prelude::*;
use tramite_domain::ident::ServiceCode;
use tramite_domain::service::Service;

use crate::Store;
use crate::column::Id;
use crate::db::{Db, first, load_boxed};
use crate::error::StoreError;
use crate::page::{Cursor, List, Page, PageRequest};
use crate::row::service::ServiceRow;
use crate::schema::services;
use crate::scope::Scope;
use crate::store::Answer;

impl Store {
    /// The service of that code; none where it does not exist for this scope.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn service<'a>(&'a self, scope: &'a Scope, code: &'a ServiceCode) -> Answer<'a, Option<Service>> {
        Box::pin(async move {
            let (own, code) = (scope.clone(), code.clone());
            self.read(scope, move |db| Box::pin(by_code(db, own, code))).await
        })
    }

    /// The service that the Node's catalogue knows by these two codes; none where it does not exist for this scope.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn demanded_service<'a>(
        &'a self,
        scope: &'a Scope,
        service_id: &'a str,
        subject_id: &'a str,
    ) -> Answer<'a, Option<Service>> {
        Box::pin(async move {
            let (own, service_id, subject_id) = (scope.clone(), service_id.to_owned(), subject_id.to_owned());
            self.read(scope, move |db| Box::pin(by_demand(db, own, service_id, subject_id))).await
        })
    }

    /// The services, by their codes.
    ///
    /// # Errors
    /// `Cursor` when the cursor is of another list; else whatever keeps the database from answering.
    pub fn services<'a>(&'a self, scope: &'a Scope, page: &'a PageRequest) -> Answer<'a, Page<Service>> {
        Box::pin(async move {
            let after = Cursor::code(page.cursor.as_ref(), List::Services)?;
            let (own, rows) = (scope.clone(), page.rows());
            let found = self.read(scope, move |db| Box::pin(list(db, own, after, rows))).await?;
            Page::cut(found, page, |row| Cursor::after_code(List::Services, row.code.clone()))
                .try_map(ServiceRow::into_service)
        })
    }
}

pub(super) async fn by_code(mut db: Db<'_>, scope: Scope, code: ServiceCode) -> Result<Option<Service>, StoreError> {
    if !scope.sees_service(Some(&code)) {
        return Ok(None);
    }
    let row: Option<ServiceRow> = first!(
        &mut db,
        services::table
            .filter(services::institution_id.eq(Id(scope.institution())))
            .filter(services::code.eq(code.as_str()))
            .select(ServiceRow::as_select())
    )?;
    row.map(ServiceRow::into_service).transpose()
}

async fn by_demand(
    mut db: Db<'_>,
    scope: Scope,
    service_id: String,
    subject_id: String,
) -> Result<Option<Service>, StoreError> {
    let row: Option<ServiceRow> = first!(
        &mut db,
        services::table
            .filter(services::institution_id.eq(Id(scope.institution())))
            .filter(services::demand_service_id.eq(&service_id))
            .filter(services::demand_subject_id.eq(&subject_id))
            .select(ServiceRow::as_select())
    )?;
    let found = row.map(ServiceRow::into_service).transpose()?;
    Ok(found.filter(|service| scope.sees_service(Some(&service.code))))
}

async fn list(mut db: Db<'_>, scope: Scope, after: Option<String>, rows: i64) -> Result<Vec<ServiceRow>, StoreError> {
    let found = load_boxed!(&mut db, DB => {
        let mut query = services::table
            .filter(services::institution_id.eq(Id(scope.institution())))
            .order(services::code)
            .limit(rows)
            .select(ServiceRow::as_select())
            .into_boxed::<DB>();
        if let Some(codes) = scope.service_codes() {
            query = query.filter(services::code.eq_any(codes));
        }
        if let Some(after) = &after {
            query = query.filter(services::code.gt(after));
        }
        query
    })?;
    Ok(found)
}
