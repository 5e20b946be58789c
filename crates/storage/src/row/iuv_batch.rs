// SPDX-License-Identifier: AGPL-3.0-or-later
//! A batch of reserved numbers: a stretch of the institution's sequence.

use std::collections::BTreeSet;

use diesel::prelude::*;
use tramite_domain::ident::ServiceCode;
use tramite_domain::ids::{ClientId, InstitutionId, IuvBatchId};
use tramite_domain::iuv_batch::IuvBatch;
use tramite_domain::notice::LocalRange;

use super::{fit, known, read};
use crate::column::{At, Doc, Id};
use crate::error::StoreError;
use crate::schema::iuv_batches;

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = iuv_batches, treat_none_as_default_value = false)]
pub(crate) struct IuvBatchRow {
    institution_id: Id<InstitutionId>,
    id: Id<IuvBatchId>,
    segregation_code: String,
    range_from: i64,
    range_to: i64,
    pub(crate) first_place: i64,
    pub(crate) last_place: i64,
    service_codes: Option<Doc<BTreeSet<ServiceCode>>>,
    created_by: Option<Id<ClientId>>,
    created_at: At,
}

impl IuvBatchRow {
    pub(crate) fn of(institution: InstitutionId, batch: &IuvBatch) -> Result<Self, StoreError> {
        let first_place: i64 = fit("iuv_batches.first_place", batch.first)?;
        Ok(Self {
            institution_id: Id(institution),
            id: Id(batch.id),
            segregation_code: batch.segregation_code.to_string(),
            range_from: fit("iuv_batches.range_from", batch.local_range.from().value())?,
            range_to: fit("iuv_batches.range_to", batch.local_range.to().value())?,
            first_place,
            last_place: first_place.saturating_add(i64::from(batch.size)) - 1,
            service_codes: batch.service_codes.clone().map(Doc),
            created_by: batch.created_by.map(Id),
            created_at: At(batch.created_at),
        })
    }

    pub(crate) fn into_batch(self) -> Result<IuvBatch, StoreError> {
        let from: u64 = fit("iuv_batches.range_from", self.range_from)?;
        let to: u64 = fit("iuv_batches.range_to", self.range_to)?;
        Ok(IuvBatch {
            id: self.id.0,
            segregation_code: read("iuv_batches.segregation_code", &self.segregation_code)?,
            local_range: known("iuv_batches.range_to", LocalRange::new(from, to).ok())?,
            first: fit("iuv_batches.first_place", self.first_place)?,
            size: fit("iuv_batches.last_place", self.last_place - self.first_place + 1)?,
            service_codes: self.service_codes.map(|codes| codes.0),
            created_by: self.created_by.map(|id| id.0),
            created_at: self.created_at.0,
        })
    }
}
