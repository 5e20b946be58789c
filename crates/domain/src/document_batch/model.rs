// SPDX-License-Identifier: AGPL-3.0-or-later
//! One file of many documents.

use serde::{Deserialize, Serialize};

use crate::access::ApiScope;
use crate::ident::ServiceCode;
use crate::ids::{ClientId, DocumentBatchId, ImportId};
use crate::named::named;
use crate::printed_notice::NoticeLanguage;
use crate::time::Instant;

/// Notices or receipts of many debt positions that are made into one file, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentBatch {
    /// Our id.
    pub id: DocumentBatchId,
    /// What is made of each debt position.
    pub kind: BatchKind,
    /// What the file is.
    pub form: BatchForm,
    /// In which languages notices are written.
    pub language: NoticeLanguage,
    /// The import whose debt positions they are, where it was named.
    pub import_id: Option<ImportId>,
    /// The services of the client when it asked; none means all.
    pub services: Option<Vec<ServiceCode>>,
    /// Which of the lanes of its institution it takes until it is over.
    pub lane: u8,
    /// Where it stands.
    pub status: BatchStatus,
    /// Why there is no file.
    pub failure: Option<BatchFailure>,
    /// Debt positions that were named.
    pub total: u32,
    /// Those of which a document is in the file.
    pub drawn: u32,
    /// Those of which there is none.
    pub skipped: u32,
    /// The file as far as it is written.
    pub file: BatchFile,
    /// Who asked.
    pub created_by: ClientId,
    /// When it began.
    pub started_at: Option<Instant>,
    /// When it was over.
    pub finished_at: Option<Instant>,
    /// Row version, for optimistic locking and ETags.
    pub version: i64,
    /// When it was made.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
}

/// A file as far as it is written: parts, of which each follows the one before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BatchFile {
    /// Parts that are kept.
    pub parts: u32,
    /// Their bytes.
    pub bytes: u64,
    /// Pages of the documents in them.
    pub pages: u32,
    /// Where whoever writes the file goes on after a crash, in its own words.
    pub mark: Option<String>,
    /// Until when it is kept; none while it is not over.
    pub kept_until: Option<Instant>,
}

/// What is made of a debt position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchKind {
    /// The payment notice of what can be paid.
    Notice,
    /// The receipts of what was paid.
    Receipt,
}

/// What the file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchForm {
    /// A PDF for each debt position, with a list of them.
    Zip,
    /// One PDF, for whoever prints it.
    Pdf,
}

/// Where a batch of documents stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchStatus {
    /// It waits for its turn.
    Queued,
    /// Documents are drawn.
    Running,
    /// The file is there.
    Completed,
    /// There is none, for a reason of ours.
    Failed,
    /// Its client stopped it.
    Cancelled,
}

/// Why there is no file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchFailure {
    /// Stable snake_case code.
    pub code: String,
    /// One sentence for a person.
    pub detail: String,
}

named!(BatchKind { Notice = "notice", Receipt = "receipt" });
named!(BatchForm { Zip = "zip", Pdf = "pdf" });
named!(BatchStatus {
    Queued = "queued", Running = "running", Completed = "completed", Failed = "failed", Cancelled = "cancelled",
});

impl BatchKind {
    /// The scope without which nobody asks for such documents, or takes them: a file says no more than requests would.
    #[must_use]
    pub const fn scope(self) -> ApiScope {
        match self {
            Self::Notice => ApiScope::DebtPositionsRead,
            Self::Receipt => ApiScope::ReceiptsRead,
        }
    }
}

impl BatchStatus {
    /// Whether nothing more will come of it.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

impl DocumentBatch {
    /// Debt positions that are done.
    #[must_use]
    pub const fn done(&self) -> u32 {
        self.drawn.saturating_add(self.skipped)
    }

    /// Debt positions for each second while it runs, and none before there is a second to speak of.
    #[must_use]
    pub fn per_second(&self) -> Option<u64> {
        let seconds = self.finished_at.unwrap_or(self.updated_at).seconds_since(self.started_at?);
        let seconds = u64::try_from(seconds).ok().filter(|seconds| *seconds > 0)?;
        u64::from(self.done()).checked_div(seconds)
    }
}
