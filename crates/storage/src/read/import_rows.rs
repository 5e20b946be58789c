// SPDX-License-Identifier: AGPL-3.0-or-later
//! What became of the rows of a file, and what became since of what they are about.

use std::collections::{BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::sync::Arc;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use tramite_domain::debt_position::{DebtPosition, Installment};
use tramite_domain::ids::{DebtPositionId, ImportId, InstallmentId, ReceiptRowId};
use tramite_domain::import::{ImportRow, RowOutcome};
use tramite_domain::receipt::Receipt;

use super::{import, position, receipt};
use crate::Store;
use crate::column::Id;
use crate::db::{Db, IDS_AT_ONCE_MAX, load, load_boxed};
use crate::error::StoreError;
use crate::row::fit;
use crate::row::import::ImportLine;
use crate::schema::{import_rows, installments};
use crate::scope::Scope;
use crate::store::Answer;

/// Rows of one read at most.
pub const IMPORT_ROWS_MAX: u32 = 10_000;
/// Installments of one read that are held at most, beside the last row's: those of the positions that are read, and those that are
/// told.
const IMPORTED_INSTALLMENTS_MAX: usize = 5_000;
/// Rows that are wrong, in the words of their index: among millions that are right they are few.
const IS_REJECTED: &str = "outcome = 'rejected'";

/// Which rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowFilter {
    /// Of which this became; none means whatever became of them.
    pub outcome: Option<RowOutcome>,
    /// Behind this line of the file; 0 for all.
    pub after_line: u64,
    /// How many, 1 to [`IMPORT_ROWS_MAX`]; what lies outside is brought to the nearest.
    pub limit: u32,
}

/// What a row is about, as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedInstallment {
    /// The line of the row.
    pub line: u64,
    /// The position.
    pub position: Arc<DebtPosition>,
    /// The installment.
    pub installment: Installment,
    /// The receipt that paid it, without its message; none where none did.
    pub receipt: Option<Receipt>,
}

impl Store {
    /// What became of the rows of a file, in the order of their lines; nothing where the import does not exist for this scope.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn import_rows<'a>(
        &'a self,
        scope: &'a Scope,
        id: ImportId,
        filter: &'a RowFilter,
    ) -> Answer<'a, Vec<ImportRow>> {
        Box::pin(async move {
            let (own, filter) = (scope.clone(), *filter);
            self.read(scope, move |db| Box::pin(rows(db, own, id, filter))).await
        })
    }

    /// What the rows of those lines are about, as it is now, in the order of the lines: a row of one installment gives it, one of a
    /// whole position gives each of its installments. Of rows about many installments there may be fewer than were asked for: whoever
    /// wants the others asks from behind the last line on. Nothing where there is nothing more in those lines, or the import does
    /// not exist for this scope.
    ///
    /// # Errors
    /// `Failed` where there are more than [`IMPORT_ROWS_MAX`] rows; else whatever keeps the database from answering.
    pub fn installments_of_import<'a>(
        &'a self,
        scope: &'a Scope,
        id: ImportId,
        lines: RangeInclusive<u64>,
    ) -> Answer<'a, Vec<ImportedInstallment>> {
        Box::pin(async move {
            let own = scope.clone();
            self.read(scope, move |db| Box::pin(installments(db, own, id, lines))).await
        })
    }
}

async fn rows(mut db: Db<'_>, scope: Scope, id: ImportId, filter: RowFilter) -> Result<Vec<ImportRow>, StoreError> {
    if import::by_id(db.reborrow(), scope.clone(), id).await?.is_none() {
        return Ok(Vec::new());
    }
    let found: Vec<ImportLine> = load_boxed!(&mut db, DB => {
        let query = import_rows::table
            .filter(import_rows::institution_id.eq(Id(scope.institution())))
            .filter(import_rows::import_id.eq(Id(id)))
            .filter(import_rows::line.gt(line(filter.after_line)))
            .order(import_rows::line)
            .limit(i64::from(filter.limit.clamp(1, IMPORT_ROWS_MAX)))
            .select(ImportLine::as_select())
            .into_boxed::<DB>();
        match filter.outcome {
            None => query,
            Some(RowOutcome::Rejected) => query.filter(sql::<Bool>(IS_REJECTED)),
            Some(outcome) => query.filter(import_rows::outcome.eq(outcome.name())),
        }
    })?;
    found.into_iter().map(ImportLine::into_row).collect()
}

