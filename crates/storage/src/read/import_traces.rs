// SPDX-License-Identifier: AGPL-3.0-or-later
//! In which files rows stand that are about a person's positions. The files themselves cannot be looked into row by row: they are
//! sealed as they came, and go some time after the end.

use diesel::prelude::*;
use tramite_domain::ids::{DebtPositionId, ImportId, InstitutionId};
use tramite_domain::time::Instant;

use crate::column::{At, Id, unindexed};
use crate::db::{Db, IDS_AT_ONCE_MAX, load};
use crate::error::StoreError;
use crate::row::fit;
use crate::schema::{import_rows, imports};

/// The rows that are about some positions of an institution. That they name one is not said by itself: SQLite would take it for the
/// range to search.
macro_rules! lines_of {
    ($institution:expr, $positions:expr, $limit:expr) => {
        import_rows::table
            .inner_join(imports::table.on(
                imports::institution_id.eq(import_rows::institution_id).and(imports::id.eq(import_rows::import_id)),
            ))
            .filter(import_rows::institution_id.eq(Id($institution)))
            .filter(import_rows::debt_position_id.assume_not_null().eq_any($positions))
            .order((unindexed(import_rows::import_id), import_rows::line))
            .limit($limit)
            .select((import_rows::import_id, import_rows::line, imports::file_kept_until))
    };
}

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
        let found: Vec<(Id<ImportId>, i64, Option<At>)> = load!(db, lines_of!(institution, part, rows))?;
        for (import, line, kept_until) in found {
            let line = fit("import_rows.line", line)?;
            all.push(ImportedLine { import: import.0, line, kept_until: kept_until.map(|at| at.0) });
        }
    }
    all.sort();
    all.truncate(limit);
    Ok(all)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::read::plan;

    #[test]
    fn rows_are_found_by_their_positions_however_many_others_there_are() {
        let mut connection = plan::migrated();
        let institution = InstitutionId::new(Uuid::nil());
        for many in [1, 3, IDS_AT_ONCE_MAX] {
            let positions = vec![Id(DebtPositionId::new(Uuid::nil())); many];
            let query = lines_of!(institution, positions.as_slice(), 10_i64);
            let steps = plan::steps(&mut connection, &query);
            let found = "import_rows_position (institution_id=? AND debt_position_id=?)";
            assert!(steps[0].ends_with(found), "{many}: {steps:?}");
        }
    }
}
