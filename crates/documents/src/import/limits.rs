// SPDX-License-Identifier: AGPL-3.0-or-later
//! The limits of files of debt positions, beyond those of tables.

/// Columns of a table, those that its reports add not counted: with them, and with one more for what stands beside them, a report has no
/// more than [`crate::sheet::limits::COLUMNS_MAX`], and is loaded again.
pub const COLUMNS_NAMED_MAX: usize = 190;
/// Bytes of faults in the report of a spreadsheet, which is made whole before it goes out: beyond it each row tells
/// [`REPORT_FAULT_CHARS`] of them.
pub const REPORT_FAULTS_BYTES_MAX: usize = 16 << 20;
/// Characters of the faults of a row once [`REPORT_FAULTS_BYTES_MAX`] are told.
pub const REPORT_FAULT_CHARS: usize = 80;
/// Rows of one position: as many installments as its options may have together.
pub const GROUP_ROWS_MAX: usize = 1_000;
/// Bytes of rows that wait for others of their position.
pub const WAITING_BYTES_MAX: usize = 64 << 20;
/// Bytes of one line of JSON.
pub const LINE_BYTES_MAX: usize = 1 << 20;
/// Lines of a file of JSON lines.
pub const LINES_MAX: u64 = 2_000_000;
/// Bytes of a file of JSON lines once it is inflated.
pub const LINES_EXPANDED_BYTES_MAX: u64 = 2 << 30;
/// Characters of the name of a column, as far as it is told: the longest key of a pair and what stands before it fit.
pub const COLUMN_NAME_CHARS_MAX: usize = 128;
