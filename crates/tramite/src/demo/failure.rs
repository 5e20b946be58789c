// SPDX-License-Identifier: AGPL-3.0-or-later
//! How the demonstration fails.

use thiserror::Error;

use crate::failure::causes;

/// How the demonstration fails.
#[derive(Debug, Error)]
pub(crate) enum DemoFailure {
    /// Nobody answered.
    #[error("{sent}: no answer: {source}")]
    NoAnswer {
        /// What was sent.
        sent: String,
        /// Why.
        source: reqwest::Error,
    },
    /// Another answer came than the one expected.
    #[error("{sent}: {status}, expected {expected}: {body}")]
    Answer {
        /// What was sent.
        sent: String,
        /// The status that came.
        status: u16,
        /// The statuses that were expected.
        expected: String,
        /// What came, shortened.
        body: String,
    },
    /// The answer lacks a field.
    #[error("{sent}: the answer has no {pointer}")]
    Missing {
        /// What was sent.
        sent: String,
        /// Where the field was expected.
        pointer: String,
    },
    /// An address in an answer is not one.
    #[error("{sent}: {text} is no address")]
    Address {
        /// What was sent.
        sent: String,
        /// What came.
        text: String,
    },
    /// What should have become true did not.
    #[error("{what} is {found}, expected {expected}")]
    Differs {
        /// What.
        what: &'static str,
        /// What it is.
        found: String,
        /// What it should be.
        expected: &'static str,
    },
    /// The database refused.
    #[error("the database: {}", causes(.0))]
    Store(#[from] tramite_storage::StoreError),
    /// A part of the program did not start.
    #[error("{0}")]
    Start(String),
}
