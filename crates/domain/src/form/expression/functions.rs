// SPDX-License-Identifier: AGPL-3.0-or-later
//! The functions of the language: what they take and give.

use super::check::{Checked, Checker, Fault, fault};
use super::operators;
use super::syntax::{Aggregate, Form, Function, Node, Syntax};
use super::types::{Kind, Typed};
use crate::form::limits::GROUP_ROWS_MAX;
use crate::form::number::Rounding;
use crate::form::range::Range;
use crate::form::value::{DAYS_MAX, YEAR_MAX, YEAR_MIN};

/// Months that lie between two days at most.
const MONTHS_MAX: i64 = 2_412;
/// Minutes of a day.
const DAY_MINUTES: i64 = 1_440;

impl Checker<'_> {
    pub(super) fn call(&self, at: usize, name: &str, arguments: &[Syntax]) -> Checked {
        match (name, arguments) {
            ("count" | "sum" | "any" | "all", [group, rest @ ..]) => self.aggregate(at, name, group, rest),
            ("lookup", [registry, code]) => self.lookup(at, registry, code),
            _ => {
                let typed: Vec<Typed> = arguments.iter().map(|one| self.of(one)).collect::<Result<_, Fault>>()?;
                if typed.iter().any(|one| one.kind == Kind::Faulty) {
                    let node = Node::Constant(crate::form::value::Value::Unknown);
                    return Ok(Typed::new(node, Kind::Faulty));
                }
                plain(at, name, typed)
            }
        }
    }

    fn lookup(&self, at: usize, registry: &Syntax, code: &Syntax) -> Checked {
        let Form::Text(name) = &registry.form else {
            return fault("type_mismatch", registry.at, "the name of the registry is written here, as a text");
        };
        if self.scope.registry(name).is_none() {
            return fault("unknown_registry", registry.at, format!("there is no registry `{name}`"));
        }
        let code_at = code.at;
        let code = self.of(code)?;
        if !matches!(code.kind, Kind::Text(_) | Kind::Faulty) {
            return fault("type_mismatch", code_at, "a row is found by the text of its code");
        }
        let node = Node::Lookup(name.clone(), Box::new(code.node.clone()));
        let mut row = Typed::new(node, Kind::Row(name.clone())).with_parts([&code]);
        let _ = at;
        row.optional = true;
        Ok(row)
    }

    fn aggregate(&self, at: usize, name: &str, group: &Syntax, rest: &[Syntax]) -> Checked {
        let rows = self.of(group)?;
        let index = match (&rows.kind, name, rest) {
            (Kind::Faulty, _, _) => return Ok(rows),
            (Kind::Many(_), "count", []) => {
                let node = Node::Call(Function::CountChosen, vec![rows.node.clone()]);
                let range = Some(Range::whole(0, i64::try_from(crate::form::limits::OPTIONS_MAX).unwrap_or(i64::MAX)));
                return Ok(Typed::new(node, Kind::Integer).with_parts([&rows]).present().impersonal().ranged(range));
            }
            (Kind::Group(index), _, _) => *index,
            (other, _, _) => return fault("type_mismatch", group.at, format!("{} has no rows", other.word())),
        };
        let (aggregate, body) = match (name, rest) {
            ("count", []) => (Aggregate::Count, None),
            ("count", [body]) => (Aggregate::Count, Some(body)),
            ("sum", [body]) => (Aggregate::Sum, Some(body)),
            ("any", [body]) => (Aggregate::Any, Some(body)),
            ("all", [body]) => (Aggregate::All, Some(body)),
            _ => return fault("wrong_arguments", at, format!("`{name}` takes a group and what is asked of each row")),
        };
        let inside = Checker { inside: Some(index), ..self.clone() };
        let body = match (body, aggregate) {
            (None, _) => None,
            (Some(body), Aggregate::Sum) => {
                let typed = inside.of(body)?;
                if !typed.kind.is_number() && typed.kind != Kind::Faulty {
                    return fault("type_mismatch", body.at, format!("{} is not summed", typed.kind.word()));
                }
                Some(typed)
            }
            (Some(body), _) => Some(inside.condition(body)?),
        };
        Ok(self.aggregated(aggregate, index, &rows, body))
    }

    fn aggregated(&self, aggregate: Aggregate, index: usize, rows: &Typed, body: Option<Typed>) -> Typed {
        let (fewest, most) = self.scope.rows.get(&index).copied().unwrap_or((0, GROUP_ROWS_MAX));
        let whole = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        // A group that may be absent may have no row.
        let fewest = if rows.optional { 0 } else { whole(fewest) };
        let body_range = body.as_ref().and_then(|body| body.range);
        let (kind, range) = match aggregate {
            Aggregate::Count => {
                let least = if body.is_some() { 0 } else { fewest };
                (Kind::Integer, Some(Range::whole(least, whole(most))))
            }
            Aggregate::Sum => {
                // What is absent in a row adds nothing.
                let least = if body.as_ref().is_some_and(|body| body.optional) { 0 } else { fewest };
                let kind = body.as_ref().map_or(Kind::Faulty, |body| body.kind.clone());
                (kind, body_range.and_then(|range| range.summed(least, whole(most))))
            }
            Aggregate::Any | Aggregate::All => (Kind::Bool, None),
        };
        let steps = body.as_ref().map_or(1, |body| body.steps).saturating_mul(u64::try_from(most).unwrap_or(u64::MAX));
        let personal = aggregate == Aggregate::Sum && body.as_ref().is_some_and(|body| body.personal);
        let node = Node::Each(aggregate, index, body.map(|body| Box::new(body.node)));
        let mut typed = Typed::new(node, kind).ranged(range).chars(operators::number_chars(range));
        typed.personal = personal;
        typed.steps = typed.steps.saturating_add(rows.steps).saturating_add(steps);
        typed
    }
}

