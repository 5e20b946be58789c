// SPDX-License-Identifier: AGPL-3.0-or-later
//! How the program ends badly, and with which code.

use std::error::Error;
use std::io;

use thiserror::Error;
use tramite_storage::StoreError;

use crate::config::WrongConfiguration;

/// The program was told something wrong.
const WRONG_CONFIGURATION: u8 = 2;
/// It failed otherwise.
const FAILED: u8 = 1;

/// How the program ends badly.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// It was told something wrong.
    #[error(transparent)]
    Configuration(#[from] WrongConfiguration),
    /// The database failed.
    #[error("TRAMITE_DATABASE_URL: {}", causes(.0))]
    Store(#[from] StoreError),
    /// Something of the machine failed.
    #[error("{what}: {source}")]
    Machine {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: io::Error,
    },
    /// A part of the program could not be put together.
    #[error("{0}")]
    Part(String),
    /// Everything was said before.
    #[error("not everything went as it should")]
    Told,
}

/// An error with everything that caused it, in one line.
pub(crate) fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}

impl Failure {
    /// Something of the machine failed.
    pub(crate) fn machine(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Machine { what, source }
    }

    /// The exit code: 2 where a setting is wrong, 1 otherwise.
    pub(crate) const fn exit_code(&self) -> u8 {
        match self {
            Self::Configuration(_) => WRONG_CONFIGURATION,
            Self::Store(_) | Self::Machine { .. } | Self::Part(_) | Self::Told => FAILED,
        }
    }
}
