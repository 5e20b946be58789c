// SPDX-License-Identifier: AGPL-3.0-or-later
//! Payment services: what an institution collects, under which taxonomy code, onto which account.

mod callback;
mod define;
#[cfg(test)]
mod define_tests;
mod demand;
mod demanded;
mod late;
mod model;

pub use callback::{AmountCallback, AmountCallbackInput, CALLBACK_URL_CHARS_MAX, OnFailure, renew_callback_secret};
pub use define::{AmountInput, LateChargesInput, LateRateInput, ServiceInput, define};
pub use demand::*;
pub use demanded::*;
pub use late::*;
pub use model::*;
