// SPDX-License-Identifier: AGPL-3.0-or-later
//! Files of debt positions.

use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::ids::ClientId;
use tramite_domain::import::{
    Counts, FILE_KEPT_DAYS, FileFormat, FileLayout, Import, ImportFile, ImportPhase, ImportRow, ImportStatus, OnError,
    RowFault, RowOutcome,
};

use super::{first, lane};
use crate::support::{id, now};

/// A file that waits for its turn.
pub(crate) fn import(client: ClientId) -> Import {
    Import {
        id: id(),
        file: ImportFile {
            id: id(),
            name: Some("ruolo \"TARI\" è.csv".to_owned()),
            format: FileFormat::Csv,
            layout: FileLayout::MyPay14,
            bytes: 524_288_000,
            sha256: [4; 32],
            kept_until: None,
        },
        service_code: Some("TARI".parse().unwrap()),
        publish: true,
        dry_run: false,
        on_error: OnError::Skip,
        free_beneficiary: true,
        services: None,
        lane: lane(),
        status: ImportStatus::Queued,
        phase: ImportPhase::Loading,
        failure: None,
        rows_total: None,
        file_encoding: None,
        counts: Counts::default(),
        groups_done: 0,
        created_by: client,
        started_at: None,
        finished_at: None,
        version: 1,
        created_at: now(),
        updated_at: now(),
    }
}

/// A row that loaded the first installment of a position.
pub(crate) fn loaded_row(line: u64, position: &DebtPosition) -> ImportRow {
    ImportRow {
        line,
        external_id: position.external_id.as_ref().map(ToString::to_string),
        outcome: RowOutcome::Loaded,
        debt_position_id: Some(position.id),
        installment_id: Some(first(position)),
        faults: Vec::new(),
    }
}

/// A row that is wrong.
pub(crate) fn rejected_row(line: u64) -> ImportRow {
    let fault = |column: Option<&str>| RowFault {
        column: column.map(str::to_owned),
        code: "invalid_date".to_owned(),
        detail: "not a day, as \"31/12/2026\" is one: àèì €".to_owned(),
    };
    ImportRow {
        line,
        external_id: None,
        outcome: RowOutcome::Rejected,
        debt_position_id: None,
        installment_id: None,
        faults: vec![fault(Some("scadenza")), fault(None)],
    }
}

/// A batch that inserts an import.
pub(crate) fn sending(import: &Import) -> Batch {
    Batch::new().with(Write::InsertImport(Box::new(import.clone())))
}

/// The import after its end, and the batch that writes it.
pub(crate) fn ending(import: &Import) -> (Import, Batch) {
    let mut after = import.clone();
    after.status = ImportStatus::Completed;
    after.finished_at = Some(now());
    after.file.kept_until = Some(now().plus_seconds(FILE_KEPT_DAYS * 86_400));
    after.version += 1;
    let update = Write::UpdateImport { import: Box::new(after.clone()), expected: import.version };
    (after, Batch::new().with(update))
}
