// SPDX-License-Identifier: AGPL-3.0-or-later
//! From the store's failures to problems: the cause goes to the log, the code to the client.

use tramite_storage::{Rule, StoreError};

use super::{Code, Problem};
use crate::keys::KeyError;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => Self::new(Code::Conflict),
            StoreError::Duplicate(rule) => of_rule(rule),
            StoreError::Busy => Self::new(Code::Unavailable),
            StoreError::TwinAtWork => Self::new(Code::IdempotencyInProgress),
            StoreError::Cursor(_) => Self::new(Code::InvalidCursor),
            StoreError::CursorExpired => Self::new(Code::CursorExpired),
            StoreError::LastOperator => Self::new(Code::LastOperator),
            StoreError::NumbersExhausted => Self::new(Code::NoIssuingStation),
            StoreError::Unavailable(_) => {
                tracing::warn!(cause = %chain(&error), "the database cannot be reached");
                Self::new(Code::Unavailable)
            }
            other => {
                tracing::error!(cause = %chain(&other), "the store has failed");
                Self::new(Code::InternalError)
            }
        }
    }
}

impl From<KeyError> for Problem {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Store(error) => error.into(),
            other => {
                tracing::error!(cause = %other, "a key is missing or damaged");
                Self::new(Code::InternalError)
            }
        }
    }
}

/// An error with all its causes, for the log.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

fn of_rule(rule: Rule) -> Problem {
    match rule {
        Rule::Demand => Problem::new(Code::DemandTaken),
        Rule::TrustedIssuer => Problem::new(Code::TrustedIssuerTaken),
        Rule::InstitutionCode | Rule::InstitutionTaxCode => Problem::new(Code::InstitutionTaken),
        // Two requests that write the same thing at once: reading again shows what the other one wrote, and deciding
        // again takes other numbers.
        Rule::ExternalId | Rule::Iuv | Rule::Receipt | Rule::Idempotency | Rule::StationLink | Rule::Other(_) => {
            Problem::new(Code::Conflict)
        }
    }
}
