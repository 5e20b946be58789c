// SPDX-License-Identifier: AGPL-3.0-or-later
//! Who tries to pay an installment.

use diesel::prelude::*;
use tramite_domain::attempt::{Attempt, AttemptKind};
use tramite_domain::ids::{AttemptId, InstallmentId, InstitutionId, SessionId};

use super::{cents, known};
use crate::column::{At, Id};
use crate::error::StoreError;
use crate::schema::attempts;

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = attempts, treat_none_as_default_value = false)]
pub(crate) struct AttemptRow {
    institution_id: Id<InstitutionId>,
    id: Id<AttemptId>,
    installment_id: Id<InstallmentId>,
    kind: String,
    reference: String,
    session_id: Option<Id<SessionId>>,
    amount: i64,
    at: At,
}

impl AttemptRow {
    pub(crate) fn of(institution: InstitutionId, attempt: &Attempt) -> Self {
        Self {
            institution_id: Id(institution),
            id: Id(attempt.id),
            installment_id: Id(attempt.installment_id),
            kind: attempt.kind.name().to_owned(),
            reference: attempt.reference.clone(),
            session_id: attempt.session_id.map(Id),
            amount: attempt.amount.cents(),
            at: At(attempt.at),
        }
    }

    pub(crate) fn into_attempt(self) -> Result<Attempt, StoreError> {
        Ok(Attempt {
            id: self.id.0,
            installment_id: self.installment_id.0,
            kind: known("attempts.kind", AttemptKind::named(&self.kind))?,
            reference: self.reference,
            session_id: self.session_id.map(|id| id.0),
            amount: cents("attempts.amount", self.amount)?,
            at: self.at.0,
        })
    }
}
