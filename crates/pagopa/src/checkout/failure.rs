// SPDX-License-Identifier: AGPL-3.0-or-later
//! Why there is no cart, told apart by what the caller can do about it.

use thiserror::Error;

/// Why Checkout made no cart.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CheckoutFailure {
    /// Checkout understood and declined: our form (400), or a notice already paid or being paid (422).
    #[error("Checkout refused the cart with {status}: {title}")]
    Refused {
        /// 400 or 422.
        status: u16,
        /// `title` of the problem, empty where there was none.
        title: String,
        /// `detail` of the problem, for the log.
        detail: String,
    },
    /// No answer one could use; the citizen may try again.
    #[error("Checkout is not available: {0}")]
    Unavailable(#[from] Unavailable),
}

/// Why Checkout gave no answer one could use.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unavailable {
    /// No connection: name, network or TLS. The cart was not made.
    #[error("no connection: {0}")]
    Unreachable(String),
    /// No answer in time. The cart may have been made; another one does no harm.
    #[error("no answer in time")]
    TimedOut,
    /// The connection broke, or what came was not HTTP.
    #[error("the exchange broke off: {0}")]
    Broken(String),
    /// 401 or 403: the subscription key is missing, wrong or not allowed. Operators must act.
    #[error("the subscription key was refused with {0}")]
    KeyRefused(u16),
    /// 429.
    #[error("too many requests, retry after {retry_after_seconds:?} s")]
    TooManyRequests {
        /// `Retry-After`, where it was a number of seconds.
        retry_after_seconds: Option<u64>,
    },
    /// 5xx.
    #[error("server error {0}")]
    ServerError(u16),
    /// A redirect that no citizen can be sent to.
    #[error("an unusable redirect: {0}")]
    BadRedirect(&'static str),
    /// Any other status.
    #[error("unexpected status {0}")]
    Unexpected(u16),
}
