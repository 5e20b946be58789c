// SPDX-License-Identifier: AGPL-3.0-or-later
//! From the errors of a JSON schema to faults that name no value: where, what, and one sentence.

use std::collections::BTreeSet;

use jsonschema::JsonType;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{ValidationError, Validator};
use serde_json::{Map, Value, json};
use tramite_domain::violation::Violation;

use crate::problem::VIOLATIONS_MAX;

/// The longest list of values that is told, in bytes, and the longest pattern, in characters; what is more stands in the
/// contract.
const VALUES_BYTES_MAX: usize = 440;
const PATTERN_CHARS_MAX: usize = 100;

/// Every fault of a body, in the order of their places.
pub(crate) fn faults(validator: &Validator, body: &Value) -> Vec<Violation> {
    faults_at(validator, body, "")
}

/// The same, for a value that stands at a place of its own.
pub(crate) fn faults_at(validator: &Validator, value: &Value, place: &str) -> Vec<Violation> {
    let mut value = value.clone();
    spoil_decimals(&mut value);
    let mut found = Vec::new();
    for error in validator.iter_errors(&value) {
        add(&error, &value, place, &mut found);
        if found.len() >= VIOLATIONS_MAX {
            break;
        }
    }
    without_echoes(found)
}

/// `1e3` and `12.0` are whole numbers to a schema but not to us (money is never written so): such a number becomes one
/// that no integer schema takes, in a copy that serves for nothing else.
fn spoil_decimals(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => *value = json!(0.5),
        Value::Array(items) => items.iter_mut().for_each(spoil_decimals),
        Value::Object(object) => object.values_mut().for_each(spoil_decimals),
        _ => {}
    }
}

/// Of several faults at one place a wrong type, a wrong format, or a value that is not listed, is the cause and the others
/// its echoes.
fn without_echoes(found: Vec<Violation>) -> Vec<Violation> {
    let is_cause = |code: &str| matches!(code, "wrong_type" | "null_value" | "unknown_value" | "wrong_format");
    let causes: BTreeSet<String> =
        found.iter().filter(|fault| is_cause(fault.code)).map(|fault| fault.pointer.clone()).collect();
    let mut seen = BTreeSet::new();
    let mut kept: Vec<Violation> = found
        .into_iter()
        .filter(|fault| is_cause(fault.code) || !causes.contains(&fault.pointer))
        .filter(|fault| seen.insert((fault.pointer.clone(), fault.code)))
        .collect();
    kept.sort_by(|one, other| one.pointer.cmp(&other.pointer));
    kept
}

fn add(error: &ValidationError<'_>, value: &Value, place: &str, found: &mut Vec<Violation>) {
    let at = format!("{place}{}", error.instance_path().as_str());
    match error.kind() {
        Kind::FalseSchema if error.schema_path().as_str().ends_with("/additionalProperties") => {
            // An object that has no members at all is told without the names of those that it was given.
            let given = value.pointer(error.instance_path().as_str()).and_then(Value::as_object);
            for name in given.into_iter().flat_map(Map::keys).take(VIOLATIONS_MAX) {
                found.push(unknown(&at, name));
            }
        }
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            found.push(fault(member(&at, name), "required", "The field is missing."));
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            for name in unexpected.iter().take(VIOLATIONS_MAX) {
                found.push(unknown(&at, name));
            }
        }
        Kind::Type { .. } if error.instance().is_null() => {
            found.push(fault(at, "null_value", "Null is not a value: leave the field out."));
        }
        kind => {
            let (code, detail) = told(kind, &at);
            found.push(fault(at, code, &detail));
        }
    }
}

