// SPDX-License-Identifier: AGPL-3.0-or-later
//! Accesses of operators in support.

use diesel::prelude::*;
use tramite_domain::ids::{ClientId, InstitutionId, SupportAccessId};
use tramite_domain::support::SupportAccess;

use super::read;
use crate::column::{At, Id};
use crate::error::StoreError;
use crate::schema::support_accesses;

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = support_accesses, treat_none_as_default_value = false)]
pub(crate) struct SupportRow {
    institution_id: Id<InstitutionId>,
    id: Id<SupportAccessId>,
    client_id: Id<ClientId>,
    reason: String,
    created_at: At,
    expires_at: At,
    ended_at: Option<At>,
}

impl SupportRow {
    pub(crate) fn of(access: &SupportAccess) -> Self {
        Self {
            institution_id: Id(access.institution_id),
            id: Id(access.id),
            client_id: Id(access.client_id),
            reason: access.reason.to_string(),
            created_at: At(access.created_at),
            expires_at: At(access.expires_at),
            ended_at: access.ended_at.map(At),
        }
    }

    pub(crate) fn into_access(self) -> Result<SupportAccess, StoreError> {
        Ok(SupportAccess {
            id: self.id.0,
            institution_id: self.institution_id.0,
            client_id: self.client_id.0,
            reason: read("support_accesses.reason", &self.reason)?,
            created_at: self.created_at.0,
            expires_at: self.expires_at.0,
            ended_at: self.ended_at.map(|at| at.0),
        })
    }
}
