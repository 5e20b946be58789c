// SPDX-License-Identifier: AGPL-3.0-or-later
//! Exact numbers: a fraction of two integers, never a float. What a formula divides stays exact until it says how to round.

use std::cmp::Ordering;
use std::fmt;

/// The largest numerator: far above any sum of money, and small enough for two fractions to be compared exactly.
const NUMERATOR_MAX: i128 = 1_000_000_000_000_000_000_000_000;
/// The largest denominator.
const DENOMINATOR_MAX: i128 = 1_000_000_000_000;

/// A fraction in lowest terms, its denominator above zero. Every operation answers none beyond the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Number {
    numerator: i128,
    denominator: i128,
}

/// How a fraction becomes a whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rounding {
    /// To the nearest; a half goes away from zero, as amounts of euros are rounded (Reg. (CE) 1103/97, art. 5).
    HalfUp,
    /// To the next whole number above.
    Up,
    /// To the next whole number below.
    Down,
}

impl Number {
    /// Nothing.
    pub(crate) const ZERO: Number = Number { numerator: 0, denominator: 1 };

    /// A whole number.
    pub(crate) fn whole(value: i64) -> Number {
        Number { numerator: i128::from(value), denominator: 1 }
    }

    fn new(numerator: i128, denominator: i128) -> Option<Number> {
        if denominator == 0 {
            return None;
        }
        let divisor = greatest_common_divisor(numerator.checked_abs()?, denominator.checked_abs()?);
        let sign = denominator.signum();
        let numerator = numerator.checked_div(divisor)?.checked_mul(sign)?;
        let denominator = denominator.checked_div(divisor)?.checked_mul(sign)?;
        let fits = numerator.checked_abs()? <= NUMERATOR_MAX && denominator <= DENOMINATOR_MAX;
        fits.then_some(Number { numerator, denominator })
    }

    /// Reads digits with at most `decimals_max` places after a point: `12`, `0.70`; no exponent, no blank.
    pub(crate) fn parse(text: &str, decimals_max: u8) -> Option<Number> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let decimals_wrong = digits.contains('.') && decimals.is_empty();
        if whole.is_empty() || decimals_wrong || decimals.len() > usize::from(decimals_max) {
            return None;
        }
        let (mut numerator, mut denominator) = (0_i128, 1_i128);
        for digit in whole.chars().chain(decimals.chars()) {
            numerator = numerator.checked_mul(10)?.checked_add(i128::from(digit.to_digit(10)?))?;
        }
        for _ in decimals.chars() {
            denominator = denominator.checked_mul(10)?;
        }
        Number::new(if negative { numerator.checked_neg()? } else { numerator }, denominator)
    }

    /// The sum.
    pub(crate) fn plus(self, other: Number) -> Option<Number> {
        if self.denominator == 1 && other.denominator == 1 {
            let numerator = self.numerator.checked_add(other.numerator)?;
            return (numerator.checked_abs()? <= NUMERATOR_MAX).then_some(Number { numerator, denominator: 1 });
        }
        let left = self.numerator.checked_mul(other.denominator)?;
        let right = other.numerator.checked_mul(self.denominator)?;
        Number::new(left.checked_add(right)?, self.denominator.checked_mul(other.denominator)?)
    }

    /// The opposite.
    pub(crate) fn negated(self) -> Number {
        Number { numerator: self.numerator.saturating_neg(), denominator: self.denominator }
    }

    /// The difference.
    pub(crate) fn minus(self, other: Number) -> Option<Number> {
        self.plus(other.negated())
    }

    /// The product.
    pub(crate) fn times(self, other: Number) -> Option<Number> {
        let numerator = self.numerator.checked_mul(other.numerator)?;
        Number::new(numerator, self.denominator.checked_mul(other.denominator)?)
    }

    /// The quotient; none for a division by zero.
    pub(crate) fn over(self, other: Number) -> Option<Number> {
        let numerator = self.numerator.checked_mul(other.denominator)?;
        Number::new(numerator, self.denominator.checked_mul(other.numerator)?)
    }

    /// The whole number it is rounded to.
    pub(crate) fn rounded(self, how: Rounding) -> Option<Number> {
        let below = self.numerator.div_euclid(self.denominator);
        let rest = self.numerator.rem_euclid(self.denominator);
        let above = below.checked_add(i128::from(rest > 0))?;
        let numerator = match (how, rest.checked_mul(2)?.cmp(&self.denominator)) {
            (Rounding::Up, _) | (Rounding::HalfUp, Ordering::Greater) => above,
            (Rounding::Down, _) | (Rounding::HalfUp, Ordering::Less) => below,
            (Rounding::HalfUp, Ordering::Equal) => {
                if self.numerator < 0 {
                    below
                } else {
                    above
                }
            }
        };
        Number::new(numerator, 1)
    }

    /// The whole number, where it is one that 64 bits hold.
    pub(crate) fn to_integer(self) -> Option<i64> {
        if self.denominator == 1 { i64::try_from(self.numerator).ok() } else { None }
    }

    /// Whether it is nothing.
    pub(crate) const fn is_zero(self) -> bool {
        self.numerator == 0
    }

    /// Whether it has at most so many places after the point.
    pub(crate) fn fits_decimals(self, decimals: u8) -> bool {
        let scale = 10_i128.checked_pow(u32::from(decimals));
        scale.is_some_and(|scale| scale.checked_rem(self.denominator) == Some(0))
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    /// Both products stay below 128 bits: a numerator has 80, a denominator 40.
    fn cmp(&self, other: &Number) -> Ordering {
        let left = self.numerator.saturating_mul(other.denominator);
        left.cmp(&other.numerator.saturating_mul(self.denominator))
    }
}

