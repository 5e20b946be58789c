// SPDX-License-Identifier: AGPL-3.0-or-later
//! What becomes of a submission: rules, window, quotas, look-up, who owes, and until when.

use super::publisher::{Publisher, origin};
use crate::form::compiled::{Lookup, Party, Quota, Rule, Window};
use crate::form::definition::{Definition, LookupInput, PartyInput};
use crate::form::expression::{Kind, Node, Typed};
use crate::form::limits::{KEY_PARTS_MAX, QUOTAS_MAX};
use crate::form::names::is_name;
use crate::ident::ServiceCode;
use crate::submission::{HOLD_MINUTES_DEFAULT, HOLD_MINUTES_MAX, HOLD_MINUTES_MIN};
use crate::time::Instant;
use crate::violation::Place;

/// Characters of a subject's name, as debt positions take it.
const FULL_NAME_CHARS_MAX: usize = 70;

pub(super) fn rules(publisher: &mut Publisher<'_>, definition: &Definition) -> Vec<Rule> {
    let mut rules = Vec::new();
    for (index, input) in definition.rules.iter().enumerate() {
        let place = Place::root().at("rules").at(index);
        publisher.label(&input.message, &place.at("message"));
        if !is_name(&input.code) {
            publisher.wrong.add(
                &place.at("code"),
                "invalid_name",
                "A code has lower-case letters, digits and underscores.",
            );
        }
        if input.at.as_ref().is_some_and(|name| !definition.fields.iter().any(|field| field.name == *name)) {
            publisher.wrong.add(&place.at("at"), "unknown_name", "There is no field of this name.");
        }
        let assert = publisher.condition(Some(&input.assert), &place.at("assert"));
        rules.extend(assert.map(|assert| Rule {
            assert,
            code: input.code.clone(),
            at: input.at.clone(),
            message: input.message.clone(),
        }));
    }
    rules
}

pub(super) fn window(publisher: &mut Publisher<'_>, definition: &Definition) -> Window {
    let Some(input) = &definition.window else { return Window::default() };
    let place = Place::root().at("window");
    let mut instant = |text: Option<&String>, name: &str| {
        text.and_then(|text| publisher.wrong.take(&place.at(name), "invalid_instant", text.parse::<Instant>()))
    };
    let (opens_at, closes_at) =
        (instant(input.opens_at.as_ref(), "opens_at"), instant(input.closes_at.as_ref(), "closes_at"));
    if opens_at.zip(closes_at).is_some_and(|(opens, closes)| opens >= closes) {
        publisher.wrong.add(&place.at("closes_at"), "below_minimum", "It closes after it opens.");
    }
    let closes = input.closes.as_ref().and_then(|text| day(publisher, text, &place.at("closes"), true));
    let at = input.closes.as_ref().and_then(|text| origin(text, &publisher.scope));
    Window { opens_at, closes_at, closes, at }
}

/// A day, or an instant where that is taken too.
pub(super) fn day(publisher: &mut Publisher<'_>, text: &str, place: &Place, instants: bool) -> Option<Node> {
    let typed = if instants {
        let fits = |typed: &Typed| matches!(typed.kind, Kind::Date | Kind::Instant);
        publisher.of_kind(text, place, "a day or an instant", fits)
    } else {
        publisher.of_kind(text, place, "a day", |typed| typed.kind == Kind::Date)
    };
    typed.map(|typed| typed.node)
}

pub(super) fn quotas(publisher: &mut Publisher<'_>, definition: &Definition) -> Vec<Quota> {
    let place = Place::root().at("quotas");
    if definition.quotas.len() > QUOTAS_MAX {
        publisher.wrong.add(&place, "too_many", format!("A form has at most {QUOTAS_MAX} quotas."));
    }
    let mut quotas: Vec<Quota> = Vec::new();
    for (index, input) in definition.quotas.iter().enumerate() {
        let place = place.at(index);
        if !is_name(&input.name) {
            publisher.wrong.add(
                &place.at("name"),
                "invalid_name",
                "A name has lower-case letters, digits and underscores.",
            );
        } else if definition.quotas.iter().take(index).any(|before| before.name == input.name) {
            publisher.wrong.add(&place.at("name"), "duplicate_name", "Another quota has this name.");
        }
        let by = publisher.keys(&input.by, &place.at("by"));
        let when = publisher.condition(input.when.as_ref(), &place.at("when"));
        let limit =
            publisher.of_kind(&input.limit, &place.at("limit"), "a whole number", |one| one.kind == Kind::Integer);
        let hold_minutes = input.hold_minutes.unwrap_or(HOLD_MINUTES_DEFAULT);
        if !(HOLD_MINUTES_MIN..=HOLD_MINUTES_MAX).contains(&hold_minutes) {
            let detail = format!("A place is held for {HOLD_MINUTES_MIN} to {HOLD_MINUTES_MAX} minutes.");
            publisher.wrong.add(&place.at("hold_minutes"), "out_of_range", detail);
        }
        let limit = limit.map(|limit| limit.node);
        quotas.extend(limit.map(|limit| Quota { name: input.name.clone(), by, when, limit, hold_minutes }));
    }
    quotas
}

pub(super) fn lookup(publisher: &mut Publisher<'_>, input: &LookupInput) -> Option<Lookup> {
    let place = Place::root().at("lookup");
    let service = publisher.wrong.take(&place.at("service"), "invalid_code", input.service.parse::<ServiceCode>());
    if input.by.is_empty() || input.by.len() > KEY_PARTS_MAX {
        publisher.wrong.add(&place.at("by"), "too_many", format!("A look-up has 1 to {KEY_PARTS_MAX} fields."));
    }
    let mut by = Vec::new();
    for (at, name) in input.by.iter().enumerate() {
        let plain = |typed: &Typed| {
            matches!(typed.node, Node::Field(_)) && !matches!(typed.kind, Kind::Many(_) | Kind::Group(_))
        };
        let typed = publisher.of_kind(name, &place.at("by").at(at), "a field", plain);
        by.extend(typed.map(|typed| (name.clone(), typed.node, typed.kind)));
    }
    Some(Lookup { service: service?, by, on_hit: input.on_hit, on_miss: input.on_miss })
}

pub(super) fn party(publisher: &mut Publisher<'_>, input: &PartyInput, place: &Place) -> Option<Party> {
    let text = |typed: &Typed| matches!(typed.kind, Kind::Text(_));
    let legal_person_if = publisher.condition(input.legal_person_if.as_ref(), &place.at("legal_person_if"));
    let tax_code = publisher.present(&input.tax_code, &place.at("tax_code"), "a text", text);
    let full_name = publisher.present(&input.full_name, &place.at("full_name"), "a text", text);
    if full_name.as_ref().is_some_and(|name| name.chars_max > FULL_NAME_CHARS_MAX) {
        let detail = format!("The name can become longer than {FULL_NAME_CHARS_MAX} characters.");
        publisher.wrong.add(&place.at("full_name"), "text_may_be_too_long", detail);
    }
    let email = input.email.as_ref().and_then(|one| publisher.of_kind(one, &place.at("email"), "a text", text));
    let from = |text: &String| origin(text, &publisher.scope);
    let at = [from(&input.tax_code), from(&input.full_name), input.email.as_ref().and_then(from)];
    let email = email.map(|email| email.node);
    Some(Party { legal_person_if, tax_code: tax_code?.node, full_name: full_name?.node, email, at })
}
