// SPDX-License-Identifier: AGPL-3.0-or-later
//! The position behind a notice: what the Node asks for, around the clock.

use diesel::prelude::*;
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::notice::NoticeNumber;

use super::position::visible;
use crate::Store;
use crate::column::Id;
use crate::db::{Db, first};
use crate::error::StoreError;
use crate::row::position::PositionRow;
use crate::schema::{debt_positions, installments};
use crate::scope::Scope;

impl Store {
    /// The position one of whose installments has that notice number.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub async fn position_by_notice(
        &self,
        scope: &Scope,
        number: &NoticeNumber,
    ) -> Result<Option<DebtPosition>, StoreError> {
        let (own, number) = (scope.clone(), number.to_string());
        self.read(scope, move |db| Box::pin(by_notice(db, own, number))).await
    }
}

async fn by_notice(mut db: Db<'_>, scope: Scope, number: String) -> Result<Option<DebtPosition>, StoreError> {
    // One value, not a set: whatever the statistics say, both tables are reached by their indexes.
    let position = installments::table
        .filter(installments::institution_id.eq(Id(scope.institution())))
        .filter(installments::notice_number.eq(&number))
        .select(installments::debt_position_id);
    let head: Option<PositionRow> = first!(
        &mut db,
        debt_positions::table
            .filter(debt_positions::institution_id.eq(Id(scope.institution())))
            .filter(debt_positions::id.nullable().eq(position.single_value()))
            .filter(debt_positions::erased_at.is_null())
            .select(PositionRow::as_select())
    )?;
    visible(&mut db, &scope, head).await
}