impl fmt::Display for Number {
    /// A whole number, or a decimal one where it has an end within [`super::limits::DECIMALS_MAX`] places, or a fraction.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.denominator == 1 {
            return write!(formatter, "{}", self.numerator);
        }
        for places in 1..=super::limits::DECIMALS_MAX {
            let scale = 10_i128.checked_pow(u32::from(places)).unwrap_or(1);
            if scale.checked_rem(self.denominator) != Some(0) {
                continue;
            }
            let digits = scale.checked_div(self.denominator).and_then(|by| self.numerator.checked_mul(by));
            let Some(digits) = digits else { break };
            let sign = if digits < 0 { "-" } else { "" };
            let (digits, scale) = (digits.unsigned_abs(), scale.unsigned_abs());
            let (whole, rest) = (digits.checked_div(scale), digits.checked_rem(scale));
            let width = usize::from(places);
            return write!(formatter, "{sign}{}.{:0width$}", whole.unwrap_or(0), rest.unwrap_or(0));
        }
        write!(formatter, "{}/{}", self.numerator, self.denominator)
    }
}

/// At least one, so that it divides everything.
fn greatest_common_divisor(mut one: i128, mut other: i128) -> i128 {
    while let Some(rest) = one.checked_rem(other) {
        (one, other) = (other, rest);
    }
    one.max(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text, 6).unwrap()
    }

    #[test]
    fn a_number_is_written_as_it_was_read() {
        for text in ["0", "12", "-12", "0.7", "12.05", "-0.000001", "999999999999"] {
            assert_eq!(number(text).to_string(), text);
        }
        for wrong in ["", ".", "1.", ".5", "1e3", " 1", "+1", "1,5", "1.1234567", "--1", "٣"] {
            assert_eq!(Number::parse(wrong, 6), None, "{wrong}");
        }
        assert_eq!(Number::whole(1).over(Number::whole(3)).unwrap().to_string(), "1/3");
    }

    #[test]
    fn a_half_is_rounded_away_from_zero() {
        for (text, half, up, down) in [("2.5", 3, 3, 2), ("-2.5", -3, -2, -3), ("2.4", 2, 3, 2), ("7", 7, 7, 7)] {
            let rounded = |how| number(text).rounded(how).unwrap().to_integer().unwrap();
            let all = (rounded(Rounding::HalfUp), rounded(Rounding::Up), rounded(Rounding::Down));
            assert_eq!(all, (half, up, down), "{text}");
        }
    }

    #[test]
    fn beyond_the_limits_there_is_no_number() {
        assert_eq!(Number::whole(1).over(Number::ZERO), None);
        let large = Number::whole(i64::MAX);
        assert_eq!(large.times(large), None);
        assert_eq!(Number::whole(i64::MIN).times(large), None);
        let small = number("0.000001");
        assert_eq!(small.times(small).and_then(|one| one.times(small)), None);
    }

    proptest! {
        #[test]
        fn what_was_multiplied_is_divided_again(a in any::<i32>(), b in any::<i32>(), c in 1..=10_000_i64) {
            let (a, b, c) = (Number::whole(a.into()), Number::whole(b.into()), Number::whole(c));
            prop_assert_eq!(a.times(c).unwrap().over(c), Some(a));
            let quarter = a.over(c).unwrap();
            prop_assert_eq!(quarter.plus(b).unwrap().minus(b), Some(quarter));
            prop_assert!(quarter.rounded(Rounding::Down).unwrap() <= quarter);
            prop_assert!(quarter.rounded(Rounding::Up).unwrap() >= quarter);
        }
    }
}
