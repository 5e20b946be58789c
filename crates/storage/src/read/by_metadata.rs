// SPDX-License-Identifier: AGPL-3.0-or-later
//! Debt positions by what their client wrote of an installment: a form looks for one before it makes one.

use std::collections::BTreeMap;

use diesel::dsl::exists;
use diesel::prelude::*;
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::ident::ServiceCode;
use tramite_domain::ids::DebtPositionId;
use tramite_domain::personal::Personal;

use super::position;
use crate::Store;
use crate::column::Id;
use crate::db::{Db, load_boxed};
use crate::error::StoreError;
use crate::schema::{debt_positions, installment_keys, same_installment};
use crate::scope::Scope;
use crate::store::Answer;

/// Debt positions that are found at most: the newest ones.
const FOUND_MAX: i64 = 10;

impl Store {
    /// The debt positions of a service, but for cancelled ones, of which one installment has all these entries in its metadata, the newest
    /// first, ten at most; none without an entry, and none of a service that does not exist for the scope.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn positions_by_metadata<'a>(
        &'a self,
        scope: &'a Scope,
        service: &'a ServiceCode,
        entries: &'a BTreeMap<String, Personal<String>>,
    ) -> Answer<'a, Vec<DebtPosition>> {
        Box::pin(async move {
            if entries.is_empty() || !scope.sees_service(Some(service)) {
                return Ok(Vec::new());
            }
            let (own, service, entries) = (scope.clone(), service.clone(), entries.clone());
            self.read(scope, move |db| Box::pin(found(db, own, service, entries))).await
        })
    }
}

async fn found(
    mut db: Db<'_>,
    scope: Scope,
    service: ServiceCode,
    entries: BTreeMap<String, Personal<String>>,
) -> Result<Vec<DebtPosition>, StoreError> {
    let mut rest: Vec<(String, String)> =
        entries.iter().map(|(key, value)| (key.clone(), value.expose().clone())).collect();
    // A long value is that of few: a number of a report before a city.
    rest.sort_by_key(|(_, value)| value.len());
    let Some((key, value)) = rest.pop() else { return Ok(Vec::new()) };
    let ids: Vec<Id<DebtPositionId>> = load_boxed!(&mut db, DB => {
        use installment_keys::dsl;
        let mut query = dsl::installment_keys
            .inner_join(
                debt_positions::table.on(debt_positions::institution_id
                    .eq(dsl::institution_id)
                    .and(debt_positions::id.eq(dsl::debt_position_id))),
            )
            // What is paid has nothing left that could be paid either.
            .filter(debt_positions::settled.is_not_null().or(debt_positions::cancelled.eq(false)))
            .filter(dsl::institution_id.eq(Id(scope.institution())))
            .filter(dsl::service_code.eq(service.to_string()))
            .filter(dsl::key.eq(key.clone()))
            .filter(dsl::value.eq(value.clone()))
            .order(dsl::debt_position_id.desc())
            .limit(FOUND_MAX)
            .select(dsl::debt_position_id)
            .distinct()
            .into_boxed::<DB>();
        for (key, value) in &rest {
            query = query.filter(exists(
                same_installment
                    .filter(same_installment.field(dsl::institution_id).eq(Id(scope.institution())))
                    .filter(same_installment.field(dsl::service_code).eq(service.to_string()))
                    .filter(same_installment.field(dsl::key).eq(key.clone()))
                    .filter(same_installment.field(dsl::value).eq(value.clone()))
                    .filter(same_installment.field(dsl::installment_id).eq(dsl::installment_id)),
            ));
        }
        query
    })?;
    let mut positions = Vec::with_capacity(ids.len());
    for id in ids {
        positions.extend(position::by_id(db.reborrow(), scope.clone(), id.0).await?);
    }
    Ok(positions)
}
