// SPDX-License-Identifier: AGPL-3.0-or-later
//! The fields of a form as a page shows them.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value as Json;
use tramite_domain::form::limits::GROUP_ROWS_MAX;
use tramite_domain::form::{FieldInput, FieldLook, FieldType, Normalization, Offered};

use super::entered::{Posted, count_name, input_name};
use super::language::Lang;
use super::shown::{entry, label, shown};

/// More options than this stand in a list, not one below the other.
const RADIOS_MAX: usize = 5;

/// A field on a page.
#[derive(Debug, Serialize)]
pub(super) struct Widget {
    pub(super) id: String,
    name: String,
    /// Which part of the template shows it.
    kind: &'static str,
    pub(super) label: String,
    help: Option<String>,
    hint: Option<&'static str>,
    required: bool,
    value: String,
    input: Input,
    options: Vec<Choice>,
    pub(super) error: Option<String>,
    /// Ids of what describes it, for whoever does not see the page.
    described: Option<String>,
    /// Whether other fields depend on what is chosen here.
    updates: bool,
    group: Option<Group>,
}

/// How an input is written into.
#[derive(Debug, Default, Serialize)]
struct Input {
    kind: &'static str,
    mode: Option<&'static str>,
    complete: Option<&'static str>,
    chars_max: Option<usize>,
    /// A name or a code, where correcting the spelling is in the way.
    literal: bool,
}

#[derive(Debug, Serialize)]
struct Choice {
    id: String,
    value: String,
    label: String,
    chosen: bool,
}

#[derive(Debug, Serialize)]
struct Group {
    name: String,
    count_name: String,
    rows: Vec<Vec<Widget>>,
    may_add: bool,
    may_remove: bool,
}

/// What widgets are made from, beside the field itself.
pub(super) struct Drawing<'a> {
    pub(super) lang: Lang,
    /// What was sent; none on a page that is shown for the first time.
    pub(super) posted: Option<&'a Posted>,
    /// What is wrong, by the place of the field.
    pub(super) errors: &'a dyn Fn(&str, &FieldInput) -> Option<String>,
    /// Whether the form is another one with other values.
    pub(super) moves: bool,
}

/// The fields that are there.
pub(super) fn widgets(fields: &[FieldInput], looks: &[FieldLook], drawing: &Drawing<'_>) -> Vec<Widget> {
    row(fields, looks, None, drawing)
}

/// Where the fields are that a page shows.
pub(super) fn shown_ids<'a>(widgets: &'a [Widget], all: &mut BTreeSet<&'a str>) {
    for widget in widgets {
        all.insert(&widget.id);
        for row in widget.group.iter().flat_map(|group| &group.rows) {
            shown_ids(row, all);
        }
    }
}

fn row(
    fields: &[FieldInput],
    looks: &[FieldLook],
    within: Option<(&str, usize)>,
    drawing: &Drawing<'_>,
) -> Vec<Widget> {
    let there = fields.iter().zip(looks).filter(|(_, look)| look.visible);
    // What is worked out is shown once there is something to show.
    let there = there.filter(|(_, look)| look.entered || look.value.is_some());
    there.map(|(field, look)| widget(field, look, within, drawing)).collect()
}

/// The id of a field, from its place among the values (`/values/stays/0/nights`).
pub(super) fn id_of(place: &str) -> String {
    let rest = place.strip_prefix("/values").unwrap_or(place);
    format!("f{}", rest.replace('/', "-"))
}

fn place_of(within: Option<(&str, usize)>, name: &str) -> String {
    match within {
        Some((group, row)) => format!("/values/{group}/{row}/{name}"),
        None => format!("/values/{name}"),
    }
}

fn widget(field: &FieldInput, look: &FieldLook, within: Option<(&str, usize)>, drawing: &Drawing<'_>) -> Widget {
    let lang = drawing.lang;
    let place = place_of(within, &field.name);
    let (id, name) = (id_of(&place), input_name(within, &field.name));
    let (kind, hint) = kind_of(field, look, lang);
    let error = (drawing.errors)(&place, field).filter(|_| look.entered);
    let help = field.help.as_ref().map(|help| help.of(lang.code()).to_owned());
    let parts = [(help.is_some(), "help"), (hint.is_some(), "hint"), (error.is_some(), "error")];
    let ids: Vec<String> =
        parts.into_iter().filter(|(there, _)| *there).map(|(_, part)| format!("{id}-{part}")).collect();
    // Not days: a browser says that one changed while it is still being written.
    let chooses = matches!(field.kind, FieldType::Choice | FieldType::Choices | FieldType::Registry);
    Widget {
        label: field.label.of(lang.code()).to_owned(),
        help,
        hint,
        required: look.required,
        value: value_of(field, look, &name, drawing),
        input: input_of(field),
        options: options(field, look, &id, &name, drawing),
        error,
        described: (!ids.is_empty()).then(|| ids.join(" ")),
        updates: drawing.moves && (chooses || field.kind == FieldType::Boolean),
        group: (field.kind == FieldType::Group).then(|| group(field, look, drawing)),
        id,
        name,
        kind,
    }
}

