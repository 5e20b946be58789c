// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the rows of one position do: the same decisions as a request's (rules.md 8, 11, 43).

use std::collections::BTreeSet;

use crate::batch::Batch;
use crate::debt_position::{
    Activity, DebtPosition, Decided, Installment, Origin, PositionInput, TermsContext, cancel, differences, open,
    replace,
};
use crate::given::{Given, Numbers};
use crate::ident::InstallmentReference;
use crate::refusal::Refusal;
use crate::violation::{Place, Violations};

use super::{RowAction, RowOutcome};

/// What the rows of one position ask for.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// What is to be done.
    pub action: RowAction,
    /// The position as the rows say it is; of a cancellation only its key is looked at.
    pub input: PositionInput,
    /// References of installments that the rows take back. Of a cancellation none means all of it.
    pub withdrawn: BTreeSet<String>,
}

/// What becomes of it.
#[derive(Debug)]
pub struct Loaded {
    /// What became of the rows.
    pub outcome: RowOutcome,
    /// The position as it will be.
    pub position: DebtPosition,
    /// What to write.
    pub batch: Batch,
}

/// Loads the rows of one position: opens it, gives it new terms, or cancels it.
///
/// # Errors
/// As the decisions for a request; `NoSuchPosition` where there is nothing to change; `Invalid` with `installments_missing` where
/// rows would silently take installments back that they do not name; `InstallmentPaid` where they take back one that is paid while
/// others are owed.
pub fn load(
    context: TermsContext<'_>,
    given: &mut Given<'_>,
    numbers: &mut dyn Numbers,
    asked: &Asked,
    present: Option<(&DebtPosition, Activity<'_>)>,
) -> Result<Loaded, Refusal> {
    match (asked.action, present) {
        (RowAction::Load | RowAction::Insert, None) => {
            Ok(loaded(RowOutcome::Loaded, open(context, given, numbers, &asked.input, Origin::Import)?))
        }
        (RowAction::Update | RowAction::Cancel, None) => Err(Refusal::NoSuchPosition),
        (RowAction::Cancel, Some((position, activity))) => {
            let owed = owed(position);
            if !asked.withdrawn.is_empty() && !owed.is_empty() {
                if are_over(position, &asked.withdrawn)? {
                    return Ok(unchanged(position));
                }
                check_none_missing(&owed, &asked.withdrawn)?;
            }
            let decided = cancel(given, position, activity, false)?;
            let outcome = if decided.batch.is_empty() { RowOutcome::Unchanged } else { RowOutcome::Cancelled };
            Ok(loaded(outcome, decided))
        }
        (action, Some((position, activity))) => {
            let differences = differences(context, position, &asked.input)?;
            if differences.is_empty() {
                return Ok(unchanged(position));
            }
            if action == RowAction::Insert {
                return Err(Refusal::ExternalIdTaken { existing: position.id, differences });
            }
            let named = asked.input.options();
            let named = named.iter().flat_map(|option| &option.installments).filter_map(|one| one.reference.clone());
            check_all_named(position, &named.chain(asked.withdrawn.iter().cloned()).collect())?;
            let decided = replace(context, given, numbers, position, activity, &asked.input, false)?;
            Ok(loaded(RowOutcome::Updated, decided))
        }
    }
}

fn loaded(outcome: RowOutcome, decided: Decided) -> Loaded {
    Loaded { outcome, position: decided.position, batch: decided.batch }
}

fn unchanged(position: &DebtPosition) -> Loaded {
    Loaded { outcome: RowOutcome::Unchanged, position: position.clone(), batch: Batch::new() }
}

/// The names of what is owed.
fn owed(position: &DebtPosition) -> Vec<&str> {
    if position.cancelled_at.is_some() {
        return Vec::new();
    }
    let owed = position.installments().map(|(_, one)| one).filter(|one| is_owed(one));
    owed.map(|one| one.reference.as_str()).collect()
}

const fn is_owed(one: &Installment) -> bool {
    one.stands() && one.payment.is_none()
}

fn called<'a>(position: &'a DebtPosition, reference: &str) -> Vec<&'a Installment> {
    position.installments().map(|(_, one)| one).filter(|one| one.reference.as_str() == reference).collect()
}

/// Whether all that rows take back was taken back before.
fn are_over(position: &DebtPosition, withdrawn: &BTreeSet<String>) -> Result<bool, Refusal> {
    let mut paid = None;
    for reference in withdrawn {
        let all = called(position, reference);
        if all.is_empty() || all.iter().any(|one| is_owed(one)) {
            return Ok(false);
        }
        if all.iter().any(|one| one.payment.is_some()) {
            paid = Some(reference.clone());
        }
    }
    match paid {
        Some(reference) => Err(Refusal::InstallmentPaid { reference }),
        None => Ok(true),
    }
}

/// A request says the whole position and means it; rows may be a part of a table that somebody sorted and cut. So what is owed is
/// not taken back because a row is not there. An only installment may get its name, or go without it.
fn check_all_named(position: &DebtPosition, named: &BTreeSet<String>) -> Result<(), Refusal> {
    let owed = owed(position);
    let unnamed = named.is_empty() || owed == [InstallmentReference::only().as_str()];
    if owed.len() == 1 && unnamed { Ok(()) } else { check_none_missing(&owed, named) }
}

fn check_none_missing(owed: &[&str], named: &BTreeSet<String>) -> Result<(), Refusal> {
    let missing: Vec<&str> = owed.iter().copied().filter(|reference| !named.contains(*reference)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let mut wrong = Violations::new();
    let detail = format!(
        "installments that are owed have no row: {}. Give each its row, or take it back with its own row and the action cancel",
        missing.join(", ")
    );
    wrong.add(&Place::root().at("payment_options"), "installments_missing", detail);
    Err(Refusal::Invalid(wrong.into_vec()))
}
