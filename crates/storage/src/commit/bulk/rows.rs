// SPDX-License-Identifier: AGPL-3.0-or-later
//! What became of the rows of a file.

use diesel::sql_types::{BigInt, Nullable, Text};

use super::write_rows;
use crate::column::sql::{Document, Key};
use crate::db::Db;
use crate::error::StoreError;
use crate::row::import::ImportLine;

const INSERT: &str = "\
    INSERT INTO import_rows (institution_id, import_id, line, outcome, external_id, debt_position_id, installment_id, faults)";

/// Writes what became of rows of a file.
pub(in crate::commit) async fn import_lines(db: Db<'_>, rows: &[ImportLine]) -> Result<(), StoreError> {
    write_rows!(db, rows, INSERT, row =>
        row.institution_id => Key,
        row.import_id => Key,
        row.line => BigInt,
        row.outcome.as_str() => Text,
        row.external_id.as_deref() => Nullable<Text>,
        row.debt_position_id => Nullable<Key>,
        row.installment_id => Nullable<Key>,
        row.faults.as_ref() => Nullable<Document>,
    )
}
