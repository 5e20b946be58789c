// SPDX-License-Identifier: AGPL-3.0-or-later
//! The logo of an institution.

use diesel::prelude::*;
use tramite_domain::ids::InstitutionId;
use tramite_domain::institution::KeptLogo;

use super::digest;
use crate::column::{At, Id};
use crate::error::StoreError;
use crate::schema::institution_logos;

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = institution_logos, primary_key(institution_id))]
pub(crate) struct LogoRow {
    institution_id: Id<InstitutionId>,
    png: Vec<u8>,
    sha256: Vec<u8>,
    updated_at: At,
}

impl LogoRow {
    pub(crate) fn of(institution: InstitutionId, logo: &KeptLogo) -> Self {
        Self {
            institution_id: Id(institution),
            png: logo.png.clone(),
            sha256: logo.sha256.to_vec(),
            updated_at: At(logo.updated_at),
        }
    }

    pub(crate) fn into_logo(self) -> Result<KeptLogo, StoreError> {
        let sha256 = digest("institution_logos.sha256", &self.sha256)?;
        Ok(KeptLogo { png: self.png, sha256, updated_at: self.updated_at.0 })
    }
}
