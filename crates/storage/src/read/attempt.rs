// SPDX-License-Identifier: AGPL-3.0-or-later
//! Who tried to pay lately.

use diesel::prelude::*;
use tramite_domain::attempt::Attempt;
use tramite_domain::ids::{DebtPositionId, InstallmentId, InstitutionId};
use tramite_domain::notice::NoticeNumber;
use tramite_domain::time::Instant;

use super::notice::of_notice;
use crate::Store;
use crate::column::{At, Id};
use crate::db::{Db, load};
use crate::error::StoreError;
use crate::row::attempt::AttemptRow;
use crate::schema::{asked_installments, attempts, installments};
use crate::scope::Scope;
use crate::store::Answer;

impl Store {
    /// The attempts on those installments, seen last at `since` or later.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn attempts<'a>(
        &'a self,
        scope: &'a Scope,
        installments: &'a [InstallmentId],
        since: Instant,
    ) -> Answer<'a, Vec<Attempt>> {
        Box::pin(async move {
            if installments.is_empty() {
                return Ok(Vec::new());
            }
            let (institution, ids) = (scope.institution(), installments.iter().copied().map(Id).collect());
            self.read(scope, move |db| Box::pin(recent(db, institution, ids, since))).await
        })
    }
}

/// The attempts that a filter names, seen last at `since` or later, in the order of time.
macro_rules! load_attempts {
    ($db:expr, $institution:expr, $since:expr, $which:expr) => {{
        let rows: Vec<AttemptRow> = load!(
            &mut $db,
            attempts::table
                .filter(attempts::institution_id.eq(Id($institution)))
                .filter($which)
                .filter(attempts::at.ge(At($since)))
                .order((attempts::at, attempts::id))
                .select(AttemptRow::as_select())
        )?;
        rows.into_iter().map(AttemptRow::into_attempt).collect()
    }};
}

/// The attempts on those installments.
pub(super) async fn recent(
    mut db: Db<'_>,
    institution: InstitutionId,
    installments: Vec<Id<InstallmentId>>,
    since: Instant,
) -> Result<Vec<Attempt>, StoreError> {
    load_attempts!(db, institution, since, attempts::installment_id.eq_any(&installments))
}

/// The attempts on the installment of a notice.
pub(super) async fn on_notice(
    mut db: Db<'_>,
    institution: InstitutionId,
    number: NoticeNumber,
    since: Instant,
) -> Result<Vec<Attempt>, StoreError> {
    let asked = of_notice(institution, number).select(asked_installments.field(installments::id)).single_value();
    load_attempts!(db, institution, since, attempts::installment_id.nullable().eq(asked))
}

/// The attempts on one of the installments of a position, whichever: most have one alone. It is found by a single value;
/// several would be joined, until there are statistics perhaps in an order that reads all attempts.
pub(super) async fn on_one(
    mut db: Db<'_>,
    institution: InstitutionId,
    position: DebtPositionId,
    since: Instant,
) -> Result<Vec<Attempt>, StoreError> {
    let one = asked_installments
        .filter(asked_installments.field(installments::institution_id).eq(Id(institution)))
        .filter(asked_installments.field(installments::debt_position_id).eq(Id(position)))
        .select(asked_installments.field(installments::id))
        .limit(1)
        .single_value();
    load_attempts!(db, institution, since, attempts::installment_id.nullable().eq(one))
}
