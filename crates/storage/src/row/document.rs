// SPDX-License-Identifier: AGPL-3.0-or-later
//! A file of documents, what became of one of its debt positions, and what stood on a slip.

use diesel::prelude::*;
use tramite_domain::document_batch::{
    BatchDocument, BatchFailure, BatchFile, BatchForm, BatchKind, BatchStatus, DocumentBatch, DocumentOutcome,
};
use tramite_domain::ident::{AccountCode, ServiceCode};
use tramite_domain::ids::{ClientId, DebtPositionId, DocumentBatchId, ImportId, InstitutionId};
use tramite_domain::printed_notice::{NoticeLanguage, PostalSlip, PrintedSlip};
use tramite_domain::time::Instant;

use super::{fit, known, read, read_some};
use crate::column::{At, Doc, Id};
use crate::error::StoreError;
use crate::schema::{batch_documents, document_batches, printed_slips};

/// What the client has asked for stays as it was: an update leaves it alone. Who holds it stands in columns of its own, which
/// nobody writes with it.
#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = document_batches, primary_key(institution_id, id))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct BatchHead {
    institution_id: Id<InstitutionId>,
    id: Id<DocumentBatchId>,
    #[diesel(skip_update)]
    kind: String,
    #[diesel(skip_update)]
    form: String,
    #[diesel(skip_update)]
    language: String,
    #[diesel(skip_update)]
    import_id: Option<Id<ImportId>>,
    #[diesel(skip_update)]
    services: Option<Doc<Vec<ServiceCode>>>,
    status: String,
    failure: Option<Doc<BatchFailure>>,
    #[diesel(skip_update)]
    total: i32,
    drawn: i32,
    skipped: i32,
    parts: i32,
    bytes: i64,
    pages: i32,
    mark: Option<String>,
    kept_until: Option<At>,
    #[diesel(skip_update)]
    created_by: Id<ClientId>,
    started_at: Option<At>,
    finished_at: Option<At>,
    version: i64,
    #[diesel(skip_update)]
    created_at: At,
    updated_at: At,
}

impl BatchHead {
    pub(crate) fn of(institution: InstitutionId, batch: &DocumentBatch) -> Result<Self, StoreError> {
        let file = &batch.file;
        Ok(Self {
            institution_id: Id(institution),
            id: Id(batch.id),
            kind: batch.kind.name().to_owned(),
            form: batch.form.name().to_owned(),
            language: batch.language.name().to_owned(),
            import_id: batch.import_id.map(Id),
            services: batch.services.clone().map(Doc),
            status: batch.status.name().to_owned(),
            failure: batch.failure.clone().map(Doc),
            total: fit("document_batches.total", batch.total)?,
            drawn: fit("document_batches.drawn", batch.drawn)?,
            skipped: fit("document_batches.skipped", batch.skipped)?,
            parts: fit("document_batches.parts", file.parts)?,
            bytes: fit("document_batches.bytes", file.bytes)?,
            pages: fit("document_batches.pages", file.pages)?,
            mark: file.mark.clone(),
            kept_until: file.kept_until.map(At),
            created_by: Id(batch.created_by),
            started_at: batch.started_at.map(At),
            finished_at: batch.finished_at.map(At),
            version: batch.version,
            created_at: At(batch.created_at),
            updated_at: At(batch.updated_at),
        })
    }

