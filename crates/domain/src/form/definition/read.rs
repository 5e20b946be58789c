// SPDX-License-Identifier: AGPL-3.0-or-later
//! Reads a definition: every fault of its shape at once, each where it stands.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::Definition;
use crate::form::LANGUAGES;
use crate::form::limits::{
    CASES_MAX, DEFINITION_BYTES_MAX, FAULTS_MAX, FIELDS_MAX, ITEMS_MAX, LINES_MAX, MEMBER_CHARS_MAX, MEMBERS_MAX,
    OPTIONS_MAX, QUOTAS_MAX, RULES_MAX, TABLES_MAX,
};
use crate::violation::{Place, Violation, Violations};

/// Members that are lists: each element is read by itself, so that a fault is where it stands. With the most they hold.
const LISTS: [(&str, usize); 6] = [
    ("fields", FIELDS_MAX),
    ("tables", TABLES_MAX),
    ("rules", RULES_MAX),
    ("transfers", LINES_MAX),
    ("quotas", QUOTAS_MAX),
    ("tests", CASES_MAX),
];

/// Reads the JSON of a definition.
///
/// # Errors
/// The violations of shape, the first hundred of them: `too_large`, `too_long`, `invalid_json`, `unknown_field`, `required`, `wrong_type`, `null_value`, `too_many`.
pub fn read(bytes: &[u8]) -> Result<Definition, Vec<Violation>> {
    let mut wrong = Violations::new();
    let root = Place::root();
    if bytes.len() > DEFINITION_BYTES_MAX {
        wrong.add(&root, "too_large", format!("A definition has at most {DEFINITION_BYTES_MAX} bytes."));
        return Err(wrong.into_vec());
    }
    let whole: Map<String, Value> = match serde_json::from_slice(bytes) {
        Ok(whole) => whole,
        Err(_) => {
            wrong.add(&root, "invalid_json", "A definition is one JSON object.");
            return Err(wrong.into_vec());
        }
    };
    let whole = Value::Object(whole);
    shape(&whole, &root, &mut wrong);
    let Value::Object(whole) = whole else { return Err(wrong.into_vec()) };
    if !wrong.is_empty() {
        return Err(wrong.into_vec());
    }
    match serde_json::from_value::<Definition>(Value::Object(whole.clone())) {
        Ok(definition) => within_limits(definition, &whole),
        Err(error) => {
            explain(&whole, &mut wrong);
            if wrong.is_empty() {
                fault(&error.to_string(), &root, &mut wrong);
            }
            let mut faults = wrong.into_vec();
            faults.truncate(FAULTS_MAX);
            Err(faults)
        }
    }
}

fn within_limits(definition: Definition, whole: &Map<String, Value>) -> Result<Definition, Vec<Violation>> {
    let mut wrong = Violations::new();
    for (name, most) in LISTS {
        if whole.get(name).and_then(Value::as_array).is_some_and(|list| list.len() > most) {
            wrong.add(&Place::root().at(name), "too_many", format!("At most {most} are taken."));
        }
    }
    let root = Place::root();
    if definition.languages.len() > LANGUAGES.len() {
        wrong.add(&root.at("languages"), "too_many", format!("At most {} are taken.", LANGUAGES.len()));
    }
    let all = definition.fields.iter().chain(definition.fields.iter().flat_map(|field| &field.fields));
    if all.clone().count() > FIELDS_MAX {
        wrong.add(&root.at("fields"), "too_many", format!("A form has at most {FIELDS_MAX} fields."));
    }
    if all.clone().any(|field| field.options.len() > OPTIONS_MAX) {
        wrong.add(&root.at("fields"), "too_many", format!("A field has at most {OPTIONS_MAX} options."));
    }
    if wrong.is_empty() { Ok(definition) } else { Err(wrong.into_vec()) }
}

