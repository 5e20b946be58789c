// SPDX-License-Identifier: AGPL-3.0-or-later
//! One field: what it is, what it must be, and what is known of its value before there is one.

use std::sync::Arc;

use super::applies::applies;
use super::fields::faulty;
use super::publisher::Publisher;
use crate::form::compiled::{Entry, Field};
use crate::form::definition::{Bound, FieldInput, FieldType, OptionInput};
use crate::form::entry;
use crate::form::expression::{Kind, Node, Typed};
use crate::form::limits::{
    DECIMALS_MAX, INTEGER_DEFAULT_MAX, NORMALIZE_MAX, OPTIONS_MAX, PATTERN_TEXT_CHARS_MAX, ROW_CODE_CHARS_MAX,
    TEXT_CHARS_DEFAULT, TEXT_CHARS_MAX,
};
use crate::form::number::Number;
use crate::form::pattern::Pattern;
use crate::form::range::Range;
use crate::form::value::{YEAR_MAX, YEAR_MIN};
use crate::money::{AMOUNT_CENTS_MAX, PAYABLE_CENTS_MAX};
use crate::text::{Text, is_forbidden};
use crate::violation;

/// Where a field stands.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Form(usize),
    Row(usize),
}

/// Compiles a field, and says what an expression can know of it.
pub(super) fn field(
    publisher: &mut Publisher<'_>,
    input: &FieldInput,
    place: &violation::Place,
    at: Place,
) -> (Field, Typed) {
    applies(input, matches!(at, Place::Row(_)), place, &mut publisher.wrong);
    publisher.label(&input.label, &place.at("label"));
    if let Some(help) = &input.help {
        publisher.label(help, &place.at("help"));
    }
    let limits = limits(publisher, input, place);
    let visible_if = publisher.condition(input.visible_if.as_ref(), &place.at("visible_if"));
    let required_if = publisher.condition(input.required_if.as_ref(), &place.at("required_if"));
    let computed_if = publisher.condition(input.computed_if.as_ref(), &place.at("computed_if"));
    let computed = input.computed.as_ref().map(|text| publisher.expression(text, &place.at("computed")));
    let node = match at {
        Place::Form(index) => Node::Field(index),
        Place::Row(index) => Node::Inner(index),
    };
    let mut typed =
        Typed { personal: input.personal || personal(input.kind), ..Typed::new(node, kind(input, &limits)) };
    typed.range = own_range(input);
    typed.chars_max = chars(input, &limits, typed.range);
    typed.optional = !(input.required || input.default.is_some());
    let computed = match computed {
        Some(Some(value)) => take_computed(publisher, input, value, &mut typed, &place.at("computed")),
        Some(None) => {
            typed.kind = Kind::Faulty;
            None
        }
        None => None,
    };
    typed.optional |= input.visible_if.is_some();
    if typed.range.is_some_and(|range| range.least > range.most) {
        publisher.wrong.add(&place.at("max"), "below_minimum", "The most is not below the least.");
        typed.kind = Kind::Faulty;
    }
    let min = bound(publisher, input.min.as_ref(), &mut typed, &place.at("min"), true);
    let max = bound(publisher, input.max.as_ref(), &mut typed, &place.at("max"), false);
    if typed.kind.is_number() {
        typed.chars_max = typed.chars_max.max(number_chars(typed.range));
    }
    let filter = filter(publisher, input, &limits, place);
    if typed.kind == Kind::Row(String::new()) {
        typed = faulty();
    }
    let mut compiled = Field {
        name: input.name.clone(),
        kind: input.kind,
        required: input.required,
        required_if,
        visible_if,
        read_only: input.read_only,
        default: None,
        computed,
        computed_if,
        limits,
        min,
        max,
        filter,
        group: None,
    };
    if let Some(json) = &input.default {
        match entry::entered(&compiled, json, publisher.known.registries) {
            Ok(value) => compiled.default = Some(value),
            Err(fault) => publisher.wrong.add(&place.at("default"), fault.code, fault.detail),
        }
    }
    (compiled, typed)
}

const fn personal(kind: FieldType) -> bool {
    matches!(kind, FieldType::TaxCode | FieldType::Email | FieldType::Phone | FieldType::Plate | FieldType::Iban)
}

fn kind(input: &FieldInput, limits: &Entry) -> Kind {
    match input.kind {
        FieldType::Integer | FieldType::Year => Kind::Integer,
        FieldType::Decimal => Kind::Decimal,
        FieldType::Money => Kind::Money,
        FieldType::Date => Kind::Date,
        FieldType::Month => Kind::Month,
        FieldType::Time => Kind::Time,
        FieldType::Boolean => Kind::Bool,
        FieldType::Choice => Kind::Text(Some(Arc::clone(&limits.options))),
        FieldType::Choices => Kind::Many(Arc::clone(&limits.options)),
        FieldType::Registry => Kind::Row(limits.registry.clone()),
        FieldType::Group => Kind::Faulty,
        FieldType::Text
        | FieldType::TaxCode
        | FieldType::VatNumber
        | FieldType::Email
        | FieldType::Phone
        | FieldType::Plate
        | FieldType::Iban
        | FieldType::FileHash => Kind::Text(None),
    }
}

