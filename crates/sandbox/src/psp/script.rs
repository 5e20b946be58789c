// SPDX-License-Identifier: AGPL-3.0-or-later
//! What happens in a payment, step by step.

use serde::{Deserialize, Serialize};
use tramite_domain::money::Cents;

use crate::limits::LATE_SECONDS_MAX;
use crate::node::Unasked;

/// A course of events. In JSON a word, or an object with one word and its values.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Script {
    /// Verify, activate, collect, receipt.
    #[default]
    Pay,
    /// The citizen only looks.
    VerifyOnly,
    /// The citizen goes away before paying; the token lives on.
    ActivateOnly,
    /// Paid, and the receipt lies at the Node until somebody asks for it.
    NoReceipt,
    /// Paid, and the first receipt is lost on its way: the Node comes back within the hour.
    ReceiptLost,
    /// The same receipt, twice.
    ReceiptTwice,
    /// Paid, and the receipt comes later.
    ReceiptLate {
        /// 0 to 3600.
        seconds: u64,
    },
    /// The receipt is there before the citizen is back: as Pay, said aloud.
    ReceiptBeforeReturn,
    /// The provider collected another amount.
    OtherAmount {
        /// In cents, above zero.
        amount: Cents,
    },
    /// A receipt of a payment that failed.
    Ko,
    /// The platform stood in: a receipt, and no get before it.
    WithoutGet(Unasked),
    /// The provider refuses the payment: nothing is sent.
    Decline,
}

/// When the receipt is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Timing {
    Now,
    Twice,
    Lost,
    Late { seconds: u64 },
    Never,
}

impl Script {
    /// When its receipt is sent.
    pub(crate) const fn timing(&self) -> Timing {
        match self {
            Script::NoReceipt => Timing::Never,
            Script::ReceiptTwice => Timing::Twice,
            Script::ReceiptLost => Timing::Lost,
            Script::ReceiptLate { seconds } => Timing::Late { seconds: *seconds },
            _ => Timing::Now,
        }
    }

    /// Whether money is collected in it.
    pub(crate) const fn collects(&self) -> bool {
        !matches!(self, Script::VerifyOnly | Script::ActivateOnly | Script::Decline)
    }

    /// What is wrong with its values.
    pub(crate) fn flaw(&self) -> Option<(&'static str, &'static str)> {
        match self {
            Script::ReceiptLate { seconds } if *seconds > LATE_SECONDS_MAX => {
                Some(("/script/receipt_late/seconds", "0 to 3600"))
            }
            Script::OtherAmount { amount } if amount.is_zero() => Some(("/script/other_amount/amount", "above zero")),
            Script::WithoutGet(unasked) if unasked.amount.is_some_and(Cents::is_zero) => {
                Some(("/script/without_get/amount", "above zero"))
            }
            Script::WithoutGet(unasked) => {
                let length = unasked.description.as_ref().map_or(1, |text| text.chars().count());
                let fits = (1..=140).contains(&length);
                (!fits).then_some(("/script/without_get/description", "1 to 140 characters"))
            }
            _ => None,
        }
    }
}
