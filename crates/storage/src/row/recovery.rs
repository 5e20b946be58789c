// SPDX-License-Identifier: AGPL-3.0-or-later
//! A receipt that is asked for.

use diesel::prelude::*;
use tramite_domain::ids::{ClientId, InstitutionId, ReceiptRowId, RecoveryId};
use tramite_domain::recovery::{ReceiptRecovery, RecoveryStatus};

use super::{fit, known, read_some};
use crate::column::{At, Id};
use crate::error::StoreError;
use crate::schema::receipt_recoveries;

/// Who holds it stands in a column of its own, and is nobody once it is written.
#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = receipt_recoveries, primary_key(institution_id, id))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct RecoveryRow {
    institution_id: Id<InstitutionId>,
    id: Id<RecoveryId>,
    iur: String,
    iuv: String,
    service_code: Option<String>,
    status: String,
    receipt_row_id: Option<Id<ReceiptRowId>>,
    failure: Option<String>,
    attempts: i32,
    due_at: Option<At>,
    held_until: Option<At>,
    created_by: Option<Id<ClientId>>,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl RecoveryRow {
    pub(crate) fn of(institution: InstitutionId, recovery: &ReceiptRecovery) -> Result<Self, StoreError> {
        Ok(Self {
            institution_id: Id(institution),
            id: Id(recovery.id),
            iur: recovery.iur.clone(),
            iuv: recovery.iuv.clone(),
            service_code: recovery.service_code.as_ref().map(ToString::to_string),
            status: recovery.status.name().to_owned(),
            receipt_row_id: recovery.receipt_id.map(Id),
            failure: recovery.failure.clone(),
            attempts: fit("receipt_recoveries.attempts", recovery.attempts)?,
            due_at: recovery.due_at.map(At),
            held_until: None,
            created_by: recovery.created_by.map(Id),
            version: recovery.version,
            created_at: At(recovery.created_at),
            updated_at: At(recovery.updated_at),
        })
    }

    /// The recovery; one that somebody holds and has not written yet is being fetched.
    pub(crate) fn into_recovery(self) -> Result<ReceiptRecovery, StoreError> {
        let status = known("receipt_recoveries.status", RecoveryStatus::named(&self.status))?;
        let held = self.held_until.is_some() && status == RecoveryStatus::Queued;
        Ok(ReceiptRecovery {
            id: self.id.0,
            iur: self.iur,
            iuv: self.iuv,
            service_code: read_some("receipt_recoveries.service_code", self.service_code.as_deref())?,
            status: if held { RecoveryStatus::Fetching } else { status },
            receipt_id: self.receipt_row_id.map(|id| id.0),
            failure: self.failure,
            attempts: fit("receipt_recoveries.attempts", self.attempts)?,
            due_at: self.due_at.map(|at| at.0),
            created_by: self.created_by.map(|id| id.0),
            version: self.version,
            created_at: self.created_at.0,
            updated_at: self.updated_at.0,
        })
    }
}