fn plain(at: usize, name: &str, arguments: Vec<Typed>) -> Checked {
    let kinds: Vec<&Kind> = arguments.iter().map(|one| &one.kind).collect();
    let (function, kind, range) = match (name, kinds.as_slice()) {
        ("today", []) => (Function::Today, Kind::Date, None),
        ("now", []) => (Function::Now, Kind::Instant, None),
        ("days", [Kind::Date, Kind::Date]) => (Function::Days, Kind::Integer, Some((-DAYS_MAX, DAYS_MAX))),
        ("months", [Kind::Date, Kind::Date] | [Kind::Month, Kind::Month]) => {
            (Function::Months, Kind::Integer, Some((-MONTHS_MAX, MONTHS_MAX)))
        }
        ("years", [Kind::Date, Kind::Date]) => {
            let most = i64::from(YEAR_MAX.saturating_sub(YEAR_MIN));
            (Function::Years, Kind::Integer, Some((most.saturating_neg(), most)))
        }
        ("minutes", [Kind::Time, Kind::Time]) => {
            (Function::Minutes, Kind::Integer, Some((DAY_MINUTES.saturating_neg(), DAY_MINUTES)))
        }
        ("add_days", [Kind::Date, Kind::Integer]) => (Function::AddDays, Kind::Date, None),
        ("add_months", [Kind::Date, Kind::Integer]) => (Function::AddMonths, Kind::Date, None),
        ("end_of_month", [Kind::Date | Kind::Month]) => (Function::EndOfMonth, Kind::Date, None),
        ("date", [Kind::Instant]) => (Function::Date, Kind::Date, None),
        ("year", [Kind::Date | Kind::Month]) => {
            (Function::Year, Kind::Integer, Some((YEAR_MIN.into(), YEAR_MAX.into())))
        }
        ("month", [Kind::Date | Kind::Month]) => (Function::Month, Kind::Integer, Some((1, 12))),
        ("length", [Kind::Text(_)]) => {
            let most = arguments.first().map_or(0, |one| one.chars_max);
            (Function::Length, Kind::Integer, Some((0, i64::try_from(most).unwrap_or(i64::MAX))))
        }
        ("contains", [Kind::Many(choices), Kind::Text(value)]) => {
            operators::known_choices(at, Some(choices), value.as_deref().unwrap_or_default())?;
            let [many, text] = arguments.as_slice() else { return unknown(at, name) };
            let node = Node::Call(Function::Contains, vec![many.node.clone(), text.node.clone()]);
            return Ok(Typed::new(node, Kind::Bool).with_parts(&arguments).present().impersonal());
        }
        ("round" | "ceil" | "floor", [_]) => return rounded(at, name, arguments),
        ("cents", [Kind::Integer]) => return Ok(converted(Function::Cents, Kind::Money, &arguments)),
        ("text", [Kind::Integer | Kind::Text(_)]) => {
            return Ok(converted(Function::Text, Kind::Text(None), &arguments));
        }
        ("min" | "max" | "coalesce", [_, _, ..]) => return chosen(at, name, &arguments),
        _ => return unknown(at, name),
    };
    let range = range.map(|(least, most)| Range::whole(least, most));
    let node = Node::Call(function, arguments.iter().map(|one| one.node.clone()).collect());
    Ok(Typed::new(node, kind).with_parts(&arguments).ranged(range))
}

