// SPDX-License-Identifier: AGPL-3.0-or-later
//! Notice numbers (NAV) and creditor references (IUV): codes.md 2, rules.md 1–4.

mod iuv;
mod number;
mod permutation;
mod range;
mod routing;

pub use iuv::{IUV_CHARS_MAX, Iuv};
pub use number::{NoticeNumber, NoticeNumberError, mod93};
pub use permutation::{PERMUTATION_KEY_BYTES, PermutedRange};
pub use range::{Base13, LocalRange, RangeError};
pub use routing::{ApplicationCode, AuxDigit, RoutingError, SEGREGATION_ALLOCATABLE_MAX, SegregationCode};
