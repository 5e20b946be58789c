// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is due: every rule becomes lines of a breakdown, and what they can add up to is known.

use super::publisher::Publisher;
use crate::form::compiled::Amount;
use crate::form::definition::{AmountInput, Definition, LineInput};
use crate::form::expression::Node;
use crate::form::labels::Labels;
use crate::form::limits::LINES_MAX;
use crate::form::number::Number;
use crate::form::range::Range;
use crate::form::value::Value;
use crate::money::{Cents, PAYABLE_CENTS_MAX};
use crate::violation::Place;

pub(super) fn amount(publisher: &mut Publisher<'_>, definition: &Definition) -> Option<Amount> {
    let place = Place::root().at("amount");
    let titled = |label: &Option<Labels>| label.clone().unwrap_or_else(|| definition.title.clone());
    let (text, at, label) = match &definition.amount {
        AmountInput::Fixed { amount, label } => {
            publisher.wrong.take(&place.at("amount"), "invalid_amount", Cents::payable(*amount))?;
            labelled(publisher, label.as_ref(), &place);
            let node = Node::Constant(Value::Number(Number::whole(*amount)));
            return Some(Amount { lines: vec![(titled(label), node)], least: None, most: None });
        }
        AmountInput::Formula { lines, least, most } => return formula(publisher, lines, *least, *most, &place),
        AmountInput::Table { table, label } => (table.clone(), place.at("table"), label),
        AmountInput::Free { field, label } => (field.clone(), place.at("field"), label),
        AmountInput::Registry { field, column, label } => {
            let column = column.as_deref().unwrap_or("amount");
            (format!("{field}.{column}"), place.at("field"), label)
        }
    };
    labelled(publisher, label.as_ref(), &place);
    let line = publisher.money(&text, &at)?;
    reachable(publisher, line.range, (None, None), &at);
    Some(Amount { lines: vec![(titled(label), line.node)], least: None, most: None })
}

fn labelled(publisher: &mut Publisher<'_>, label: Option<&Labels>, place: &Place) {
    if let Some(label) = label {
        publisher.label(label, &place.at("label"));
    }
}

fn formula(
    publisher: &mut Publisher<'_>,
    lines: &[LineInput],
    least: Option<i64>,
    most: Option<i64>,
    place: &Place,
) -> Option<Amount> {
    if lines.is_empty() || lines.len() > LINES_MAX {
        publisher.wrong.add(&place.at("lines"), "too_many", format!("A formula has 1 to {LINES_MAX} lines."));
        return None;
    }
    for (name, bound) in [("least", least), ("most", most)] {
        if bound.is_some_and(|bound| !(0..=PAYABLE_CENTS_MAX).contains(&bound)) {
            publisher.wrong.add(&place.at(name), "invalid_amount", "A bound is an amount that a notice can ask for.");
        }
    }
    if least.zip(most).is_some_and(|(least, most)| least > most) {
        publisher.wrong.add(&place.at("most"), "below_minimum", "The most is not below the least.");
    }
    let mut compiled = Vec::new();
    let mut range = Some(Range::whole(0, 0));
    for (at, line) in lines.iter().enumerate() {
        let place = place.at("lines").at(at);
        publisher.label(&line.label, &place.at("label"));
        let Some(typed) = publisher.money(&line.amount, &place.at("amount")) else { continue };
        range = range.zip(typed.range).and_then(|(sum, line)| sum.plus(line));
        compiled.push((line.label.clone(), typed.node));
    }
    if compiled.len() < lines.len() {
        return None;
    }
    reachable(publisher, range, (least, most), place);
    Some(Amount { lines: compiled, least, most })
}

/// An amount that the form may reach and no notice can ask for is a mistake, unless the form says that it refuses it.
fn reachable(publisher: &mut Publisher<'_>, range: Option<Range>, bounds: (Option<i64>, Option<i64>), place: &Place) {
    if range.is_some_and(|range| range.most <= Number::ZERO) {
        publisher.wrong.add(place, "amount_always_zero", "Nothing is ever due.");
        return;
    }
    let below = range.is_none_or(|range| range.least < Number::ZERO);
    let above = range.is_none_or(|range| range.most > Number::whole(PAYABLE_CENTS_MAX));
    let shown =
        |number: Option<Number>| number.map_or_else(|| "any amount".to_owned(), |cents| format!("{cents} cents"));
    if below && bounds.0.is_none() {
        let reached = shown(range.map(|range| range.least));
        let detail = format!("The amount may be as little as {reached}: say the `least` that is taken.");
        publisher.wrong.add(place, "amount_may_be_negative", detail);
    }
    if above && bounds.1.is_none() {
        let reached = shown(range.map(|range| range.most));
        let detail = format!("The amount may be as much as {reached}: say the `most` that is taken.");
        publisher.wrong.add(place, "amount_may_be_too_large", detail);
    }
}
