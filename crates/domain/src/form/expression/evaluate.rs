// SPDX-License-Identifier: AGPL-3.0-or-later
//! Evaluates a checked expression. Types are right by now; a value of another one counts as unknown and never panics.

use std::cell::Cell;
use std::cmp::Ordering;
use std::sync::Arc;

use chrono::NaiveDate;

use super::calls;
use super::scope::Table;
use super::syntax::{Aggregate, Node, Operator};
use crate::form::limits::STEPS_MAX;
use crate::form::number::Number;
use crate::form::registry::{Registries, Row};
use crate::form::value::Value;
use crate::time::Instant;

/// Why an evaluation ended without a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// A number beyond what is counted with.
    OutOfRange,
    /// More steps than a submission may take.
    TooCostly,
}

impl Stop {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Stop::OutOfRange => "number_out_of_range",
            Stop::TooCostly => "too_costly",
        }
    }
}

/// What an expression sees.
pub(crate) struct Context<'a> {
    pub(crate) now: Instant,
    pub(crate) today: NaiveDate,
    pub(crate) registries: &'a Registries,
    pub(crate) tables: &'a [Option<Table>],
    pub(crate) fields: &'a [Value],
    /// The group's row that is looked at.
    pub(crate) inner: &'a [Value],
    /// The registry's row that is looked at.
    pub(crate) row: Option<&'a Arc<Row>>,
    /// Steps taken so far, of the whole submission.
    pub(crate) steps: &'a Cell<u64>,
}

pub(crate) type Evaluated = Result<Value, Stop>;

/// The value of an expression.
///
/// # Errors
/// [`Stop`].
pub(crate) fn evaluate(node: &Node, context: &Context<'_>) -> Evaluated {
    let steps = context.steps.get().saturating_add(1);
    context.steps.set(steps);
    if steps > STEPS_MAX {
        return Err(Stop::TooCostly);
    }
    match node {
        Node::Constant(value) => Ok(value.clone()),
        Node::Field(index) => Ok(context.fields.get(*index).cloned().unwrap_or(Value::Unknown)),
        Node::Inner(index) => Ok(context.inner.get(*index).cloned().unwrap_or(Value::Unknown)),
        Node::Row => Ok(context.row.map_or(Value::Unknown, |row| Value::Row(Arc::clone(row)))),
        Node::Table(index) => table(*index, context),
        Node::Column(row, name) => Ok(match evaluate(row, context)? {
            Value::Row(row) => row.cell(name),
            other => missing(&[&other]),
        }),
        Node::Not(inner) => Ok(truth(evaluate(inner, context)?.holds().map(|holds| !holds))),
        Node::Negative(inner) => Ok(match evaluate(inner, context)? {
            Value::Number(number) => Value::Number(number.negated()),
            other => missing(&[&other]),
        }),
        Node::Binary(operator, left, right) => binary(*operator, left, right, context),
        Node::In(inner, values) => Ok(match evaluate(inner, context)? {
            Value::Text(text) => Value::Bool(values.iter().any(|value| **value == *text)),
            Value::Unknown => Value::Unknown,
            _ => Value::Bool(false),
        }),
        Node::If(condition, yes, no) => match evaluate(condition, context)?.holds() {
            Some(true) => evaluate(yes, context),
            Some(false) => evaluate(no, context),
            None => Ok(Value::Unknown),
        },
        Node::Call(function, arguments) => calls::call(*function, arguments, context),
        Node::Each(aggregate, group, body) => each(*aggregate, *group, body.as_deref(), context),
        Node::Lookup(registry, code) => Ok(match evaluate(code, context)? {
            Value::Text(code) => {
                let row = context.registries.get(registry).and_then(|registry| registry.row(&code));
                row.map_or(Value::Absent, |row| Value::Row(Arc::clone(row)))
            }
            other => missing(&[&other]),
        }),
    }
}

/// What comes of operands without value: nobody knows, or there is none.
pub(super) fn missing(operands: &[&Value]) -> Value {
    if operands.iter().any(|one| one.is_unknown()) || !operands.iter().any(|one| one.is_absent()) {
        Value::Unknown
    } else {
        Value::Absent
    }
}

