// SPDX-License-Identifier: AGPL-3.0-or-later
//! Checkout: a cart of notices is posted, the citizen is sent where its answer points (Checkout EC API v2).
//!
//! The return of the citizen is never a proof of payment, and a cart binds no amount: the receipt tells.

mod cart;
mod client;
mod failure;
mod key;
mod redirect;

pub use cart::{Cart, CartNotice, ReturnUrls};
pub use client::{
    ANSWER_BYTES_MAX, CONNECT_TIMEOUT_SECONDS, CheckoutClient, CheckoutClientError, Limits, TOTAL_TIMEOUT_SECONDS,
};
pub(crate) use client::{KEY_HEADER, client_to, no_answer, retry_after_seconds};
pub use failure::{CheckoutFailure, Unavailable};
pub use key::{InvalidKey, SubscriptionKey};
pub use redirect::CheckoutUrl;
