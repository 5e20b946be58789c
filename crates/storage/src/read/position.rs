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
use crate::row::position::PositionHead;
use crate::schema::{debt_positions, installments, payment_options, transfers};
use crate::scope::Scope;
use crate::store::Answer;

/// Queries for one position and all that stands below it, sent together with whatever else is wanted. The id may be an
/// expression: where the position is known by its notice only, no answer has to be waited for in between.
macro_rules! load_whole {
    ($db:expr, $institution:expr, $id:expr $(, $further:expr)* $(,)?) => {
        $crate::db::load_together!(
            $db,
            debt_positions::table
                .filter(debt_positions::institution_id.eq(Id($institution)))
                .filter(debt_positions::id.nullable().eq($id))
                .filter(debt_positions::erased_at.is_null())
                .select(PositionHead::as_select()),
            payment_options::table
                .filter(payment_options::institution_id.eq(Id($institution)))
                .filter(payment_options::debt_position_id.nullable().eq($id))
                .order(payment_options::place)
                .select(OptionRow::as_select()),
            installments::table
                .filter(installments::institution_id.eq(Id($institution)))
                .filter(installments::debt_position_id.nullable().eq($id))
                .order(installments::place)
                .select(InstallmentRow::as_select()),
            transfers::table
                .filter(transfers::institution_id.eq(Id($institution)))
                .filter(transfers::debt_position_id.nullable().eq($id))
                .order(transfers::transfer_index)
                .select(TransferRow::as_select()),
            $($further),*
        )
    };
}
pub(super) use load_whole;

/// The rows of one position.
pub(super) type WholeRows = (Vec<PositionHead>, Vec<OptionRow>, Vec<InstallmentRow>, Vec<TransferRow>);

/// The position, where it exists for the scope: one of another service does not.
pub(super) fn visible(scope: &Scope, rows: WholeRows) -> Result<Option<DebtPosition>, StoreError> {
    let (heads, options, installments, transfers) = rows;
    let found = joined(heads, Children { options, installments, transfers })?.pop();
    Ok(found.filter(|position| scope.sees_service(position.service_code.as_ref())))
}

impl Store {
    /// The position of that id; none where it does not exist for this scope.
    ///
    /// # Errors
    /// Whatever keeps the database from answering: never an absence.
    pub fn position<'a>(&'a self, scope: &'a Scope, id: DebtPositionId) -> Answer<'a, Option<DebtPosition>> {
        Box::pin(async move {
            let own = scope.clone();
            self.read(scope, move |db| Box::pin(by_id(db, own, id))).await
        })
    }

    /// The positions of those ids that exist for this scope, in no order.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn positions_by_ids<'a>(
        &'a self,
        scope: &'a Scope,
        ids: &'a [DebtPositionId],
    ) -> Answer<'a, Vec<DebtPosition>> {
        Box::pin(async move {
            if ids.is_empty() {
                return Ok(Vec::new());
            }
            let (own, ids) = (scope.clone(), ids.iter().copied().map(Id).collect());
            self.read(scope, move |db| Box::pin(by_ids(db, own, ids))).await
        })
    }

    /// The position under the caller's own key.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn position_by_external_id<'a>(
        &'a self,
        scope: &'a Scope,
        service: &'a ServiceCode,
        external_id: &'a ExternalId,
    ) -> Answer<'a, Option<DebtPosition>> {
        Box::pin(async move {
            let (own, service, key) = (scope.clone(), service.clone(), external_id.clone());
            self.read(scope, move |db| Box::pin(by_external_id(db, own, service, Some(key)))).await
        })
    }
}

pub(super) async fn by_id(
    mut db: Db<'_>,
    scope: Scope,
    id: DebtPositionId,
) -> Result<Option<DebtPosition>, StoreError> {
    let rows: WholeRows = load_whole!(&mut db, scope.institution(), Some(Id(id)))?;
    visible(&scope, rows)
}

pub(super) async fn by_ids(
    mut db: Db<'_>,
    scope: Scope,
    ids: Vec<Id<DebtPositionId>>,
) -> Result<Vec<DebtPosition>, StoreError> {
    let heads = heads(&mut db, scope.institution(), &ids).await?;
    let mut found = assemble(&mut db, scope.institution(), heads).await?;
    found.retain(|position| scope.sees_service(position.service_code.as_ref()));
    Ok(found)
}

/// The heads of those ids.
pub(super) async fn heads(
    db: &mut Db<'_>,
    institution: InstitutionId,
    ids: &[Id<DebtPositionId>],
) -> Result<Vec<PositionHead>, StoreError> {
    Ok(load!(
        db,
        debt_positions::table
            .filter(debt_positions::institution_id.eq(Id(institution)))
            .filter(debt_positions::id.eq_any(ids))
            .filter(debt_positions::erased_at.is_null())
            .select(PositionHead::as_select())
    )?)
}

/// The position under a caller's own key; without a key there is none.
pub(super) async fn by_external_id(
    mut db: Db<'_>,
    scope: Scope,
    service: ServiceCode,
    external_id: Option<ExternalId>,
) -> Result<Option<DebtPosition>, StoreError> {
    let Some(external_id) = external_id else { return Ok(None) };
    // Most keys that are asked for are new, and then this is all.
    let id: Option<Id<DebtPositionId>> = first!(
        &mut db,
        debt_positions::table
            .filter(debt_positions::institution_id.eq(Id(scope.institution())))
            .filter(debt_positions::service_code.eq(service.as_str()))
            .filter(debt_positions::external_id.eq(external_id.as_str()))
            .filter(debt_positions::erased_at.is_null())
            .select(debt_positions::id)
    )?;
    match id {
        Some(id) => by_id(db, scope, id.0).await,
        None => Ok(None),
    }
}

/// Reads what stands below the heads, in three statements however many they are.
pub(super) async fn assemble(
    db: &mut Db<'_>,
    institution: InstitutionId,
    heads: Vec<PositionHead>,
) -> Result<Vec<DebtPosition>, StoreError> {
    if heads.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Id<DebtPositionId>> = heads.iter().map(|head| head.row.id).collect();
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
    joined(heads, Children { options, installments, transfers })
}

/// Heads with what stands below them.
fn joined(heads: Vec<PositionHead>, below: Children) -> Result<Vec<DebtPosition>, StoreError> {
    let mut below = below.into_options()?;
    heads
        .into_iter()
        .map(|head| {
            let options = below.remove(&head.row.id.0).unwrap_or_default();
            head.into_position(options)
        })
        .collect()
}
