// SPDX-License-Identifier: AGPL-3.0-or-later
//! What may go wrong with the store, by what the caller should do about it.

use diesel::ConnectionError;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use thiserror::Error;
use tramite_domain::environment::Environment;

use crate::page::CursorError;
use crate::rule::Rule;

/// A cause, for the log alone.
pub type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why the store did not do what it was asked. Absence is never an error: it is `None`.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The version moved, or two transactions crossed: read, decide and commit again.
    #[error("the data changed meanwhile")]
    Conflict,
    /// Something unique is there already.
    #[error("duplicate: {0}")]
    Duplicate(Rule),
    /// No connection, lock or place in the queue became free in time: try later (503).
    #[error("the store is busy")]
    Busy,
    /// A request under the same idempotency key was still at work when the wait for it was over.
    #[error("a request under the same idempotency key is still being worked on")]
    TwinAtWork,
    /// The database does not answer: try later (503).
    #[error("the database is unavailable")]
    Unavailable(#[source] Source),
    /// Anything else: a defect or a database in disorder.
    #[error("the database failed")]
    Failed(#[source] Source),
    /// The cursor is not one of this list (422).
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// What follows the cursor may have gone: it was told longer ago than events are kept (409).
    #[error("the cursor is older than what is kept")]
    CursorExpired,
    /// After the change no operator could take a token (409).
    #[error("the last operator cannot be revoked")]
    LastOperator,
    /// The range of notice numbers is used up.
    #[error("the range of notice numbers is used up")]
    NumbersExhausted,
    /// The range of notice numbers overlaps one already begun, so numbers could come twice.
    #[error("the range of notice numbers overlaps another one already begun")]
    NumberRangeOverlaps,
    /// The database is sealed to the other environment.
    #[error("the database is sealed to the environment {}", .sealed.name())]
    WrongEnvironment {
        /// What it is sealed to.
        sealed: Environment,
    },
    /// The schema is not the one this program knows.
    #[error("the schema of the database is at {found}, this program needs {needed}: run `tramite migrate`")]
    SchemaVersion {
        /// The newest migration of the database; `none` where it was never migrated.
        found: String,
        /// The newest migration of this program.
        needed: String,
    },
    /// What was sealed cannot be opened: another master key, or the row was tampered with.
    #[error("a secret cannot be opened: wrong master key, or a row that was moved")]
    Sealed,
}

impl StoreError {
    /// A failure told in a sentence.
    pub(crate) fn failed(sentence: impl Into<Source>) -> Self {
        Self::Failed(sentence.into())
    }

    /// A database that cannot be reached, told in a sentence.
    pub(crate) fn unavailable(cause: impl Into<Source>) -> Self {
        Self::Unavailable(cause.into())
    }
}

impl From<ConnectionError> for StoreError {
    fn from(error: ConnectionError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        let DieselError::DatabaseError(kind, information) = &error else { return Self::Failed(Box::new(error)) };
        match kind {
            DatabaseErrorKind::UniqueViolation => Rule::broken(information.as_ref()),
            DatabaseErrorKind::SerializationFailure => Self::Conflict,
            DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::ClosedConnection => {
                Self::Unavailable(Box::new(error))
            }
            _ => from_message(information.message()).unwrap_or(Self::Failed(Box::new(error))),
        }
    }
}

/// Whether what a failure says is what others did at that moment: it may succeed when it comes again.
pub(crate) fn passes(message: &str) -> bool {
    matches!(from_message(message), Some(StoreError::Conflict | StoreError::Busy))
}

/// Diesel hands out no SQLSTATE, so what it does not classify is told by its message. Connections ask for English
/// messages; where the server does not grant that, most languages keep the word `deadlock`.
fn from_message(message: &str) -> Option<StoreError> {
    const BUSY: [&str; 7] = [
        "lock timeout",
        "statement timeout",
        "database is locked",
        "database table is locked",
        "too many clients",
        "remaining connection slots",
        "could not obtain lock",
    ];
    const GONE: [&str; 6] = [
        "terminating connection",
        "the database system is",
        "disk full",
        "database or disk is full",
        "No space left on device",
        "Disk quota exceeded",
    ];
    if message.to_ascii_lowercase().contains("deadlock") || message.contains("could not serialize") {
        Some(StoreError::Conflict)
    } else if BUSY.iter().any(|part| message.contains(part)) {
        Some(StoreError::Busy)
    } else if GONE.iter().any(|part| message.contains(part)) {
        Some(StoreError::Unavailable(message.to_owned().into()))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_without_room_is_one_to_come_back_to() {
        for message in [
            "database or disk is full",
            "could not extend file \"base/5/16390\": No space left on device",
            "could not extend file \"base/5/16390\": Disk quota exceeded",
        ] {
            assert!(matches!(from_message(message), Some(StoreError::Unavailable(_))), "{message}");
        }
        assert!(from_message("null value in column \"id\" violates not-null constraint").is_none());
    }
}
