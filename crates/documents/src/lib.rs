// SPDX-License-Identifier: AGPL-3.0-or-later
//! Documents for people and their programs. So far: tables, as CSV and as spreadsheets, in which no cell is a formula; and tables
//! that come in, with the debt positions they hold.

mod csv_table;
pub mod import;
mod outcome;
pub mod sheet;
mod table;
mod xlsx_table;

pub use csv_table::csv;
pub use outcome::{Movement, OUTCOME_COLUMNS, OutcomeLine, OutcomeTransfer, TRANSFERS_MAX};
pub use table::{CELL_CHARS_MAX, Cell, Row, TableError};
pub use xlsx_table::xlsx;
