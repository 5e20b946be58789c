// SPDX-License-Identifier: AGPL-3.0-or-later
//! One debt position with everything below its head.

use diesel::prelude::*;
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::ident::{ExternalId, ServiceCode};
use tramite_domain::ids::{DebtPositionId, InstitutionId};

use crate::Store;
use crate::column::Id;
use crate::db::{Db, first, load, load_together};
use crate::error::StoreError;
use crate::row::installment::{Children, InstallmentRow, OptionRow, TransferRow};
use crate::row::position::PositionRow;
use crate::schema::{debt_positions, installments, payment_options, transfers};
use crate::scope::Scope;

impl Store {
    /// The position of that id; none where it does not exist for this scope.
    ///
    /// # Errors
    /// Whatever keeps the database from answering: never an absence.
    pub async fn position(&self, scope: &Scope, id: DebtPositionId) -> Result<Option<DebtPosition>, StoreError> {
        let own = scope.clone();
        self.read(scope, move |db| Box::pin(by_id(db, own, id))).await
    }

    /// The positions of those ids that exist for this scope, in no order.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub async fn positions_by_ids(
        &self,
        scope: &Scope,
        ids: &[DebtPositionId],
    ) -> Result<Vec<DebtPosition>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let (own, ids) = (scope.clone(), ids.iter().copied().map(Id).collect());
        self.read(scope, move |db| Box::pin(by_ids(db, own, ids))).await
    }

    /// The position under the caller's own key.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub async fn position_by_external_id(
        &self,
        scope: &Scope,
        service: &ServiceCode,
        external_id: &ExternalId,
    ) -> Result<Option<DebtPosition>, StoreError> {
        let (own, service, external_id) = (scope.clone(), service.to_string(), external_id.to_string());
        self.read(scope, move |db| Box::pin(by_external_id(db, own, service, external_id))).await
    }
}

async fn by_id(mut db: Db<'_>, scope: Scope, id: DebtPositionId) -> Result<Option<DebtPosition>, StoreError> {
    let head: Option<PositionRow> = first!(
        &mut db,
        debt_positions::table
            .filter(debt_positions::institution_id.eq(Id(scope.institution())))
            .filter(debt_positions::id.eq(Id(id)))
            .filter(debt_positions::erased_at.is_null())
            .select(PositionRow::as_select())
    )?;
    visible(&mut db, &scope, head).await
}

async fn by_ids(mut db: Db<'_>, scope: Scope, ids: Vec<Id<DebtPositionId>>) -> Result<Vec<DebtPosition>, StoreError> {
    let heads: Vec<PositionRow> = load!(
        &mut db,
        debt_positions::table
            .filter(debt_positions::institution_id.eq(Id(scope.institution())))
            .filter(debt_positions::id.eq_any(&ids))
            .filter(debt_positions::erased_at.is_null())
            .select(PositionRow::as_select())
    )?;
    let mut found = assemble(&mut db, scope.institution(), heads).await?;
    found.retain(|position| scope.sees_service(position.service_code.as_ref()));
    Ok(found)
}

async fn by_external_id(
    mut db: Db<'_>,
    scope: Scope,
    service: String,
    external_id: String,
) -> Result<Option<DebtPosition>, StoreError> {
    let head: Option<PositionRow> = first!(
        &mut db,
        debt_positions::table
            .filter(debt_positions::institution_id.eq(Id(scope.institution())))
            .filter(debt_positions::service_code.eq(&service))
            .filter(debt_positions::external_id.eq(&external_id))
            .filter(debt_positions::erased_at.is_null())
            .select(PositionRow::as_select())
    )?;
    visible(&mut db, &scope, head).await
}

/// The whole position, where it exists for the scope: one of another service does not.
pub(super) async fn visible(
    db: &mut Db<'_>,
    scope: &Scope,
    head: Option<PositionRow>,
) -> Result<Option<DebtPosition>, StoreError> {
    let Some(head) = head else { return Ok(None) };
    let found = assemble(db, scope.institution(), vec![head]).await?.pop();
    Ok(found.filter(|position| scope.sees_service(position.service_code.as_ref())))
}

/// Reads what stands below the heads, in three statements however many they are.
pub(super) async fn assemble(
    db: &mut Db<'_>,
    institution: InstitutionId,
    heads: Vec<PositionRow>,
) -> Result<Vec<DebtPosition>, StoreError> {
    if heads.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Id<DebtPositionId>> = heads.iter().map(|head| head.id).collect();
    let (options, installments, transfers): (Vec<OptionRow>, Vec<InstallmentRow>, Vec<TransferRow>) = load_together!(
        db,
        payment_options::table
            .filter(payment_options::institution_id.eq(Id(institution)))
            .filter(payment_options::debt_position_id.eq_any(&ids))
            .order(payment_options::place)
            .select(OptionRow::as_select()),
        installments::table
            .filter(installments::institution_id.eq(Id(institution)))
            .filter(installments::debt_position_id.eq_any(&ids))
            .order(installments::place)
            .select(InstallmentRow::as_select()),
        transfers::table
            .filter(transfers::institution_id.eq(Id(institution)))
            .filter(transfers::debt_position_id.eq_any(&ids))
            .order(transfers::transfer_index)
            .select(TransferRow::as_select()),
    )?;
    let mut below = Children { options, installments, transfers }.into_options()?;
    heads
        .into_iter()
        .map(|head| {
            let options = below.remove(&head.id.0).unwrap_or_default();
            head.into_position(options)
        })
        .collect()
}
