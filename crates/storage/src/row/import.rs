// SPDX-License-Identifier: AGPL-3.0-or-later
//! A file of debt positions, and what became of one of its rows.

use diesel::prelude::*;
use tramite_domain::ident::ServiceCode;
use tramite_domain::ids::{ClientId, DebtPositionId, ImportFileId, ImportId, InstallmentId, InstitutionId};
use tramite_domain::import::{
    Counts, FileEncoding, FileFormat, FileLayout, Import, ImportFailure, ImportFile, ImportPhase, ImportRow,
    ImportStatus, OnError, RowFault, RowOutcome,
};

use super::{digest, fit, known, read_some};
use crate::column::{At, Doc, Id};
use crate::error::StoreError;
use crate::schema::{import_rows, imports};

/// What the client has asked for stays as it was: an update leaves it alone. Who holds it stands in columns of its own, which
/// nobody writes with it.
#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = imports, primary_key(institution_id, id))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct ImportHead {
    institution_id: Id<InstitutionId>,
    id: Id<ImportId>,
    #[diesel(skip_update)]
    file_id: Id<ImportFileId>,
    #[diesel(skip_update)]
    file_name: Option<String>,
    #[diesel(skip_update)]
    file_format: String,
    #[diesel(skip_update)]
    file_layout: String,
    #[diesel(skip_update)]
    file_bytes: i64,
    #[diesel(skip_update)]
    file_sha256: Vec<u8>,
    file_kept_until: Option<At>,
    #[diesel(skip_update)]
    service_code: Option<String>,
    #[diesel(skip_update)]
    publish: bool,
    #[diesel(skip_update)]
    dry_run: bool,
    #[diesel(skip_update)]
    on_error: String,
    #[diesel(skip_update)]
    free_beneficiary: bool,
    #[diesel(skip_update)]
    services: Option<Doc<Vec<ServiceCode>>>,
    #[diesel(skip_update)]
    lane: i16,
    status: String,
    phase: String,
    failure: Option<Doc<ImportFailure>>,
    rows_total: Option<i64>,
    counts: Doc<Counts>,
    groups_done: i64,
    #[diesel(skip_update)]
    created_by: Id<ClientId>,
    started_at: Option<At>,
    finished_at: Option<At>,
    version: i64,
    #[diesel(skip_update)]
    created_at: At,
    updated_at: At,
    file_encoding: Option<String>,
}

impl ImportHead {
    pub(crate) fn of(institution: InstitutionId, import: &Import) -> Result<Self, StoreError> {
        let file = &import.file;
        Ok(Self {
            institution_id: Id(institution),
            id: Id(import.id),
            file_id: Id(file.id),
            file_name: file.name.as_deref().map(without_nul),
            file_format: file.format.name().to_owned(),
            file_layout: file.layout.name().to_owned(),
            file_bytes: fit("imports.file_bytes", file.bytes)?,
            file_sha256: file.sha256.to_vec(),
            file_kept_until: file.kept_until.map(At),
            service_code: import.service_code.as_ref().map(ToString::to_string),
            publish: import.publish,
            dry_run: import.dry_run,
            on_error: import.on_error.name().to_owned(),
            free_beneficiary: import.free_beneficiary,
            services: import.services.clone().map(Doc),
            lane: i16::from(import.lane),
            status: import.status.name().to_owned(),
            phase: import.phase.name().to_owned(),
            failure: import.failure.clone().map(|failure| Doc(kept_failure(failure))),
            rows_total: import.rows_total.map(|rows| fit("imports.rows_total", rows)).transpose()?,
            counts: Doc(import.counts),
            groups_done: fit("imports.groups_done", import.groups_done)?,
            created_by: Id(import.created_by),
            started_at: import.started_at.map(At),
            finished_at: import.finished_at.map(At),
            version: import.version,
            created_at: At(import.created_at),
            updated_at: At(import.updated_at),
            file_encoding: import.file_encoding.map(|encoding| encoding.name().to_owned()),
        })
    }

