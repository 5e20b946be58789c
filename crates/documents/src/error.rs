// SPDX-License-Identifier: AGPL-3.0-or-later
//! Why a document cannot be written.

use std::fmt::Debug;

use krilla::error::KrillaError;
use thiserror::Error;

/// A document cannot be written: a defect of ours, or an amount that no code can say. It says which rule was broken and never
/// with which text: that may be about a person.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the document cannot be written: {why}")]
pub struct DocumentError {
    why: String,
    too_large: bool,
}

impl DocumentError {
    const fn because(why: String) -> DocumentError {
        DocumentError { why, too_large: false }
    }

    /// Whether what was gathered would be too large for one file: of fewer documents there can be one.
    #[must_use]
    pub const fn is_too_large(&self) -> bool {
        self.too_large
    }

    pub(crate) fn too_large(why: &str) -> DocumentError {
        DocumentError { why: why.to_owned(), too_large: true }
    }

    /// What a library said, by the name of its error alone.
    pub(crate) fn of(cause: &impl Debug) -> DocumentError {
        DocumentError::because(name(cause))
    }

    /// What the writer of PDF said: each rule that was broken.
    pub(crate) fn pdf(cause: &KrillaError) -> DocumentError {
        match cause {
            KrillaError::Validation(broken) => {
                DocumentError::because(broken.iter().map(|(rule, _)| name(rule)).collect::<Vec<_>>().join(", "))
            }
            other => DocumentError::of(other),
        }
    }

    pub(crate) fn fonts() -> DocumentError {
        DocumentError::because("the fonts cannot be read".to_owned())
    }

    /// Why documents cannot be gathered in one file, in words of ours.
    pub(crate) fn gathered(why: &str) -> DocumentError {
        DocumentError::because(why.to_owned())
    }

    pub(crate) fn picture() -> DocumentError {
        DocumentError::because("the picture of the page cannot be made".to_owned())
    }

    pub(crate) fn page() -> DocumentError {
        DocumentError::because("the page has no size".to_owned())
    }
}

fn name(cause: &impl Debug) -> String {
    format!("{cause:?}").chars().take_while(char::is_ascii_alphanumeric).collect()
}
