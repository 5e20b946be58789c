// SPDX-License-Identifier: AGPL-3.0-or-later
//! A form while somebody fills it in: which fields are there with the values so far, what may be chosen, what is worked out. The
//! same evaluation as that of a submission, so that what a page shows and what is taken never differ.

use std::cell::Cell;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::{Fault, Submission, View, fields, worked};
use crate::form::compiled::{Field, Form};
use crate::form::definition::FieldType;
use crate::form::expression::{Context, Node, evaluate};
use crate::form::registry::{Registries, Row};
use crate::form::value::Value;
use crate::time::Instant;

/// Rows of registries that one look at a form goes through at most, of all its fields together: what showing it may cost.
pub const LOOKED_ROWS_MAX: usize = 20_000;
/// Steps of everything that is worked out for one look beside the submission.
const LOOKED_STEPS_MAX: u64 = 1_000_000;

/// What there is to show of a form with some values.
#[derive(Debug)]
pub struct Look {
    /// Its fields, in their order.
    pub fields: Vec<FieldLook>,
    /// What would become of the values: a submission, or its faults.
    pub outcome: Result<Submission, Vec<Fault>>,
}

/// A field with the values so far.
#[derive(Debug)]
pub struct FieldLook {
    /// Its name.
    pub name: String,
    /// Whether it is there; one of which nobody can know yet is not.
    pub visible: bool,
    /// Whether it must be given.
    pub required: bool,
    /// Whether it is entered; else it is only shown.
    pub entered: bool,
    /// Its value as it would be entered: what was given, its default, or what was worked out.
    pub value: Option<Json>,
    /// What may be chosen of a registry.
    pub offered: Offered,
    /// The rows of a group that were given, each with its fields.
    pub rows: Vec<Vec<FieldLook>>,
}

/// What may be chosen of a registry.
#[derive(Debug)]
pub enum Offered {
    /// The field chooses from none.
    Nothing,
    /// These rows; none where what they depend on is not known yet.
    Rows(Vec<Arc<Row>>),
    /// More than are gone through for one look: the code of a row is entered.
    TooMany,
}

/// Looks at a form with the values so far.
#[must_use]
pub fn look(form: &Form, registries: &Registries, values: &Map<String, Json>, now: Instant) -> Look {
    let steps = Cell::new(0);
    let (view, outcome) = worked(form, registries, values, now, &steps);
    // What is asked only to show something is not counted with the submission.
    let steps = Cell::new(0);
    let context = Context { steps: &steps, ..view.context() };
    let looker = Looker { view: &view, rows_left: Cell::new(LOOKED_ROWS_MAX), steps_left: Cell::new(LOOKED_STEPS_MAX) };
    let each = form.fields.iter().zip(&view.fields);
    let fields = each.map(|(field, value)| looker.field(field, value, values.get(&field.name), &context)).collect();
    Look { fields, outcome }
}

struct Looker<'a> {
    view: &'a View<'a>,
    rows_left: Cell<usize>,
    steps_left: Cell<u64>,
}

impl Looker<'_> {
    /// Counts the steps of one evaluation; whether all of them together are still what a look may take.
    fn afford(&self, context: &Context<'_>) -> bool {
        let left = self.steps_left.get().saturating_sub(context.steps.replace(0));
        self.steps_left.set(left);
        left > 0
    }

    fn field(&self, field: &Field, value: &Value, given: Option<&Json>, context: &Context<'_>) -> FieldLook {
        let holds = |node: Option<&Node>, otherwise: bool| match node {
            Some(node) => {
                let holds = evaluate(node, context).ok().and_then(|value| value.holds()) == Some(true);
                self.afford(context) && holds
            }
            None => otherwise,
        };
        let visible = holds(field.visible_if.as_ref(), true);
        let least = field.group.as_ref().is_some_and(|group| group.min_rows > 0);
        let computed = field.computed.is_some() && holds(field.computed_if.as_ref(), true);
        FieldLook {
            name: field.name.clone(),
            visible,
            required: visible && (field.required || least || holds(field.required_if.as_ref(), false)),
            entered: !computed && !field.read_only,
            value: entry(field.kind, value),
            offered: if visible { self.offered(field, context) } else { Offered::Nothing },
            rows: if visible { self.rows(field, given, context) } else { Vec::new() },
        }
    }

    fn offered(&self, field: &Field, context: &Context<'_>) -> Offered {
        if field.kind != FieldType::Registry {
            return Offered::Nothing;
        }
        let Some(registry) = self.view.registries.get(&field.limits.registry) else { return Offered::TooMany };
        let all = registry.rows();
        let Some(left) = self.rows_left.get().checked_sub(all.len()) else { return Offered::TooMany };
        self.rows_left.set(left);
        let Some(filter) = &field.filter else { return Offered::Rows(all.to_vec()) };
        let mut chosen = Vec::new();
        for row in all {
            let holds = evaluate(filter, &Context { row: Some(row), ..*context });
            if !self.afford(context) {
                return Offered::TooMany;
            }
            if holds.ok().and_then(|value| value.holds()) == Some(true) {
                chosen.push(Arc::clone(row));
            }
        }
        Offered::Rows(chosen)
    }

    fn rows(&self, field: &Field, given: Option<&Json>, context: &Context<'_>) -> Vec<Vec<FieldLook>> {
        let (Some(group), Some(given)) = (&field.group, given.and_then(Json::as_array)) else { return Vec::new() };
        let none = Map::new();
        let rows = given.iter().take(group.max_rows).map(|row| {
            let values = row.as_object().unwrap_or(&none);
            context.steps.set(0);
            let absent = || vec![Value::Absent; group.fields.len()];
            let inner = fields::row(group, values, context).unwrap_or_else(|_| absent());
            let context = Context { inner: &inner, ..*context };
            let each = group.fields.iter().zip(&inner);
            each.map(|(field, value)| self.field(field, value, values.get(&field.name), &context)).collect()
        });
        rows.collect()
    }
}

/// A value as it would be entered.
fn entry(kind: FieldType, value: &Value) -> Option<Json> {
    Some(match value {
        Value::Bool(yes) => json!(yes),
        Value::Number(number) if kind == FieldType::Decimal => json!(number.to_string()),
        Value::Number(number) => json!(number.to_integer()?),
        Value::Text(text) => json!(&**text),
        Value::Date(day) => json!(day.to_string()),
        Value::Month(month) => json!(format!("{:04}-{:02}", month.year, month.month)),
        Value::Time(minutes) => json!(format!("{:02}:{:02}", minutes.div_euclid(60), minutes.rem_euclid(60))),
        Value::Many(values) => json!(values.iter().map(|one| &**one).collect::<Vec<_>>()),
        Value::Row(row) => json!(row.code()),
        _ => return None,
    })
}
