// SPDX-License-Identifier: AGPL-3.0-or-later
//! Receipts that are asked for. One whose reference belongs to no position here has no service, and exists only for who is
//! confined to none. The position may come later: what counts, and what is shown, is the service of the reference now, not when it was
//! asked for.

use std::collections::HashMap;

use diesel::dsl::exists;
use diesel::prelude::*;
use tramite_domain::ident::ServiceCode;
use tramite_domain::ids::RecoveryId;
use tramite_domain::recovery::ReceiptRecovery;
use uuid::Uuid;

use crate::Store;
use crate::column::Id;
use crate::db::{Db, first, load, load_boxed};
use crate::error::StoreError;
use crate::page::{Cursor, List, Page, PageRequest};
use crate::row::read_some;
use crate::row::recovery::RecoveryRow;
use crate::schema::{debt_positions, installments, receipt_recoveries};
use crate::scope::Scope;
use crate::store::Answer;

impl Store {
    /// The recovery of that id; none where it does not exist for this scope.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn recovery<'a>(&'a self, scope: &'a Scope, id: RecoveryId) -> Answer<'a, Option<ReceiptRecovery>> {
        Box::pin(async move {
            let own = scope.clone();
            self.read(scope, move |db| Box::pin(one(db, own, Which::Id(id)))).await
        })
    }

    /// The recovery of a settlement line, by its two references, under whichever service it was asked for: whether the reference
    /// exists for the caller is asked of [`Store::service_of_iuv`] before. It may have had no service then, and have one now.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn recovery_of<'a>(
        &'a self,
        scope: &'a Scope,
        iur: &'a str,
        iuv: &'a str,
    ) -> Answer<'a, Option<ReceiptRecovery>> {
        Box::pin(async move {
            let (own, which) = (scope.clone(), Which::Line(iur.to_owned(), iuv.to_owned()));
            self.read(scope, move |db| Box::pin(one(db, own, which))).await
        })
    }

    /// The recoveries, the newest first.
    ///
    /// # Errors
    /// `Cursor` when the cursor is of another list; else whatever keeps the database from answering.
    pub fn recoveries<'a>(&'a self, scope: &'a Scope, page: &'a PageRequest) -> Answer<'a, Page<ReceiptRecovery>> {
        Box::pin(async move {
            let after = Cursor::id(page.cursor.as_ref(), List::Recoveries)?;
            let (own, rows) = (scope.clone(), page.rows());
            let found = self.read(scope, move |db| Box::pin(list(db, own, after, rows))).await?;
            Ok(Page::cut(found, page, |one| Cursor::after_id(List::Recoveries, one.id.uuid())))
        })
    }

    /// The service of the position of a creditor reference: none where there is no position, and then none within where the
    /// position has none.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn service_of_iuv<'a>(&'a self, scope: &'a Scope, iuv: &'a str) -> Answer<'a, Option<ServiceCode>> {
        Box::pin(async move {
            let (own, iuv) = (scope.clone(), iuv.to_owned());
            self.read(scope, move |db| Box::pin(service(db, own, iuv))).await
        })
    }
}

/// The installments of an institution with their positions: what says of which service a creditor reference is now.
macro_rules! positions_of_references {
    ($scope:expr) => {
        installments::table
            .inner_join(
                debt_positions::table.on(debt_positions::institution_id
                    .eq(installments::institution_id)
                    .and(debt_positions::id.eq(installments::debt_position_id))),
            )
            .filter(installments::institution_id.eq(Id($scope.institution())))
    };
}

/// Which recovery.
enum Which {
    Id(RecoveryId),
    Line(String, String),
}

async fn one(mut db: Db<'_>, scope: Scope, which: Which) -> Result<Option<ReceiptRecovery>, StoreError> {
    let of_line = matches!(which, Which::Line(..));
    let mut found: Vec<RecoveryRow> = load_boxed!(&mut db, DB => {
        let query = receipt_recoveries::table
            .filter(receipt_recoveries::institution_id.eq(Id(scope.institution())))
            .select(RecoveryRow::as_select())
            .into_boxed::<DB>();
        match &which {
            Which::Id(id) => query.filter(receipt_recoveries::id.eq(Id(*id))),
            Which::Line(iur, iuv) => {
                query.filter(receipt_recoveries::iur.eq(iur)).filter(receipt_recoveries::iuv.eq(iuv))
            }
        }
    })?;
    let Some(found) = found.pop().map(RecoveryRow::into_recovery).transpose()? else { return Ok(None) };
    let code = service(db, scope.clone(), found.iuv.clone()).await?;
    let exists = of_line || scope.sees_service(code.as_ref());
    Ok(exists.then_some(ReceiptRecovery { service_code: code, ..found }))
}

async fn list(
    mut db: Db<'_>,
    scope: Scope,
    after: Option<Uuid>,
    rows: i64,
) -> Result<Vec<ReceiptRecovery>, StoreError> {
    let found: Vec<RecoveryRow> = load_boxed!(&mut db, DB => {
        let mut query = receipt_recoveries::table
            .filter(receipt_recoveries::institution_id.eq(Id(scope.institution())))
            .order(receipt_recoveries::id.desc())
            .limit(rows)
            .select(RecoveryRow::as_select())
            .into_boxed::<DB>();
        if let Some(codes) = scope.service_codes() {
            let of_services = positions_of_references!(scope)
                .filter(installments::iuv.eq(receipt_recoveries::iuv))
                .filter(debt_positions::service_code.eq_any(codes))
                .select(installments::id);
            query = query.filter(exists(of_services));
        }
        if let Some(after) = after {
            query = query.filter(receipt_recoveries::id.lt(Id(RecoveryId::new(after))));
        }
        query
    })?;
    let found = found.into_iter().map(RecoveryRow::into_recovery).collect::<Result<Vec<_>, _>>()?;
    with_services(db, scope, found).await
}

/// Recoveries with the services that their references have now.
async fn with_services(
    mut db: Db<'_>,
    scope: Scope,
    mut recoveries: Vec<ReceiptRecovery>,
) -> Result<Vec<ReceiptRecovery>, StoreError> {
    let iuvs: Vec<String> = recoveries.iter().map(|one| one.iuv.clone()).collect();
    let codes: Vec<(String, Option<String>)> = load!(
        &mut db,
        positions_of_references!(scope)
            .filter(installments::iuv.eq_any(&iuvs))
            .select((installments::iuv, debt_positions::service_code))
    )?;
    let codes: HashMap<String, Option<String>> = codes.into_iter().collect();
    for one in &mut recoveries {
        let code = codes.get(&one.iuv).and_then(Option::as_deref);
        one.service_code = read_some("debt_positions.service_code", code)?;
    }
    Ok(recoveries)
}

async fn service(mut db: Db<'_>, scope: Scope, iuv: String) -> Result<Option<ServiceCode>, StoreError> {
    let code: Option<Option<String>> = first!(
        &mut db,
        positions_of_references!(scope).filter(installments::iuv.eq(&iuv)).select(debt_positions::service_code)
    )?;
    read_some("debt_positions.service_code", code.flatten().as_deref())
}