    pub(crate) fn into_batch(self) -> Result<DocumentBatch, StoreError> {
        let file = BatchFile {
            parts: fit("document_batches.parts", self.parts)?,
            bytes: fit("document_batches.bytes", self.bytes)?,
            pages: fit("document_batches.pages", self.pages)?,
            mark: self.mark,
            kept_until: self.kept_until.map(|at| at.0),
        };
        Ok(DocumentBatch {
            id: self.id.0,
            kind: known("document_batches.kind", BatchKind::named(&self.kind))?,
            form: known("document_batches.form", BatchForm::named(&self.form))?,
            language: known("document_batches.language", NoticeLanguage::named(&self.language))?,
            import_id: self.import_id.map(|id| id.0),
            services: self.services.map(|codes| codes.0),
            status: known("document_batches.status", BatchStatus::named(&self.status))?,
            failure: self.failure.map(|failure| failure.0),
            total: fit("document_batches.total", self.total)?,
            drawn: fit("document_batches.drawn", self.drawn)?,
            skipped: fit("document_batches.skipped", self.skipped)?,
            file,
            created_by: self.created_by.0,
            started_at: self.started_at.map(|at| at.0),
            finished_at: self.finished_at.map(|at| at.0),
            version: self.version,
            created_at: self.created_at.0,
            updated_at: self.updated_at.0,
        })
    }
}

/// What became of one debt position. Which one it is stays as it was.
#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = batch_documents, primary_key(institution_id, batch_id, place))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct DocumentRow {
    institution_id: Id<InstitutionId>,
    batch_id: Id<DocumentBatchId>,
    pub(crate) place: i32,
    #[diesel(skip_update)]
    debt_position_id: Id<DebtPositionId>,
    outcome: String,
    code: Option<String>,
    file_name: Option<String>,
    first_page: Option<i32>,
    pages: Option<i32>,
}

impl DocumentRow {
    pub(crate) fn of(
        institution: InstitutionId,
        batch: DocumentBatchId,
        one: &BatchDocument,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            institution_id: Id(institution),
            batch_id: Id(batch),
            place: fit("batch_documents.place", one.place)?,
            debt_position_id: Id(one.debt_position_id),
            outcome: one.outcome.name().to_owned(),
            code: one.code.clone(),
            file_name: one.file_name.clone(),
            first_page: one.first_page.map(|page| fit("batch_documents.first_page", page)).transpose()?,
            pages: one.pages.map(|pages| fit("batch_documents.pages", pages)).transpose()?,
        })
    }

    pub(crate) fn into_document(self) -> Result<BatchDocument, StoreError> {
        Ok(BatchDocument {
            place: fit("batch_documents.place", self.place)?,
            debt_position_id: self.debt_position_id.0,
            outcome: known("batch_documents.outcome", DocumentOutcome::named(&self.outcome))?,
            code: self.code,
            file_name: self.file_name,
            first_page: self.first_page.map(|page| fit("batch_documents.first_page", page)).transpose()?,
            pages: self.pages.map(|pages| fit("batch_documents.pages", pages)).transpose()?,
        })
    }
}

/// What stood on the first slip of a debt position.
#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = printed_slips)]
pub(crate) struct SlipRow {
    institution_id: Id<InstitutionId>,
    debt_position_id: Id<DebtPositionId>,
    account_code: String,
    postal_account: String,
    holder: String,
    authorization_text: Option<String>,
    printed_at: At,
    batch_id: Option<Id<DocumentBatchId>>,
}

impl SlipRow {
    pub(crate) fn of(
        institution: InstitutionId,
        (position, account): (DebtPositionId, &AccountCode),
        (slip, batch): (&PostalSlip, Option<DocumentBatchId>),
        at: Instant,
    ) -> Self {
        Self {
            institution_id: Id(institution),
            debt_position_id: Id(position),
            account_code: account.to_string(),
            postal_account: slip.account.clone(),
            holder: slip.holder.to_string(),
            authorization_text: slip.authorization.as_ref().map(ToString::to_string),
            printed_at: At(at),
            batch_id: batch.map(Id),
        }
    }

    pub(crate) fn into_slip(self) -> Result<(DebtPositionId, AccountCode, PrintedSlip), StoreError> {
        let provisional = self.batch_id.is_some();
        let slip = PostalSlip {
            account: self.postal_account,
            holder: read("printed_slips.holder", &self.holder)?,
            authorization: read_some("printed_slips.authorization_text", self.authorization_text.as_deref())?,
        };
        Ok((
            self.debt_position_id.0,
            read("printed_slips.account_code", &self.account_code)?,
            PrintedSlip { slip, provisional },
        ))
    }
}
