// SPDX-License-Identifier: AGPL-3.0-or-later
//! Who acts for an institution.

use diesel::prelude::*;
use tramite_domain::access::Delegation;
use tramite_domain::ids::InstitutionId;

use crate::Store;
use crate::column::Id;
use crate::db::{Db, load};
use crate::error::StoreError;
use crate::row::access::DelegationRow;
use crate::schema::{clients, delegations};
use crate::scope::Scope;

impl Store {
    /// The delegations of the institution, live and ended, each with the name of its client.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub async fn delegations(&self, scope: &Scope) -> Result<Vec<(Delegation, String)>, StoreError> {
        let institution = scope.institution();
        self.read(scope, move |db| Box::pin(delegations_of(db, institution))).await
    }
}

async fn delegations_of(mut db: Db<'_>, institution: InstitutionId) -> Result<Vec<(Delegation, String)>, StoreError> {
    let rows: Vec<(DelegationRow, String)> = load!(
        &mut db,
        delegations::table
            .inner_join(clients::table.on(clients::id.eq(delegations::client_id)))
            .filter(delegations::institution_id.eq(Id(institution)))
            .order((delegations::created_at, delegations::id))
            .select((DelegationRow::as_select(), clients::display_name))
    )?;
    rows.into_iter().map(|(row, name)| Ok((row.into_delegation()?, name))).collect()
}
