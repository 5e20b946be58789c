// SPDX-License-Identifier: AGPL-3.0-or-later
//! Which properties belong to which types of fields.

use crate::form::definition::{FieldInput, FieldType};
use crate::violation::{Place, Violations};

const fn is_text(kind: FieldType) -> bool {
    matches!(kind, FieldType::Text | FieldType::Phone | FieldType::Plate | FieldType::Email)
}

const fn is_ordered(kind: FieldType) -> bool {
    matches!(
        kind,
        FieldType::Integer
            | FieldType::Decimal
            | FieldType::Money
            | FieldType::Date
            | FieldType::Month
            | FieldType::Year
            | FieldType::Time
    )
}

/// Records what a field of this type does not have, and what it lacks.
pub(super) fn applies(field: &FieldInput, inside_group: bool, place: &Place, wrong: &mut Violations) {
    use FieldType::{Choice, Choices, Decimal, Group, Registry};
    let kind = field.kind;
    if inside_group && kind == Group {
        wrong.add(&place.at("type"), "nested_group", "A group holds no group.");
        return;
    }
    let given = [
        ("normalize", !field.normalize.is_empty(), is_text(kind)),
        ("min_length", field.min_length.is_some(), is_text(kind)),
        ("max_length", field.max_length.is_some(), is_text(kind)),
        ("pattern", field.pattern.is_some(), is_text(kind)),
        ("warn_pattern", field.warn_pattern.is_some(), is_text(kind)),
        ("min", field.min.is_some(), is_ordered(kind)),
        ("max", field.max.is_some(), is_ordered(kind)),
        ("decimals", field.decimals.is_some(), kind == Decimal),
        ("options", !field.options.is_empty(), matches!(kind, Choice | Choices)),
        ("registry", field.registry.is_some(), kind == Registry),
        ("filter", field.filter.is_some(), kind == Registry),
        ("fields", !field.fields.is_empty(), kind == Group),
        ("min_rows", field.min_rows.is_some(), kind == Group),
        ("max_rows", field.max_rows.is_some(), kind == Group),
        ("default", field.default.is_some(), kind != Group),
        ("computed", field.computed.is_some(), !matches!(kind, Group | Registry | Choices)),
        ("computed_if", field.computed_if.is_some(), field.computed.is_some()),
        ("required_if", field.required_if.is_some(), !field.required),
        ("required", field.required, field.computed.is_none() || field.computed_if.is_some()),
        ("default", field.default.is_some(), field.computed.is_none() || field.computed_if.is_some()),
        ("read_only", field.read_only, field.computed.is_some() || field.default.is_some()),
    ];
    for (name, is_given, fits) in given {
        if is_given && !fits {
            let detail = format!("A field of type `{}` that says what this one says has no `{name}`.", kind.name());
            wrong.add(&place.at(name), "not_applicable", detail);
        }
    }
    let needed = [
        ("options", matches!(kind, Choice | Choices) && field.options.is_empty()),
        ("registry", kind == Registry && field.registry.is_none()),
        ("fields", kind == Group && field.fields.is_empty()),
    ];
    for (name, missing) in needed {
        if missing {
            wrong.add(&place.at(name), "required", format!("A field of type `{}` says this.", kind.name()));
        }
    }
}
