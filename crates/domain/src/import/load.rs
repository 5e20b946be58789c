// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the rows of one position do: the same decisions as a request's (rules.md 8, 11, 43).

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::batch::Batch;
use crate::debt_position::{
    Activity, DebtPosition, Decided, Installment, Origin, PositionInput, PositionStatus, TermsContext, cancel,
    differences, open, position_status, replace,
};
use crate::given::{Given, Numbers};
use crate::ident::InstallmentReference;
use crate::refusal::Refusal;
use crate::violation::{Place, Violations, is_name};

use super::{RowAction, RowOutcome};

/// Where the only installment of the short form would stand in the long one.
const ONLY_INSTALLMENT: &str = "/payment_options/0/installments/0";
const ONLY_OPTION: &str = "/payment_options/0";
/// Installments that are told by their names in one sentence.
const REFERENCES_TOLD_MAX: usize = 5;

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
/// rows would silently take installments back that they do not name, and with `no_such_installment` where they take back one that
/// never was; `InstallmentPaid` where they take back one that is paid while others are owed; `PositionState` where they say again what
/// was cancelled.
pub fn load(
    context: TermsContext<'_>,
    given: &mut Given<'_>,
    numbers: &mut dyn Numbers,
    asked: &Asked,
    present: Option<(&DebtPosition, Activity<'_>)>,
) -> Result<Loaded, Refusal> {
    match (asked.action, present) {
        (RowAction::Load | RowAction::Insert, None) => {
            check_known(None, &asked.withdrawn)?;
            Ok(loaded(RowOutcome::Loaded, open(context, given, numbers, &asked.input, Origin::Import)?))
        }
        (RowAction::Update | RowAction::Cancel, None) => Err(Refusal::NoSuchPosition),
        (RowAction::Cancel, Some((position, activity))) => {
            let owed = owed(position);
            let withdrawn = only_as_called(position, &asked.withdrawn);
            if !withdrawn.is_empty() && !owed.is_empty() {
                if are_over(position, &withdrawn)? {
                    return Ok(unchanged(position));
                }
                check_none_missing(&owed, &withdrawn)?;
                check_known(Some(position), &withdrawn)?;
            }
            let decided = cancel(given, position, activity, false)?;
            let outcome = if decided.batch.is_empty() { RowOutcome::Unchanged } else { RowOutcome::Cancelled };
            Ok(loaded(outcome, decided))
        }
        (action, Some((position, activity))) => {
            check_known(Some(position), &asked.withdrawn)?;
            let input = called_as_before(position, asked);
            let written = |refusal| as_written(refusal, &asked.input);
            let mut differences = differences(context, position, &input).map_err(written)?;
            let status = position_status(position, context.now);
            if input.publish && status == PositionStatus::Draft {
                differences.push("/publish".to_owned());
            }
            // Of what is owed no longer the same terms are not the same debt: they are refused as others would be.
            if differences.is_empty() && status != PositionStatus::Cancelled {
                return Ok(unchanged(position));
            }
            if action == RowAction::Insert {
                return Err(Refusal::ExternalIdTaken { existing: position.id, differences });
            }
            check_all_named(position, &input, &asked.withdrawn)?;
            let decided = replace(context, given, numbers, position, activity, &input, false).map_err(written)?;
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

/// The only installment that stands; none where there are several.
fn only_standing(position: &DebtPosition) -> Option<&Installment> {
    let mut standing = position.installments().map(|(_, one)| one).filter(|one| one.stands());
    let one = standing.next()?;
    standing.next().is_none().then_some(one)
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

/// What is taken back without a name is the only installment that stands, whatever it is called (as [`called_as_before`]); not where
/// one was called so: then it is that one.
fn only_as_called<'a>(position: &DebtPosition, withdrawn: &'a BTreeSet<String>) -> Cow<'a, BTreeSet<String>> {
    let only = InstallmentReference::only();
    let nameless = withdrawn.len() == 1 && withdrawn.contains(only.as_str());
    match only_standing(position) {
        Some(one) if nameless && called(position, only.as_str()).is_empty() => {
            Cow::Owned(BTreeSet::from([one.reference.as_str().to_owned()]))
        }
        _ => Cow::Borrowed(withdrawn),
    }
}

/// What is asked for, under the name of the only installment that is there. A table that begins to name its only rows, or does so no
/// more, means the same debts: each keeps its number, and its printed notice stays payable (rules.md 11).
fn called_as_before<'a>(position: &DebtPosition, asked: &'a Asked) -> Cow<'a, PositionInput> {
    let input = &asked.input;
    let only = InstallmentReference::only();
    let named = match input.payment_options.as_slice() {
        [] => None,
        [option] => match option.installments.as_slice() {
            [one] => one.reference.as_deref(),
            _ => return Cow::Borrowed(input),
        },
        _ => return Cow::Borrowed(input),
    };
    let Some(before) = only_standing(position) else { return Cow::Borrowed(input) };
    let before = before.reference.as_str();
    let nameless = named.is_none() || before == only.as_str();
    let same = named.unwrap_or(only.as_str()) == before;
    if same || !nameless || asked.withdrawn.contains(before) {
        return Cow::Borrowed(input);
    }
    let mut payment_options = input.options();
    for one in payment_options.iter_mut().flat_map(|option| &mut option.installments) {
        one.reference = Some(before.to_owned());
    }
    Cow::Owned(PositionInput { amount: None, due_date: None, payment_options, ..input.clone() })
}

/// The short form has no options: what is wrong with its only installment is told where it was written.
fn as_written(refusal: Refusal, input: &PositionInput) -> Refusal {
    match refusal {
        Refusal::Invalid(mut wrong) if input.payment_options.is_empty() => {
            for one in &mut wrong {
                if let Some(rest) = one.pointer.strip_prefix(ONLY_INSTALLMENT) {
                    one.pointer = rest.to_owned();
                } else if one.pointer.starts_with(ONLY_OPTION) {
                    one.pointer = "/amount".to_owned();
                }
            }
            Refusal::Invalid(wrong)
        }
        other => other,
    }
}

/// A row that takes back an installment that never was would be told as done, and have done nothing.
fn check_known(position: Option<&DebtPosition>, withdrawn: &BTreeSet<String>) -> Result<(), Refusal> {
    let is_known = |reference: &str| position.is_some_and(|position| !called(position, reference).is_empty());
    let unknown: Vec<&str> = withdrawn.iter().map(String::as_str).filter(|reference| !is_known(reference)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let detail = format!("rows take installments back that the debt position never had: {}", told(&unknown));
    Err(wrong_options("no_such_installment", detail))
}

/// A request says the whole position and means it; rows may be a part of a table that somebody sorted and cut. So what is owed is
/// not taken back because a row is not there. Only an installment without a name may become several: their numbers are new, and its
/// own is no longer payable.
fn check_all_named(
    position: &DebtPosition,
    input: &PositionInput,
    withdrawn: &BTreeSet<String>,
) -> Result<(), Refusal> {
    let only = InstallmentReference::only();
    let options = input.options();
    let all: Vec<_> = options.iter().flat_map(|option| &option.installments).collect();
    let owed = owed(position);
    if all.len() > 1 && owed == [only.as_str()] {
        return Ok(());
    }
    let name = |reference: Option<&str>| reference.unwrap_or(only.as_str()).to_owned();
    let named = all.iter().map(|one| name(one.reference.as_deref()));
    check_none_missing(&owed, &named.chain(withdrawn.iter().cloned()).collect())
}

fn check_none_missing(owed: &[&str], named: &BTreeSet<String>) -> Result<(), Refusal> {
    let missing: Vec<&str> = owed.iter().copied().filter(|reference| !named.contains(*reference)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let detail = format!(
        "installments that are owed have no row: {}. Give each its row, or take it back with its own row and the action cancel",
        told(&missing)
    );
    Err(wrong_options("installments_missing", detail))
}

/// Some of the names, as a sentence holds them. What cannot be one may be anything that somebody typed there.
fn told(references: &[&str]) -> String {
    let names = references.iter().filter(|text| InstallmentReference::new(**text).is_ok() && is_name(text));
    let told: Vec<&str> = names.take(REFERENCES_TOLD_MAX).copied().collect();
    let names = told.join(", ");
    match (told.len(), references.len().saturating_sub(told.len())) {
        (_, 0) => names,
        (0, 1) => "one whose name cannot be told".to_owned(),
        (0, others) => format!("{others} whose names cannot be told"),
        (_, others) => format!("{names} and {others} more"),
    }
}

fn wrong_options(code: &'static str, detail: String) -> Refusal {
    let mut wrong = Violations::new();
    wrong.add(&Place::root().at("payment_options"), code, detail);
    Refusal::Invalid(wrong.into_vec())
}
