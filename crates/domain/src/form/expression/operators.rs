// SPDX-License-Identifier: AGPL-3.0-or-later
//! What operators take and give.

use std::sync::Arc;

use super::check::{Checked, fault};
use super::syntax::{Node, Operator};
use super::types::{Kind, PLAIN_CHARS, Typed};
use crate::form::limits::TEXT_CHARS_MAX;
use crate::form::range::Range;

/// What either of two expressions is. The whole number zero is no money too.
pub(super) fn either(one: &Typed, other: &Typed) -> Option<Kind> {
    match (&one.kind, &other.kind) {
        (Kind::Faulty, _) | (_, Kind::Faulty) => Some(Kind::Faulty),
        (money, _) if money.is_money() && other.is_zero() => Some(money.clone()),
        (_, money) if money.is_money() && one.is_zero() => Some(money.clone()),
        (one, other) => one.either(other),
    }
}

/// Characters that a number within a range is written with at most: digits, a sign, a point.
pub(super) fn number_chars(range: Option<Range>) -> usize {
    const SIGN_AND_POINT: usize = 2;
    const UNBOUNDED_CHARS: usize = 30;
    let Some(range) = range else { return UNBOUNDED_CHARS };
    let chars = |number: crate::form::number::Number| number.to_string().chars().count();
    chars(range.least).max(chars(range.most)).saturating_add(SIGN_AND_POINT).max(PLAIN_CHARS)
}

pub(super) fn is_in(at: usize, one: Typed, values: &[String]) -> Checked {
    match &one.kind {
        Kind::Faulty => {}
        Kind::Text(choices) => known_choices(at, choices.as_deref(), values)?,
        other => return fault("type_mismatch", at, format!("{} is in no list of texts", other.word())),
    }
    let node = Node::In(Box::new(one.node.clone()), Arc::from(values));
    Ok(Typed::new(node, Kind::Bool).with_parts([&one]).present().impersonal())
}

/// A text that a choice can never be is a mistake.
pub(super) fn known_choices(at: usize, choices: Option<&[String]>, values: &[String]) -> Result<(), super::Fault> {
    let Some(choices) = choices else { return Ok(()) };
    match values.iter().find(|value| !choices.contains(value)) {
        None => Ok(()),
        Some(value) => fault("unknown_choice", at, format!("`{value}` is none of the options")),
    }
}

pub(super) fn binary(at: usize, operator: Operator, one: Typed, other: Typed) -> Checked {
    let comparison = matches!(
        operator,
        Operator::Equal
            | Operator::Different
            | Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual
    );
    if one.kind == Kind::Faulty || other.kind == Kind::Faulty {
        let kind = if comparison { Kind::Bool } else { Kind::Faulty };
        return Ok(Typed::new(Node::Constant(crate::form::value::Value::Unknown), kind));
    }
    if comparison { compare(at, operator, one, other) } else { arithmetic(at, operator, one, other) }
}

fn compare(at: usize, operator: Operator, one: Typed, other: Typed) -> Checked {
    let equality = matches!(operator, Operator::Equal | Operator::Different);
    let zero = (one.kind.is_money() && other.is_zero()) || (other.kind.is_money() && one.is_zero());
    let known_missing = one.kind == Kind::Null || other.kind == Kind::Null;
    if !(one.kind.comparable(&other.kind) || zero) {
        let what = format!("{} is never compared with {}", one.kind.word(), other.kind.word());
        return fault("type_mismatch", at, what);
    }
    let ordered = one.kind.is_number() || matches!(one.kind, Kind::Date | Kind::Month | Kind::Time | Kind::Instant);
    if !equality && (!ordered || known_missing) {
        return fault("type_mismatch", at, format!("{} has no order", one.kind.word()));
    }
    if let (Kind::Text(Some(choices)), Kind::Text(Some(values))) = (&one.kind, &other.kind) {
        match (&one.node, &other.node) {
            (_, Node::Constant(_)) => known_choices(at, Some(choices), values)?,
            (Node::Constant(_), _) => known_choices(at, Some(values), choices)?,
            _ => {}
        }
    }
    let node = Node::Binary(operator, Box::new(one.node.clone()), Box::new(other.node.clone()));
    let typed = Typed::new(node, Kind::Bool).with_parts([&one, &other]).impersonal();
    Ok(if equality { typed.present() } else { typed })
}

fn arithmetic(at: usize, operator: Operator, one: Typed, other: Typed) -> Checked {
    use Kind::{Decimal, Integer, Money, Share};
    let zero_sum = matches!(operator, Operator::Plus | Operator::Minus);
    let kind = match (operator, &one.kind, &other.kind) {
        (Operator::Plus, Kind::Text(_), Kind::Text(_)) => return joined(at, &one, &other),
        (Operator::Plus | Operator::Minus | Operator::Times, Integer, Integer) => Integer,
        (Operator::Plus | Operator::Minus | Operator::Times, Integer | Decimal, Integer | Decimal) => Decimal,
        (Operator::Plus | Operator::Minus, Money, Money) => Money,
        (Operator::Plus | Operator::Minus, Money | Share, Money | Share) => Share,
        (_, money, Integer) if zero_sum && money.is_money() && other.is_zero() => money.clone(),
        (_, Integer, money) if zero_sum && money.is_money() && one.is_zero() => money.clone(),
        (Operator::Times, Money, Integer) | (Operator::Times, Integer, Money) => Money,
        (Operator::Times, Money | Share, Integer | Decimal) => Share,
        (Operator::Times, Integer | Decimal, Money | Share) => Share,
        (Operator::Over, Integer | Decimal, Integer | Decimal) => Decimal,
        (Operator::Over, Money | Share, Integer | Decimal) => Share,
        (_, one, other) => {
            let what = format!("{} and {} do not go together here", one.word(), other.word());
            return fault("type_mismatch", at, what);
        }
    };
    let both = one.range.zip(other.range);
    let range = match operator {
        Operator::Plus => both.and_then(|(one, other)| one.plus(other)),
        Operator::Minus => both.and_then(|(one, other)| one.minus(other)),
        Operator::Times => both.and_then(|(one, other)| one.times(other)),
        _ => {
            // A divisor that is one number other than zero: nothing is ever divided by zero.
            let Some(divisor) = other.constant().filter(|number| !number.is_zero()) else {
                return fault("divisor_not_constant", at, "the divisor is a number other than zero, written here");
            };
            one.range.and_then(|range| range.over(divisor))
        }
    };
    let node = Node::Binary(operator, Box::new(one.node.clone()), Box::new(other.node.clone()));
    Ok(Typed::new(node, kind).with_parts([&one, &other]).ranged(range).chars(number_chars(range)))
}

/// Texts grow with each field that joins others: what could be longer than a text that is entered is refused.
fn joined(at: usize, one: &Typed, other: &Typed) -> Checked {
    let chars = one.chars_max.saturating_add(other.chars_max);
    if chars > TEXT_CHARS_MAX {
        let what = format!("together these may have {chars} characters, and a text has at most {TEXT_CHARS_MAX}");
        return fault("text_may_be_too_long", at, what);
    }
    let node = Node::Binary(Operator::Plus, Box::new(one.node.clone()), Box::new(other.node.clone()));
    Ok(Typed::new(node, Kind::Text(None)).with_parts([one, other]).chars(chars))
}
