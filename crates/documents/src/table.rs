// SPDX-License-Identifier: AGPL-3.0-or-later
//! A table before it has a form.

use thiserror::Error;

/// The longest text of a cell, in characters: more than any field of the Node may hold. What is longer is cut; the message it
/// came with has it whole.
pub const CELL_CHARS_MAX: usize = 255;

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// A text, also where it looks like a number: a notice number is none to reckon with.
    Text(String),
    /// A whole number, such as an amount in cents.
    Number(i64),
    /// Nothing.
    Empty,
}

/// A line of cells.
pub type Row = Vec<Cell>;

impl Cell {
    /// A text, cut to [`CELL_CHARS_MAX`].
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text(text.chars().take(CELL_CHARS_MAX).collect())
    }

    /// A text, or nothing.
    #[must_use]
    pub fn maybe(text: Option<&str>) -> Self {
        text.map_or(Self::Empty, Self::text)
    }

    /// A number, or nothing.
    #[must_use]
    pub fn number(number: Option<i64>) -> Self {
        number.map_or(Self::Empty, Self::Number)
    }
}

/// A table cannot be written: a defect of ours, for there is nothing in a cell that a form could refuse.
#[derive(Debug, Error)]
#[error("the table cannot be written")]
pub struct TableError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl TableError {
    pub(crate) fn of(cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self(Box::new(cause))
    }
}
