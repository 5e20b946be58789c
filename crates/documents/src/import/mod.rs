// SPDX-License-Identifier: AGPL-3.0-or-later
//! Files of debt positions: rows of a table, or lines of JSON, into the bodies that the API takes (rules.md 41–45), and back into
//! a report.

mod amount;
mod body;
mod budget;
mod columns;
mod day;
mod file;
mod groups;
mod header;
mod installment;
mod layout;
pub mod limits;
mod line_reader;
mod lines;
mod model;
mod names;
mod places;
mod record;
mod report;
mod rest;
mod spot;
mod template;
mod value;

pub use columns::{COLUMNS, Column, ColumnKind, METADATA_PREFIXES, PAYMENT_METADATA_PREFIXES, TRANSFERS_MAX, Target};
pub use file::PositionFile;
pub use model::{ImportDefaults, Piece, PlacedFault, RowGroup};
pub use places::Places;
pub use report::{
    OriginalFile, OriginalRow, ReportError, ReportInstallment, ReportKind, ReportRow, ReportWriter, report_format,
};
pub use rest::Rest;
pub use template::{Template, csv_template, xlsx_template};