fn truth(holds: Option<bool>) -> Value {
    holds.map_or(Value::Unknown, Value::Bool)
}

fn binary(operator: Operator, left: &Node, right: &Node, context: &Context<'_>) -> Evaluated {
    let one = evaluate(left, context)?;
    if matches!(operator, Operator::And | Operator::Or) {
        let ends = operator == Operator::Or;
        return Ok(match one.holds() {
            Some(holds) if holds == ends => Value::Bool(ends),
            Some(_) => truth(evaluate(right, context)?.holds()),
            None => match evaluate(right, context)?.holds() {
                Some(holds) if holds == ends => Value::Bool(ends),
                _ => Value::Unknown,
            },
        });
    }
    let other = evaluate(right, context)?;
    match operator {
        Operator::Equal | Operator::Different => {
            if one.is_unknown() || other.is_unknown() {
                return Ok(Value::Unknown);
            }
            Ok(Value::Bool((one == other) == (operator == Operator::Equal)))
        }
        Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
            Ok(compare(&one, &other).map_or_else(
                || missing(&[&one, &other]),
                |order| {
                    Value::Bool(match operator {
                        Operator::Less => order.is_lt(),
                        Operator::LessOrEqual => order.is_le(),
                        Operator::Greater => order.is_gt(),
                        _ => order.is_ge(),
                    })
                },
            ))
        }
        _ => arithmetic(operator, one, other),
    }
}

fn arithmetic(operator: Operator, one: Value, other: Value) -> Evaluated {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            let result = match operator {
                Operator::Plus => one.plus(other),
                Operator::Minus => one.minus(other),
                Operator::Times => one.times(other),
                _ => one.over(other),
            };
            result.map(Value::Number).ok_or(Stop::OutOfRange)
        }
        (Value::Text(one), Value::Text(other)) => Ok(Value::text(&format!("{one}{other}"))),
        (one, other) => Ok(missing(&[&one, &other])),
    }
}

/// The order of two values of one sort.
pub(crate) fn compare(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => Some(one.cmp(other)),
        (Value::Date(one), Value::Date(other)) => Some(one.cmp(other)),
        (Value::Month(one), Value::Month(other)) => Some(one.cmp(other)),
        (Value::Time(one), Value::Time(other)) => Some(one.cmp(other)),
        (Value::Instant(one), Value::Instant(other)) => Some(one.cmp(other)),
        _ => None,
    }
}

fn table(index: usize, context: &Context<'_>) -> Evaluated {
    let Some(table) = context.tables.get(index).and_then(Option::as_ref) else { return Ok(Value::Unknown) };
    let mut keys = Vec::with_capacity(table.by.len());
    for node in &table.by {
        match evaluate(node, context)? {
            Value::Text(text) => keys.push(text.to_string()),
            Value::Unknown => return Ok(Value::Unknown),
            // A key that is absent is one that no row has.
            _ => return Ok(table.otherwise.clone()),
        }
    }
    Ok(table.rows.get(&keys).unwrap_or(&table.otherwise).clone())
}

fn each(aggregate: Aggregate, group: usize, body: Option<&Node>, context: &Context<'_>) -> Evaluated {
    let rows = match context.fields.get(group) {
        Some(Value::Group(rows)) => Arc::clone(rows),
        Some(Value::Unknown) | None => return Ok(Value::Unknown),
        Some(_) => Arc::default(),
    };
    let (mut count, mut sum, mut unknown) = (0_i64, Number::ZERO, false);
    for row in rows.iter() {
        let value = match body {
            Some(body) => evaluate(body, &Context { inner: row, ..*context })?,
            None => Value::Bool(true),
        };
        unknown |= value.is_unknown();
        match (aggregate, value) {
            (Aggregate::Sum, Value::Number(number)) => sum = sum.plus(number).ok_or(Stop::OutOfRange)?,
            (_, Value::Bool(true)) => count = count.saturating_add(1),
            _ => {}
        }
    }
    let all = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    Ok(match aggregate {
        _ if unknown => Value::Unknown,
        Aggregate::Count => Value::Number(Number::whole(count)),
        Aggregate::Sum => Value::Number(sum),
        Aggregate::Any => Value::Bool(count > 0),
        Aggregate::All => Value::Bool(count == all),
    })
}
