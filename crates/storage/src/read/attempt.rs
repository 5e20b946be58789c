// SPDX-License-Identifier: AGPL-3.0-or-later
//! Who tried to pay lately.

use diesel::prelude::*;
use tramite_domain::attempt::Attempt;
use tramite_domain::ids::{InstallmentId, InstitutionId};
use tramite_domain::time::Instant;

use super::notice::of_notice;
use crate::Store;
use crate::column::{At, Id};
use crate::db::{Db, load};
use crate::error::StoreError;
use crate::row::attempt::AttemptRow;
use crate::schema::{asked_installments, attempts, installments};
use crate::scope::Scope;

impl Store {
    /// The attempts on those installments, seen last at `since` or later.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub async fn attempts(
        &self,
        scope: &Scope,
        installments: &[InstallmentId],
        since: Instant,
    ) -> Result<Vec<Attempt>, StoreError> {
        if installments.is_empty() {
            return Ok(Vec::new());
        }
        let own = scope.clone();
        let ids = installments.iter().copied().map(Id).collect();
        self.read(scope, move |db| Box::pin(recent(db, own, ids, since))).await
    }
}

pub(super) async fn recent(
    mut db: Db<'_>,
    scope: Scope,
    installments: Vec<Id<InstallmentId>>,
    since: Instant,
) -> Result<Vec<Attempt>, StoreError> {
    let rows: Vec<AttemptRow> = load!(
        &mut db,
        attempts::table
            .filter(attempts::institution_id.eq(Id(scope.institution())))
            .filter(attempts::installment_id.eq_any(&installments))
            .filter(attempts::at.ge(At(since)))
            .order((attempts::at, attempts::id))
            .select(AttemptRow::as_select())
    )?;
    rows.into_iter().map(AttemptRow::into_attempt).collect()
}

/// The attempts on the installment of a notice, seen last at `since` or later.
pub(super) async fn on_notice(
    mut db: Db<'_>,
    institution: InstitutionId,
    number: String,
    since: Instant,
) -> Result<Vec<Attempt>, StoreError> {
    let asked = of_notice(institution, &number).select(asked_installments.field(installments::id));
    let rows: Vec<AttemptRow> = load!(
        &mut db,
        attempts::table
            .filter(attempts::institution_id.eq(Id(institution)))
            .filter(attempts::installment_id.nullable().eq(asked.single_value()))
            .filter(attempts::at.ge(At(since)))
            .order((attempts::at, attempts::id))
            .select(AttemptRow::as_select())
    )?;
    rows.into_iter().map(AttemptRow::into_attempt).collect()
}