fn told(kind: &Kind, at: &str) -> (&'static str, String) {
    match kind {
        Kind::Type { kind } => ("wrong_type", wanted_type(kind, at)),
        Kind::Enum { options } => ("unknown_value", wanted_value(options)),
        Kind::Constant { expected_value } => ("unknown_value", format!("Expected {expected_value}.")),
        Kind::MinLength { limit } => ("too_short", format!("At least {limit} characters.")),
        Kind::MaxLength { limit } => ("too_long", format!("At most {limit} characters.")),
        Kind::Pattern { pattern } if pattern.chars().count() <= PATTERN_CHARS_MAX => {
            ("wrong_pattern", format!("The text does not have the form `{pattern}`."))
        }
        Kind::Pattern { .. } => {
            ("wrong_pattern", "The text does not have the form that the contract gives.".to_owned())
        }
        Kind::Format { format } => ("wrong_format", wanted_format(format)),
        Kind::Minimum { limit } | Kind::ExclusiveMinimum { limit } => ("below_minimum", format!("At least {limit}.")),
        Kind::Maximum { limit } | Kind::ExclusiveMaximum { limit } => ("above_maximum", format!("At most {limit}.")),
        Kind::MinItems { limit } => ("too_few_items", format!("At least {limit} items.")),
        Kind::MaxItems { limit } => ("too_many_items", format!("At most {limit} items.")),
        Kind::UniqueItems => ("repeated_item", "An item stands there twice.".to_owned()),
        Kind::MinProperties { limit } => ("too_few_members", format!("At least {limit} members.")),
        Kind::MaxProperties { limit } => ("too_many_members", format!("At most {limit} members.")),
        Kind::PropertyNames { .. } => ("wrong_member_name", "A member has a name that is not allowed here.".to_owned()),
        _ => ("not_allowed", "The contract does not allow this value here.".to_owned()),
    }
}

/// What was expected in place of a value of another type.
fn wanted_type(kind: &TypeKind, at: &str) -> String {
    let TypeKind::Single(wanted) = kind else {
        return "The value has another JSON type than the contract says.".to_owned();
    };
    let wanted = match wanted {
        // Who writes euro here would next write 42, and mean a hundred times as much.
        JsonType::Integer if at.ends_with("amount") => {
            "euro cents, as 4200 for 42 euro: a whole number without quotation marks, decimal point or exponent"
        }
        JsonType::Integer => "a whole number, without quotation marks, decimal point or exponent",
        JsonType::Number => "a number, without quotation marks",
        JsonType::String => "a text, in quotation marks",
        JsonType::Boolean => "true or false, without quotation marks",
        JsonType::Array => "a list",
        JsonType::Object => "an object",
        JsonType::Null => "null",
    };
    format!("Expected {wanted}.")
}

/// The values that the contract lists, where they are few.
fn wanted_value(options: &Value) -> String {
    let names: Vec<&str> = options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let list = names.join(", ");
    match list.len() {
        1..=VALUES_BYTES_MAX => format!("Expected one of: {list}."),
        _ => "The value is not one of those that the contract lists.".to_owned(),
    }
}

/// A format by an example.
fn wanted_format(format: &str) -> String {
    match format {
        "date" => "Expected a date of the calendar as 2026-09-15.".to_owned(),
        "date-time" => "Expected an instant as 2026-09-15T10:22:33Z.".to_owned(),
        "uuid" => "Expected an id as 01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e01.".to_owned(),
        "uri" => "Expected an absolute address as https://example.org/path.".to_owned(),
        other => format!("Not of the format {other}."),
    }
}

fn fault(pointer: String, code: &'static str, detail: &str) -> Violation {
    Violation { pointer, code, detail: detail.to_owned() }
}

fn unknown(at: &str, name: &str) -> Violation {
    fault(member(at, name), "unknown_field", "The contract knows no such member here.")
}