/// A line as its column has it; there is none behind the last.
fn line(line: u64) -> i64 {
    i64::try_from(line).unwrap_or(i64::MAX)
}

/// A row and what it is about.
type About = (i64, Option<Id<DebtPositionId>>, Option<Id<InstallmentId>>);

async fn installments(
    mut db: Db<'_>,
    scope: Scope,
    id: ImportId,
    lines: RangeInclusive<u64>,
) -> Result<Vec<ImportedInstallment>, StoreError> {
    if import::by_id(db.reborrow(), scope.clone(), id).await?.is_none() {
        return Ok(Vec::new());
    }
    let told: Vec<About> = load!(
        &mut db,
        import_rows::table
            .filter(import_rows::institution_id.eq(Id(scope.institution())))
            .filter(import_rows::import_id.eq(Id(id)))
            .filter(import_rows::line.ge(line(*lines.start())))
            .filter(import_rows::line.le(line(*lines.end())))
            .filter(import_rows::debt_position_id.is_not_null())
            .order(import_rows::line)
            .limit(i64::from(IMPORT_ROWS_MAX) + 1)
            .select((import_rows::line, import_rows::debt_position_id, import_rows::installment_id))
    )?;
    let most: usize = fit("limit", IMPORT_ROWS_MAX)?;
    if told.len() > most {
        return Err(StoreError::failed("more rows of a file were asked for than are read at once"));
    }
    let counted = counted(&mut db, &scope, &told).await?;
    let mut found = Vec::new();
    let mut rest = told.as_slice();
    while found.is_empty() && !rest.is_empty() {
        let (some, more) = rest.split_at(room(rest, &counted));
        let positions = positions(&mut db, &scope, some).await?;
        (found, rest) = (about(some, &positions)?, more);
    }
    with_receipts(&mut db, &scope, found).await
}

/// How many installments the positions have.
async fn counted(
    db: &mut Db<'_>,
    scope: &Scope,
    told: &[About],
) -> Result<HashMap<Id<DebtPositionId>, usize>, StoreError> {
    let mut counted = HashMap::new();
    for part in ids_of(told).chunks(IDS_AT_ONCE_MAX) {
        let ids = part.to_vec();
        let some: Vec<(Id<DebtPositionId>, i64)> = load!(
            db,
            installments::table
                .filter(installments::institution_id.eq(Id(scope.institution())))
                .filter(installments::debt_position_id.eq_any(&ids))
                .group_by(installments::debt_position_id)
                .select((installments::debt_position_id, diesel::dsl::count_star()))
        )?;
        counted.extend(some.into_iter().map(|(id, count)| (id, usize::try_from(count).unwrap_or(usize::MAX))));
    }
    Ok(counted)
}

/// How many of the rows find room in one read: at least the first.
fn room(told: &[About], counted: &HashMap<Id<DebtPositionId>, usize>) -> usize {
    let (mut seen, mut total) = (BTreeSet::new(), 0_usize);
    let fits = told.iter().take_while(|(_, position, one)| {
        let Some(position) = *position else { return true };
        let all = counted.get(&position).copied().unwrap_or_default();
        let read = if seen.insert(position) { all } else { 0 };
        let told = if one.is_some() { 1 } else { all };
        total = total.saturating_add(read).saturating_add(told);
        total <= IMPORTED_INSTALLMENTS_MAX
    });
    fits.count().max(1)
}

