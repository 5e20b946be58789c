// SPDX-License-Identifier: AGPL-3.0-or-later
//! Documents for people and their programs: payment notices and receipts as PDF and as pictures, one by one or gathered in one file,
//! with the logos of institutions; tables, as CSV and as spreadsheets, in which no cell is a formula; and tables that come in, with the
//! debt positions they hold.

mod bitmap;
mod code;
mod csv_table;
mod error;
pub mod gather;
pub mod import;
pub mod logo;
pub mod notice;
mod outcome;
mod pen;
pub mod receipt;
pub mod sheet;
mod table;
mod xlsx_table;

pub use csv_table::csv;
pub use error::DocumentError;
pub use outcome::{Movement, OUTCOME_COLUMNS, OutcomeLine, OutcomeTransfer, TRANSFERS_MAX};
pub use table::{CELL_CHARS_MAX, Cell, Row, TableError};
pub use xlsx_table::xlsx;