const NAMES: [&str; 25] = [
    "today",
    "now",
    "days",
    "months",
    "years",
    "minutes",
    "add_days",
    "add_months",
    "end_of_month",
    "date",
    "year",
    "month",
    "length",
    "contains",
    "round",
    "ceil",
    "floor",
    "cents",
    "text",
    "min",
    "max",
    "coalesce",
    "count",
    "sum",
    "lookup",
];

fn unknown<T>(at: usize, name: &str) -> Result<T, Fault> {
    if NAMES.contains(&name) || matches!(name, "any" | "all") {
        return fault("wrong_arguments", at, format!("`{name}` does not take these values"));
    }
    fault("unknown_function", at, format!("there is no function `{name}`"))
}

fn converted(function: Function, kind: Kind, arguments: &[Typed]) -> Typed {
    let first = arguments.first();
    let node = Node::Call(function, arguments.iter().map(|one| one.node.clone()).collect());
    let range = first.and_then(|one| one.range);
    Typed::new(node, kind).with_parts(arguments).ranged(range).chars(first.map_or(0, |one| one.chars_max))
}

fn rounded(at: usize, name: &str, arguments: Vec<Typed>) -> Checked {
    let how = match name {
        "round" => Rounding::HalfUp,
        "ceil" => Rounding::Up,
        _ => Rounding::Down,
    };
    let Some(one) = arguments.first() else { return unknown(at, name) };
    let kind = match one.kind {
        Kind::Decimal | Kind::Integer => Kind::Integer,
        Kind::Share | Kind::Money => Kind::Money,
        _ => return unknown(at, name),
    };
    let range = one.range.and_then(|range| range.rounded(how));
    Ok(converted(Function::Round(how), kind, &arguments).ranged(range))
}

fn chosen(at: usize, name: &str, arguments: &[Typed]) -> Checked {
    let Some((first, rest)) = arguments.split_first() else { return unknown(at, name) };
    let mut whole = first.clone();
    for one in rest {
        let Some(kind) = operators::either(&whole, one) else {
            let what = format!("{} and {} are not of one sort", whole.kind.word(), one.kind.word());
            return fault("type_mismatch", at, what);
        };
        let both = whole.range.zip(one.range);
        whole.range = both.map(|(left, right)| match name {
            "min" => Range::new(left.least.min(right.least), left.most.min(right.most)),
            "max" => Range::new(left.least.max(right.least), left.most.max(right.most)),
            _ => left.or(right),
        });
        whole.chars_max = whole.chars_max.max(one.chars_max);
        whole.kind = kind;
    }
    let ordered = whole.kind.is_number() || matches!(whole.kind, Kind::Date | Kind::Month | Kind::Time | Kind::Instant);
    let function = match name {
        "coalesce" => Function::Coalesce,
        _ if !ordered => return unknown(at, name),
        "min" => Function::Min,
        _ => Function::Max,
    };
    let node = Node::Call(function, arguments.iter().map(|one| one.node.clone()).collect());
    let mut typed = Typed::new(node, whole.kind).with_parts(arguments).ranged(whole.range).chars(whole.chars_max);
    if function == Function::Coalesce {
        // One that is always there ends the search.
        typed.optional = arguments.iter().all(|one| one.optional);
    }
    Ok(typed)
}
