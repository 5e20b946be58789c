// SPDX-License-Identifier: AGPL-3.0-or-later
//! The first digits of a notice number, by which the Node finds the station (codes.md 1 and 2).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::serde_text::serde_text;

/// The highest segregation code pagoPA assigns to intermediaries; above it stand its centralised services.
pub const SEGREGATION_ALLOCATABLE_MAX: u8 = 45;

/// Why routing digits are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RoutingError {
    /// The first digit of a notice is 0, 1, 2 or 3.
    #[error("the aux digit is 0, 1, 2 or 3")]
    AuxDigit,
    /// Segregation and application codes are written with exactly two digits.
    #[error("the code has exactly two digits")]
    TwoDigits,
}

/// The first digit of a notice number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum AuxDigit {
    /// Application code, then a 15-digit IUV; no longer for new notices.
    Zero,
    /// A 17-digit code of the institution without check digits; no longer for new notices.
    One,
    /// A 17-digit IUV of an institution that segregates by itself; no longer for new notices.
    Two,
    /// Segregation code within a 17-digit IUV: the only one Tramite generates.
    Three,
}

impl AuxDigit {
    /// The digit.
    #[must_use]
    pub const fn digit(self) -> u8 {
        match self {
            AuxDigit::Zero => 0,
            AuxDigit::One => 1,
            AuxDigit::Two => 2,
            AuxDigit::Three => 3,
        }
    }
}

impl TryFrom<u8> for AuxDigit {
    type Error = RoutingError;

    fn try_from(digit: u8) -> Result<AuxDigit, RoutingError> {
        match digit {
            0 => Ok(AuxDigit::Zero),
            1 => Ok(AuxDigit::One),
            2 => Ok(AuxDigit::Two),
            3 => Ok(AuxDigit::Three),
            _ => Err(RoutingError::AuxDigit),
        }
    }
}

impl From<AuxDigit> for u8 {
    fn from(aux_digit: AuxDigit) -> u8 {
        aux_digit.digit()
    }
}

impl fmt::Display for AuxDigit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.digit(), formatter)
    }
}

macro_rules! two_digits {
    ($(#[$doc:meta])+ $name:ident) => {
        $(#[$doc])+
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u8);

        impl $name {
            /// The code of that value, 0..=99.
            ///
            /// # Errors
            /// [`RoutingError::TwoDigits`] above 99.
            pub const fn new(value: u8) -> Result<$name, RoutingError> {
                if value <= 99 { Ok($name(value)) } else { Err(RoutingError::TwoDigits) }
            }

            /// The value, 0..=99.
            #[must_use]
            pub const fn value(self) -> u8 {
                self.0
            }
        }

        impl FromStr for $name {
            type Err = RoutingError;

            fn from_str(text: &str) -> Result<$name, RoutingError> {
                match text.as_bytes() {
                    [tens @ b'0'..=b'9', units @ b'0'..=b'9'] => Ok($name((tens - b'0') * 10 + (units - b'0'))),
                    _ => Err(RoutingError::TwoDigits),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{:02}", self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, concat!(stringify!($name), "({:02})"), self.0)
            }
        }

        serde_text!($name);
    };
}

two_digits! {
    /// Second and third digit of a notice with aux digit 3: whose numbers these are, among the intermediaries of
    /// one institution. It is part of the IUV.
    SegregationCode
}

two_digits! {
    /// Second and third digit of a notice with aux digit 0: one archive of the institution. It is no part of the IUV.
    ApplicationCode
}

impl SegregationCode {
    /// Whether pagoPA assigns this code to intermediaries (00–45); 46–99 are its own centralised services.
    #[must_use]
    pub const fn is_allocatable(self) -> bool {
        self.0 <= SEGREGATION_ALLOCATABLE_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routing_digits_are_read_as_written_and_only_so() {
        for value in 0..=99_u8 {
            let text = format!("{value:02}");
            let code: SegregationCode = text.parse().unwrap();
            assert_eq!((code.value(), code.to_string()), (value, text.clone()));
            assert_eq!(code.is_allocatable(), value <= 45);
            assert_eq!(text.parse::<ApplicationCode>().unwrap().to_string(), text);
        }
        for wrong in ["", "1", "001", "1a", "+1", " 1", "١٢"] {
            assert_eq!(wrong.parse::<SegregationCode>(), Err(RoutingError::TwoDigits), "{wrong}");
        }
        assert_eq!(ApplicationCode::new(100), Err(RoutingError::TwoDigits));
        for digit in 0..=9_u8 {
            assert_eq!(AuxDigit::try_from(digit).map(AuxDigit::digit).ok(), (digit < 4).then_some(digit));
        }
        assert_eq!(serde_json::to_string(&AuxDigit::Three).unwrap(), "3");
        assert!(serde_json::from_str::<AuxDigit>("4").is_err());
        assert_eq!(serde_json::to_string(&SegregationCode(5)).unwrap(), "\"05\"");
    }
}
