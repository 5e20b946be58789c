// SPDX-License-Identifier: AGPL-3.0-or-later
//! An expression as it is written, and as it is evaluated.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::form::number::{Number, Rounding};
use crate::form::value::Value;

/// What was written, with the character it begins at.
#[derive(Debug, Clone)]
pub(crate) struct Syntax {
    pub(crate) at: usize,
    pub(crate) form: Form,
    /// Nodes from here to the deepest one.
    pub(crate) depth: usize,
}

#[derive(Debug, Clone)]
pub(crate) enum Form {
    Null,
    Bool(bool),
    Number(Number, bool),
    Text(String),
    List(Vec<String>),
    Name(String),
    Member(Box<Syntax>, String),
    Call(String, Vec<Syntax>),
    Not(Box<Syntax>),
    Negative(Box<Syntax>),
    Binary(Operator, Box<Syntax>, Box<Syntax>),
    If(Box<Syntax>, Box<Syntax>, Box<Syntax>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Or,
    And,
    Equal,
    Different,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Plus,
    Minus,
    Times,
    Over,
}

impl Form {
    /// How deep what it is made of goes.
    fn depth(&self) -> usize {
        match self {
            Form::Null | Form::Bool(_) | Form::Number(..) | Form::Text(_) | Form::List(_) | Form::Name(_) => 0,
            Form::Member(inner, _) | Form::Not(inner) | Form::Negative(inner) => inner.depth,
            Form::Call(_, arguments) => arguments.iter().map(|one| one.depth).max().unwrap_or(0),
            Form::Binary(_, left, right) => left.depth.max(right.depth),
            Form::If(condition, yes, no) => condition.depth.max(yes.depth).max(no.depth),
        }
    }
}

impl Syntax {
    pub(crate) fn new(at: usize, form: Form) -> Syntax {
        let depth = form.depth().saturating_add(1);
        Syntax { at, form, depth }
    }

    /// Every name that is not the name of a function.
    pub(crate) fn names(&self, found: &mut BTreeSet<String>) {
        match &self.form {
            Form::Null | Form::Bool(_) | Form::Number(..) | Form::Text(_) | Form::List(_) => {}
            Form::Name(name) => {
                found.insert(name.clone());
            }
            Form::Member(inner, _) | Form::Not(inner) | Form::Negative(inner) => inner.names(found),
            Form::Call(_, arguments) => arguments.iter().for_each(|one| one.names(found)),
            Form::Binary(_, left, right) => {
                left.names(found);
                right.names(found);
            }
            Form::If(condition, yes, no) => [condition, yes, no].into_iter().for_each(|one| one.names(found)),
        }
    }
}

/// What is evaluated: names are places, types are right.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    Constant(Value),
    /// A field of the form.
    Field(usize),
    /// A field of the group's row that is looked at.
    Inner(usize),
    /// The registry's row that is looked at.
    Row,
    Table(usize),
    Column(Box<Node>, String),
    Not(Box<Node>),
    Negative(Box<Node>),
    Binary(Operator, Box<Node>, Box<Node>),
    In(Box<Node>, Arc<[String]>),
    If(Box<Node>, Box<Node>, Box<Node>),
    Call(Function, Vec<Node>),
    Each(Aggregate, usize, Option<Box<Node>>),
    Lookup(String, Box<Node>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Today,
    Now,
    Days,
    Months,
    Years,
    Minutes,
    AddDays,
    AddMonths,
    EndOfMonth,
    Date,
    Year,
    Month,
    Round(Rounding),
    Min,
    Max,
    Coalesce,
    Length,
    Text,
    Cents,
    Contains,
    CountChosen,
}

/// What is asked of all rows of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aggregate {
    Count,
    Sum,
    Any,
    All,
}
