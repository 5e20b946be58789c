// SPDX-License-Identifier: AGPL-3.0-or-later
//! What stood on the first slips of debt positions (rules.md 17).

use std::collections::HashMap;

use diesel::prelude::*;
use tramite_domain::ids::{DebtPositionId, InstitutionId};
use tramite_domain::printed_notice::PrintedSlips;

use crate::Store;
use crate::column::Id;
use crate::db::{Db, load};
use crate::error::StoreError;
use crate::row::document::SlipRow;
use crate::schema::printed_slips;
use crate::scope::Scope;
use crate::store::Answer;

impl Store {
    /// What stood on the first slips of those debt positions of the scope's institution; of one that was never printed nothing.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn printed_slips<'a>(
        &'a self,
        scope: &'a Scope,
        positions: &'a [DebtPositionId],
    ) -> Answer<'a, HashMap<DebtPositionId, PrintedSlips>> {
        Box::pin(async move {
            let (institution, ids) = (scope.institution(), positions.iter().copied().map(Id).collect());
            self.read(scope, move |db| Box::pin(by_positions(db, institution, ids))).await
        })
    }
}

async fn by_positions(
    mut db: Db<'_>,
    institution: InstitutionId,
    ids: Vec<Id<DebtPositionId>>,
) -> Result<HashMap<DebtPositionId, PrintedSlips>, StoreError> {
    let rows: Vec<SlipRow> = load!(
        &mut db,
        printed_slips::table
            .filter(printed_slips::institution_id.eq(Id(institution)))
            .filter(printed_slips::debt_position_id.eq_any(&ids))
            .select(SlipRow::as_select())
    )?;
    let mut found: HashMap<DebtPositionId, PrintedSlips> = HashMap::new();
    for row in rows {
        let (position, account, slip) = row.into_slip()?;
        found.entry(position).or_default().insert(account, slip);
    }
    Ok(found)
}
