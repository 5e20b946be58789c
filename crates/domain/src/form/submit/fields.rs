// SPDX-License-Identifier: AGPL-3.0-or-later
//! Takes the values in, each field after what it needs: what is not visible is ignored, what is computed is not entered, what is
//! required is there. A value that is wrong is told once; what depends on it is left alone.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::model::{Faults, Warning, pointer};
use super::{Fault, View};
use crate::form::compiled::{Field, Group};
use crate::form::entry::entered;
use crate::form::expression::{Context, Node, Stop, evaluate};
use crate::form::limits::UNKNOWN_NAMES_MAX;
use crate::form::value::Value;

const VALUES: &str = "/values";

/// Fills in the fields.
///
/// # Errors
/// [`Stop`]: an expression could not be evaluated.
pub(super) fn enter(
    view: &mut View<'_>,
    values: &Map<String, Json>,
    faults: &mut Faults,
) -> Result<Vec<Warning>, Stop> {
    let form = view.form;
    unknown(values, &form.fields, VALUES, faults);
    let mut taken = Taken { faults, warnings: Vec::new() };
    for index in &form.order {
        let Some(field) = form.fields.get(*index) else { continue };
        let place = pointer(VALUES, &field.name);
        let value = taken.field(field, values.get(&field.name), &place, &view.context())?;
        if let Some(slot) = view.fields.get_mut(*index) {
            *slot = value;
        }
    }
    Ok(taken.warnings)
}

/// The values of one row of a group by itself, its faults left aside.
///
/// # Errors
/// As [`enter`].
pub(super) fn row(group: &Group, values: &Map<String, Json>, context: &Context<'_>) -> Result<Vec<Value>, Stop> {
    let mut taken = Taken { faults: &mut Faults::default(), warnings: Vec::new() };
    taken.row(group, values, "", context)
}

fn unknown(values: &Map<String, Json>, fields: &[Field], place: &str, faults: &mut Faults) {
    if values.len() > fields.len().saturating_add(UNKNOWN_NAMES_MAX) {
        faults.add(place, "too_many", "There are far more names here than the form has.");
        return;
    }
    for name in values.keys().filter(|name| !fields.iter().any(|field| field.name == **name)) {
        faults.add(pointer(place, name), "unknown_field", "The form has no field of this name.");
    }
}

struct Taken<'a> {
    faults: &'a mut Faults,
    warnings: Vec<Warning>,
}

