// SPDX-License-Identifier: AGPL-3.0-or-later
//! The payment service provider: what a citizen and a bank do with a notice.

mod conclude;
mod magic;
mod order;
mod report;
mod run;
mod script;

pub(crate) use conclude::{Tender, conclude};
pub(crate) use magic::Magic;
pub(crate) use order::{Order, PAYMENT_NOTE_CHARS_MAX, PayerInput};
pub(crate) use report::{Report, Verdict};
pub(crate) use run::run;
pub(crate) use script::Script;
