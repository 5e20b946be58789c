// SPDX-License-Identifier: AGPL-3.0-or-later
//! Magic notices: what is owed, or a pair that goes with it, says what happens when somebody pays in the ordinary way. Only
//! the sandbox reads them; the real Node carries the pair like any other, and to it the amount is an amount.

use tramite_domain::money::Cents;
use tramite_pagopa::current::GetAnswer;

use super::script::Script;
use crate::node::{NodeFault, Ppt, Unasked};

/// The key of the pair in `payment_metadata`.
const KEY: &str = "SANDBOX";
/// Cents of the amounts that are magic, without their last two digits: 777.00 euros. Their cents say what happens.
const EUROS_CENTS: i64 = 77_700;
/// The amount of a notice of which Checkout takes no cart, in cents.
const NO_CART_CENTS: i64 = 77_799;
/// Seconds after which a receipt comes late.
const LATE_SECONDS: u64 = 30;
/// Seconds after which a receipt comes of whose payment the citizen learnt no outcome.
const WAIT_SECONDS: u64 = 10;
/// By how much another amount is larger, in cents.
const MORE_CENTS: i64 = 100;

/// What a magic notice makes happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Magic {
    /// The card is refused.
    Decline,
    /// The citizen goes away in the middle: for thirty minutes nobody else can pay.
    Abandon,
    /// Paid, the outcome is not known in time.
    Wait,
    /// Paid, the receipt comes later than the citizen.
    Late,
    /// Paid, the receipt stays at the Node.
    NoReceipt,
    /// The receipt comes twice.
    Twice,
    /// The first receipt is lost on its way.
    Lost,
    /// A euro more was collected than was due.
    OtherAmount,
    /// A receipt of a payment that failed.
    Ko,
    /// The receipt says that the platform stood in.
    StandIn,
    /// The Node fails in the middle.
    NodeDown,
}

/// Each by its cents and its word.
const ALL: [(i64, &str, Magic); 11] = [
    (1, "decline", Magic::Decline),
    (2, "abandon", Magic::Abandon),
    (3, "wait", Magic::Wait),
    (4, "late", Magic::Late),
    (5, "no_receipt", Magic::NoReceipt),
    (6, "twice", Magic::Twice),
    (7, "lost", Magic::Lost),
    (8, "other_amount", Magic::OtherAmount),
    (9, "ko", Magic::Ko),
    (10, "stand_in", Magic::StandIn),
    (11, "node_down", Magic::NodeDown),
];

impl Magic {
    /// What the answer to a get makes happen: the pair says it, or else the amount.
    pub(crate) fn of(answer: &GetAnswer) -> Option<Magic> {
        let said = answer.metadata.iter().find(|entry| entry.key == KEY);
        let by_word = said.and_then(|entry| ALL.iter().find(|(_, word, _)| *word == entry.value.trim()));
        let cents = answer.amount.cents();
        let by_amount = || ALL.iter().find(|(last, _, _)| EUROS_CENTS.checked_add(*last) == Some(cents));
        by_word.or_else(by_amount).map(|(_, _, magic)| *magic)
    }

    /// Whether Checkout takes no cart with a notice of that amount.
    pub(crate) fn refuses_carts(amount: Cents) -> bool {
        amount.cents() == NO_CART_CENTS
    }

    /// Its word.
    pub(crate) fn word(self) -> &'static str {
        ALL.iter().find(|(_, _, magic)| *magic == self).map_or("", |(_, word, _)| word)
    }

    /// What happens.
    ///
    /// # Errors
    /// The fault of a Node that fails.
    pub(crate) fn script(self, due: Cents) -> Result<Script, NodeFault> {
        Ok(match self {
            Magic::Decline => Script::Decline,
            Magic::Abandon => Script::ActivateOnly,
            Magic::Wait => Script::ReceiptLate { seconds: WAIT_SECONDS },
            Magic::Late => Script::ReceiptLate { seconds: LATE_SECONDS },
            Magic::NoReceipt => Script::NoReceipt,
            Magic::Twice => Script::ReceiptTwice,
            Magic::Lost => Script::ReceiptLost,
            Magic::OtherAmount => Script::OtherAmount { amount: more(due) },
            Magic::Ko => Script::Ko,
            Magic::StandIn => Script::WithoutGet(Unasked { stand_in: Some(true), ..Unasked::default() }),
            Magic::NodeDown => {
                return Err(NodeFault::because(Ppt::SystemError, "Un avviso magico: il Nodo non risponde"));
            }
        })
    }
}

fn more(due: Cents) -> Cents {
    Cents::new(MORE_CENTS).ok().and_then(|more| due.checked_add(more)).unwrap_or(due)
}
