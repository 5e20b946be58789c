// SPDX-License-Identifier: AGPL-3.0-or-later
//! Texts with `{names}`: nothing but substitution, of a field, a table or the column of a row.

use chrono::Datelike;

use super::expression::{Context, Kind, Node, Scope, Stop, evaluate};
use super::limits::TEMPLATE_CHARS_MAX;
use super::number::Number;
use super::value::Value;
use crate::personal_data::find_personal_data;
use crate::text::is_forbidden;
use crate::violation::{Place, Violations};

/// A checked template.
#[derive(Debug)]
pub(crate) struct Template(Vec<Part>);

#[derive(Debug)]
enum Part {
    Plain(String),
    Value(Node, Kind),
}

/// A template and what it was found to be.
pub(crate) struct Found {
    pub(crate) template: Template,
    /// The fields and tables it names.
    pub(crate) names: Vec<String>,
    /// Most steps it takes.
    pub(crate) steps: u64,
    /// Nothing may be left of it.
    pub(crate) may_be_empty: bool,
}

impl Template {
    /// Checks a template whose text leaves Tramite: every name is known, none says anything of a person, and the longest text it
    /// can become is short enough.
    pub(crate) fn check(
        text: &str,
        chars_max: usize,
        scope: &Scope<'_>,
        place: &Place,
        wrong: &mut Violations,
    ) -> Option<Found> {
        if text.chars().count() > TEMPLATE_CHARS_MAX {
            wrong.add(place, "text_too_long", format!("A template has at most {TEMPLATE_CHARS_MAX} characters."));
            return None;
        }
        if text.chars().any(is_forbidden) || text.trim().is_empty() {
            wrong.add(place, "invalid_text", "A template is one line of text, without control characters.");
            return None;
        }
        let mut checked = Checked {
            scope,
            place,
            wrong,
            parts: Vec::new(),
            names: Vec::new(),
            chars: 0,
            plain: String::new(),
            steps: 0,
            always: false,
        };
        let right = checked.read(text);
        let Checked { parts, names, chars, plain, steps, always, .. } = checked;
        let may_be_empty = !always && plain.trim().is_empty();
        if find_personal_data(&plain).is_some() {
            wrong.add(place, "personal_data_in_text", "This text leaves Tramite and must hold no personal data.");
        }
        if right && chars > chars_max {
            let detail = format!("The text can become {chars} characters long; it leaves with at most {chars_max}.");
            wrong.add(place, "text_may_be_too_long", detail);
        }
        right.then_some(Found { template: Template(parts), names, steps, may_be_empty })
    }

    /// The text; what is absent leaves nothing, and no two blanks are left beside it.
    pub(crate) fn fill(&self, context: &Context<'_>) -> Result<String, Stop> {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Plain(plain) => text.push_str(plain),
                Part::Value(node, kind) => text.push_str(&shown(&evaluate(node, context)?, kind)),
            }
        }
        Ok(text.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

struct Checked<'a, 'b> {
    scope: &'a Scope<'b>,
    place: &'a Place,
    wrong: &'a mut Violations,
    parts: Vec<Part>,
    names: Vec<String>,
    chars: usize,
    /// What the template says by itself, a blank in the place of each value.
    plain: String,
    steps: u64,
    /// Some value of it is always there.
    always: bool,
}

impl Checked<'_, '_> {
    fn read(&mut self, text: &str) -> bool {
        let mut rest = text;
        let mut right = true;
        while let Some((before, after)) = rest.split_once('{') {
            self.literal(before);
            right &= !before.contains('}');
            let Some((name, after)) = after.split_once('}') else {
                right = false;
                rest = "";
                break;
            };
            right &= !name.contains('{');
            if right && !self.value(name) {
                return false;
            }
            rest = after;
        }
        right &= !rest.contains('}');
        self.literal(rest);
        if !right {
            self.wrong.add(
                self.place,
                "template_syntax",
                "Every `{` of a template has its `}`, with a name between them.",
            );
        }
        right
    }

    fn literal(&mut self, text: &str) {
        self.chars = self.chars.saturating_add(text.chars().count());
        self.plain.push_str(text);
        self.plain.push(' ');
        if !text.is_empty() {
            self.parts.push(Part::Plain(text.to_owned()));
        }
    }

    fn value(&mut self, name: &str) -> bool {
        let path = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'));
        if !path {
            self.wrong.add(
                self.place,
                "template_syntax",
                "Between `{` and `}` stands a name, or a row and its column.",
            );
            return false;
        }
        let checked = super::expression::parse(name).and_then(|syntax| super::expression::check(&syntax, self.scope));
        let typed = match checked {
            Ok(typed) => typed,
            Err(fault) => {
                self.wrong.add(self.place, fault.code, format!("In `{{{name}}}`: {}", fault.detail));
                return false;
            }
        };
        if typed.personal {
            let detail = format!("`{{{name}}}` says something of a person, and this text leaves Tramite.");
            self.wrong.add(self.place, "personal_data_in_text", detail);
            return false;
        }
        if !shows(&typed.kind) {
            let detail = format!("`{{{name}}}` is {}, which is not written in a text.", typed.kind.word());
            self.wrong.add(self.place, "type_mismatch", detail);
            return false;
        }
        self.chars = self.chars.saturating_add(typed.chars_max);
        self.steps = self.steps.saturating_add(typed.steps);
        self.always |= !typed.optional;
        self.names.extend(name.split('.').next().map(str::to_owned));
        self.parts.push(Part::Value(typed.node, typed.kind));
        true
    }
}

const fn shows(kind: &Kind) -> bool {
    !matches!(kind, Kind::Null | Kind::Bool | Kind::Share | Kind::Many(_) | Kind::Group(_) | Kind::Instant)
}

/// How people in Italy write a value: `31/12/2026`, `12/2026`, `10,50`.
pub(crate) fn shown(value: &Value, kind: &Kind) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        Value::Date(day) => format!("{:02}/{:02}/{:04}", day.day(), day.month(), day.year()),
        Value::Month(month) => format!("{:02}/{:04}", month.month, month.year),
        Value::Time(minutes) => format!("{:02}:{:02}", minutes.div_euclid(60), minutes.rem_euclid(60)),
        Value::Number(number) if kind.is_money() => euros(*number),
        Value::Number(number) => number.to_string().replace('.', ","),
        Value::Row(row) => row.code().to_owned(),
        _ => String::new(),
    }
}

fn euros(cents: Number) -> String {
    let Some(cents) = cents.to_integer() else { return String::new() };
    let sign = if cents < 0 { "-" } else { "" };
    let cents = cents.unsigned_abs();
    format!("{sign}{},{:02}", cents.div_euclid(100), cents.rem_euclid(100))
}
