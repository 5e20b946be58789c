// SPDX-License-Identifier: AGPL-3.0-or-later
//! Money: integer euro cents, never a float (rules.md 50).

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// The largest amount Tramite can hold, in cents: what an inbound receipt may carry (€ 999,999,999.99).
pub const AMOUNT_CENTS_MAX: i64 = 99_999_999_999;

/// The largest amount a notice can ask for, in cents: ten digits in the QR text and in the codeline.
pub const PAYABLE_CENTS_MAX: i64 = 9_999_999_999;

const CENTS_PER_EURO: i64 = 100;

/// Why a number or a text is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MoneyError {
    /// Amounts are never below zero.
    #[error("the amount is negative")]
    Negative,
    /// Above the limit that applies, in cents.
    #[error("the amount is above {max} cents")]
    TooLarge {
        /// The limit, in cents.
        max: i64,
    },
    /// Not digits, a point and exactly two decimals.
    #[error("not an amount: expected euros with a point and two decimals")]
    NotAnAmount,
    /// Zero where something must be paid.
    #[error("the amount is zero")]
    Zero,
}

/// An amount in euro cents, 0..=[`AMOUNT_CENTS_MAX`].
///
/// JSON carries the integer of cents; `Display` and `FromStr` speak the text of the Node's SOAP
/// messages (`120.50`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Cents(i64);

impl Cents {
    /// No money.
    pub const ZERO: Cents = Cents(0);

    /// An amount of `cents`, zero included.
    ///
    /// # Errors
    /// [`MoneyError::Negative`] below zero, [`MoneyError::TooLarge`] above [`AMOUNT_CENTS_MAX`].
    pub const fn new(cents: i64) -> Result<Cents, MoneyError> {
        if cents < 0 {
            return Err(MoneyError::Negative);
        }
        if cents > AMOUNT_CENTS_MAX {
            return Err(MoneyError::TooLarge { max: AMOUNT_CENTS_MAX });
        }
        Ok(Cents(cents))
    }

    /// An amount a notice can ask for: 1..=[`PAYABLE_CENTS_MAX`] cents (rules.md 7).
    ///
    /// # Errors
    /// As [`Cents::new`], with the lower limit, and [`MoneyError::Zero`].
    pub const fn payable(cents: i64) -> Result<Cents, MoneyError> {
        if cents < 0 {
            return Err(MoneyError::Negative);
        }
        if cents == 0 {
            return Err(MoneyError::Zero);
        }
        if cents > PAYABLE_CENTS_MAX {
            return Err(MoneyError::TooLarge { max: PAYABLE_CENTS_MAX });
        }
        Ok(Cents(cents))
    }

    /// The number of cents.
    #[must_use]
    pub const fn cents(self) -> i64 {
        self.0
    }

    /// Whether this is no money at all.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether a notice can ask for this amount.
    #[must_use]
    pub const fn is_payable(self) -> bool {
        self.0 > 0 && self.0 <= PAYABLE_CENTS_MAX
    }

    /// The sum, or `None` above [`AMOUNT_CENTS_MAX`].
    #[must_use]
    pub fn checked_add(self, other: Cents) -> Option<Cents> {
        Cents::new(self.0.checked_add(other.0)?).ok()
    }

    /// The difference, or `None` where it would be negative.
    #[must_use]
    pub fn checked_sub(self, other: Cents) -> Option<Cents> {
        Cents::new(self.0.checked_sub(other.0)?).ok()
    }

    /// The sum of many amounts; nothing adds up to zero.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`] as soon as the sum passes [`AMOUNT_CENTS_MAX`].
    pub fn sum<I>(amounts: I) -> Result<Cents, MoneyError>
    where
        I: IntoIterator,
        I::Item: Borrow<Cents>,
    {
        amounts.into_iter().try_fold(Cents::ZERO, |total, amount| {
            total.checked_add(*amount.borrow()).ok_or(MoneyError::TooLarge { max: AMOUNT_CENTS_MAX })
        })
    }
}

impl fmt::Display for Cents {
    /// Euros with a point and two decimals: the text of the SOAP messages.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let euros = self.0 / CENTS_PER_EURO;
        let rest = self.0 % CENTS_PER_EURO;
        formatter.pad(&format!("{euros}.{rest:02}"))
    }
}

impl FromStr for Cents {
    type Err = MoneyError;

