// SPDX-License-Identifier: AGPL-3.0-or-later
//! Reads what was entered in one field, by itself: its form, its list, its pattern. Details never repeat the value.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value as Json;

use super::compiled::Field;
use super::definition::{FieldType, Normalization};
use super::number::Number;
use super::registry::Registries;
use super::value::{Month, Value, in_years, parse_date, parse_time};
use crate::email::Email;
use crate::iban::Iban;
use crate::money::AMOUNT_CENTS_MAX;
use crate::personal_data::find_personal_data;
use crate::tax_code::{InstitutionTaxCode, PersonTaxCode};
use crate::text::{TextError, check};

/// Bytes of a SHA-256.
const HASH_BYTES: usize = 32;
/// Digits of a telephone number, country included (ITU-T E.164), and the fewest that are one.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 6..=15;

/// Why an entered value is not taken.
#[derive(Debug)]
pub(crate) struct Wrong {
    pub(crate) code: &'static str,
    pub(crate) detail: String,
}

fn wrong<T>(code: &'static str, detail: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong { code, detail: detail.into() })
}

/// The value that JSON carries, by the type of the field.
pub(crate) fn entered(field: &Field, json: &Json, registries: &Registries) -> Result<Value, Wrong> {
    if json.is_null() {
        return wrong("null_value", "What is not there is left out; it is never null.");
    }
    match field.kind {
        FieldType::Boolean => json.as_bool().map(Value::Bool).map_or_else(|| mistyped("true or false"), Ok),
        FieldType::Integer | FieldType::Year | FieldType::Money => whole(field.kind, json),
        FieldType::Decimal => decimal(field, json),
        FieldType::Choices => choices(field, json),
        FieldType::Group => mistyped("a list of objects"),
        _ => {
            let Some(text) = json.as_str() else { return mistyped("a text") };
            from_text(field, text, registries)
        }
    }
}

fn mistyped<T>(wanted: &str) -> Result<T, Wrong> {
    wrong("wrong_type", format!("This must be {wanted}."))
}

fn whole(kind: FieldType, json: &Json) -> Result<Value, Wrong> {
    let Some(number) = json.as_i64() else { return mistyped("a whole number") };
    match kind {
        FieldType::Year if !i32::try_from(number).is_ok_and(in_years) => {
            wrong("invalid_year", "This is no year that is taken.")
        }
        _ if number.unsigned_abs() > AMOUNT_CENTS_MAX.unsigned_abs() => {
            wrong("above_maximum", "The number is beyond what is counted with.")
        }
        _ => Ok(Value::Number(Number::whole(number))),
    }
}

fn decimal(field: &Field, json: &Json) -> Result<Value, Wrong> {
    const DIGITS_MAX: usize = 18;
    let number = match json {
        Json::String(text) if text.len() <= DIGITS_MAX => Number::parse(text, field.limits.decimals),
        _ => json.as_i64().map(Number::whole),
    };
    let limit = Number::whole(AMOUNT_CENTS_MAX);
    match number {
        Some(number) if number > limit || number < limit.negated() => {
            wrong("above_maximum", "The number is beyond what is counted with.")
        }
        Some(number) if number.fits_decimals(field.limits.decimals) => Ok(Value::Number(number)),
        _ => {
            let places = field.limits.decimals;
            mistyped(&format!("a number as text, with a point and at most {places} decimals"))
        }
    }
}

fn choices(field: &Field, json: &Json) -> Result<Value, Wrong> {
    let Some(list) = json.as_array() else { return mistyped("a list of texts") };
    if list.len() > field.limits.options.len() {
        return wrong("duplicate_value", "More is chosen than there are options.");
    }
    let (mut seen, mut values) = (BTreeSet::new(), Vec::new());
    for one in list {
        let Some(text) = one.as_str() else { return mistyped("a list of texts") };
        if !field.limits.options.iter().any(|option| option == text) {
            return wrong("not_in_list", "One of these is none of the options.");
        }
        if !seen.insert(text) {
            return wrong("duplicate_value", "One of these stands twice.");
        }
        values.push(Arc::from(text));
    }
    // None chosen is no value, as an empty text is none.
    Ok(if values.is_empty() { Value::Absent } else { Value::Many(Arc::from(values)) })
}

