// SPDX-License-Identifier: AGPL-3.0-or-later
//! In which files rows stand that are about a person's positions. The files themselves cannot be looked into row by row: they are
//! sealed as they came, and go some time after the end.

use diesel::prelude::*;
use tramite_domain::ids::{DebtPositionId, ImportId, InstitutionId};
use tramite_domain::time::Instant;

use super::person::IDS_AT_ONCE_MAX;
use crate::column::{At, Id};
use crate::db::{Db, load};
use crate::error::StoreError;
use crate::row::fit;
use crate::schema::{import_rows, imports};

/// A row of a file that is about a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImportedLine {
    /// The import.
    pub import: ImportId,
    /// The line in its file.
    pub line: u64,
    /// Until when the file is kept; none while the import is not over.
    pub kept_until: Option<Instant>,
}

/// The rows that are about those positions, the oldest import first.
pub(super) async fn imported(
    db: &mut Db<'_>,
    institution: InstitutionId,
    positions: &[Id<DebtPositionId>],
    limit: usize,
) -> Result<Vec<ImportedLine>, StoreError> {
    let rows: i64 = fit("limit", limit)?;
    let mut all = Vec::new();
    for part in positions.chunks(IDS_AT_ONCE_MAX) {
        let found: Vec<(Id<ImportId>, i64, Option<At>)> = load!(
            db,
            import_rows::table
                .inner_join(imports::table.on(
                    imports::institution_id.eq(import_rows::institution_id).and(imports::id.eq(import_rows::import_id))
                ),)
                .filter(import_rows::institution_id.eq(Id(institution)))
                .filter(import_rows::debt_position_id.is_not_null())
                .filter(import_rows::debt_position_id.assume_not_null().eq_any(part))
                .order((import_rows::import_id, import_rows::line))
                .limit(rows)
                .select((import_rows::import_id, import_rows::line, imports::file_kept_until))
        )?;
        for (import, line, kept_until) in found {
            let line = fit("import_rows.line", line)?;
            all.push(ImportedLine { import: import.0, line, kept_until: kept_until.map(|at| at.0) });
        }
    }
    all.sort();
    all.truncate(limit);
    Ok(all)
}
