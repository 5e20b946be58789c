// SPDX-License-Identifier: AGPL-3.0-or-later
//! What functions give.

use std::cmp::Ordering;

use chrono::{Datelike, Days, Months, NaiveDate};

use super::evaluate::{Context, Evaluated, Stop, compare, evaluate, missing};
use super::syntax::{Function, Node};
use crate::form::number::Number;
use crate::form::value::{Month, Value, in_years};

pub(super) fn call(function: Function, arguments: &[Node], context: &Context<'_>) -> Evaluated {
    match function {
        Function::Today => return Ok(Value::Date(context.today)),
        Function::Now => return Ok(Value::Instant(context.now)),
        Function::Coalesce => return coalesce(arguments, context),
        _ => {}
    }
    let values: Vec<Value> = arguments.iter().map(|one| evaluate(one, context)).collect::<Result<_, Stop>>()?;
    let whole = |value: i64| Ok(Value::Number(Number::whole(value)));
    match (function, values.as_slice()) {
        (Function::Days, [Value::Date(from), Value::Date(to)]) => whole(to.signed_duration_since(*from).num_days()),
        (Function::Months, [Value::Date(from), Value::Date(to)]) => whole(months(*from, *to)),
        (Function::Months, [Value::Month(from), Value::Month(to)]) => {
            whole(ordinal(*to).saturating_sub(ordinal(*from)))
        }
        (Function::Years, [Value::Date(from), Value::Date(to)]) => whole(months(*from, *to).div_euclid(12)),
        (Function::Minutes, [Value::Time(from), Value::Time(to)]) => {
            whole(i64::from(*to).saturating_sub(i64::from(*from)))
        }
        (Function::AddDays, [Value::Date(day), Value::Number(count)]) => add_days(*day, *count),
        (Function::AddMonths, [Value::Date(day), Value::Number(count)]) => add_months(*day, *count),
        (Function::EndOfMonth, [Value::Date(day)]) => end_of_month(Month::of(*day)),
        (Function::EndOfMonth, [Value::Month(month)]) => end_of_month(*month),
        (Function::Date, [Value::Instant(instant)]) => Ok(Value::Date(instant.rome_date())),
        (Function::Year, [Value::Date(day)]) => whole(i64::from(day.year())),
        (Function::Year, [Value::Month(month)]) => whole(i64::from(month.year)),
        (Function::Month, [Value::Date(day)]) => whole(i64::from(day.month())),
        (Function::Month, [Value::Month(month)]) => whole(i64::from(month.month)),
        (Function::Round(how), [Value::Number(number)]) => {
            number.rounded(how).map(Value::Number).ok_or(Stop::OutOfRange)
        }
        (Function::Length, [Value::Text(text)]) => whole(i64::try_from(text.chars().count()).unwrap_or(i64::MAX)),
        (Function::Text, [Value::Number(number)]) => Ok(Value::text(&number.to_string())),
        (Function::Text, [Value::Text(_)]) | (Function::Cents, [Value::Number(_)]) => {
            Ok(values.first().cloned().unwrap_or(Value::Unknown))
        }
        (Function::Contains, [Value::Many(many), Value::Text(text)]) => Ok(Value::Bool(many.contains(text))),
        (Function::Contains, [Value::Absent, _] | [_, Value::Absent]) => Ok(Value::Bool(false)),
        (Function::CountChosen, [Value::Many(many)]) => whole(i64::try_from(many.len()).unwrap_or(i64::MAX)),
        (Function::CountChosen, [Value::Absent]) => whole(0),
        (Function::Min, [first, rest @ ..]) => Ok(outermost(first, rest, Ordering::Less)),
        (Function::Max, [first, rest @ ..]) => Ok(outermost(first, rest, Ordering::Greater)),
        _ => Ok(missing(&values.iter().collect::<Vec<_>>())),
    }
}

/// The first that is there; the others are not looked at.
fn coalesce(arguments: &[Node], context: &Context<'_>) -> Evaluated {
    for one in arguments {
        let value = evaluate(one, context)?;
        if !value.is_absent() {
            return Ok(value);
        }
    }
    Ok(Value::Absent)
}

fn outermost(first: &Value, rest: &[Value], wanted: Ordering) -> Value {
    let mut found = first;
    for one in rest {
        match compare(one, found) {
            Some(order) if order == wanted => found = one,
            Some(_) => {}
            None => return missing(&[one, found]),
        }
    }
    found.clone()
}

fn ordinal(month: Month) -> i64 {
    i64::from(month.year).saturating_mul(12).saturating_add(i64::from(month.month))
}

/// Whole months from one day to another; below zero where the other comes first.
fn months(from: NaiveDate, to: NaiveDate) -> i64 {
    let between = ordinal(Month::of(to)).saturating_sub(ordinal(Month::of(from)));
    // The last day of a shorter month completes the month, as terms are counted (art. 2963 of the civil code).
    let last = to.succ_opt().is_none_or(|next| next.month() != to.month());
    let begun = to.day() < from.day() && !last;
    between.saturating_sub(i64::from(begun))
}

fn add_days(day: NaiveDate, count: Number) -> Evaluated {
    let count = count.to_integer().ok_or(Stop::OutOfRange)?;
    let days = Days::new(count.unsigned_abs());
    let moved = if count < 0 { day.checked_sub_days(days) } else { day.checked_add_days(days) };
    within_years(moved)
}

fn add_months(day: NaiveDate, count: Number) -> Evaluated {
    let count = count.to_integer().ok_or(Stop::OutOfRange)?;
    let months = Months::new(u32::try_from(count.unsigned_abs()).map_err(|_| Stop::OutOfRange)?);
    let moved = if count < 0 { day.checked_sub_months(months) } else { day.checked_add_months(months) };
    within_years(moved)
}

fn end_of_month(month: Month) -> Evaluated {
    let first = NaiveDate::from_ymd_opt(month.year, month.month, 1);
    within_years(first.and_then(|day| day.checked_add_months(Months::new(1))).and_then(|day| day.pred_opt()))
}

fn within_years(day: Option<NaiveDate>) -> Evaluated {
    day.filter(|day| in_years(day.year())).map(Value::Date).ok_or(Stop::OutOfRange)
}
