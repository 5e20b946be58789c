// SPDX-License-Identifier: AGPL-3.0-or-later
//! A form for whoever shows it: JSON Schema (2020-12) of its values, and how it is presented. It says what can be said without
//! evaluating anything; the server alone decides.

use serde_json::{Map, Value as Json, json};

use super::compiled::Form;
use super::definition::{Bound, FieldInput, FieldType, OptionInput};
use super::registry::{CODE, Column, Registry};
use super::value::{Value, YEAR_MAX, YEAR_MIN};
use crate::form::template::shown;

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema of `values`, with labels in one language.
#[must_use]
pub fn json_schema(form: &Form, language: &str) -> Json {
    let definition = form.definition();
    let mut schema = object(&definition.fields, language);
    schema.insert("$schema".to_owned(), json!(DIALECT));
    schema.insert("title".to_owned(), json!(definition.title.of(language)));
    Json::Object(schema)
}

/// How the form is shown: its fields in their order, with what the schema cannot say.
#[must_use]
pub fn presentation(form: &Form, language: &str) -> Json {
    let definition = form.definition();
    json!({
        "version": form.version(),
        "languages": definition.languages,
        "title": definition.title.of(language),
        "fields": definition.fields.iter().map(|field| presented(field, language)).collect::<Vec<_>>(),
    })
}

/// The rows of a registry as everybody may see them: code, label and public columns.
#[must_use]
pub fn public_rows(registry: &Registry, language: &str) -> Vec<Json> {
    let columns: Vec<&Column> = registry.columns.iter().filter(|column| column.public && !column.personal).collect();
    let rows = registry.rows().iter().map(|row| {
        let mut seen = Map::new();
        seen.insert(CODE.to_owned(), json!(row.code()));
        if !row.label().0.is_empty() {
            seen.insert("label".to_owned(), json!(row.label().of(language)));
        }
        for column in &columns {
            if let Some(value) = public(&row.cell(&column.name)) {
                seen.insert(column.name.clone(), value);
            }
        }
        Json::Object(seen)
    });
    rows.collect()
}

/// As it was written in the registry.
fn public(value: &Value) -> Option<Json> {
    Some(match value {
        Value::Bool(yes) => json!(yes),
        Value::Number(number) => number.to_integer().map_or_else(|| json!(number.to_string()), |whole| json!(whole)),
        Value::Date(day) => json!(day.to_string()),
        Value::Instant(instant) => json!(instant.to_string()),
        Value::Text(_) => json!(shown(value, &super::expression::Kind::Text(None))),
        _ => return None,
    })
}

fn object(fields: &[FieldInput], language: &str) -> Map<String, Json> {
    // What is worked out is not entered, so the schema does not have it.
    let entered =
        || fields.iter().filter(|field| !field.read_only && (field.computed.is_none() || field.computed_if.is_some()));
    let always = |field: &&FieldInput| {
        let rows = field.kind == FieldType::Group && field.min_rows.unwrap_or(0) > 0;
        (field.required || rows) && field.visible_if.is_none() && field.computed_if.is_none() && field.default.is_none()
    };
    let properties: Map<String, Json> =
        entered().map(|field| (field.name.clone(), Json::Object(property(field, language)))).collect();
    let required: Vec<&str> = entered().filter(always).map(|field| field.name.as_str()).collect();
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("properties".to_owned(), Json::Object(properties));
    schema.insert("required".to_owned(), json!(required));
    schema.insert("additionalProperties".to_owned(), json!(false));
    schema
}

fn property(field: &FieldInput, language: &str) -> Map<String, Json> {
    let values: Vec<&str> = field.options.iter().map(OptionInput::value).collect();
    let said = match field.kind {
        FieldType::Boolean => json!({"type": "boolean"}),
        FieldType::Integer | FieldType::Money => json!({"type": "integer"}),
        FieldType::Year => json!({"type": "integer", "minimum": YEAR_MIN, "maximum": YEAR_MAX}),
        FieldType::Decimal => json!({"type": ["string", "integer"]}),
        FieldType::Date => json!({"type": "string", "format": "date"}),
        FieldType::Month => json!({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"}),
        FieldType::Time => json!({"type": "string", "pattern": "^[0-9]{2}:[0-9]{2}$"}),
        FieldType::Choice => json!({"type": "string", "enum": values}),
        FieldType::Choices => json!({"type": "array", "uniqueItems": true, "items": {"enum": values}}),
        FieldType::Email => json!({"type": "string", "format": "email"}),
        FieldType::Group => json!({
            "type": "array",
            "minItems": field.min_rows.unwrap_or(0),
            "maxItems": field.max_rows.unwrap_or(super::limits::GROUP_ROWS_MAX),
            "items": object(&field.fields, language),
        }),
        _ => json!({"type": "string"}),
    };
    let mut schema = said.as_object().cloned().unwrap_or_default();
    schema.insert("title".to_owned(), json!(field.label.of(language)));
    if let Some(help) = &field.help {
        schema.insert("description".to_owned(), json!(help.of(language)));
    }
    if let Some(default) = &field.default {
        schema.insert("default".to_owned(), default.clone());
    }
    for (name, bound) in [("minimum", &field.min), ("maximum", &field.max)] {
        // Of a decimal that is written as text it says nothing.
        if let Some(Bound::Number(bound)) = bound {
            schema.insert(name.to_owned(), json!(bound));
        }
    }
    // A text that is changed before it is looked at may be entered in another form.
    if field.normalize.is_empty() {
        let pattern = field.pattern.as_ref().map(|pattern| json!(format!("^(?:{pattern})$")));
        let lengths = [("minLength", field.min_length), ("maxLength", field.max_length)];
        schema.extend(pattern.map(|pattern| ("pattern".to_owned(), pattern)));
        schema.extend(lengths.into_iter().filter_map(|(name, length)| Some((name.to_owned(), json!(length?)))));
    }
    schema
}

fn presented(field: &FieldInput, language: &str) -> Json {
    let option = |option: &OptionInput| match option {
        OptionInput::Value(value) => json!({"value": value, "label": value}),
        OptionInput::Labelled(option) => json!({"value": option.value, "label": option.label.of(language)}),
    };
    let mut seen = Map::new();
    let mut say = |name: &str, value: Option<Json>| seen.extend(value.map(|value| (name.to_owned(), value)));
    say("name", Some(json!(field.name)));
    say("type", Some(json!(field.kind.name())));
    say("label", Some(json!(field.label.of(language))));
    say("help", field.help.as_ref().map(|help| json!(help.of(language))));
    say("mask", field.mask.as_ref().map(|mask| json!(mask)));
    say("read_only", field.read_only.then_some(json!(true)));
    say("visible_if", field.visible_if.as_ref().map(|text| json!(text)));
    say("required_if", field.required_if.as_ref().map(|text| json!(text)));
    say("registry", field.registry.as_ref().map(|name| json!(name)));
    say("options", (!field.options.is_empty()).then(|| field.options.iter().map(option).collect()));
    let inner = field.fields.iter().map(|inner| presented(inner, language));
    say("fields", (!field.fields.is_empty()).then(|| inner.collect()));
    Json::Object(seen)
}
