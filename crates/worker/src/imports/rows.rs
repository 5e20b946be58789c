// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is told of rows: what they came to, or what is wrong with them, each fault at its column.

use tramite_documents::import::PlacedFault;
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::ident::InstallmentReference;
use tramite_domain::ids::{DebtPositionId, InstallmentId};
use tramite_domain::import::{ImportRow, ROW_FAULTS_MAX, RowAction, RowFault, RowOutcome};
use tramite_domain::refusal::Refusal;
use tramite_domain::violation::Violation;
use tramite_storage::{Rule, StoreError};

use super::reading::{Group, Wish};

/// Longest key that is told of a row, in characters.
const KEY_CHARS_MAX: usize = 255;

/// The rows of a group that came to something, with the position as far as it is in the store.
pub(super) fn accepted(
    group: &Group,
    wish: &Wish,
    outcome: RowOutcome,
    position: Option<&DebtPosition>,
) -> Vec<ImportRow> {
    let installments = position.map(|position| installments(group, wish, position)).unwrap_or_default();
    let id = position.map(|position| position.id);
    let one = |(row, line): (usize, &u64)| ImportRow {
        debt_position_id: id,
        installment_id: installments.get(row).copied().flatten(),
        ..row_of(group, *line, outcome)
    };
    group.lines.iter().enumerate().map(one).collect()
}

/// The installment of each row: none where a row has several, or only takes one back.
fn installments(group: &Group, wish: &Wish, position: &DebtPosition) -> Vec<Option<InstallmentId>> {
    let mut all = position.installments().map(|(_, one)| one);
    if let (1, (Some(only), None)) = (group.lines.len(), (all.next(), all.next())) {
        return vec![Some(only.id)];
    }
    let alone = only_one(wish, position);
    let mut found: Vec<Vec<InstallmentId>> = vec![Vec::new(); group.lines.len()];
    let mut note = |option: usize, at: usize, reference: &str| {
        let Some(row) = wish.places.row_of_installment(option, at) else { return };
        let named = position.installments().map(|(_, one)| one).filter(|one| one.reference.as_str() == reference);
        // The one that was not withdrawn, where the reference was used before.
        let id = alone.or_else(|| named.max_by_key(|one| one.cancelled_at.is_none()).map(|one| one.id));
        if let (Some(ids), Some(id)) = (found.get_mut(row), id) {
            ids.push(id);
        }
    };
    let only = InstallmentReference::only();
    if wish.asked.action != RowAction::Cancel && wish.asked.input.payment_options.is_empty() {
        note(0, 0, only.as_str());
    }
    for (option, asked) in wish.asked.input.payment_options.iter().enumerate() {
        for (at, one) in asked.installments.iter().enumerate() {
            note(option, at, one.reference.as_deref().unwrap_or(only.as_str()));
        }
    }
    let single = |ids: Vec<InstallmentId>| match ids.as_slice() {
        [one] => Some(*one),
        _ => None,
    };
    found.into_iter().map(single).collect()
}

/// The only installment that was not withdrawn, where the rows ask for one alone: it keeps the name that it had, whatever they call it.
fn only_one(wish: &Wish, position: &DebtPosition) -> Option<InstallmentId> {
    let asked: usize = match wish.asked.input.payment_options.as_slice() {
        [] => 1,
        options => options.iter().map(|option| option.installments.len()).sum(),
    };
    let mut live = position.installments().map(|(_, one)| one).filter(|one| one.cancelled_at.is_none());
    match (asked, live.next(), live.next()) {
        (1, Some(only), None) if !wish.asked.withdrawn.contains(only.reference.as_str()) => Some(only.id),
        _ => None,
    }
}

/// The rows of a group in which some are wrong; those beside them are right, and are not loaded either.
pub(super) fn wrong(group: &Group, faults: &[PlacedFault]) -> Vec<ImportRow> {
    let mut by_row: Vec<Vec<RowFault>> = vec![Vec::new(); group.lines.len()];
    for placed in faults {
        let row = if placed.row < by_row.len() { placed.row } else { 0 };
        if let Some(told) = by_row.get_mut(row).filter(|told| told.len() < ROW_FAULTS_MAX) {
            told.push(placed.fault.clone());
        }
    }
    let none_placed = by_row.iter().all(Vec::is_empty);
    let one = |(line, faults): (&u64, Vec<RowFault>)| {
        let right = faults.is_empty() && !none_placed;
        let outcome = if right { RowOutcome::Skipped } else { RowOutcome::Rejected };
        ImportRow { faults, ..row_of(group, *line, outcome) }
    };
    group.lines.iter().zip(by_row).map(one).collect()
}

/// The rows of a group that a decision refused.
pub(super) fn refused(group: &Group, wish: &Wish, refusal: &Refusal) -> Vec<ImportRow> {
    let (code, detail) = (refusal.code(), refusal.to_string());
    let placed = |pointer: &String| {
        let violation = Violation { pointer: pointer.clone(), code, detail: detail.clone() };
        wish.places.place(&violation)
    };
    let faults: Vec<PlacedFault> = match refusal {
        Refusal::Invalid(violations) => violations.iter().map(|one| wish.places.place(one)).collect(),
        Refusal::NumberImmutable { pointers } => pointers.iter().map(placed).collect(),
        Refusal::InstallmentPaid { reference } if reference.starts_with('/') => vec![placed(reference)],
        Refusal::ExternalIdTaken { existing, .. } => return whole(group, code, &detail, Some(*existing)),
        _ => return whole(group, code, &detail, None),
    };
    wrong(group, &faults)
}

/// The rows of a group that is right, and could not be written.
pub(super) fn not_written(group: &Group, error: &StoreError) -> Vec<ImportRow> {
    let (code, detail) = match error {
        StoreError::Duplicate(Rule::Iuv) => {
            ("notice_number_taken", "another installment of the institution has this number, or had it once")
        }
        StoreError::Conflict | StoreError::Duplicate(_) => (
            "changed_meanwhile",
            "the debt position was changed by somebody else at the same time: load this row again",
        ),
        _ => ("internal_error", "something is wrong on our side, and was written down: load this row again later"),
    };
    whole(group, code, detail, None)
}

/// What is wrong with the position is wrong with each of its rows.
fn whole(group: &Group, code: &str, detail: &str, position: Option<DebtPositionId>) -> Vec<ImportRow> {
    let one = |line: &u64| ImportRow {
        debt_position_id: position,
        faults: vec![RowFault::new(None, code, detail)],
        ..row_of(group, *line, RowOutcome::Rejected)
    };
    group.lines.iter().map(one).collect()
}

fn row_of(group: &Group, line: u64, outcome: RowOutcome) -> ImportRow {
    let key = group.external_id.as_deref();
    ImportRow {
        line,
        external_id: key.map(|key| key.chars().take(KEY_CHARS_MAX).collect()),
        outcome,
        debt_position_id: None,
        installment_id: None,
        faults: Vec::new(),
    }
}
