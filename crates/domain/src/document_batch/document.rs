// SPDX-License-Identifier: AGPL-3.0-or-later
//! One debt position of a batch, and what became of it.

use crate::ids::DebtPositionId;
use crate::named::named;

/// One debt position of a batch, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchDocument {
    /// Its place in the batch, from 0.
    pub place: u32,
    /// The debt position.
    pub debt_position_id: DebtPositionId,
    /// What became of it.
    pub outcome: DocumentOutcome,
    /// Why there is no document of it: the code that a request for it would be answered.
    pub code: Option<String>,
    /// The name of its document in the archive.
    pub file_name: Option<String>,
    /// The first page of its document in the file, from 1; in an archive always 1.
    pub first_page: Option<u32>,
    /// How many pages it has.
    pub pages: Option<u32>,
}

/// What became of a debt position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DocumentOutcome {
    /// Nothing yet.
    Waiting,
    /// Its document is in the file.
    Drawn,
    /// There is no document of it.
    Skipped,
}

named!(DocumentOutcome { Waiting = "waiting", Drawn = "drawn", Skipped = "skipped" });

impl BatchDocument {
    /// One that waits.
    #[must_use]
    pub const fn waiting(place: u32, debt_position_id: DebtPositionId) -> Self {
        Self {
            place,
            debt_position_id,
            outcome: DocumentOutcome::Waiting,
            code: None,
            file_name: None,
            first_page: None,
            pages: None,
        }
    }

    /// There is no document of it.
    #[must_use]
    pub fn skipped(self, code: &str) -> Self {
        Self { outcome: DocumentOutcome::Skipped, code: Some(code.to_owned()), ..self }
    }

    /// Its document is in the file, under that name, on so many pages from the first one on.
    #[must_use]
    pub fn drawn(self, file_name: String, (first_page, pages): (u32, u32)) -> Self {
        Self {
            outcome: DocumentOutcome::Drawn,
            file_name: Some(file_name),
            first_page: Some(first_page),
            pages: Some(pages),
            ..self
        }
    }
}
