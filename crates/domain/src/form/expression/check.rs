// SPDX-License-Identifier: AGPL-3.0-or-later
//! Finds the type of an expression, or what is wrong with it: the first fault of each expression.

use std::sync::Arc;

use super::operators;
use super::scope::Scope;
use super::syntax::{Form, Node, Operator, Syntax};
use super::types::{Kind, Typed};
use crate::form::limits::{COLUMN_CHARS_MAX, ROW_CODE_CHARS_MAX};
use crate::form::range::Range;
use crate::form::registry::{CODE, Column, ColumnType, bounds};
use crate::form::value::Value;

/// What is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: &'static str,
    pub(crate) detail: String,
}

pub(crate) type Checked = Result<Typed, Fault>;

/// A fault at a character of the expression.
pub(super) fn fault<T>(code: &'static str, at: usize, what: impl std::fmt::Display) -> Result<T, Fault> {
    Err(Fault { code, detail: format!("At character {at}: {what}.") })
}

/// Finds the type.
///
/// # Errors
/// The first fault.
pub(crate) fn check(syntax: &Syntax, scope: &Scope<'_>) -> Checked {
    Checker { scope, present: Vec::new(), inside: scope.inside }.of(syntax)
}

/// Where an expression is looked at.
#[derive(Clone)]
pub(super) struct Checker<'a> {
    pub(super) scope: &'a Scope<'a>,
    /// Names that were compared with null, or with a value, on the way here.
    pub(super) present: Vec<String>,
    /// The group whose row is looked at.
    pub(super) inside: Option<usize>,
}

impl Checker<'_> {
    pub(super) fn of(&self, syntax: &Syntax) -> Checked {
        let at = syntax.at;
        match &syntax.form {
            Form::Null => {
                Ok(Typed { optional: true, ..Typed::new(Node::Constant(Value::Absent), Kind::Null).chars(0) })
            }
            Form::Bool(value) => Ok(Typed::new(Node::Constant(Value::Bool(*value)), Kind::Bool)),
            Form::Number(number, whole) => {
                let kind = if *whole { Kind::Integer } else { Kind::Decimal };
                let node = Node::Constant(Value::Number(*number));
                Ok(Typed::new(node, kind).ranged(Some(Range::only(*number))))
            }
            Form::Text(text) => {
                let kind = Kind::Text(Some(Arc::from([text.clone()])));
                Ok(Typed::new(Node::Constant(Value::text(text)), kind).chars(text.chars().count()))
            }
            Form::List(_) => fault("type_mismatch", at, "a list stands only after `in`"),
            Form::Name(name) => self.name(at, name),
            Form::Member(inner, column) => self.member(at, inner, column),
            Form::Call(name, arguments) => self.call(at, name, arguments),
            Form::Not(inner) => {
                let inner = self.condition(inner)?;
                Ok(Typed::new(Node::Not(Box::new(inner.node.clone())), Kind::Bool)
                    .with_parts([&inner])
                    .present()
                    .impersonal())
            }
            Form::Negative(inner) => {
                let at = inner.at;
                let inner = self.of(inner)?;
                if !inner.kind.is_number() && inner.kind != Kind::Faulty {
                    return fault("type_mismatch", at, format!("{} has no opposite", inner.kind.word()));
                }
                let range = inner.range.map(Range::negated);
                let node = match (&inner.node, range) {
                    // A negative literal is a literal.
                    (Node::Constant(_), Some(range)) => Node::Constant(Value::Number(range.least)),
                    _ => Node::Negative(Box::new(inner.node.clone())),
                };
                Ok(Typed::new(node, inner.kind.clone()).with_parts([&inner]).ranged(range))
            }
            Form::Binary(operator, left, right) => self.binary(at, *operator, left, right),
            Form::If(condition, yes, no) => self.choose(at, condition, yes, no),
        }
    }

    fn name(&self, at: usize, name: &str) -> Checked {
        let inner = self.inside.and_then(|group| self.scope.groups.get(&group)).and_then(|names| names.get(name));
        let found = inner.map(|named| named.0.clone()).or_else(|| self.scope.find(name));
        let Some(mut typed) = found else {
            return fault("unknown_name", at, format!("nothing is called `{name}` here"));
        };
        if self.present.iter().any(|present| present == name) {
            typed = typed.present();
        }
        Ok(typed)
    }

    fn member(&self, at: usize, inner: &Syntax, column: &str) -> Checked {
        let row = self.of(inner)?;
        let registry = match &row.kind {
            Kind::Faulty => return Ok(row),
            Kind::Row(registry) => registry,
            other => return fault("type_mismatch", at, format!("{} has no columns", other.word())),
        };
        let Some(found) = self.scope.registry(registry) else {
            return fault("unknown_registry", at, format!("there is no registry `{registry}`"));
        };
        let node = Node::Column(Box::new(row.node.clone()), column.to_owned());
        if column == CODE {
            return Ok(Typed::new(node, Kind::Text(None)).with_parts([&row]).chars(ROW_CODE_CHARS_MAX));
        }
        let Some(found) = found.column(column) else {
            return fault("unknown_column", at, format!("the registry `{registry}` has no column `{column}`"));
        };
        Ok(of_column(node, found, &row))
    }

    /// A condition: a yes or no; what is absent is no.
    pub(super) fn condition(&self, syntax: &Syntax) -> Checked {
        let typed = self.of(syntax)?;
        match typed.kind {
            Kind::Bool | Kind::Faulty => Ok(typed),
            other => fault("type_mismatch", syntax.at, format!("{} is no condition", other.word())),
        }
    }

    fn knowing(&self, names: Vec<String>) -> Self {
        let mut with = self.clone();
        with.present.extend(names);
        with
    }

    fn choose(&self, at: usize, condition: &Syntax, yes: &Syntax, no: &Syntax) -> Checked {
        let judged = self.condition(condition)?;
        let yes = self.knowing(facts(condition, true)).of(yes)?;
        let no = self.knowing(facts(condition, false)).of(no)?;
        let Some(kind) = operators::either(&yes, &no) else {
            let what = format!("the two sides differ: {} and {}", yes.kind.word(), no.kind.word());
            return fault("type_mismatch", at, what);
        };
        let range = yes.range.zip(no.range).map(|(one, other)| one.or(other));
        let chars = yes.chars_max.max(no.chars_max);
        let steps = judged.steps;
        let node = Node::If(Box::new(judged.node), Box::new(yes.node.clone()), Box::new(no.node.clone()));
        let mut typed = Typed::new(node, kind).with_parts([&yes, &no]).ranged(range).chars(chars);
        typed.steps = typed.steps.saturating_add(steps);
        Ok(typed)
    }

    fn binary(&self, at: usize, operator: Operator, left: &Syntax, right: &Syntax) -> Checked {
        match operator {
            Operator::And | Operator::Or => {
                let one = self.condition(left)?;
                let other = self.knowing(facts(left, operator == Operator::And)).condition(right)?;
                let node = Node::Binary(operator, Box::new(one.node.clone()), Box::new(other.node.clone()));
                Ok(Typed::new(node, Kind::Bool).with_parts([&one, &other]).present().impersonal())
            }
            Operator::In => {
                let one = self.of(left)?;
                let Form::List(values) = &right.form else {
                    return fault("type_mismatch", right.at, "after `in` stands a list of texts: ['a', 'b']");
                };
                operators::is_in(at, one, values)
            }
            _ => operators::binary(at, operator, self.of(left)?, self.of(right)?),
        }
    }
}

