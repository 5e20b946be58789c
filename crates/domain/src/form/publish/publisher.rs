// SPDX-License-Identifier: AGPL-3.0-or-later
//! What publishing gathers on its way: names, faults, and what a submission will cost.

use super::Known;
use crate::form::definition::Definition;
use crate::form::expression::{Kind, Node, Scope, Typed, check, parse};
use crate::form::labels::Labels;
use crate::form::limits::KEY_PARTS_MAX;
use crate::violation::{Place, Violations};

pub(super) struct Publisher<'a> {
    pub(super) known: Known<'a>,
    pub(super) scope: Scope<'a>,
    pub(super) wrong: Violations,
    /// Steps of all expressions together, at their worst.
    pub(super) steps: u64,
    languages: &'a [String],
}

impl<'a> Publisher<'a> {
    pub(super) fn new(definition: &'a Definition, known: Known<'a>) -> Publisher<'a> {
        Publisher {
            known,
            scope: Scope::new(known.registries),
            wrong: Violations::new(),
            steps: 0,
            languages: &definition.languages,
        }
    }

    /// A text for people, in every language of the form.
    pub(super) fn label(&mut self, labels: &Labels, place: &Place) {
        labels.check(self.languages, place, &mut self.wrong);
    }

    /// An expression of any type; its fault is recorded.
    pub(super) fn expression(&mut self, text: &str, place: &Place) -> Option<Typed> {
        match parse(text).and_then(|syntax| check(&syntax, &self.scope)) {
            Ok(typed) => {
                self.steps = self.steps.saturating_add(typed.steps);
                Some(typed)
            }
            Err(fault) => {
                self.wrong.add(place, fault.code, fault.detail);
                None
            }
        }
    }

    /// An expression of one of these kinds.
    pub(super) fn of_kind(
        &mut self,
        text: &str,
        place: &Place,
        wanted: &str,
        fits: fn(&Typed) -> bool,
    ) -> Option<Typed> {
        let typed = self.expression(text, place)?;
        if typed.kind == Kind::Faulty {
            return None;
        }
        if !fits(&typed) {
            let detail = format!("This is {}, and should be {wanted}.", typed.kind.word());
            self.wrong.add(place, "type_mismatch", detail);
            return None;
        }
        Some(typed)
    }

    /// As above, and always there.
    pub(super) fn present(
        &mut self,
        text: &str,
        place: &Place,
        wanted: &str,
        fits: fn(&Typed) -> bool,
    ) -> Option<Typed> {
        let typed = self.of_kind(text, place, wanted, fits)?;
        if typed.optional {
            let detail = "This may be without value: say what holds then, with `coalesce`.";
            self.wrong.add(place, "may_be_absent", detail);
            return None;
        }
        Some(typed)
    }

    pub(super) fn condition(&mut self, text: Option<&String>, place: &Place) -> Option<Node> {
        let typed = self.of_kind(text?, place, "a condition", |typed| typed.kind == Kind::Bool)?;
        Some(typed.node)
    }

    /// An amount: whole cents, never below zero where it is not allowed to be.
    pub(super) fn money(&mut self, text: &str, place: &Place) -> Option<Typed> {
        let share = |typed: &Typed| typed.kind == Kind::Share;
        let typed = self.present(text, place, "money", |typed| typed.kind.is_money() || typed.is_zero())?;
        if share(&typed) {
            let detail = "This is not whole cents: say how it is rounded, with `round`, `ceil` or `floor`.";
            self.wrong.add(place, "rounding_required", detail);
            return None;
        }
        Some(typed)
    }

    /// Expressions of texts that make a key together.
    pub(super) fn keys(&mut self, texts: &[String], place: &Place) -> Vec<Node> {
        if texts.len() > KEY_PARTS_MAX {
            self.wrong.add(place, "too_many", format!("A key has at most {KEY_PARTS_MAX} parts."));
        }
        let mut keys = Vec::new();
        for (at, text) in texts.iter().enumerate() {
            let plain = |typed: &Typed| !matches!(typed.kind, Kind::Null | Kind::Many(_) | Kind::Group(_));
            keys.extend(self.of_kind(text, &place.at(at), "a single value", plain).map(|typed| typed.node));
        }
        keys
    }
}

/// The field that a value comes from, where the expression is no more than a name or its column.
pub(super) fn origin(text: &str, scope: &Scope<'_>) -> Option<String> {
    let mut names = std::collections::BTreeSet::new();
    parse(text).ok()?.names(&mut names);
    let mut fields =
        names.into_iter().filter(|name| scope.find(name).is_some_and(|typed| matches!(typed.node, Node::Field(_))));
    let first = fields.next()?;
    fields.next().is_none().then_some(first)
}
