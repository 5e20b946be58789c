// SPDX-License-Identifier: AGPL-3.0-or-later
//! The types of expressions, and what else is known of a value before there is one.

use std::collections::HashSet;
use std::sync::Arc;

use super::syntax::Node;
use crate::form::limits::OPTIONS_MAX;
use crate::form::range::Range;

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    /// `null`.
    Null,
    Bool,
    Integer,
    /// An exact number.
    Decimal,
    /// Whole cents.
    Money,
    /// Exact cents, not rounded yet.
    Share,
    /// A text; one of these, where it is a choice.
    Text(Option<Arc<[String]>>),
    Date,
    Month,
    Time,
    Instant,
    /// Some of these.
    Many(Arc<[String]>),
    /// A row of this registry.
    Row(String),
    /// The rows of a group, by its place.
    Group(usize),
    /// Its definition is wrong and was told: what uses it is left alone.
    Faulty,
}

impl Kind {
    /// The word for it in a sentence.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Kind::Null => "null",
            Kind::Bool => "a yes or no",
            Kind::Integer => "a whole number",
            Kind::Decimal => "a decimal number",
            Kind::Money => "money",
            Kind::Share => "money that is not rounded",
            Kind::Text(None) => "a text",
            Kind::Text(Some(_)) => "a choice",
            Kind::Date => "a day",
            Kind::Month => "a month",
            Kind::Time => "a time",
            Kind::Instant => "an instant",
            Kind::Many(_) => "several choices",
            Kind::Row(_) => "a row of a registry",
            Kind::Group(_) => "a group",
            Kind::Faulty => "something wrong",
        }
    }

    pub(crate) const fn is_number(&self) -> bool {
        matches!(self, Kind::Integer | Kind::Decimal | Kind::Money | Kind::Share)
    }

    pub(crate) const fn is_money(&self) -> bool {
        matches!(self, Kind::Money | Kind::Share)
    }

    /// Whether two values can be equal.
    pub(crate) fn comparable(&self, other: &Kind) -> bool {
        match (self, other) {
            (Kind::Null, _) | (_, Kind::Null) | (Kind::Text(_), Kind::Text(_)) => true,
            (Kind::Integer | Kind::Decimal, Kind::Integer | Kind::Decimal) => true,
            (one, other) if one.is_money() && other.is_money() => true,
            (Kind::Row(_) | Kind::Group(_) | Kind::Many(_), _) => false,
            (one, other) => one == other,
        }
    }

    /// What either of two values is; none where they are not of one sort.
    pub(crate) fn either(&self, other: &Kind) -> Option<Kind> {
        Some(match (self, other) {
            (Kind::Null, one) | (one, Kind::Null) => one.clone(),
            (Kind::Integer, Kind::Decimal) | (Kind::Decimal, Kind::Integer) => Kind::Decimal,
            (Kind::Money, Kind::Share) | (Kind::Share, Kind::Money) => Kind::Share,
            (Kind::Text(Some(one)), Kind::Text(Some(other))) if Arc::ptr_eq(one, other) => self.clone(),
            (Kind::Text(Some(one)), Kind::Text(Some(other))) => {
                let known: HashSet<&String> = one.iter().collect();
                let all: Arc<[String]> =
                    one.iter().chain(other.iter().filter(|text| !known.contains(text))).cloned().collect();
                // What may be so much is looked at as any text.
                Kind::Text(Some(all).filter(|all| all.len() <= OPTIONS_MAX))
            }
            (Kind::Text(_), Kind::Text(_)) => Kind::Text(None),
            (one, other) if one == other => one.clone(),
            _ => return None,
        })
    }
}

/// An expression whose types are right.
#[derive(Debug, Clone)]
pub(crate) struct Typed {
    pub(crate) node: Node,
    pub(crate) kind: Kind,
    /// It may be absent.
    pub(crate) optional: bool,
    /// It says something of a person.
    pub(crate) personal: bool,
    /// Between what it is, for numbers; none where nobody knows.
    pub(crate) range: Option<Range>,
    /// Most characters it is written with.
    pub(crate) chars_max: usize,
    /// Most steps it takes.
    pub(crate) steps: u64,
}

/// Characters of a number, a day or a yes: more than they take.
pub(crate) const PLAIN_CHARS: usize = 10;

impl Typed {
    pub(crate) const fn new(node: Node, kind: Kind) -> Typed {
        Typed { node, kind, optional: false, personal: false, range: None, chars_max: PLAIN_CHARS, steps: 1 }
    }

    /// Absent, personal and costly as its parts are.
    pub(crate) fn with_parts<'a>(mut self, parts: impl IntoIterator<Item = &'a Typed>) -> Typed {
        for part in parts {
            self.optional |= part.optional;
            self.personal |= part.personal;
            self.steps = self.steps.saturating_add(part.steps);
        }
        self
    }

    /// Always there.
    pub(crate) const fn present(mut self) -> Typed {
        self.optional = false;
        self
    }

    pub(crate) const fn ranged(mut self, range: Option<Range>) -> Typed {
        self.range = range;
        self
    }

    pub(crate) const fn chars(mut self, chars_max: usize) -> Typed {
        self.chars_max = chars_max;
        self
    }

    /// Says nothing of a person: a yes or a number of rows does not tell who.
    pub(crate) const fn impersonal(mut self) -> Typed {
        self.personal = false;
        self
    }

    /// The number it always is.
    pub(crate) fn constant(&self) -> Option<crate::form::number::Number> {
        match (&self.node, self.range) {
            (Node::Constant(_), Some(range)) if range.least == range.most => Some(range.least),
            _ => None,
        }
    }

    /// The zero of whole numbers, which is the zero of money too.
    pub(crate) fn is_zero(&self) -> bool {
        self.kind == Kind::Integer && self.constant().is_some_and(crate::form::number::Number::is_zero)
    }
}
