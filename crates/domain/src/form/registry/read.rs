// SPDX-License-Identifier: AGPL-3.0-or-later
//! Checks a registry: its columns, and every row against them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::{CODE, Column, ColumnType, Registry, RegistryInput, Row};
use crate::form::labels::{LANGUAGES, Labels};
use crate::form::limits::{
    COLUMN_CHARS_MAX, DECIMALS_MAX, REGISTRY_COLUMNS_MAX, REGISTRY_ROWS_MAX, ROW_CODE_CHARS_MAX, TEXT_CHARS_MAX,
};
use crate::form::names::is_name;
use crate::form::number::Number;
use crate::form::value::{Value, parse_date};
use crate::money::PAYABLE_CENTS_MAX;
use crate::text::Text;
use crate::text::check;
use crate::violation::{Place, Violation, Violations};

const LABEL: &str = "label";
/// Faults that are told of one registry: of ten thousand wrong rows the first ones are enough.
const FAULTS_MAX: usize = 100;

/// Checks what was written.
///
/// # Errors
/// The violations, the first hundred of them.
pub fn registry(input: &RegistryInput) -> Result<Registry, Vec<Violation>> {
    let mut wrong = Violations::new();
    let root = Place::root();
    columns(&input.columns, &root.at("columns"), &mut wrong);
    if input.rows.len() > REGISTRY_ROWS_MAX {
        wrong.add(&root.at("rows"), "too_many", format!("A registry has at most {REGISTRY_ROWS_MAX} rows."));
    }
    if !wrong.is_empty() {
        return Err(wrong.into_vec());
    }
    let mut rows = Vec::with_capacity(input.rows.len());
    let mut by_code = HashMap::with_capacity(input.rows.len());
    for (at, given) in input.rows.iter().enumerate() {
        if wrong.len() >= FAULTS_MAX {
            break;
        }
        let place = root.at("rows").at(at);
        let Some(row) = row(&input.columns, given, &place, &mut wrong).map(Arc::new) else { continue };
        if by_code.insert(Arc::clone(&row.code), Arc::clone(&row)).is_some() {
            wrong.add(&place.at(CODE), "duplicate_code", "Another row has this code.");
        }
        rows.push(row);
    }
    if wrong.is_empty() {
        return Ok(Registry { columns: input.columns.clone(), rows, by_code });
    }
    let mut faults = wrong.into_vec();
    faults.truncate(FAULTS_MAX);
    Err(faults)
}

fn columns(columns: &[Column], place: &Place, wrong: &mut Violations) {
    if columns.len() > REGISTRY_COLUMNS_MAX {
        wrong.add(place, "too_many", format!("A registry has at most {REGISTRY_COLUMNS_MAX} columns."));
    }
    let mut seen = HashSet::new();
    for (at, column) in columns.iter().enumerate() {
        let place = place.at(at);
        if !is_name(&column.name) {
            wrong.add(&place.at("key"), "invalid_name", "Names are lower-case letters, digits and underscores.");
        } else if matches!(column.name.as_str(), CODE | LABEL) || !seen.insert(column.name.as_str()) {
            wrong.add(&place.at("key"), "duplicate_name", "Another column has this name.");
        }
        if !standard_type_right(column) {
            wrong.add(&place.at("type"), "wrong_type", "A column of this name has a type of its own.");
        }
        if column.personal && column.public {
            wrong.add(&place.at("public"), "personal_data_public", "What is personal is not shown to everybody.");
        }
        let texts = column.kind == ColumnType::Text;
        let numbers = matches!(column.kind, ColumnType::Integer | ColumnType::Money | ColumnType::Decimal);
        if column.max_length.is_some_and(|most| !texts || most == 0 || most > TEXT_CHARS_MAX) {
            wrong.add(
                &place.at("max_length"),
                "not_applicable",
                "Texts alone have a length, of a few thousand at most.",
            );
        }
        if (column.min.is_some() || column.max.is_some()) && !numbers {
            wrong.add(&place.at("min"), "not_applicable", "Numbers alone have bounds.");
        }
        if let (Some(least), Some(most)) = (column.min, column.max)
            && least > most
        {
            wrong.add(&place.at("max"), "below_minimum", "The most is not below the least.");
        }
    }
}

