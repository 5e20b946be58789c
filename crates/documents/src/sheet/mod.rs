// SPDX-License-Identifier: AGPL-3.0-or-later
//! Tables that come in: CSV and spreadsheets, read into rows of texts, exact numbers and days (rules.md 42). What could harm, or
//! would be read otherwise than it is seen, is refused by name.
//!
//! The forms of spreadsheets are read here rather than by a library: one that reads a whole sheet at once reserves what the file
//! asks for, and takes numbers as floats.

mod archive;
mod bytes;
mod csv;
mod decimal;
mod format;
mod gathered;
mod grid;
mod held;
pub mod limits;
mod model;
mod ods;
mod open;
mod parts;
mod serial;
mod source;
mod strings;
mod xls;
mod xlsx;
mod xml;

pub use model::{Encoding, FileFault, SheetCell, SheetError, SheetInfo, SheetRow, Unread};
pub use open::Sheet;
pub use parts::{PartReader, PartsSource};
pub use source::{BytesSource, FileSource, ReadSeek};