/// What nothing in a definition may be, whatever it means: too much of it is looked at no further.
fn shape(value: &Value, place: &Place, wrong: &mut Violations) {
    if wrong.len() >= FAULTS_MAX {
        return;
    }
    match value {
        // Nothing is said by leaving it out, never by null.
        Value::Null => wrong.add(place, "null_value", "What is not there is left out; it is never null."),
        Value::Array(list) if list.len() > ITEMS_MAX => {
            wrong.add(place, "too_many", format!("A list has at most {ITEMS_MAX} elements."));
        }
        Value::Object(map) if map.len() > MEMBERS_MAX => {
            wrong.add(place, "too_many", format!("An object has at most {MEMBERS_MAX} members."));
        }
        Value::Object(map) if map.keys().any(|name| name.chars().count() > MEMBER_CHARS_MAX) => {
            wrong.add(place, "too_long", format!("The name of a member has at most {MEMBER_CHARS_MAX} characters."));
        }
        Value::Array(list) => list.iter().enumerate().for_each(|(at, one)| shape(one, &place.at(at), wrong)),
        Value::Object(map) => map.iter().for_each(|(name, one)| shape(one, &place.at(name), wrong)),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Looks at each element of the lists and at each member by itself, and says of every one what is wrong.
fn explain(whole: &Map<String, Value>, wrong: &mut Violations) {
    let root = Place::root();
    for (name, _) in LISTS {
        let Some(list) = whole.get(name) else { continue };
        let Some(list) = list.as_array() else {
            wrong.add(&root.at(name), "wrong_type", "This is a list.");
            continue;
        };
        for (at, one) in list.iter().enumerate() {
            let place = root.at(name).at(at);
            match name {
                "fields" => part::<super::FieldInput>(one, &place, wrong),
                "tables" => part::<super::TableInput>(one, &place, wrong),
                "rules" => part::<super::RuleInput>(one, &place, wrong),
                "transfers" => part::<super::TransferRuleInput>(one, &place, wrong),
                "quotas" => part::<super::QuotaInput>(one, &place, wrong),
                _ => part::<super::CaseInput>(one, &place, wrong),
            }
        }
    }
    members(whole, wrong);
}

fn members(whole: &Map<String, Value>, wrong: &mut Violations) {
    for (name, value) in whole {
        let place = Place::root().at(name);
        match name.as_str() {
            "title" => part::<super::Labels>(value, &place, wrong),
            "window" => part::<super::WindowInput>(value, &place, wrong),
            "amount" => part::<super::AmountInput>(value, &place, wrong),
            "stamp" => part::<super::StampRuleInput>(value, &place, wrong),
            "lookup" => part::<super::LookupInput>(value, &place, wrong),
            "debtor" | "payer" | "beneficiary" => part::<super::PartyInput>(value, &place, wrong),
            "languages" | "unique" => part::<Vec<String>>(value, &place, wrong),
            "collection_kind" => part::<u8>(value, &place, wrong),
            "payment_metadata" => part::<std::collections::BTreeMap<String, String>>(value, &place, wrong),
            "code" | "taxonomy_code" | "account_id" | "remittance_template" | "due_date" | "expires_at" => {
                part::<String>(value, &place, wrong);
            }
            _ => {}
        }
    }
}

fn part<T: DeserializeOwned>(value: &Value, place: &Place, wrong: &mut Violations) {
    if let Err(error) = serde_json::from_value::<T>(value.clone()) {
        fault(&error.to_string(), place, wrong);
    }
}

/// The words of the reader name the member between backticks, where it is one.
fn fault(message: &str, place: &Place, wrong: &mut Violations) {
    let named = message.split('`').nth(1).unwrap_or_default();
    if message.starts_with("unknown field") {
        wrong.add(&place.at(named), "unknown_field", "There is nothing of this name here.");
    } else if message.starts_with("missing field") {
        wrong.add(&place.at(named), "required", "This must be given.");
    } else if message.starts_with("unknown variant") {
        wrong.add(place, "unknown_value", "One of the values is none that is known here.");
    } else {
        wrong.add(place, "wrong_type", "Something here has not the type that it must have.");
    }
}