fn kind_of(field: &FieldInput, look: &FieldLook, lang: Lang) -> (&'static str, Option<&'static str>) {
    if !look.entered {
        return ("output", None);
    }
    match (field.kind, &look.offered) {
        (FieldType::Group, _) => ("group", None),
        (FieldType::Boolean, _) => ("checkbox", None),
        (FieldType::Choices, _) => ("checkboxes", None),
        (FieldType::Choice, _) if look.required && field.options.len() <= RADIOS_MAX => ("radios", None),
        (FieldType::Choice, _) => ("select", None),
        (FieldType::Registry, Offered::Rows(rows)) if rows.is_empty() => ("empty", None),
        (FieldType::Registry, Offered::Rows(_)) => ("select", None),
        (FieldType::Registry, _) => {
            ("input", Some(lang.of("Scrivi il codice della voce.", "Write the code of the entry.")))
        }
        (FieldType::Money, _) => ("input", Some(lang.of("In euro, per esempio 12,50.", "In euro, for example 12.50."))),
        (FieldType::Month, _) => {
            ("input", Some(lang.of("Mese e anno, per esempio 10/2026.", "Month and year, for example 10/2026.")))
        }
        (FieldType::FileHash, _) => {
            ("hash", Some(lang.of("Impronta SHA-256 del documento, in base64.", "SHA-256 of the document, in base64.")))
        }
        _ => ("input", None),
    }
}

fn input_of(field: &FieldInput) -> Input {
    let text = Input { kind: "text", ..Input::default() };
    let changed = field.normalize.contains(&Normalization::StripSpaces);
    let chars_max = field.max_length.filter(|_| !changed);
    match field.kind {
        FieldType::Date => Input { kind: "date", ..text },
        FieldType::Time => Input { kind: "time", ..text },
        FieldType::Email => Input { kind: "email", complete: Some("email"), literal: true, ..text },
        FieldType::Phone => Input { kind: "tel", complete: Some("tel"), ..text },
        FieldType::Integer | FieldType::Year => Input { mode: Some("numeric"), ..text },
        FieldType::Money | FieldType::Decimal => Input { mode: Some("decimal"), ..text },
        FieldType::VatNumber => Input { mode: Some("numeric"), literal: true, ..text },
        FieldType::TaxCode | FieldType::Plate | FieldType::Iban | FieldType::FileHash | FieldType::Registry => {
            Input { literal: true, ..text }
        }
        _ => Input { chars_max, ..text },
    }
}

/// What stands in the field: what was sent as it was sent, else what it would be.
fn value_of(field: &FieldInput, look: &FieldLook, name: &str, drawing: &Drawing<'_>) -> String {
    if !look.entered {
        return look.value.as_ref().map(|value| read_only(field, look, value, drawing.lang)).unwrap_or_default();
    }
    let sent = drawing.posted.and_then(|posted| posted.last(name));
    match sent {
        // A calendar takes its own form alone.
        Some(_) if field.kind == FieldType::Date && look.value.is_some() => entered(field, look, drawing.lang),
        Some(text) => text.to_owned(),
        None => entered(field, look, drawing.lang),
    }
}

fn entered(field: &FieldInput, look: &FieldLook, lang: Lang) -> String {
    look.value.as_ref().map(|value| entry(field, value, lang)).unwrap_or_default()
}

fn read_only(field: &FieldInput, look: &FieldLook, value: &Json, lang: Lang) -> String {
    row_label(look, value, lang).unwrap_or_else(|| shown(field, value, lang))
}

/// What people read of the row of a registry that was chosen.
pub(super) fn row_label(look: &FieldLook, value: &Json, lang: Lang) -> Option<String> {
    let (Offered::Rows(rows), Some(code)) = (&look.offered, value.as_str()) else { return None };
    let row = rows.iter().find(|row| row.code() == code)?;
    let label = row.label().of(lang.code());
    Some(if label.is_empty() { code.to_owned() } else { label.to_owned() })
}

fn options(field: &FieldInput, look: &FieldLook, id: &str, name: &str, drawing: &Drawing<'_>) -> Vec<Choice> {
    let lang = drawing.lang;
    let given = look.value.as_ref();
    let chosen = |value: &str| match given {
        Some(Json::String(one)) => one == value,
        Some(Json::Array(all)) => all.iter().any(|one| one.as_str() == Some(value)),
        _ => drawing.posted.is_some_and(|posted| posted.all(name).iter().any(|one| one == value)),
    };
    let pairs: Vec<(String, String)> = match (&look.offered, field.kind) {
        (Offered::Rows(rows), _) => rows
            .iter()
            .map(|row| {
                let label = row.label().of(lang.code());
                (row.code().to_owned(), if label.is_empty() { row.code() } else { label }.to_owned())
            })
            .collect(),
        (_, FieldType::Boolean) => vec![("1".to_owned(), String::new())],
        _ => field.options.iter().map(|one| (one.value().to_owned(), label(one, lang).to_owned())).collect(),
    };
    let ticked = given == Some(&Json::Bool(true));
    let each = pairs.into_iter().enumerate().map(|(at, (value, label))| Choice {
        // An error leads to the first of them.
        id: if at == 0 { id.to_owned() } else { format!("{id}-o{at}") },
        chosen: if field.kind == FieldType::Boolean { ticked } else { chosen(&value) },
        value,
        label,
    });
    each.collect()
}

fn group(field: &FieldInput, look: &FieldLook, drawing: &Drawing<'_>) -> Group {
    let rows = look.rows.iter().enumerate();
    let rows: Vec<Vec<Widget>> =
        rows.map(|(at, looks)| row(&field.fields, looks, Some((&field.name, at)), drawing)).collect();
    Group {
        name: field.name.clone(),
        count_name: count_name(&field.name),
        may_add: rows.len() < field.max_rows.unwrap_or(GROUP_ROWS_MAX),
        may_remove: rows.len() > field.min_rows.unwrap_or(0),
        rows,
    }
}
