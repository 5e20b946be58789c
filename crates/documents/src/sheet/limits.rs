// SPDX-License-Identifier: AGPL-3.0-or-later
//! The limits of tables that come in. Each has a name and a unit; what goes beyond one is refused with a code of its own.

/// Rows of a CSV that are not empty, its header among them.
pub const ROWS_MAX: u64 = 2_000_000;
/// The last row of a spreadsheet that may hold something, counted from 1.
pub const SHEET_ROWS_MAX: u64 = 200_000;
/// Columns of a table.
pub const COLUMNS_MAX: usize = 200;
/// Bytes of one row of a CSV, the line breaks within its quotes among them.
pub const ROW_BYTES_MAX: usize = 1 << 20;
/// Characters of one cell that comes in: more than any field of a debt position may hold.
pub const CELL_READ_CHARS_MAX: usize = 4_000;
/// Bytes of a spreadsheet, as it lies in its file.
pub const SPREADSHEET_BYTES_MAX: u64 = 50 << 20;
/// Entries of the archive that a spreadsheet is.
pub const ARCHIVE_ENTRIES_MAX: usize = 1_000;
/// Bytes of all entries of an archive once they are inflated, as they say and as they are.
pub const ARCHIVE_EXPANDED_BYTES_MAX: u64 = 256 << 20;
/// How many times its bytes an entry of an archive may become, where it becomes more than [`ARCHIVE_RATIO_FROM_BYTES`].
pub const ARCHIVE_RATIO_MAX: u64 = 200;
/// Bytes of an entry from which on its ratio counts: a small sheet that says one thing many times is no bomb.
pub const ARCHIVE_RATIO_FROM_BYTES: u64 = 8 << 20;
/// Bytes of the name of an entry.
pub const ARCHIVE_NAME_BYTES_MAX: usize = 255;
/// Cells of a spreadsheet that are not empty.
pub const CELLS_MAX: u64 = 4_000_000;
/// Bytes of all texts and numbers in the cells of a spreadsheet, each counted as often as it is shown: what it keeps in common, or
/// repeats, becomes larger than its archive.
pub const SHEET_TEXT_BYTES_MAX: usize = 64 << 20;
/// Texts that a spreadsheet keeps in common for its cells.
pub const SHARED_TEXTS_MAX: usize = 2_000_000;
/// Bytes of all texts that a spreadsheet keeps in common.
pub const SHARED_BYTES_MAX: usize = 128 << 20;
/// Styles, number formats, sheets and relations of a spreadsheet, of each kind.
pub const PARTS_MAX: usize = 65_536;
/// Bytes of all names of such parts that are held, of each kind: those of the most sheets that Excel would name need less.
pub const PARTS_BYTES_MAX: usize = 8 << 20;
/// Elements of XML within each other.
pub const XML_DEPTH_MAX: usize = 64;
/// Bytes of one tag, or of one text between two tags.
pub const XML_PIECE_BYTES_MAX: usize = 256 << 10;
