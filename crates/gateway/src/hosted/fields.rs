// SPDX-License-Identifier: AGPL-3.0-or-later
//! A form with what was sent so far: which of its fields are there, what is wrong, and what of it is to be said.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};
use tramite_domain::form::limits::SUBMISSION_BYTES_MAX;
use tramite_domain::form::{Fault, FieldInput, FieldLook, FieldType, Look, Offered, look};
use tramite_domain::submission::with_an_end;
use tramite_domain::time::Instant;

use super::entered::{Posted, Rows, values};
use super::form::Open;
use super::language::Lang;

/// A form with what was sent so far.
pub(super) struct Filled {
    pub(super) look: Look,
    /// What a submission would be made of.
    pub(super) values: Map<String, Json>,
    /// It is more than a submission may hold.
    pub(super) too_large: bool,
}

/// Looks at a form with what was sent. What became a value that is worked out is no longer entered, whatever was sent for it.
pub(super) fn filled(open: &Open, posted: &Posted, rows: Rows<'_>, lang: Lang, now: Instant) -> Filled {
    let ready = &open.ready;
    let fields = &ready.form.definition().fields;
    let mut values = values(fields, posted, rows, lang);
    let too_large = serde_json::to_vec(&values).map_or(usize::MAX, |text| text.len()) > SUBMISSION_BYTES_MAX;
    if too_large {
        // It is not looked at: it is refused.
        return Filled { look: look(&ready.form, &ready.registries, &Map::new(), now), values, too_large };
    }
    let mut seen = look(&ready.form, &ready.registries, &values, now);
    if withdraw(&mut values, &seen.fields) {
        seen = look(&ready.form, &ready.registries, &values, now);
    }
    seen.outcome = seen.outcome.map(|submission| with_an_end(submission, open.ends_with_due_date, now));
    Filled { look: seen, values, too_large }
}

/// Takes away what is not entered; whether there was any.
fn withdraw(values: &mut Map<String, Json>, looks: &[FieldLook]) -> bool {
    let mut any = false;
    for look in looks {
        if !look.entered {
            any |= values.remove(&look.name).is_some();
        }
        let Some(rows) = values.get_mut(&look.name).and_then(Json::as_array_mut) else { continue };
        for (row, looks) in rows.iter_mut().zip(&look.rows) {
            if let Some(row) = row.as_object_mut() {
                any |= withdraw(row, looks);
            }
        }
    }
    any
}

/// Whether the fields of a form depend on each other: then it is another one with other values.
pub(super) fn moves(fields: &[FieldInput]) -> bool {
    fields.iter().any(|field| {
        field.visible_if.is_some()
            || field.required_if.is_some()
            || field.filter.is_some()
            || field.computed.is_some()
            || moves(&field.fields)
    })
}

/// Places of the fields that could be filled in on the page with these looks; the next one knows by them which are new.
pub(super) fn asked(looks: &[FieldLook]) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let empty = |look: &FieldLook| matches!(&look.offered, Offered::Rows(rows) if rows.is_empty());
    let able = |look: &&FieldLook| look.visible && look.entered && !empty(look);
    for look in looks.iter().filter(able) {
        all.insert(format!("/values/{}", look.name));
        for (at, row) in look.rows.iter().enumerate() {
            all.extend(row.iter().filter(able).map(|inner| format!("/values/{}/{at}/{}", look.name, inner.name)));
        }
    }
    all
}

/// Of the faults those that are to be told, and whether there are others: of what could not be filled in before.
pub(super) fn told(faults: &[Fault], asked_before: &BTreeSet<String>) -> (Vec<Fault>, bool) {
    let new = |fault: &&Fault| fault.code == "required" && !asked_before.contains(&fault.pointer);
    let told: Vec<Fault> = faults.iter().filter(|fault| !new(fault)).cloned().collect();
    let more = told.len() < faults.len();
    (told, more)
}

/// The field of a fault.
pub(super) fn field_at<'a>(fields: &'a [FieldInput], pointer: &str) -> Option<&'a FieldInput> {
    let mut parts = pointer.strip_prefix("/values/")?.split('/');
    let field = fields.iter().find(|field| Some(field.name.as_str()) == parts.clone().next())?;
    parts.next();
    match (field.kind, parts.next(), parts.next()) {
        (FieldType::Group, Some(_), Some(name)) => field.fields.iter().find(|inner| inner.name == name),
        _ => Some(field),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_could_fill_in_before_is_not_told_as_a_fault() {
        let fault = |pointer: &str, code: &'static str| Fault {
            pointer: pointer.to_owned(),
            code: code.into(),
            detail: String::new(),
            message: None,
        };
        let faults = [fault("/values/a", "required"), fault("/values/b", "required"), fault("/values/b", "other")];
        let (told, more) = told(&faults, &BTreeSet::from(["/values/a".to_owned()]));
        assert_eq!(told, [faults[0].clone(), faults[2].clone()]);
        assert!(more);
    }
}
