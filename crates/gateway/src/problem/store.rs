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
            StoreError::Cursor(_) => Self::new(Code::InvalidCursor),
            StoreError::NumbersExhausted => Self::new(Code::NoIssuingStation),
            StoreError::Unavailable(_) => {
                tracing::warn!(cause = %error, "the database cannot be reached");
                Self::new(Code::Unavailable)
            }
            other => {
                tracing::error!(cause = %other, "the store has failed");
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

fn of_rule(rule: Rule) -> Problem {
    match rule {
        Rule::NoticeNumber | Rule::Iuv => Problem::new(Code::NoticeNumberTaken),
        Rule::InstitutionCode | Rule::InstitutionTaxCode => Problem::new(Code::InstitutionTaken),
        // Two requests that write the same thing at once: reading again shows what the other one wrote.
        Rule::ExternalId | Rule::Receipt | Rule::Idempotency | Rule::StationLink | Rule::Other(_) => Problem::new(Code::Conflict),
    }
}
