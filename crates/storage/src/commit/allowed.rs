// SPDX-License-Identifier: AGPL-3.0-or-later
//! A batch may write only what exists for its scope. Decisions are made on what was read under the same scope, so a batch
//! that breaks this is a defect, and is stopped here.

use tramite_domain::batch::{Batch, Write};
use tramite_domain::ids::{DocumentBatchId, ImportId, SessionId};
use tramite_domain::session::CheckoutSession;

use crate::error::StoreError;
use crate::scope::Scope;

pub(crate) fn check(scope: &Scope, batch: &Batch) -> Result<(), StoreError> {
    if batch.writes().iter().all(|write| may(scope, batch, write)) {
        Ok(())
    } else {
        Err(StoreError::failed("a write outside of the services or the client of its scope"))
    }
}

fn may(scope: &Scope, batch: &Batch, write: &Write) -> bool {
    match write {
        Write::InsertPosition(position)
        | Write::UpdatePosition { position, .. }
        | Write::TellPosition { position, .. }
        | Write::SettleInstallment { position, .. } => scope.sees_service(position.service_code.as_ref()),
        Write::InsertSession(session) => scope.sees_session(session),
        Write::UpdateSession { session, .. } => scope.sees_session(session) || follows(scope, batch, session),
        Write::ReleaseItem { session, .. } => updates(batch, *session),
        Write::InsertIuvBatch(batch) => scope.services() == batch.service_codes.as_ref(),
        Write::PutRecovery { recovery, .. } => scope.sees_service(recovery.service_code.as_ref()),
        Write::InsertImport(import) | Write::UpdateImport { import, .. } => scope.sees_import(import),
        Write::InsertDocumentBatch { batch, .. } | Write::UpdateDocumentBatch { batch, .. } => {
            scope.sees_document_batch(batch)
        }
        Write::TellBatchDocuments { batch: id, .. } => draws_on(batch, *id),
        Write::PutService { service, .. } => scope.sees_service(Some(&service.code)),
        Write::InsertImportRows { import, .. } => goes_on(batch, *import),
        Write::InsertSubmission { kept, .. } => scope.sees_submission(kept),
        Write::InsertFormVersion { form, .. } => scope.sees_service(Some(&form.service_code)),
        // The forms of all services may read it.
        Write::InsertRegistryVersion { .. } => scope.services().is_none(),
        // It is on the papers of all services.
        Write::PutLogo { .. } | Write::RemoveLogo { .. } => scope.services().is_none(),
        // Whose service a draft is of is not said here: the store looks before it erases.
        _ => true,
    }
}

/// Whether a session that does not exist for the scope changes because an installment of it does, which the scope may
/// write: a payment outside of pagoPA is one for whoever holds the installment, and so is its undoing.
fn follows(scope: &Scope, batch: &Batch, session: &CheckoutSession) -> bool {
    batch.writes().iter().any(|write| match write {
        Write::SettleInstallment { position, installment, .. } => {
            scope.sees_service(position.service_code.as_ref()) && session.holds(*installment)
        }
        Write::UpdatePosition { position, .. } => {
            scope.sees_service(position.service_code.as_ref())
                && releases(batch, session.id)
                && position.installments().any(|(_, one)| session.holds(one.id))
        }
        _ => false,
    })
}

/// Whether a file changes in the batch: what became of its rows is written with that and never alone.
fn goes_on(batch: &Batch, id: ImportId) -> bool {
    let is = |write: &Write| matches!(write, Write::UpdateImport { import, .. } if import.id == id);
    batch.writes().iter().any(is)
}

/// Whether a file of documents changes in the batch, likewise.
fn draws_on(batch: &Batch, id: DocumentBatchId) -> bool {
    let is = |write: &Write| matches!(write, Write::UpdateDocumentBatch { batch, .. } if batch.id == id);
    batch.writes().iter().any(is)
}

fn updates(batch: &Batch, id: SessionId) -> bool {
    let is = |write: &Write| matches!(write, Write::UpdateSession { session, .. } if session.id == id);
    batch.writes().iter().any(is)
}

fn releases(batch: &Batch, id: SessionId) -> bool {
    batch.writes().iter().any(|write| matches!(write, Write::ReleaseItem { session, .. } if *session == id))
}