/// What rows are about, out of the positions.
fn about(
    told: &[About],
    positions: &HashMap<DebtPositionId, Arc<DebtPosition>>,
) -> Result<Vec<ImportedInstallment>, StoreError> {
    let mut found = Vec::with_capacity(told.len());
    for (line, position, one) in told {
        let Some(position) = position.and_then(|id| positions.get(&id.0)) else { continue };
        for (_, installment) in position.installments() {
            if one.is_none_or(|one| one.0 == installment.id) {
                let (position, installment) = (Arc::clone(position), installment.clone());
                let line = fit("import_rows.line", *line)?;
                found.push(ImportedInstallment { line, position, installment, receipt: None });
            }
        }
    }
    Ok(found)
}

fn ids_of(told: &[About]) -> Vec<Id<DebtPositionId>> {
    let ids: BTreeSet<Id<DebtPositionId>> = told.iter().filter_map(|(_, position, _)| *position).collect();
    ids.into_iter().collect()
}

async fn positions(
    db: &mut Db<'_>,
    scope: &Scope,
    told: &[About],
) -> Result<HashMap<DebtPositionId, Arc<DebtPosition>>, StoreError> {
    let ids = ids_of(told);
    let mut found = HashMap::with_capacity(ids.len());
    for part in ids.chunks(IDS_AT_ONCE_MAX) {
        let some = position::by_ids(db.reborrow(), scope.clone(), part.to_vec()).await?;
        found.extend(some.into_iter().map(|position| (position.id, Arc::new(position))));
    }
    Ok(found)
}

async fn with_receipts(
    db: &mut Db<'_>,
    scope: &Scope,
    mut found: Vec<ImportedInstallment>,
) -> Result<Vec<ImportedInstallment>, StoreError> {
    let ids: BTreeSet<Id<ReceiptRowId>> = found.iter().filter_map(|one| paid_by(&one.installment)).map(Id).collect();
    let ids: Vec<Id<ReceiptRowId>> = ids.into_iter().collect();
    let mut receipts: HashMap<ReceiptRowId, Receipt> = HashMap::with_capacity(ids.len());
    for part in ids.chunks(IDS_AT_ONCE_MAX) {
        let some = receipt::by_ids(db, scope, part.to_vec()).await?;
        receipts.extend(some.into_iter().map(|receipt| (receipt.id, receipt)));
    }
    for one in &mut found {
        one.receipt = paid_by(&one.installment).and_then(|id| receipts.get(&id).cloned());
    }
    Ok(found)
}

fn paid_by(installment: &Installment) -> Option<ReceiptRowId> {
    installment.payment.as_ref().and_then(|payment| payment.receipt_id)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const POSITIONS: u128 = 9;

    fn position(number: u128) -> Id<DebtPositionId> {
        Id(DebtPositionId::new(Uuid::from_u128(number)))
    }

    /// How many of the rows find room, where each position has so many installments.
    fn rooms(told: &[About], each: usize) -> usize {
        let counted = (1..=POSITIONS).map(|number| (position(number), each)).collect();
        room(told, &counted)
    }

    #[test]
    fn of_rows_about_many_installments_a_few_are_read_at_a_time() {
        let one = Some(Id(InstallmentId::new(Uuid::from_u128(1))));
        let whole: Vec<About> = (1..=POSITIONS).map(|number| (2, Some(position(number)), None)).collect();
        let apart: Vec<About> = (1..=POSITIONS).map(|number| (2, Some(position(number)), one)).collect();
        let together: Vec<About> = (1..=POSITIONS).map(|_| (2, Some(position(1)), one)).collect();
        assert_eq!([&whole, &apart, &together].map(|told| rooms(told, 1_000)), [2, 4, 9]);
        assert_eq!([&whole, &apart, &together].map(|told| rooms(told, 1)), [9, 9, 9]);
        assert_eq!([&whole, &apart, &together].map(|told| rooms(told, 9_000)), [1, 1, 1], "the first always is");
        assert_eq!(rooms(&[(2, None, None), (3, Some(position(99)), None)], 1), 2, "what is gone takes no room");
    }
}
