// SPDX-License-Identifier: AGPL-3.0-or-later
//! One strange thing about a receipt, and who has dealt with it.

use diesel::prelude::*;
use tramite_domain::anomaly::Anomaly;
use tramite_domain::ids::{ClientId, InstitutionId, ReceiptRowId};
use tramite_domain::receipt::Receipt;
use tramite_domain::resolution::Resolution;

use super::{known, read};
use crate::column::{At, Id};
use crate::error::StoreError;
use crate::schema::receipt_anomalies;

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = receipt_anomalies, treat_none_as_default_value = false)]
pub(crate) struct AnomalyRow {
    institution_id: Id<InstitutionId>,
    pub(crate) receipt_row_id: Id<ReceiptRowId>,
    anomaly: String,
    resolved_at: Option<At>,
    resolved_by: Option<Id<ClientId>>,
    note: Option<String>,
}

impl AnomalyRow {
    /// What is strange about a receipt.
    pub(crate) fn of(institution: InstitutionId, receipt: &Receipt) -> Vec<Self> {
        let found = receipt.anomalies.iter();
        found.map(|one| Self::of_one(institution, receipt.id, *one, receipt.resolutions.get(one))).collect()
    }

    /// One of them.
    pub(crate) fn of_one(
        institution: InstitutionId,
        receipt: ReceiptRowId,
        anomaly: Anomaly,
        resolution: Option<&Resolution>,
    ) -> Self {
        Self {
            institution_id: Id(institution),
            receipt_row_id: Id(receipt),
            anomaly: anomaly.name().to_owned(),
            resolved_at: resolution.map(|one| At(one.at)),
            resolved_by: resolution.and_then(|one| one.client_id).map(Id),
            note: resolution.map(|one| one.note.to_string()),
        }
    }

    /// Who has dealt with it, where somebody has.
    pub(crate) fn into_resolution(self) -> Result<Option<(Anomaly, Resolution)>, StoreError> {
        let anomaly = known("receipt_anomalies.anomaly", Anomaly::named(&self.anomaly))?;
        let resolution =
            resolution("receipt_anomalies.note", self.resolved_at, self.resolved_by, self.note.as_deref())?;
        Ok(resolution.map(|one| (anomaly, one)))
    }
}

/// A resolution from its three columns.
pub(crate) fn resolution(
    column: &'static str,
    at: Option<At>,
    client: Option<Id<ClientId>>,
    note: Option<&str>,
) -> Result<Option<Resolution>, StoreError> {
    match (at, note) {
        (Some(at), Some(note)) => {
            Ok(Some(Resolution { at: at.0, client_id: client.map(|id| id.0), note: read(column, note)? }))
        }
        _ => Ok(None),
    }
}
