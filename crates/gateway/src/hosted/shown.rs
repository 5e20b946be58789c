// SPDX-License-Identifier: AGPL-3.0-or-later
//! A value as people read it, and as they would enter it.

use serde_json::Value as Json;
use tramite_domain::form::{FieldInput, FieldType, OptionInput};

use super::language::Lang;

/// What people read of a value.
pub(super) fn shown(field: &FieldInput, value: &Json, lang: Lang) -> String {
    match (field.kind, value) {
        (_, Json::Bool(yes)) => (if *yes { lang.of("Sì", "Yes") } else { "No" }).to_owned(),
        (FieldType::Money, Json::Number(number)) => {
            number.as_i64().map_or_else(|| number.to_string(), |cents| lang.euros(cents))
        }
        (FieldType::Date, Json::String(text)) => text.parse().map_or_else(|_| text.clone(), |day| lang.day(day)),
        (FieldType::Choice, Json::String(text)) => option_label(field, text, lang).to_owned(),
        (FieldType::Choices, Json::Array(all)) => {
            let labels = all.iter().filter_map(Json::as_str).map(|one| option_label(field, one, lang));
            labels.collect::<Vec<_>>().join(", ")
        }
        _ => entry(field, value, lang),
    }
}

/// What stands in an input.
pub(super) fn entry(field: &FieldInput, value: &Json, lang: Lang) -> String {
    match (field.kind, value) {
        (FieldType::Money, Json::Number(number)) => number.as_i64().map_or_else(String::new, |cents| {
            let (whole, rest) = (cents.div_euclid(100), cents.rem_euclid(100));
            format!("{whole}{}{rest:02}", lang.of(",", "."))
        }),
        (FieldType::Decimal, Json::String(text)) => text.replace('.', lang.of(",", ".")),
        (FieldType::Month, Json::String(text)) => match text.split_once('-') {
            Some((year, month)) => format!("{month}/{year}"),
            None => text.clone(),
        },
        (_, Json::String(text)) => text.clone(),
        (_, Json::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

fn option_label<'a>(field: &'a FieldInput, value: &'a str, lang: Lang) -> &'a str {
    field.options.iter().find(|option| option.value() == value).map_or(value, |option| label(option, lang))
}

/// What people read of an option.
pub(super) fn label(option: &OptionInput, lang: Lang) -> &str {
    match option {
        OptionInput::Value(value) => value,
        OptionInput::Labelled(option) => option.label.of(lang.code()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_read_and_entered_as_the_language_writes_them() {
        let field = |kind: &str| -> FieldInput {
            serde_json::from_value(json!({
                "name": "x", "type": kind, "label": {"it": "X"},
                "options": [{"value": "a", "label": {"it": "Primo", "en": "First"}}, "b"]
            }))
            .unwrap()
        };
        for (kind, value, it, en) in [
            ("money", json!(123_456), "1.234,56 €", "€1,234.56"),
            ("date", json!("2026-07-01"), "1 luglio 2026", "1 July 2026"),
            ("decimal", json!("12.5"), "12,5", "12.5"),
            ("month", json!("2026-09"), "09/2026", "09/2026"),
            ("boolean", json!(true), "Sì", "Yes"),
            ("choice", json!("a"), "Primo", "First"),
            ("choices", json!(["a", "b"]), "Primo, b", "First, b"),
            ("integer", json!(7), "7", "7"),
        ] {
            let field = field(kind);
            assert_eq!((shown(&field, &value, Lang::It).as_str(), shown(&field, &value, Lang::En).as_str()), (it, en));
        }
        assert_eq!(entry(&field("money"), &json!(5), Lang::It), "0,05");
        assert_eq!(entry(&field("money"), &json!("12,3x"), Lang::It), "12,3x", "as it was written");
    }
}
