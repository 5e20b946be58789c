// SPDX-License-Identifier: AGPL-3.0-or-later
//! One file that is loaded.

use serde::{Deserialize, Serialize};

use crate::ident::ServiceCode;
use crate::ids::{ClientId, ImportFileId, ImportId};
use crate::named::named;
use crate::time::Instant;

/// One file that is loaded, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Our id.
    pub id: ImportId,
    /// What was sent.
    pub file: ImportFile,
    /// The service of rows that name none. A file of JSON lines needs none.
    pub service_code: Option<ServiceCode>,
    /// Whether positions are published at once, where a row does not say it.
    pub publish: bool,
    /// Nothing is loaded; the rows tell what would be.
    pub dry_run: bool,
    /// What a wrong row means for the others.
    pub on_error: OnError,
    /// Whether the client may write out beneficiaries (`debt-positions:free-beneficiary`), as its token said and as far as
    /// [`super::rights()`] says the same when the rows are read.
    pub free_beneficiary: bool,
    /// The services of the client, likewise; none means all.
    pub services: Option<Vec<ServiceCode>>,
    /// Which of the lanes of its institution it takes until it is over.
    pub lane: u8,
    /// Where it stands.
    pub status: ImportStatus,
    /// What it is at; of a file that is over, what it was at last.
    pub phase: ImportPhase,
    /// Why nothing, or nothing more, was loaded.
    pub failure: Option<ImportFailure>,
    /// Rows of the file without its header, once they are counted.
    pub rows_total: Option<u64>,
    /// How the characters of a CSV are written, once that is known.
    pub file_encoding: Option<FileEncoding>,
    /// How many rows came to what, in this phase.
    pub counts: Counts,
    /// Groups of rows that are done in this phase: where it goes on after a crash.
    pub groups_done: u64,
    /// Who loads it.
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

/// What was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportFile {
    /// Under which it is kept, sealed, until [`super::FILE_KEPT_DAYS`] after the end.
    pub id: ImportFileId,
    /// Its name as the sender had it, without a path; at most 255 characters.
    pub name: Option<String>,
    /// What it is.
    pub format: FileFormat,
    /// How its columns are called.
    pub layout: FileLayout,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of what was sent.
    pub sha256: [u8; 32],
    /// Until when it is kept; none while it is not over.
    pub kept_until: Option<Instant>,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    /// Text with commas, semicolons or tabs.
    Csv,
    /// Excel since 2007.
    Xlsx,
    /// Excel before that.
    Xls,
    /// OpenDocument.
    Ods,
    /// A debt position on each line, as JSON.
    Ndjson,
}

/// How the characters of a text are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileEncoding {
    /// UTF-8.
    Utf8,
    /// Windows-1252.
    Windows1252,
}

/// How the columns of a table are called, and in which order they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileLayout {
    /// Tramite's own: a header in Italian or English, in any order.
    Tramite,
    /// MyPay's flows of debts, by their version.
    #[serde(rename = "mypay_1_0")]
    MyPay10,
    /// The same.
    #[serde(rename = "mypay_1_1")]
    MyPay11,
    /// The same.
    #[serde(rename = "mypay_1_2")]
    MyPay12,
    /// The same.
    #[serde(rename = "mypay_1_3")]
    MyPay13,
    /// The same.
    #[serde(rename = "mypay_1_4")]
    MyPay14,
    /// GovPay's table of pending items.
    #[serde(rename = "govpay")]
    GovPay,
}

/// What a wrong row means for the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnError {
    /// The others are loaded.
    Skip,
    /// Every row is checked first, and nothing is loaded where one is wrong.
    Abort,
}

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportStatus {
    /// It waits for its turn.
    Queued,
    /// It is being read.
    Running,
    /// Every row came to something.
    Completed,
    /// A row was wrong, and nothing was loaded because of it.
    Aborted,
    /// The file cannot be read, or no further, or whoever sent it may load nothing any more.
    Failed,
    /// The institution stopped it.
    Cancelled,
}

/// What a running import is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportPhase {
    /// Rows are checked, and nothing is written of them.
    Checking,
    /// Rows are loaded.
    Loading,
}

/// Why a file cannot be read, or is loaded no further.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportFailure {
    /// Stable snake_case code.
    pub code: String,
    /// One sentence for a person; it names columns and limits, and never a value of a row.
    pub detail: String,
    /// Where in the file, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Which column, by its name in the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
}

/// How many rows came to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Rows that were read.
    pub read: u64,
    /// Rows of new positions.
    pub loaded: u64,
    /// Rows that changed a position.
    pub updated: u64,
    /// Rows that said what was there already.
    pub unchanged: u64,
    /// Rows that cancelled something.
    pub cancelled: u64,
    /// Rows that are wrong.
    pub rejected: u64,
    /// Rows that are right, and beside a wrong one of the same position.
    pub skipped: u64,
}

named!(FileFormat { Csv = "csv", Xlsx = "xlsx", Xls = "xls", Ods = "ods", Ndjson = "ndjson" });
named!(FileEncoding { Utf8 = "utf-8", Windows1252 = "windows-1252" });
named!(FileLayout {
    Tramite = "tramite", MyPay10 = "mypay_1_0", MyPay11 = "mypay_1_1", MyPay12 = "mypay_1_2", MyPay13 = "mypay_1_3",
    MyPay14 = "mypay_1_4", GovPay = "govpay",
});
named!(OnError { Skip = "skip", Abort = "abort" });
named!(ImportStatus {
    Queued = "queued", Running = "running", Completed = "completed", Aborted = "aborted", Failed = "failed",
    Cancelled = "cancelled",
});
named!(ImportPhase { Checking = "checking", Loading = "loading" });

impl ImportStatus {
    /// Whether nothing more will come of it.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Aborted | Self::Failed | Self::Cancelled)
    }
}

impl Import {
    /// Rows for each second while it runs, and none before there is a second to speak of. What is checked before it is loaded is gone
    /// through twice.
    #[must_use]
    pub fn rows_per_second(&self) -> Option<u64> {
        let seconds = self.finished_at.unwrap_or(self.updated_at).seconds_since(self.started_at?);
        let seconds = u64::try_from(seconds).ok().filter(|seconds| *seconds > 0)?;
        let checked =
            if self.is_checked_first() && self.phase == ImportPhase::Loading { self.rows_total } else { None };
        self.counts.read.saturating_add(checked.unwrap_or(0)).checked_div(seconds)
    }

    /// Whether the time is over for which its file is kept, and its rows with it: they go by and by, so that nothing is made of them any
    /// more, for half of them would be told as if it were all.
    #[must_use]
    pub fn is_file_gone(&self, now: Instant) -> bool {
        self.file.kept_until.is_some_and(|until| until <= now)
    }

    /// Whether every row is checked before the first is loaded.
    #[must_use]
    pub fn is_checked_first(&self) -> bool {
        self.on_error == OnError::Abort && !self.dry_run
    }
}
