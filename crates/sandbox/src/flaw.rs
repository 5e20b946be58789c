// SPDX-License-Identifier: AGPL-3.0-or-later
//! One thing that is wrong with what somebody sent.

use serde::Serialize;

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Flaw {
    /// JSON pointer; empty for the document as a whole.
    pub pointer: String,
    /// What is expected there.
    pub detail: String,
}

impl Flaw {
    pub(crate) fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Flaw {
        Flaw { pointer: pointer.into(), detail: detail.into() }
    }
}