    /// Reads exactly `\d+\.\d{2}`: no sign, no blank, no comma, no thousands.
    fn from_str(text: &str) -> Result<Cents, MoneyError> {
        let (euros, decimals) = text.split_once('.').ok_or(MoneyError::NotAnAmount)?;
        if euros.is_empty() || decimals.len() != 2 {
            return Err(MoneyError::NotAnAmount);
        }
        let digits = || euros.bytes().chain(decimals.bytes());
        if !digits().all(|byte| byte.is_ascii_digit()) {
            return Err(MoneyError::NotAnAmount);
        }
        let cents = digits().try_fold(0_i64, |value, byte| value.checked_mul(10)?.checked_add(i64::from(byte - b'0')));
        Cents::new(cents.ok_or(MoneyError::TooLarge { max: AMOUNT_CENTS_MAX })?)
    }
}

impl Serialize for Cents {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl<'de> Deserialize<'de> for Cents {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Cents, D::Error> {
        let cents = i64::deserialize(deserializer)?;
        Cents::new(cents).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn amounts() -> impl Strategy<Value = Cents> {
        (0..=AMOUNT_CENTS_MAX).prop_map(|cents| Cents::new(cents).unwrap())
    }

    #[test]
    fn every_amount_up_to_a_thousand_euros_and_every_ending_beyond_survives_the_soap_text() {
        // A prime step visits every ending of cents up to a hundred thousand euros.
        for cents in (0..=100_000).chain((100_001..=9_999_999).step_by(101)) {
            let amount = Cents::new(cents).unwrap();
            let text = amount.to_string();
            assert_eq!(text.parse(), Ok(amount));
            assert_eq!(text.replace('.', "").parse::<i64>().unwrap(), cents);
        }
    }

    #[test]
    fn only_digits_a_point_and_two_decimals_are_an_amount() {
        let wrong = [
            "", ".", ".50", "1", "1.", "1.5", "1.500", "1,50", "-1.00", "+1.00", " 1.00", "1.00 ", "1.000,00",
            "1e2.00", "1.0.0", "١.٠٠", "1.٠",
        ];
        for text in wrong {
            assert_eq!(text.parse::<Cents>(), Err(MoneyError::NotAnAmount), "{text}");
        }
        assert_eq!("120.50".parse(), Cents::new(12_050));
        assert_eq!("0.00".parse(), Ok(Cents::ZERO));
        assert_eq!("000.01".parse(), Cents::new(1));
        assert_eq!("999999999.99".parse(), Cents::new(AMOUNT_CENTS_MAX));
        for text in ["1000000000.00", "99999999999999999999999.00"] {
            assert_eq!(text.parse::<Cents>(), Err(MoneyError::TooLarge { max: AMOUNT_CENTS_MAX }));
        }
    }

    #[test]
    fn the_limits_are_kept_to_the_cent() {
        assert_eq!(Cents::new(-1), Err(MoneyError::Negative));
        assert_eq!(Cents::new(AMOUNT_CENTS_MAX + 1), Err(MoneyError::TooLarge { max: AMOUNT_CENTS_MAX }));
        assert_eq!(Cents::payable(0), Err(MoneyError::Zero));
        assert_eq!(Cents::payable(-1), Err(MoneyError::Negative));
        assert_eq!(Cents::payable(PAYABLE_CENTS_MAX + 1), Err(MoneyError::TooLarge { max: PAYABLE_CENTS_MAX }));
        assert!(Cents::payable(PAYABLE_CENTS_MAX).unwrap().is_payable());
        assert!(!Cents::ZERO.is_payable());
    }

    #[test]
    fn json_carries_whole_cents_and_nothing_else() {
        assert_eq!(serde_json::to_string(&Cents(12_050)).unwrap(), "12050");
        assert_eq!(serde_json::from_str::<Cents>("12050").unwrap(), Cents(12_050));
        for json in ["120.5", "12050.0", "\"12050\"", "-1", "100000000000", "null", "1e3"] {
            assert!(serde_json::from_str::<Cents>(json).is_err(), "{json}");
        }
    }

    proptest! {
        #[test]
        fn any_amount_survives_the_soap_text(amount in amounts()) {
            prop_assert_eq!(amount.to_string().parse(), Ok(amount));
        }

        #[test]
        fn adding_does_not_depend_on_the_grouping(a in amounts(), b in amounts(), c in amounts()) {
            let left = a.checked_add(b).and_then(|sum| sum.checked_add(c));
            let right = b.checked_add(c).and_then(|sum| a.checked_add(sum));
            prop_assert_eq!(left, right);
            prop_assert_eq!(Cents::sum([a, b, c]).ok(), left);
            prop_assert_eq!(Cents::sum([&c, &b, &a]).ok(), left);
        }

        #[test]
        fn what_was_added_can_be_taken_away(a in amounts(), b in amounts()) {
            if let Some(sum) = a.checked_add(b) {
                prop_assert_eq!(sum.checked_sub(b), Some(a));
            }
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in ".*") {
            let _ = text.parse::<Cents>();
        }
    }
}
