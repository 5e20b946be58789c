// SPDX-License-Identifier: AGPL-3.0-or-later
//! Where a message leaves its schema, and how. Never a value of the message: values may be about people.

use std::fmt;

use thiserror::Error;

use crate::xml::Unreadable;

/// What is wrong at a place of a message.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Error)]
pub enum Reason {
    /// The schema, or the Node, demands it.
    #[error("is missing")]
    Missing,
    /// The schema knows no such element here.
    #[error("is not expected here")]
    Unexpected,
    /// It stands after something it must precede.
    #[error("is out of order")]
    OutOfOrder,
    /// More than the schema allows.
    #[error("occurs more than {most} times")]
    TooMany {
        /// The largest number of occurrences.
        most: usize,
    },
    /// It is in a namespace, where the schema has it in none.
    #[error("is in a namespace where none is expected")]
    Qualified,
    /// It has an attribute.
    #[error("has an attribute where none is expected")]
    Attribute,
    /// Text between elements, or elements inside a text.
    #[error("mixes text and elements")]
    Mixed,
    /// Nothing inside, where something must be.
    #[error("is empty")]
    Empty,
    /// Outside the allowed lengths.
    #[error("must have {least} to {most} characters")]
    Length {
        /// The smallest number of characters.
        least: usize,
        /// The largest number of characters.
        most: usize,
    },
    /// Not of the form that is expected.
    #[error("is not {0}")]
    Not(&'static str),
    /// Below or above the limits of its type.
    #[error("is out of range")]
    OutOfRange,
    /// The message cannot be read at all.
    #[error("cannot be read: {0}")]
    Unreadable(Unreadable),
    /// The Node's own demand, beyond the schema.
    #[error("{0}")]
    Demand(&'static str),
}

/// One deviation: the path of the element below the payload's wrapper, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Error)]
pub struct Violation {
    /// For example `receipt/transferList/transfer[2]/IBAN`; empty for the message as a whole.
    pub path: String,
    /// What is wrong there.
    pub reason: Reason,
}

impl Violation {
    /// A violation at a place.
    pub fn new(path: impl Into<String>, reason: Reason) -> Violation {
        Violation { path: path.into(), reason }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            write!(formatter, "{}", self.reason)
        } else {
            write!(formatter, "{} {}", self.path, self.reason)
        }
    }
}