fn from_text(field: &Field, text: &str, registries: &Registries) -> Result<Value, Wrong> {
    match field.kind {
        FieldType::Date => match parse_date(text) {
            Some(day) => Ok(Value::Date(day)),
            None => wrong("invalid_date", "A day is written YYYY-MM-DD, of the years 1900 to 2100."),
        },
        FieldType::Month => match Month::parse(text) {
            Some(month) => Ok(Value::Month(month)),
            None => wrong("invalid_month", "A month is written YYYY-MM, of the years 1900 to 2100."),
        },
        FieldType::Time => match parse_time(text) {
            Some(minutes) => Ok(Value::Time(minutes)),
            None => wrong("invalid_time", "A time is written HH:MM."),
        },
        FieldType::Choice if field.limits.options.iter().any(|option| option == text) => Ok(Value::text(text)),
        FieldType::Choice => wrong("not_in_list", "This is none of the options."),
        FieldType::Registry => {
            let row = registries.get(&field.limits.registry).and_then(|registry| registry.row(text));
            match row {
                Some(row) => Ok(Value::Row(Arc::clone(row))),
                None => wrong("not_in_list", "The registry has no such row."),
            }
        }
        _ => line(field, text),
    }
}

fn line(field: &Field, text: &str) -> Result<Value, Wrong> {
    let limits = &field.limits;
    // Twice the length leaves room for the blanks that normalization takes away.
    if text.chars().count() > limits.max_length.saturating_mul(2) {
        return wrong("text_too_long", format!("At most {} characters are taken.", limits.max_length));
    }
    let text = limits.normalize.iter().fold(text.to_owned(), normalized);
    if text.is_empty() {
        return Ok(Value::Absent);
    }
    match check(&text, limits.min_length, limits.max_length) {
        Ok(()) => {}
        Err(TextError::TooShort { min }) => {
            return wrong("text_too_short", format!("At least {min} characters are asked for."));
        }
        Err(TextError::TooLong { max }) => {
            return wrong("text_too_long", format!("At most {max} characters are taken."));
        }
        Err(_) => return wrong("invalid_text", "This is one line of text, without control characters."),
    }
    if limits.pattern.as_ref().is_some_and(|pattern| !pattern.matches(&text)) {
        return wrong("wrong_pattern", "The text is not written as this field asks for.");
    }
    if limits.leaves && find_personal_data(&text).is_some() {
        return wrong("personal_data_in_text", "This text leaves Tramite and must hold no personal data.");
    }
    special(field.kind, text)
}

fn normalized(text: String, how: &Normalization) -> String {
    match how {
        Normalization::Upper => text.to_uppercase(),
        Normalization::Lower => text.to_lowercase(),
        Normalization::Trim => text.trim().to_owned(),
        Normalization::StripSpaces => text.split_whitespace().collect(),
    }
}

fn special(kind: FieldType, text: String) -> Result<Value, Wrong> {
    let known = match kind {
        FieldType::TaxCode => {
            text.parse::<PersonTaxCode>().map(|code| code.to_string()).map_err(|error| error.to_string())
        }
        FieldType::VatNumber => match text.parse::<InstitutionTaxCode>() {
            Ok(code) if code.check_digit_right() => Ok(text),
            _ => Err("eleven digits, the last of which is the check of the others".to_owned()),
        },
        FieldType::Iban => text.parse::<Iban>().map(|iban| iban.to_string()).map_err(|error| error.to_string()),
        FieldType::Email => text.parse::<Email>().map(|_| text).map_err(|error| error.to_string()),
        FieldType::Phone => phone(&text).then_some(text).ok_or_else(|| "digits, blanks, and a plus first".to_owned()),
        FieldType::Plate => {
            let right = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            right.then_some(text).ok_or_else(|| "letters, digits and hyphens, without blanks".to_owned())
        }
        FieldType::FileHash => {
            let bytes = data_encoding::BASE64.decode(text.as_bytes()).map(|bytes| bytes.len());
            let right = bytes == Ok(HASH_BYTES);
            right.then_some(text).ok_or_else(|| "the SHA-256 of a file, in base64".to_owned())
        }
        _ => Ok(text),
    };
    let code = match kind {
        FieldType::TaxCode => "invalid_tax_code",
        FieldType::VatNumber => "invalid_vat_number",
        FieldType::Iban => "invalid_iban",
        FieldType::Email => "invalid_email",
        FieldType::Phone => "invalid_phone",
        FieldType::Plate => "invalid_plate",
        _ => "invalid_document_hash",
    };
    match known {
        Ok(text) => Ok(Value::text(&text)),
        Err(detail) => wrong(code, format!("Not taken: {detail}.")),
    }
}

fn phone(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let right = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b' ');
    right && PHONE_DIGITS.contains(&digits.bytes().filter(u8::is_ascii_digit).count())
}