fn member(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validator() -> Validator {
        jsonschema::options()
            .should_validate_formats(true)
            .build(&json!({
                "type": "object", "additionalProperties": false, "required": ["amount", "code"],
                "properties": {
                    "amount": {"type": "integer", "minimum": 1, "maximum": 100},
                    "code": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 3},
                    "kind": {"type": "string", "enum": ["a", "b"]},
                    "day": {"type": "string", "format": "date", "pattern": "^[0-9]{4}-"},
                    "list": {"type": "array", "maxItems": 1, "items": {"type": "string"}},
                    "none": {"type": "object", "additionalProperties": false},
                },
            }))
            .unwrap()
    }

    fn told_of(body: Value) -> Vec<(String, &'static str)> {
        faults(&validator(), &body).into_iter().map(|fault| (fault.pointer, fault.code)).collect()
    }

    #[test]
    fn all_faults_are_told_at_once_each_with_its_place() {
        assert_eq!(told_of(json!({"amount": 1, "code": "abc"})), []);
        let found = told_of(json!({
            "amount": 101, "code": "TOO LONG", "kind": "c", "day": "2026-02-30", "list": ["x", 1], "a/b": 1, "status": "paid",
        }));
        let expected = [
            ("/amount", "above_maximum"),
            ("/a~1b", "unknown_field"),
            ("/code", "wrong_pattern"),
            ("/code", "too_long"),
            ("/day", "wrong_format"),
            ("/kind", "unknown_value"),
            ("/list", "too_many_items"),
            ("/list/1", "wrong_type"),
            ("/status", "unknown_field"),
        ];
        for (pointer, code) in expected {
            assert!(found.contains(&(pointer.to_owned(), code)), "{pointer} {code} in {found:?}");
        }
        assert_eq!(found.len(), expected.len());
    }

    #[test]
    fn every_member_of_an_object_that_has_none_is_told() {
        let found = told_of(json!({"amount": 1, "code": "a", "none": {"status": "paid", "tenant_id": 1}}));
        let expected = ["/none/status", "/none/tenant_id"].map(|pointer| (pointer.to_owned(), "unknown_field"));
        assert_eq!(found, expected);
        let whole = jsonschema::validator_for(&json!({"type": "object", "additionalProperties": false})).unwrap();
        let fault = faults(&whole, &json!({"force": true})).remove(0);
        assert_eq!((fault.pointer.as_str(), fault.code), ("/force", "unknown_field"));
    }

    #[test]
    fn absence_is_told_apart_from_null_and_a_wrong_type_has_no_echo() {
        assert_eq!(
            told_of(json!({"code": null})),
            [("/amount".to_owned(), "required"), ("/code".to_owned(), "null_value")]
        );
        for wrong in [json!("1"), json!(1.5), json!(true), json!([])] {
            assert_eq!(told_of(json!({"amount": wrong, "code": "a"})), [("/amount".to_owned(), "wrong_type")]);
        }
        assert_eq!(told_of(json!([])), [(String::new(), "wrong_type")]);
    }

    #[test]
    fn a_fault_says_what_was_expected() {
        let found = faults(&validator(), &json!({"amount": "42.00", "code": "A", "kind": "c", "day": "31/12/2026"}));
        let told: Vec<&str> = found.iter().map(|fault| fault.detail.as_str()).collect();
        assert_eq!(
            told,
            [
                "Expected euro cents, as 4200 for 42 euro: a whole number without quotation marks, decimal point or exponent.",
                "The text does not have the form `^[a-z]+$`.",
                "Expected a date of the calendar as 2026-09-15.",
                "Expected one of: a, b.",
            ]
        );
    }

    #[test]
    fn a_whole_number_is_written_as_one() {
        for text in ["1e1", "12.0", "1E0", "-0.0", "9223372036854775808000"] {
            let number: Value = serde_json::from_str(text).unwrap();
            assert_eq!(
                told_of(json!({"amount": number, "code": "a"})),
                [("/amount".to_owned(), "wrong_type")],
                "{text}"
            );
        }
        assert_eq!(told_of(json!({"amount": u64::MAX, "code": "a"})), [("/amount".to_owned(), "above_maximum")]);
    }

    #[test]
    fn no_fault_repeats_the_value() {
        let secret = "RSSMRA85T10A562S";
        let body = json!({"amount": secret, "code": secret, "kind": secret, "day": secret, "list": secret});
        assert!(faults(&validator(), &body).iter().all(|fault| !fault.detail.contains(secret)));
    }
}
