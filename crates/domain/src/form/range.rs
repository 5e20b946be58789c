// SPDX-License-Identifier: AGPL-3.0-or-later
//! The numbers that an expression can become: interval arithmetic, so that what a form may ask is known before it is published.

use super::number::{Number, Rounding};

/// From the least to the most, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) least: Number,
    pub(crate) most: Number,
}

impl Range {
    pub(crate) const fn new(least: Number, most: Number) -> Range {
        Range { least, most }
    }

    pub(crate) const fn only(one: Number) -> Range {
        Range { least: one, most: one }
    }

    pub(crate) fn whole(least: i64, most: i64) -> Range {
        Range { least: Number::whole(least), most: Number::whole(most) }
    }

    pub(crate) fn plus(self, other: Range) -> Option<Range> {
        Some(Range { least: self.least.plus(other.least)?, most: self.most.plus(other.most)? })
    }

    pub(crate) fn negated(self) -> Range {
        Range { least: self.most.negated(), most: self.least.negated() }
    }

    pub(crate) fn minus(self, other: Range) -> Option<Range> {
        self.plus(other.negated())
    }

    pub(crate) fn times(self, other: Range) -> Option<Range> {
        let corners = [
            self.least.times(other.least)?,
            self.least.times(other.most)?,
            self.most.times(other.least)?,
            self.most.times(other.most)?,
        ];
        Some(Range { least: corners.into_iter().min()?, most: corners.into_iter().max()? })
    }

    /// The divisor is one number: nothing else is divided by.
    pub(crate) fn over(self, divisor: Number) -> Option<Range> {
        let (one, other) = (self.least.over(divisor)?, self.most.over(divisor)?);
        Some(Range { least: one.min(other), most: one.max(other) })
    }

    pub(crate) fn rounded(self, how: Rounding) -> Option<Range> {
        Some(Range { least: self.least.rounded(how)?, most: self.most.rounded(how)? })
    }

    /// Either of two.
    pub(crate) fn or(self, other: Range) -> Range {
        Range { least: self.least.min(other.least), most: self.most.max(other.most) }
    }

    /// The sum of so many of it.
    pub(crate) fn summed(self, rows_least: i64, rows_most: i64) -> Option<Range> {
        self.times(Range::whole(rows_least, rows_most))
    }

    /// What is left of it within bounds that are enforced. Bounds that leave nothing give the bounds themselves.
    pub(crate) fn within(self, least: Option<Number>, most: Option<Number>) -> Range {
        let low = least.map_or(self.least, |bound| bound.max(self.least));
        let high = most.map_or(self.most, |bound| bound.min(self.most));
        if low <= high { Range { least: low, most: high } } else { Range { least: low, most: low } }
    }
}
