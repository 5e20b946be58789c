// SPDX-License-Identifier: AGPL-3.0-or-later
//! Validates and prices a submission (rules.md 46, 48). What it answers is worked out from the form, its registries, the instant and
//! the values, and from nothing else.

mod fields;
mod look;
mod model;
mod position;
mod price;
mod rules;

use std::cell::Cell;

use serde_json::{Map, Value as Json};

pub use look::{FieldLook, LOOKED_ROWS_MAX, Look, Offered, look};
pub use model::{
    Claim, Fault, Line, Looked, Share, ShareTarget, Subject, Submission, SubmissionInput, Warning, read_submission,
};

use super::compiled::Form;
use super::expression::{Context, Stop};
use super::kept::holds_nul;
use super::registry::Registries;
use super::value::Value;
use crate::personal::Personal;
use crate::time::Instant;
use model::Faults;

/// Validates and prices what was entered.
///
/// # Errors
/// Every fault, with its place in the body (`/values/plate`).
pub fn submit(
    form: &Form,
    registries: &Registries,
    values: &Map<String, Json>,
    now: Instant,
) -> Result<Submission, Vec<Fault>> {
    let steps = Cell::new(0);
    worked(form, registries, values, now, &steps).1
}

/// What is known of the fields afterwards, and the submission or its faults.
fn worked<'a>(
    form: &'a Form,
    registries: &'a Registries,
    values: &Map<String, Json>,
    now: Instant,
    steps: &'a Cell<u64>,
) -> (View<'a>, Result<Submission, Vec<Fault>>) {
    let mut faults = Faults::default();
    let mut view = View { form, registries, now, steps, fields: vec![Value::Absent; form.fields.len()] };
    // PostgreSQL keeps it in no text, wherever it stands.
    if values.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)) {
        faults.add("/values", "control_character", "The character U+0000 stands in these values.");
        return (view, Err(faults.into_vec()));
    }
    let outcome = fields::enter(&mut view, values, &mut faults).and_then(|warnings| {
        rules::check(&view, &mut faults)?;
        if faults.is_empty() { position::submission(&view, warnings, &mut faults) } else { Ok(None) }
    });
    let outcome = match outcome {
        Ok(Some(submission)) if faults.is_empty() => {
            Ok(Submission { values: Personal::new(view.taken(values)), ..submission })
        }
        Ok(_) => Err(faults.into_vec()),
        Err(stop) => {
            faults.add("/values", stop.code(), "These values lead to a number, or to more work, than is taken.");
            Err(faults.into_vec())
        }
    };
    (view, outcome)
}

/// What a submission is worked out from.
pub(super) struct View<'a> {
    pub(super) form: &'a Form,
    pub(super) registries: &'a Registries,
    pub(super) now: Instant,
    pub(super) steps: &'a Cell<u64>,
    pub(super) fields: Vec<Value>,
}

impl View<'_> {
    /// What was entered in fields that have a value: of the others nothing is kept.
    fn taken(&self, values: &Map<String, Json>) -> Map<String, Json> {
        let with_value = self.form.fields.iter().zip(&self.fields).filter(|(_, value)| !value.is_absent());
        let entered = with_value.filter_map(|(field, _)| values.get_key_value(&field.name));
        entered.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    pub(super) fn context(&self) -> Context<'_> {
        Context {
            now: self.now,
            today: self.now.rome_date(),
            registries: self.registries,
            tables: &self.form.tables,
            fields: &self.fields,
            inner: &[],
            row: None,
            steps: self.steps,
        }
    }

    pub(super) fn value(&self, node: &super::expression::Node) -> Result<Value, Stop> {
        super::expression::evaluate(node, &self.context())
    }

    /// Whether a condition holds; what nobody can know does not.
    pub(super) fn holds(&self, node: &super::expression::Node) -> Result<bool, Stop> {
        Ok(self.value(node)?.holds() == Some(true))
    }
}