impl Taken<'_> {
    fn field(&mut self, field: &Field, json: Option<&Json>, place: &str, context: &Context<'_>) -> Result<Value, Stop> {
        let condition = |node: Option<&Node>, otherwise: bool| match node {
            Some(node) => evaluate(node, context).map(|value| value.holds()),
            None => Ok(Some(otherwise)),
        };
        match condition(field.visible_if.as_ref(), true)? {
            Some(true) => {}
            Some(false) => return Ok(Value::Absent),
            None => return Ok(Value::Unknown),
        }
        let computed = match &field.computed {
            Some(node) => condition(field.computed_if.as_ref(), true)?.map(|holds| holds.then_some(node)),
            None => Some(None),
        };
        let Some(computed) = computed else { return Ok(Value::Unknown) };
        if (computed.is_some() || field.read_only) && json.is_some() {
            self.faults.add(place, "read_only", "This is worked out here and never entered.");
        }
        if let Some(node) = computed {
            let value = evaluate(node, context)?;
            return self.bounded(field, value, place, context);
        }
        let given = json.filter(|_| !field.read_only);
        let value = match (given, &field.group) {
            (Some(json), Some(group)) => self.group(group, json, place, context)?,
            (Some(json), None) => self.single(field, json, place, context),
            // The row as it is now, not as it was when the form was published.
            (None, _) => match &field.default {
                Some(Value::Row(row)) => self.single(field, &Json::from(row.code()), place, context),
                default => default.clone().unwrap_or(Value::Absent),
            },
        };
        let least = field.group.as_ref().is_some_and(|group| group.min_rows > 0);
        if value.is_absent() {
            let required = field.required || least || condition(field.required_if.as_ref(), false)? == Some(true);
            if required {
                self.faults.add(place, "required", "This must be given.");
                return Ok(Value::Unknown);
            }
        }
        let value = self.bounded(field, value, place, context)?;
        self.chosen(field, value, place, context)
    }

    fn single(&mut self, field: &Field, json: &Json, place: &str, context: &Context<'_>) -> Value {
        match entered(field, json, context.registries) {
            Ok(Value::Number(number)) if field.beyond_type(number).is_some() => {
                let code = field.beyond_type(number).unwrap_or("above_maximum");
                self.faults.add(place, code, "This is beyond what the field takes.");
                Value::Unknown
            }
            Ok(value) => {
                if let (Value::Text(text), Some(pattern)) = (&value, &field.limits.warn_pattern)
                    && !pattern.matches(text)
                {
                    self.warnings.push(Warning { pointer: place.to_owned(), code: "unusual_value" });
                }
                value
            }
            Err(wrong) => {
                self.faults.push(Fault {
                    pointer: place.to_owned(),
                    code: wrong.code.into(),
                    detail: wrong.detail,
                    message: None,
                });
                Value::Unknown
            }
        }
    }

    /// The least and the most; a bound without value is none.
    fn bounded(&mut self, field: &Field, value: Value, place: &str, context: &Context<'_>) -> Result<Value, Stop> {
        use std::cmp::Ordering::{Greater, Less};
        let bounds = [
            (&field.min, Less, "below_minimum", "This is below the least that is taken."),
            (&field.max, Greater, "above_maximum", "This is above the most that is taken."),
        ];
        for (bound, beyond, code, detail) in bounds {
            let Some(node) = bound else { continue };
            let limit = evaluate(node, context)?;
            if crate::form::expression::compare(&value, &limit) == Some(beyond) {
                self.faults.add(place, code, detail);
                return Ok(Value::Unknown);
            }
        }
        Ok(value)
    }

    /// A row of a registry is one of those that the form offers.
    fn chosen(&mut self, field: &Field, value: Value, place: &str, context: &Context<'_>) -> Result<Value, Stop> {
        let (Value::Row(row), Some(filter)) = (&value, &field.filter) else { return Ok(value) };
        let holds = evaluate(filter, &Context { row: Some(row), ..*context })?.holds();
        if holds == Some(false) {
            self.faults.add(place, "not_in_list", "This row is none of those that may be chosen here.");
            return Ok(Value::Unknown);
        }
        Ok(if holds.is_none() { Value::Unknown } else { value })
    }

    fn group(&mut self, group: &Group, json: &Json, place: &str, context: &Context<'_>) -> Result<Value, Stop> {
        let Some(list) = json.as_array() else {
            self.faults.add(place, "wrong_type", "This must be a list of objects.");
            return Ok(Value::Unknown);
        };
        if list.len() < group.min_rows {
            self.faults.add(place, "too_few", format!("At least {} are asked for.", group.min_rows));
        }
        if list.len() > group.max_rows {
            self.faults.add(place, "too_many", format!("At most {} are taken.", group.max_rows));
            return Ok(Value::Unknown);
        }
        let mut rows = Vec::with_capacity(list.len());
        for (at, one) in list.iter().enumerate() {
            let place = format!("{place}/{at}");
            let Some(values) = one.as_object() else {
                self.faults.add(place, "wrong_type", "This must be an object.");
                return Ok(Value::Unknown);
            };
            rows.push(self.row(group, values, &place, context)?);
        }
        if list.len() < group.min_rows {
            return Ok(Value::Unknown);
        }
        Ok(Value::Group(Arc::new(rows)))
    }

    fn row(
        &mut self,
        group: &Group,
        values: &Map<String, Json>,
        place: &str,
        context: &Context<'_>,
    ) -> Result<Vec<Value>, Stop> {
        unknown(values, &group.fields, place, self.faults);
        let mut row = vec![Value::Absent; group.fields.len()];
        for index in &group.order {
            let Some(field) = group.fields.get(*index) else { continue };
            let at = pointer(place, &field.name);
            let value = self.field(field, values.get(&field.name), &at, &Context { inner: &row, ..*context })?;
            if let Some(slot) = row.get_mut(*index) {
                *slot = value;
            }
        }
        Ok(row)
    }
}
