// SPDX-License-Identifier: AGPL-3.0-or-later
//! What must hold between fields, and when the form is open.

use super::model::{Faults, pointer};
use super::{Fault, View};
use crate::form::expression::Stop;
use crate::form::value::Value;
use crate::time::Instant;

pub(super) fn check(view: &View<'_>, faults: &mut Faults) -> Result<(), Stop> {
    window(view, faults)?;
    for rule in &view.form.rules {
        if view.value(&rule.assert)? != Value::Bool(false) {
            continue;
        }
        let at = rule.at.as_ref().map_or_else(|| "/values".to_owned(), |name| pointer("/values", name));
        faults.push(Fault {
            pointer: at,
            code: rule.code.clone().into(),
            detail: "A rule of the form does not hold.".to_owned(),
            message: Some(rule.message.clone()),
        });
    }
    Ok(())
}

fn window(view: &View<'_>, faults: &mut Faults) -> Result<(), Stop> {
    let window = &view.form.window;
    if window.opens_at.is_some_and(|opens| view.now < opens) {
        faults.add("", "window_not_open", "The form is not open yet.");
    }
    if window.closes_at.is_some_and(|closes| view.now >= closes) {
        faults.add("", "window_closed", "The form is closed.");
    }
    let Some(node) = &window.closes else { return Ok(()) };
    let over = match view.value(node)? {
        Value::Date(day) => view.now >= Instant::end_of_rome_day(day),
        Value::Instant(instant) => view.now > instant,
        _ => false,
    };
    if over {
        let at = window.at.as_ref().map_or_else(|| "/values".to_owned(), |name| pointer("/values", name));
        faults.add(at, "window_closed", "This is closed.");
    }
    Ok(())
}
