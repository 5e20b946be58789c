// SPDX-License-Identifier: AGPL-3.0-or-later
//! Tables: values by keys. Where every key is a choice, every combination has a row, or the table says what holds otherwise.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::publisher::Publisher;
use crate::form::definition::{FieldType, TableInput};
use crate::form::expression::{Kind, Node, Table, Typed};
use crate::form::limits::{DECIMALS_MAX, TABLE_KEYS_MAX, TABLE_ROWS_MAX};
use crate::form::number::Number;
use crate::form::range::Range;
use crate::form::value::Value;
use crate::violation::Place;

/// Checks a table, and says what an expression can know of it.
pub(super) fn table(publisher: &mut Publisher<'_>, index: usize, input: &TableInput) -> Option<(Table, Typed)> {
    let place = Place::root().at("tables").at(index);
    let kind = match input.kind {
        FieldType::Money => Kind::Money,
        FieldType::Integer => Kind::Integer,
        FieldType::Decimal => Kind::Decimal,
        _ => {
            publisher.wrong.add(&place.at("type"), "type_mismatch", "A table holds money, integers or decimals.");
            return None;
        }
    };
    if input.by.is_empty() || input.by.len() > TABLE_KEYS_MAX {
        publisher.wrong.add(&place.at("by"), "too_many", format!("A table has 1 to {TABLE_KEYS_MAX} keys."));
        return None;
    }
    if input.rows.len() > TABLE_ROWS_MAX {
        publisher.wrong.add(&place.at("rows"), "too_many", format!("A table has at most {TABLE_ROWS_MAX} rows."));
        return None;
    }
    let mut keys = Vec::new();
    for (at, text) in input.by.iter().enumerate() {
        let place = place.at("by").at(at);
        keys.push(publisher.of_kind(text, &place, "a text or a choice", |typed| matches!(typed.kind, Kind::Text(_))));
    }
    let rows = rows(publisher, input, &keys, &place);
    let otherwise = match &input.otherwise {
        None => None,
        Some(json) => Some(value(publisher, input.kind, json, &place.at("otherwise"))?),
    };
    let keys: Vec<Typed> = keys.into_iter().collect::<Option<_>>()?;
    // Several keys without value are no combination: only the row of otherwise stands for them.
    if rows.len() < input.rows.len() {
        return None;
    }
    let complete = otherwise.is_some() || complete(&rows, &keys);
    if !complete {
        let detail = "Some combination of the keys has no row: add it, or say what holds `otherwise`.";
        publisher.wrong.add(&place.at("rows"), "table_incomplete", detail);
        return None;
    }
    let numbers: Vec<Number> = rows.values().chain(otherwise.as_ref()).filter_map(number).collect();
    let range = numbers.iter().min().zip(numbers.iter().max()).map(|(least, most)| Range::new(*least, *most));
    let optional = otherwise.is_none() && keys.iter().any(|key| key.optional);
    let by = keys.iter().map(|key| key.node.clone()).collect();
    let mut typed = Typed::new(Node::Table(index), kind).with_parts(&keys).ranged(range);
    typed.optional = optional;
    typed.personal = false;
    let otherwise = otherwise.unwrap_or(Value::Absent);
    Some((Table { by, rows, otherwise }, typed))
}

fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) => Some(*number),
        _ => None,
    }
}

fn value(publisher: &mut Publisher<'_>, kind: FieldType, json: &Json, place: &Place) -> Option<Value> {
    let text = json.as_str().filter(|_| kind == FieldType::Decimal);
    let number = json.as_i64().map(Number::whole).or_else(|| Number::parse(text?, DECIMALS_MAX));
    if number.is_none() {
        publisher.wrong.add(place, "wrong_type", "This is no number of the table's type.");
    }
    number.map(Value::Number)
}

fn rows(
    publisher: &mut Publisher<'_>,
    input: &TableInput,
    keys: &[Option<Typed>],
    place: &Place,
) -> HashMap<Vec<String>, Value> {
    let mut rows = HashMap::new();
    for (at, row) in input.rows.iter().enumerate() {
        let place = place.at("rows").at(at);
        let Some(value) = value(publisher, input.kind, &row.value, &place.at("value")) else { continue };
        if row.when.len() != keys.len() {
            publisher.wrong.add(&place.at("when"), "wrong_arguments", "A row has one key for each of `by`.");
            continue;
        }
        for (at, (given, key)) in row.when.iter().zip(keys).enumerate() {
            let choices = key.as_ref().and_then(|key| match &key.kind {
                Kind::Text(choices) => choices.as_ref(),
                _ => None,
            });
            if choices.is_some_and(|choices| !choices.contains(given)) {
                publisher.wrong.add(&place.at("when").at(at), "unknown_choice", "This is none of the options.");
            }
        }
        if rows.insert(row.when.clone(), value).is_some() {
            publisher.wrong.add(&place.at("when"), "duplicate_value", "Another row has these keys.");
        }
    }
    rows
}

/// Whether every combination of choices has a row; of texts nobody knows.
fn complete(rows: &HashMap<Vec<String>, Value>, keys: &[Typed]) -> bool {
    let mut combinations = 1_usize;
    for key in keys {
        let Kind::Text(Some(choices)) = &key.kind else { return false };
        combinations = combinations.saturating_mul(choices.len());
    }
    // Keys are options and no two rows are equal (both were checked), so counting is enough.
    rows.len() == combinations
}
