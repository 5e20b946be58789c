// SPDX-License-Identifier: AGPL-3.0-or-later
//! A batch may write only what exists for its scope. Decisions are made on what was read under the same scope, so a batch
//! that breaks this is a defect, and is stopped here.

use tramite_domain::batch::{Batch, Write};

use crate::error::StoreError;
use crate::scope::Scope;

pub(crate) fn check(scope: &Scope, batch: &Batch) -> Result<(), StoreError> {
    if batch.writes().iter().all(|write| may(scope, write)) {
        Ok(())
    } else {
        Err(StoreError::failed("a write outside of the services or the client of its scope"))
    }
}

fn may(scope: &Scope, write: &Write) -> bool {
    match write {
        Write::InsertPosition(position)
        | Write::UpdatePosition { position, .. }
        | Write::TellPosition { position, .. }
        | Write::SettleInstallment { position, .. } => scope.sees_service(position.service_code.as_ref()),
        Write::InsertSession(session) | Write::UpdateSession { session, .. } => scope.sees_session(session),
        Write::InsertIuvBatch(batch) => scope.services() == batch.service_codes.as_ref(),
        Write::PutService { service, .. } => scope.sees_service(Some(&service.code)),
        // Whose service a draft is of is not said here: the store looks before it erases.
        _ => true,
    }
}
