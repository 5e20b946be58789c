// SPDX-License-Identifier: AGPL-3.0-or-later
//! The file as it came, with what became of each row: in the form in which it came, so that it can be loaded again.

mod columns;
pub(super) mod encoded;
mod line;
mod model;
mod ods;
mod original;
mod writer;
mod xlsx;

pub use model::{ReportError, ReportInstallment, ReportKind, ReportRow};
pub use original::{OriginalFile, OriginalRow};
pub use writer::{ReportWriter, report_format};
