// SPDX-License-Identifier: AGPL-3.0-or-later
//! The logo of an institution.

use diesel::prelude::*;
use tramite_domain::ids::InstitutionId;
use tramite_domain::institution::KeptLogo;

use crate::Store;
use crate::column::Id;
use crate::db::{Db, first};
use crate::error::StoreError;
use crate::row::logo::LogoRow;
use crate::schema::institution_logos;
use crate::scope::Scope;
use crate::store::Answer;

impl Store {
    /// The logo of the scope's institution, which belongs to all of its services; none where it has none.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn logo<'a>(&'a self, scope: &'a Scope) -> Answer<'a, Option<KeptLogo>> {
        let institution = scope.institution();
        Box::pin(async move { self.read(scope, move |db| Box::pin(of(db, institution))).await })
    }
}

async fn of(mut db: Db<'_>, institution: InstitutionId) -> Result<Option<KeptLogo>, StoreError> {
    let row: Option<LogoRow> = first!(
        &mut db,
        institution_logos::table
            .filter(institution_logos::institution_id.eq(Id(institution)))
            .select(LogoRow::as_select())
    )?;
    row.map(LogoRow::into_logo).transpose()
}
