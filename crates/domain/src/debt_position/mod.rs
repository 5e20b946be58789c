// SPDX-License-Identifier: AGPL-3.0-or-later
//! Debt positions: what a debtor owes, the ways to pay it, and what may be done to it.
//!
//! Every decision is pure: state, command, clock and identifiers go in; a [`crate::batch::Batch`] or a
//! [`crate::refusal::Refusal`] comes out.

mod accounting;
mod cancel;
pub(crate) mod change;
mod changes;
mod clock;
mod dates;
mod difference;
mod due;
mod explanation;
mod explanation_words;
mod given_number;
mod input;
mod mark_paid;
mod model;
mod notify;
mod open;
mod option_terms;
mod past_amount;
mod publish;
mod reopen;
mod replace;
mod shares;
mod status;
mod subject;
mod terms;
mod texts;

pub use accounting::*;
pub use cancel::*;
pub use change::Activity;
pub use clock::clock_moved;
pub use difference::*;
pub use due::*;
pub use explanation::{Circumstances, Explanation, KnownReceipt, KnownSession, WaitsFor, explain};
pub use given_number::given_numbers;
pub use input::*;
pub use mark_paid::{OutsidePayment, mark_paid};
pub use model::*;
pub use notify::notify;
pub use open::*;
pub use past_amount::{PAST_AMOUNT_SECONDS, PAST_AMOUNTS_MAX, PastAmount};
pub use publish::*;
pub use reopen::*;
pub use replace::*;
pub use status::*;
pub use terms::{TermsContext, Warning};
pub(crate) use texts::{no_personal_data, own_metadata};
