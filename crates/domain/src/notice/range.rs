// SPDX-License-Identifier: AGPL-3.0-or-later
//! The bases of notice numbers and the range of them that Tramite gives out by itself (rules.md 1 and 3).

use std::fmt;

use thiserror::Error;

/// Why two numbers are not a local range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RangeError {
    /// A base has at most thirteen digits.
    #[error("a base is at most {max}")]
    TooLarge {
        /// The largest base.
        max: u64,
    },
    /// The range ends before it begins.
    #[error("the range ends before it begins")]
    Reversed,
}

/// The thirteen digits between segregation code and check digits of a notice number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Base13(u64);

impl Base13 {
    /// The largest base: thirteen nines.
    pub const MAX: u64 = 9_999_999_999_999;

    /// The base of that value; `None` above [`Base13::MAX`].
    #[must_use]
    pub const fn new(value: u64) -> Option<Base13> {
        if value <= Base13::MAX { Some(Base13(value)) } else { None }
    }

    /// The value, 0..=[`Base13::MAX`].
    #[must_use]
    pub const fn value(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Base13 {
    /// All thirteen digits.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:013}", self.0)
    }
}

/// The bases that Tramite numbers by itself; an institution that brings its own IUVs stays outside of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LocalRange {
    from: Base13,
    to: Base13,
}

impl LocalRange {
    /// Bases 5000000000000–9999999999999.
    pub const DEFAULT: LocalRange = LocalRange { from: Base13(5_000_000_000_000), to: Base13(Base13::MAX) };

    /// The range from `from` to `to`, both included.
    ///
    /// # Errors
    /// [`RangeError`] where a bound has more than thirteen digits or they are the wrong way round.
    pub const fn new(from: u64, to: u64) -> Result<LocalRange, RangeError> {
        match (Base13::new(from), Base13::new(to)) {
            (Some(from), Some(to)) if from.0 <= to.0 => Ok(LocalRange { from, to }),
            (Some(_), Some(_)) => Err(RangeError::Reversed),
            _ => Err(RangeError::TooLarge { max: Base13::MAX }),
        }
    }

    /// The first base.
    #[must_use]
    pub const fn from(self) -> Base13 {
        self.from
    }

    /// The last base.
    #[must_use]
    pub const fn to(self) -> Base13 {
        self.to
    }

    /// How many bases there are, at least one.
    #[must_use]
    pub const fn size(self) -> u64 {
        self.to.0 - self.from.0 + 1
    }

    /// Whether that base is Tramite's to give.
    #[must_use]
    pub const fn contains(self, base: Base13) -> bool {
        self.from.0 <= base.0 && base.0 <= self.to.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_includes_both_its_ends() {
        let range = LocalRange::new(10, 12).unwrap();
        let inside = |value| range.contains(Base13::new(value).unwrap());
        assert_eq!([9, 10, 11, 12, 13].map(inside), [false, true, true, true, false]);
        assert_eq!(range.size(), 3);
        assert_eq!(LocalRange::DEFAULT.size(), 5_000_000_000_000);
        assert_eq!(LocalRange::new(12, 10), Err(RangeError::Reversed));
        assert_eq!(LocalRange::new(0, Base13::MAX + 1), Err(RangeError::TooLarge { max: Base13::MAX }));
        assert_eq!(Base13::new(Base13::MAX + 1), None);
        assert_eq!(Base13::new(7).unwrap().to_string(), "0000000000007");
    }
}
