// SPDX-License-Identifier: AGPL-3.0-or-later
//! Tries a form's own examples.

use crate::form::compiled::Form;
use crate::form::definition::{CaseInput, FaultInput};
use crate::form::registry::Registries;
use crate::form::submit::{Fault, submit};
use crate::violation::{Place, Violation, Violations};

/// Tries every case.
///
/// # Errors
/// `test_failed` at each case that was answered otherwise.
pub(super) fn try_all(form: &Form, registries: &Registries) -> Result<(), Vec<Violation>> {
    let mut wrong = Violations::new();
    for (index, case) in form.definition.tests.iter().enumerate() {
        if let Some(difference) = difference(form, registries, case) {
            wrong.add(&Place::root().at("tests").at(index), "test_failed", difference);
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.into_vec()) }
}

fn difference(form: &Form, registries: &Registries, case: &CaseInput) -> Option<String> {
    let expected = &case.expect;
    let submission = match submit(form, registries, &case.values, case.at) {
        Ok(submission) if expected.errors.is_empty() => submission,
        Ok(_) => return Some("Errors were expected, and it was taken.".to_owned()),
        Err(faults) => {
            let fault = |one: Fault| FaultInput { pointer: one.pointer, code: one.code.into_owned() };
            let mut found: Vec<FaultInput> = faults.into_iter().map(fault).collect();
            let mut wanted = expected.errors.clone();
            found.sort();
            wanted.sort();
            let told = |all: &[FaultInput]| {
                let each: Vec<String> = all.iter().map(|one| format!("{} {}", one.pointer, one.code)).collect();
                if each.is_empty() { "none".to_owned() } else { each.join(", ") }
            };
            let differs = found != wanted;
            return differs.then(|| format!("Expected errors: {}; found: {}.", told(&wanted), told(&found)));
        }
    };
    let mut told = Vec::new();
    let mut compare = |what: &str, wanted: Option<String>, found: String| {
        if let Some(wanted) = wanted.filter(|wanted| *wanted != found) {
            told.push(format!("Expected {what} {wanted}; found {found}."));
        }
    };
    let cents = |all: &[i64]| all.iter().map(i64::to_string).collect::<Vec<_>>().join(" + ");
    let shares: Vec<i64> = submission.transfers.iter().map(|share| share.amount.cents()).collect();
    compare("amount", expected.amount.map(|one| one.to_string()), submission.amount.cents().to_string());
    let due = submission.due_date.map_or_else(|| "none".to_owned(), |day| day.to_string());
    compare("due date", expected.due_date.map(|day| day.to_string()), due);
    compare("transfers", expected.transfers.as_deref().map(cents), cents(&shares));
    // A text may say something of a person.
    if expected.remittance_information.as_ref().is_some_and(|text| *text != submission.remittance_information) {
        told.push("The remittance text is another one.".to_owned());
    }
    (!told.is_empty()).then(|| told.join(" "))
}