fn standard_type_right(column: &Column) -> bool {
    match column.name.as_str() {
        "amount" => column.kind == ColumnType::Money,
        "deadline" => matches!(column.kind, ColumnType::Date | ColumnType::Instant),
        "capacity" => column.kind == ColumnType::Integer,
        _ => true,
    }
}

fn row(columns: &[Column], given: &Map<String, Json>, place: &Place, wrong: &mut Violations) -> Option<Row> {
    for name in given.keys().filter(|name| !matches!(name.as_str(), CODE | LABEL)) {
        if !columns.iter().any(|column| column.name == *name) {
            wrong.add(&place.at(name), "unknown_field", "There is no column of this name.");
        }
    }
    let code = given.get(CODE).and_then(Json::as_str).unwrap_or_default();
    let code = wrong.take(&place.at(CODE), "invalid_text", code.parse::<Text<1, ROW_CODE_CHARS_MAX>>());
    let label = label(given.get(LABEL), &place.at(LABEL), wrong);
    let mut cells = BTreeMap::new();
    for column in columns {
        let place = place.at(&column.name);
        match given.get(&column.name) {
            None if column.required => wrong.add(&place, "required", "Every row has this column."),
            None => {}
            Some(json) => match cell(column, json) {
                Ok(value) => {
                    cells.insert(column.name.clone(), value);
                }
                Err((code, detail)) => wrong.add(&place, code, detail),
            },
        }
    }
    Some(Row { code: Arc::from(code?.as_str()), label, cells })
}

fn label(given: Option<&Json>, place: &Place, wrong: &mut Violations) -> Labels {
    let Some(given) = given else { return Labels::default() };
    match serde_json::from_value::<Labels>(given.clone()) {
        Ok(labels) => {
            let spoken: Vec<String> =
                LANGUAGES.iter().filter(|one| labels.0.contains_key(**one)).map(|one| (*one).to_owned()).collect();
            labels.check(&spoken, place, wrong);
            labels
        }
        Err(_) => {
            wrong.add(place, "wrong_type", "A label is a text by language.");
            Labels::default()
        }
    }
}

type Fault = (&'static str, String);

fn cell(column: &Column, json: &Json) -> Result<Value, Fault> {
    let wrong = || ("wrong_type", format!("This column holds values of type `{}`.", column.kind.name()));
    let text = || json.as_str().ok_or_else(wrong);
    match column.kind {
        ColumnType::Text => {
            let text = text()?;
            let most = column.max_length.unwrap_or(COLUMN_CHARS_MAX);
            check(text, 1, most).map_err(|error| ("invalid_text", format!("The text is {error}.")))?;
            Ok(Value::text(text))
        }
        ColumnType::Boolean => json.as_bool().map(Value::Bool).ok_or_else(wrong),
        ColumnType::Date => parse_date(text()?).map(Value::Date).ok_or_else(wrong),
        ColumnType::Instant => text()?.parse().map(Value::Instant).map_err(|_| wrong()),
        ColumnType::Integer | ColumnType::Money => {
            let number = json.as_i64().ok_or_else(wrong)?;
            bounded(column, Number::whole(number))
        }
        ColumnType::Decimal => {
            let number = json.as_str().and_then(|text| Number::parse(text, DECIMALS_MAX));
            bounded(column, number.or_else(|| json.as_i64().map(Number::whole)).ok_or_else(wrong)?)
        }
    }
}

/// The least and the most of a column, in whole units; what it does not say, its type does.
pub(crate) fn bounds(column: &Column) -> (i64, i64) {
    let most =
        if column.kind == ColumnType::Money { PAYABLE_CENTS_MAX } else { crate::form::limits::INTEGER_DEFAULT_MAX };
    (column.min.unwrap_or(0), column.max.unwrap_or(most))
}

fn bounded(column: &Column, number: Number) -> Result<Value, Fault> {
    let (least, most) = bounds(column);
    if number < Number::whole(least) {
        return Err(("below_minimum", format!("The least is {least}.")));
    }
    if number > Number::whole(most) {
        return Err(("above_maximum", format!("The most is {most}.")));
    }
    Ok(Value::Number(number))
}