/// What the type allows before any bound that is an expression; those narrow it where they always have a value.
fn own_range(input: &FieldInput) -> Option<Range> {
    let (least, most) = match input.kind {
        FieldType::Integer | FieldType::Decimal => (0, INTEGER_DEFAULT_MAX),
        FieldType::Money => (0, PAYABLE_CENTS_MAX),
        FieldType::Year => return Some(Range::whole(i64::from(YEAR_MIN), i64::from(YEAR_MAX))),
        _ => return None,
    };
    let bound = |given: Option<&Bound>, otherwise: i64, beyond: i64| match given {
        None => otherwise,
        Some(Bound::Number(number)) => *number,
        Some(Bound::Expression(_)) => beyond,
    };
    let least = bound(input.min.as_ref(), least, AMOUNT_CENTS_MAX.saturating_neg());
    Some(Range::whole(least, bound(input.max.as_ref(), most, AMOUNT_CENTS_MAX)))
}

fn number_chars(range: Option<Range>) -> usize {
    const DECIMAL_CHARS: usize = 8;
    let digits = |number: Number| number.to_string().chars().count();
    range.map_or(0, |range| digits(range.least).max(digits(range.most)).saturating_add(DECIMAL_CHARS))
}

fn chars(input: &FieldInput, limits: &Entry, range: Option<Range>) -> usize {
    const DATE_CHARS: usize = 10;
    match input.kind {
        FieldType::Choice => limits.options.iter().map(|one| one.chars().count()).max().unwrap_or(0),
        FieldType::Registry => ROW_CODE_CHARS_MAX,
        FieldType::Integer | FieldType::Decimal | FieldType::Money => number_chars(range),
        FieldType::Year => 4,
        FieldType::Date | FieldType::Month | FieldType::Time | FieldType::Boolean => DATE_CHARS,
        FieldType::Choices | FieldType::Group => 0,
        _ => limits.max_length,
    }
}

fn limits(publisher: &mut Publisher<'_>, input: &FieldInput, place: &violation::Place) -> Entry {
    let wrong = &mut publisher.wrong;
    let mut pattern = |text: Option<&String>, name: &str| {
        text.and_then(|text| wrong.take(&place.at(name), "invalid_pattern", Pattern::new(text)))
    };
    let (compiled, warns) =
        (pattern(input.pattern.as_ref(), "pattern"), pattern(input.warn_pattern.as_ref(), "warn_pattern"));
    let max_length = input.max_length.unwrap_or_else(|| default_length(input.kind));
    let min_length = input.min_length.unwrap_or(0);
    if (compiled.is_some() || warns.is_some()) && max_length > PATTERN_TEXT_CHARS_MAX {
        let detail = format!("A text with a pattern has at most {PATTERN_TEXT_CHARS_MAX} characters.");
        wrong.add(&place.at("max_length"), "out_of_bounds", detail);
    }
    if input.normalize.len() > NORMALIZE_MAX {
        wrong.add(&place.at("normalize"), "too_many", format!("At most {NORMALIZE_MAX} are taken."));
    }
    if max_length > TEXT_CHARS_MAX || max_length == 0 {
        wrong.add(&place.at("max_length"), "out_of_bounds", format!("1 to {TEXT_CHARS_MAX} characters are taken."));
    } else if min_length > max_length {
        wrong.add(&place.at("max_length"), "below_minimum", "The most is not below the least.");
    }
    let decimals = input.decimals.unwrap_or(2);
    if decimals > DECIMALS_MAX {
        wrong.add(&place.at("decimals"), "out_of_bounds", format!("At most {DECIMALS_MAX} places are taken."));
    }
    let options = options(publisher, input, place);
    let registry = input.registry.clone().unwrap_or_default();
    let unknown = input.registry.is_some() && publisher.scope.registry(&registry).is_none();
    if unknown {
        publisher.wrong.add(&place.at("registry"), "unknown_registry", "There is no registry of this name.");
    }
    Entry {
        normalize: input.normalize.clone(),
        min_length,
        max_length,
        pattern: compiled,
        warn_pattern: warns,
        decimals,
        options,
        registry: if unknown { String::new() } else { registry },
        leaves: false,
    }
}

const fn default_length(kind: FieldType) -> usize {
    match kind {
        FieldType::Plate => 20,
        FieldType::Phone => 25,
        FieldType::TaxCode => 16,
        FieldType::VatNumber => 11,
        FieldType::Iban => 34,
        FieldType::FileHash => 44,
        FieldType::Email => crate::email::EMAIL_CHARS_MAX,
        _ => TEXT_CHARS_DEFAULT,
    }
}