    pub(crate) fn into_import(self) -> Result<Import, StoreError> {
        let file = ImportFile {
            id: self.file_id.0,
            name: self.file_name,
            format: known("imports.file_format", FileFormat::named(&self.file_format))?,
            layout: known("imports.file_layout", FileLayout::named(&self.file_layout))?,
            bytes: fit("imports.file_bytes", self.file_bytes)?,
            sha256: digest("imports.file_sha256", &self.file_sha256)?,
            kept_until: self.file_kept_until.map(|at| at.0),
        };
        let encoding = self.file_encoding.as_deref();
        let encoding = encoding.map(|name| known("imports.file_encoding", FileEncoding::named(name))).transpose()?;
        Ok(Import {
            id: self.id.0,
            file,
            service_code: read_some("imports.service_code", self.service_code.as_deref())?,
            publish: self.publish,
            dry_run: self.dry_run,
            on_error: known("imports.on_error", OnError::named(&self.on_error))?,
            free_beneficiary: self.free_beneficiary,
            services: self.services.map(|codes| codes.0),
            lane: fit("imports.lane", self.lane)?,
            status: known("imports.status", ImportStatus::named(&self.status))?,
            phase: known("imports.phase", ImportPhase::named(&self.phase))?,
            failure: self.failure.map(|failure| failure.0),
            rows_total: self.rows_total.map(|rows| fit("imports.rows_total", rows)).transpose()?,
            file_encoding: encoding,
            counts: self.counts.0,
            groups_done: fit("imports.groups_done", self.groups_done)?,
            created_by: self.created_by.0,
            started_at: self.started_at.map(|at| at.0),
            finished_at: self.finished_at.map(|at| at.0),
            version: self.version,
            created_at: self.created_at.0,
            updated_at: self.updated_at.0,
        })
    }
}

/// A file may hold what PostgreSQL keeps in no text. What is wrong with it must be told all the same.
fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

fn kept_failure(failure: ImportFailure) -> ImportFailure {
    ImportFailure {
        detail: without_nul(&failure.detail),
        column: failure.column.as_deref().map(without_nul),
        ..failure
    }
}

fn kept_fault(fault: &RowFault) -> RowFault {
    RowFault {
        column: fault.column.as_deref().map(without_nul),
        code: fault.code.clone(),
        detail: without_nul(&fault.detail),
    }
}

/// What became of one row. Most rows are right: nothing stands where their faults would.
#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = import_rows, treat_none_as_default_value = false)]
pub(crate) struct ImportLine {
    pub(crate) institution_id: Id<InstitutionId>,
    pub(crate) import_id: Id<ImportId>,
    pub(crate) line: i64,
    pub(crate) outcome: String,
    pub(crate) external_id: Option<String>,
    pub(crate) debt_position_id: Option<Id<DebtPositionId>>,
    pub(crate) installment_id: Option<Id<InstallmentId>>,
    pub(crate) faults: Option<Doc<Vec<RowFault>>>,
}

impl ImportLine {
    pub(crate) fn of(institution: InstitutionId, import: ImportId, row: &ImportRow) -> Result<Self, StoreError> {
        Ok(Self {
            institution_id: Id(institution),
            import_id: Id(import),
            line: fit("import_rows.line", row.line)?,
            outcome: row.outcome.name().to_owned(),
            external_id: row.external_id.as_deref().map(without_nul),
            debt_position_id: row.debt_position_id.map(Id),
            installment_id: row.installment_id.map(Id),
            faults: if row.faults.is_empty() { None } else { Some(Doc(row.faults.iter().map(kept_fault).collect())) },
        })
    }

    pub(crate) fn into_row(self) -> Result<ImportRow, StoreError> {
        Ok(ImportRow {
            line: fit("import_rows.line", self.line)?,
            external_id: self.external_id,
            outcome: known("import_rows.outcome", RowOutcome::named(&self.outcome))?,
            debt_position_id: self.debt_position_id.map(|id| id.0),
            installment_id: self.installment_id.map(|id| id.0),
            faults: self.faults.map(|faults| faults.0).unwrap_or_default(),
        })
    }
}