/// What is known of names when a condition holds, or does not.
fn facts(condition: &Syntax, holds: bool) -> Vec<String> {
    match &condition.form {
        Form::Not(inner) => facts(inner, !holds),
        Form::Binary(Operator::And, left, right) if holds => [facts(left, true), facts(right, true)].concat(),
        Form::Binary(Operator::Or, left, right) if !holds => [facts(left, false), facts(right, false)].concat(),
        Form::Binary(operator, left, right) => {
            let name = match (&left.form, &right.form) {
                (Form::Name(name), _) | (_, Form::Name(name)) => name.clone(),
                _ => return Vec::new(),
            };
            let against_null = [left, right].iter().any(|side| matches!(side.form, Form::Null));
            let literal =
                |side: &Syntax| matches!(side.form, Form::Text(_) | Form::Number(..) | Form::Bool(_) | Form::List(_));
            let known = match operator {
                Operator::Equal if against_null => !holds,
                Operator::Different if against_null => holds,
                Operator::Equal | Operator::In => holds && literal(right),
                _ => false,
            };
            if known { vec![name] } else { Vec::new() }
        }
        _ => Vec::new(),
    }
}

/// The value of a column in a row.
pub(super) fn of_column(node: Node, column: &Column, row: &Typed) -> Typed {
    let kind = match column.kind {
        ColumnType::Text => Kind::Text(None),
        ColumnType::Integer => Kind::Integer,
        ColumnType::Decimal => Kind::Decimal,
        ColumnType::Money => Kind::Money,
        ColumnType::Date => Kind::Date,
        ColumnType::Instant => Kind::Instant,
        ColumnType::Boolean => Kind::Bool,
    };
    let (least, most) = bounds(column);
    let range = kind.is_number().then(|| Range::whole(least, most));
    let chars = match column.kind {
        ColumnType::Text => column.max_length.unwrap_or(COLUMN_CHARS_MAX),
        _ => operators::number_chars(range),
    };
    let mut typed = Typed::new(node, kind).with_parts([row]).ranged(range).chars(chars);
    typed.optional |= !column.required;
    // The choice of a row says nothing of a person by itself; a column says whether it does.
    typed.personal = row.personal || column.personal;
    typed
}