fn options(publisher: &mut Publisher<'_>, input: &FieldInput, place: &violation::Place) -> Arc<[String]> {
    let place = place.at("options");
    if input.options.len() > OPTIONS_MAX {
        publisher.wrong.add(&place, "too_many", format!("A field has at most {OPTIONS_MAX} options."));
    }
    let mut values: Vec<String> = Vec::new();
    for (at, option) in input.options.iter().enumerate() {
        let value = option.value();
        let right = value.parse::<Text<1, TEXT_CHARS_DEFAULT>>().is_ok() && !value.chars().any(is_forbidden);
        if !right {
            publisher.wrong.add(&place.at(at), "invalid_text", "An option is a short text on one line.");
        }
        if values.iter().any(|before| before == value) {
            publisher.wrong.add(&place.at(at), "duplicate_value", "Another option has this value.");
        }
        if let OptionInput::Labelled(option) = option {
            publisher.label(&option.label, &place.at(at).at("label"));
        }
        if !values.iter().any(|before| before == value) {
            values.push(value.to_owned());
        }
    }
    Arc::from(values)
}

/// A computed value has the type of its field, and brings along what is known of it.
fn take_computed(
    publisher: &mut Publisher<'_>,
    input: &FieldInput,
    value: Typed,
    typed: &mut Typed,
    place: &violation::Place,
) -> Option<Node> {
    if value.kind == Kind::Faulty || typed.kind == Kind::Faulty {
        typed.kind = Kind::Faulty;
        return None;
    }
    let fits = match (&typed.kind, &value.kind) {
        (Kind::Decimal, Kind::Integer) => true,
        (Kind::Money, Kind::Integer) => value.is_zero(),
        (Kind::Text(Some(options)), Kind::Text(Some(values))) => values.iter().all(|one| options.contains(one)),
        (Kind::Text(Some(_)), Kind::Text(None)) => false,
        (Kind::Text(None), Kind::Text(_)) => true,
        (wanted, found) => wanted == found,
    };
    if !fits {
        let rounding = typed.kind == Kind::Money && value.kind == Kind::Share;
        let code = if rounding { "rounding_required" } else { "type_mismatch" };
        let detail = format!("This is {}, and the field is {}.", value.kind.word(), typed.kind.word());
        publisher.wrong.add(place, code, detail);
        typed.kind = Kind::Faulty;
        return None;
    }
    typed.personal |= value.personal;
    let always = input.computed_if.is_none();
    typed.optional = if always { value.optional } else { value.optional || typed.optional };
    let entered = typed.range.filter(|_| !always);
    typed.range = match (value.range, entered) {
        (Some(one), Some(other)) => Some(one.or(other)),
        (one, _) => one,
    };
    typed.chars_max = if always { value.chars_max } else { value.chars_max.max(typed.chars_max) };
    Some(value.node)
}

/// A bound of the field's own type; it is enforced, so it narrows what the value can be.
fn bound(
    publisher: &mut Publisher<'_>,
    bound: Option<&Bound>,
    typed: &mut Typed,
    place: &violation::Place,
    least: bool,
) -> Option<Node> {
    let bound = bound?;
    // Of a type without order that was told already.
    if matches!(typed.kind, Kind::Text(_) | Kind::Bool | Kind::Many(_) | Kind::Row(_)) {
        return None;
    }
    let text = match bound {
        Bound::Number(number) if typed.kind.is_money() => format!("cents({number})"),
        Bound::Number(number) => number.to_string(),
        Bound::Expression(text) => text.clone(),
    };
    let found = publisher.expression(&text, place)?;
    if typed.kind == Kind::Faulty || found.kind == Kind::Faulty {
        return None;
    }
    let fits = typed.kind.comparable(&found.kind) || (typed.kind.is_money() && found.is_zero());
    if !fits {
        let detail = format!("This is {}, and the field is {}.", found.kind.word(), typed.kind.word());
        publisher.wrong.add(place, "type_mismatch", detail);
        typed.kind = Kind::Faulty;
        return None;
    }
    if let (Some(range), Some(limit)) = (typed.range, found.range.filter(|_| !found.optional)) {
        let (low, high) = if least { (Some(limit.least), None) } else { (None, Some(limit.most)) };
        typed.range = Some(range.within(low, high));
    }
    Some(found.node)
}

/// Which rows may be chosen: an expression that sees the row.
fn filter(publisher: &mut Publisher<'_>, input: &FieldInput, limits: &Entry, place: &violation::Place) -> Option<Node> {
    let text = input.filter.as_ref().filter(|_| !limits.registry.is_empty())?;
    let before = publisher.scope.row.replace(limits.registry.clone());
    let node = publisher.condition(Some(text), &place.at("filter"));
    publisher.scope.row = before;
    node
}
